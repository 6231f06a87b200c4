/** Licences that are borrowed, and what decides whether one may be. */
import { BORROW_SLACK_MS, type Borrow } from '../reconcile/borrow.ts'
import type { MemberState } from '../reconcile/model.ts'
import type { Handle, Transaction } from './connection.ts'

/** What these people have borrowed and not returned at this instant, by person, product and device. */
export async function readBorrows(handle: Handle, organization: number, people: number[], at: Date): Promise<Borrow[]> {
  if (people.length === 0) return []
  const rows = await handle<(Omit<Borrow, 'until'> & { until: Date })[]>`
    select b.person_id as "personId", b.product_id as "productId", p.name as product, b.device, b.until, o.zone
    from borrows b join organizations o on o.id = b.organization_id
    join products p on p.organization_id = b.organization_id and p.id = b.product_id
    where b.organization_id = ${organization} and b.person_id = any(${people}::bigint[]) and b.until > ${endedBefore(at)}
    order by b.person_id, b.product_id, b.device_key`
  return rows.map((row) => ({ ...row, until: row.until.toISOString() }))
}

/** Whatever ended before this is over for certain. */
export const endedBefore = (at: Date): Date => new Date(at.getTime() - BORROW_SLACK_MS)

/** An assignment as whoever lends it has to see it. */
export interface Lendable {
  personId: number
  productId: number
  /** The product's key and name. */
  productKey: string
  product: string
  person: string
  state: MemberState
  expiresAt: Date | null
  zone: string
  /** A plan that was approved and takes the product, or has taken it as soon as it is back; null for none. */
  takenBy: number | null
}

/** The assignment with this id, or null. Call it where no batch can be written meanwhile. */
export async function readLendable(
  transaction: Transaction,
  organization: number,
  assignment: number,
): Promise<Lendable | null> {
  const [row] = await transaction<Lendable[]>`
    select a.person_id as "personId", a.product_id as "productId", p.key as "productKey", p.name as product,
      coalesce(m.display_name, nullif(concat_ws(' ', m.first_name, m.last_name), ''), m.email) as person, m.state,
      a.expires_at as "expiresAt", o.zone,
      coalesce((
        select coalesce(w.plan_id, 0) from waits w where w.organization_id = a.organization_id and w.person_id = a.person_id
          and w.kind = 'borrow' and w.product_id in (a.product_id, 0) order by w.product_id desc limit 1), (
        select i.plan_id from plan_items i join plans l on l.organization_id = i.organization_id and l.id = i.plan_id
        where i.organization_id = a.organization_id and i.person_id = a.person_id and not i.excluded
          and (i.kind = 'remove' or (i.kind = 'revoke' and i.product_id = a.product_id))
          and l.state in ('approved', 'applying', 'paused') and not exists (select from outcomes d
            where d.organization_id = i.organization_id and d.plan_id = i.plan_id and d.number = i.number)
        order by i.plan_id limit 1)) as "takenBy"
    from assignments a
    join organizations o on o.id = a.organization_id
    join products p on p.organization_id = a.organization_id and p.id = a.product_id
    join members m on m.organization_id = a.organization_id and m.person_id = a.person_id
    where a.organization_id = ${organization} and a.id = ${assignment}`
  return row ?? null
}

/** One product of one person on one device. */
interface Loan {
  personId: number
  productId: number
  deviceKey: string
}

/** Until when this device has it; null where it has not. */
export async function findBorrow(
  transaction: Transaction,
  organization: number,
  { personId, productId, deviceKey }: Loan,
  at: Date,
): Promise<Date | null> {
  const [row] = await transaction<{ until: Date }[]>`
    select until from borrows where organization_id = ${organization} and person_id = ${personId} and product_id = ${productId}
      and device_key = ${deviceKey} and until > ${endedBefore(at)}`
  return row?.until ?? null
}

/** The device has it until then. One that had it keeps the beginning, unless that was over. */
export async function writeBorrow(
  transaction: Transaction,
  organization: number,
  borrow: Loan & { device: string; until: Date; tokenId: number | null },
  at: Date,
): Promise<void> {
  const { personId, productId, deviceKey, device, until, tokenId } = borrow
  await transaction`
    insert into borrows as b (organization_id, person_id, product_id, device_key, device, until, since, token_id)
    values (${organization}, ${personId}, ${productId}, ${deviceKey}, ${device}, ${until}, ${at}, ${tokenId})
    on conflict (organization_id, person_id, product_id, device_key) do update set device = excluded.device, until = excluded.until,
      token_id = excluded.token_id, since = case when b.until > ${endedBefore(at)} then b.since else excluded.since end`
}

/** It is back from the device; false where the device did not have it. */
export async function endBorrow(
  transaction: Transaction,
  organization: number,
  { personId, productId, deviceKey }: Loan,
): Promise<boolean> {
  const ended = await transaction`
    delete from borrows where organization_id = ${organization} and person_id = ${personId} and product_id = ${productId}
      and device_key = ${deviceKey}`
  return ended.count > 0
}
