/** Products that people gave, until when they said. Evaluation makes a grant of each, and never a claim. */
import type { HandGrant } from '../reconcile/pinned.ts'
import type { Handle, Transaction } from './connection.ts'

/** By person id. */
export async function readHandGrants(
  handle: Handle,
  organization: number,
  people: number[],
): Promise<Map<number, HandGrant[]>> {
  const rows = await handle<(Omit<HandGrant, 'expiresAt'> & { expiresAt: Date | null })[]>`
    select person_id as "personId", product_id as "productId", expires_at as "expiresAt" from hand_grants
    where organization_id = ${organization} and person_id = any(${people}::bigint[])
    order by person_id, product_id`
  const grants = rows.map((row) => ({ ...row, expiresAt: row.expiresAt?.toISOString() ?? null }))
  return Map.groupBy(grants, (grant) => grant.personId)
}

export interface GivenByHand extends HandGrant {
  /** Who asked for it. */
  actor: string
  /** They had it until then anyway. */
  already: boolean
}

/**
 * The last word counts: a later date, an earlier one, or none. What somebody had already stays what gave it: it becomes a gift of people
 * only where it was one before, or where it was to be taken away and only its return is waited for.
 */
export async function giveByHand(
  transaction: Transaction,
  organization: number,
  plan: number,
  given: GivenByHand[],
  at: Date,
): Promise<void> {
  if (given.length === 0) return
  const rows = given.map(({ personId, productId, expiresAt, actor, already }) => ({
    person_id: personId,
    product_id: productId,
    expires_at: expiresAt,
    actor,
    already,
  }))
  await transaction`
    insert into hand_grants (organization_id, person_id, product_id, expires_at, actor, plan_id, since)
    select distinct on (person_id, product_id) ${organization}::int, person_id, product_id, expires_at, actor, ${plan}::bigint,
      ${at}::timestamptz
    from json_to_recordset(${JSON.stringify(rows)}::text::json)
      as x(person_id bigint, product_id integer, expires_at timestamptz, actor text, already boolean)
    where not already
      or exists (select from hand_grants h
        where h.organization_id = ${organization} and h.person_id = x.person_id and h.product_id = x.product_id)
      or exists (select from waits w where w.organization_id = ${organization} and w.person_id = x.person_id and w.kind = 'borrow'
        and w.product_id in (0, x.product_id))
    order by person_id, product_id
    on conflict (organization_id, person_id, product_id) do update set expires_at = excluded.expires_at, actor = excluded.actor,
      plan_id = excluded.plan_id, since = excluded.since`
}

/**
 * Ends what people gave, and marks whoever loses something so: whoever comes back begins with what sources give.
 *
 * @param taken `productId` null = everything that was given to them
 * @param over only what had ended by then
 */
export async function takeBackByHand(
  transaction: Transaction,
  organization: number,
  taken: { personId: number; productId: number | null }[],
  over: Date | null = null,
): Promise<void> {
  if (taken.length === 0) return
  const rows = taken.map(({ personId, productId }) => ({ person_id: personId, product_id: productId }))
  await transaction`
    with gone as (
      delete from hand_grants h
      using json_to_recordset(${JSON.stringify(rows)}::text::json) as x(person_id bigint, product_id integer)
      where h.organization_id = ${organization} and h.person_id = x.person_id
        and (x.product_id is null or h.product_id = x.product_id)
        and (${over}::timestamptz is null or h.expires_at <= ${over}::timestamptz)
      returning h.person_id)
    insert into dirty_people (organization_id, person_id)
    select distinct ${organization}::int, person_id from gone order by person_id
    on conflict (organization_id, person_id) do update set person_id = excluded.person_id where false`
}

/**
 * Over a row with organization, person and product: only people give the product to the person, and no source does. The seats that are
 * kept back are for them.
 */
export const onlyByHand = (handle: Handle, row: string, at: Date) => handle`
  coalesce((select bool_and(s.kind = 'manual') from grants g
    join sources s on s.organization_id = g.organization_id and s.id = g.source_id
    where g.organization_id = ${handle(row)}.organization_id and g.person_id = ${handle(row)}.person_id
      and g.product_id = ${handle(row)}.product_id and g.to_change is null and (g.expires_at is null or g.expires_at > ${at})), false)`
