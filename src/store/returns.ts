/** Waits for borrowed licences: what was asked for and approved happens once they are back. */
import { BORROW_SLACK_MS } from '../reconcile/borrow.ts'
import type { Instant } from '../reconcile/model.ts'
import { endedBefore } from './borrows.ts'
import type { Handle, Transaction } from './connection.ts'
import { type Reach, within } from './reach.ts'

interface ReturnWait {
  personId: number
  /** 0 where the whole membership waits. */
  productId: number
  /** Null: the licence is back already, so that nothing has to be waited for. */
  until: Instant | null
}

/** What is asked for happens by itself later. Whoever waited already keeps the beginning, and the plan that it rests on. */
export async function waitForReturns(
  transaction: Transaction,
  organization: number,
  plan: number,
  waits: ReturnWait[],
  at: Date,
): Promise<void> {
  if (waits.length === 0) return
  const rows = waits.map((one) => ({ person_id: one.personId, product_id: one.productId, until: one.until }))
  await transaction`
    insert into waits (organization_id, person_id, product_id, kind, since, until, plan_id)
    select ${organization}, person_id, product_id, 'borrow', ${at}, coalesce(until, ${at}), ${plan}
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as new(person_id bigint, product_id integer, until timestamptz)
    on conflict (organization_id, person_id, product_id, kind) do update set until = excluded.until`
}

/** Those of these people who are no members any more once what they borrowed is back. */
export async function peopleLeaving(handle: Handle, organization: number, people: number[]): Promise<Set<number>> {
  if (people.length === 0) return new Set()
  const rows = await handle<{ personId: number }[]>`
    select person_id as "personId" from waits
    where organization_id = ${organization} and kind = 'borrow' and product_id = 0 and person_id = any(${people}::bigint[])`
  return new Set(rows.map((row) => row.personId))
}

/** Over `waits w`: another plan waits for the return already, and its letter asked for it. */
export const askedByAnother = (handle: Handle, plan: number) => handle`
  w.kind = 'borrow' and w.product_id <> 0 and w.plan_id <> ${plan} and exists (select from letters l
    where l.organization_id = w.organization_id and l.plan_id = w.plan_id and l.person_id = w.person_id and l.audience = 'member')`

/** What these people were asked to return already, by another plan: products by person id. Nobody is asked twice for the same. */
export async function alreadyAsked(
  handle: Handle,
  organization: number,
  plan: number,
  people: number[],
): Promise<Map<number, Set<number>>> {
  const rows = await handle<{ personId: number; productId: number }[]>`
    select w.person_id as "personId", w.product_id as "productId" from waits w
    where w.organization_id = ${organization} and w.person_id = any(${people}::bigint[]) and ${askedByAnother(handle, plan)}`
  const asked = Map.groupBy(rows, (row) => row.personId)
  return new Map([...asked].map(([person, of]) => [person, new Set(of.map((row) => row.productId))]))
}

/**
 * Ends waits for a return whose reason is gone: the product is given again or held no more, the person is wanted again or no member
 * any more. What is over, and what was borrowed of an assignment that has ended, is forgotten.
 */
export async function endSpentReturns(
  transaction: Transaction,
  organization: number,
  at: Date,
  reach: Reach = 'everybody',
): Promise<void> {
  // What was borrowed before what waits for it, as whoever lends and takes back does it.
  await transaction`
    delete from borrows b where b.organization_id = ${organization} ${within(transaction, reach, 'b.person_id')}
      and (b.until <= ${endedBefore(at)} or not exists (select from assignments a
        where a.organization_id = b.organization_id and a.person_id = b.person_id and a.product_id = b.product_id))`
  await transaction`
    delete from waits w where w.organization_id = ${organization} and w.kind = 'borrow' ${within(transaction, reach, 'w.person_id')} and (
      (w.product_id <> 0 and (
        not exists (select from assignments a where a.organization_id = w.organization_id and a.person_id = w.person_id
          and a.product_id = w.product_id)
        or exists (select from grants g where g.organization_id = w.organization_id and g.person_id = w.person_id
          and g.product_id = w.product_id and g.to_change is null and (g.expires_at is null or g.expires_at > ${at}))))
      or (w.product_id = 0 and (
        exists (select from desired_members d where d.organization_id = w.organization_id and d.person_id = w.person_id and d.wanted)
        or not exists (select from members m where m.organization_id = w.organization_id and m.person_id = w.person_id
          and m.state <> 'removed'))))`
}

/**
 * Brings what waits for this product of this person in step with what is borrowed of it now: it is due at once where everything is back.
 * A removal waits for the last of them.
 */
export async function moveReturns(
  transaction: Transaction,
  organization: number,
  { personId, productId }: { personId: number; productId: number },
  at: Date,
): Promise<void> {
  await transaction`
    update waits w set until = coalesce((
      select max(b.until) + make_interval(secs => ${BORROW_SLACK_MS / 1000}) from borrows b
      where b.organization_id = w.organization_id and b.person_id = w.person_id and b.product_id = w.product_id
        and b.until > ${endedBefore(at)}), ${at})
    where w.organization_id = ${organization} and w.person_id = ${personId} and w.product_id = ${productId} and w.kind = 'borrow'`
  await transaction`
    update waits w set until = (
      select max(one.until) from waits one
      where one.organization_id = w.organization_id and one.person_id = w.person_id and one.kind = 'borrow' and one.product_id <> 0)
    where w.organization_id = ${organization} and w.person_id = ${personId} and w.product_id = 0 and w.kind = 'borrow'
      and exists (select from waits one
        where one.organization_id = w.organization_id and one.person_id = w.person_id and one.kind = 'borrow' and one.product_id <> 0)`
}
