/** Numbers of a plan that are not stored with it: what is expected of it before, and why items did not succeed after. */
import type { ActionKind, OutcomeState } from '../reconcile/model.ts'
import { FAILED_STATES } from '../reconcile/tally.ts'
import type { Handle } from './connection.ts'

/** What an approval would let happen, as it is predicted; nothing of what was left out. */
export interface Expected {
  people: number
  /** People who would get a letter, were the plan not quiet. */
  letters: number
  /** Items by what is predicted of them. */
  states: Partial<Record<OutcomeState, number>>
  /** People who would be removed. */
  removals: number
}

/** @param told kinds of items that a member is told about */
export async function readExpected(
  handle: Handle,
  organization: number,
  plan: number,
  told: readonly ActionKind[],
): Promise<Expected> {
  const [row] = await handle<Expected[]>`
    with people as (
      select bool_or(predicted = 'succeeded' and (kind = any(${[...told]}::text[]) or (kind = 'update_identity' and after ? 'email'))
          or predicted = 'waiting_borrow' and kind = 'revoke') as told,
        bool_or(kind = 'remove' and predicted = 'succeeded') as removed
      from plan_items where organization_id = ${organization} and plan_id = ${plan} and not excluded group by person_id)
    select count(*)::int as people, (count(*) filter (where told))::int as letters, (count(*) filter (where removed))::int as removals,
      (select coalesce(json_object_agg(predicted, count), '{}') from (
        select predicted, count(*)::int from plan_items
        where organization_id = ${organization} and plan_id = ${plan} and not excluded group by predicted) states) as states
    from people`
  if (!row) throw new Error('an aggregate without a row')
  return row
}

/** Items that did not simply succeed, for one reason. */
export interface ReasonGroup {
  code: string
  items: number
  /** Values of the first of them, for a sentence that stands for the others. */
  params: Record<string, string | number>
}

/** Reasons of the items in these states, the most frequent first. */
export async function countReasons(
  handle: Handle,
  organization: number,
  plan: number,
  states: readonly OutcomeState[],
): Promise<ReasonGroup[]> {
  return await handle<ReasonGroup[]>`
    select g.code, g.items, o.params
    from (select code, count(*)::int as items, min(number) as first from outcomes
      where organization_id = ${organization} and plan_id = ${plan} and state = any(${[...states]}::text[]) and code is not null
      group by code) g
    join outcomes o on o.organization_id = ${organization} and o.plan_id = ${plan} and o.number = g.first
    order by g.items desc, g.code limit 50`
}

/** Members whose removal failed for one of these reasons, by number of the item; at most `limit`. */
export async function membersNotRemoved(
  handle: Handle,
  organization: number,
  plan: number,
  { codes, limit }: { codes: readonly string[]; limit: number },
): Promise<number[]> {
  const rows = await handle<{ id: number }[]>`
    select m.id from outcomes o
    join plan_items i on i.organization_id = o.organization_id and i.plan_id = o.plan_id and i.number = o.number and i.kind = 'remove'
    join members m on m.organization_id = o.organization_id and m.person_id = i.person_id and m.state <> 'removed'
    where o.organization_id = ${organization} and o.plan_id = ${plan} and o.state = any(${[...FAILED_STATES]}::text[])
      and o.code = any(${[...codes]}::text[])
    order by o.number limit ${limit}`
  return rows.map(({ id }) => id)
}
