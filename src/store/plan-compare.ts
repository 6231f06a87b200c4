/** Two plans beside each other: what is in the later one only, in the earlier one only, and in both. An item is the same where person, kind and product are. */
import type { ActionKind } from '../reconcile/model.ts'
import type { Handle } from './connection.ts'
import { outcomeOf } from './outcomes.ts'
import type { PersonItem } from './plan-people.ts'
import { itemColumns, type PlanRow, planColumns } from './plans.ts'

export const CHANGES = ['came', 'went', 'stayed'] as const
/** Of the later plan only; of the earlier one only; of both. */
export type Change = (typeof CHANGES)[number]

/**
 * The plan that this one is to be measured by: the one whose place it took, or else the last that was applied in its lane for one of its
 * sources; null where there is none. What people ask for by hand has to do with another such plan only where it took its place.
 */
export async function previousPlan(
  handle: Handle,
  organization: number,
  { id, lane, sourceIds }: Pick<PlanRow, 'id' | 'lane' | 'sourceIds'>,
): Promise<PlanRow | null> {
  const [row] = await handle<PlanRow[]>`
    select ${planColumns(handle)} from plans
    where organization_id = ${organization} and id < ${id} and hash <> '' and lane = ${lane} and (superseded_by = ${id}
      or (lane <> 'by_hand' and state in ('applied', 'partially_failed', 'failed', 'cancelled') and source_ids && ${sourceIds}::int[]))
    order by superseded_by is not distinct from ${id} desc, id desc limit 1`
  return row ?? null
}

/** Numbers of the two plans that are compared. */
export interface Compared {
  before: number
  now: number
}

export interface ComparedCounts extends Record<Change, number> {
  kind: ActionKind
}

/** Over `plan_items` by that name: what was left out, or finds things as it would make them, changes nothing. */
const counts = (handle: Handle, place: 'i' | 'other') =>
  handle`not ${handle(place)}.excluded and ${handle(place)}.predicted <> 'noop'`

/** How many items of each kind came, went and stayed. It reads both plans once. */
export async function countCompared(
  handle: Handle,
  organization: number,
  { before, now }: Compared,
): Promise<ComparedCounts[]> {
  return await handle<ComparedCounts[]>`
    with sides as (
      select i.kind, bool_or(i.plan_id = ${now}) as "is", bool_or(i.plan_id = ${before}) as was
      from plan_items i
      where i.organization_id = ${organization} and i.plan_id in (${before}, ${now}) and ${counts(handle, 'i')}
      group by i.person_id, i.kind, i.product_id)
    select kind, (count(*) filter (where not was))::int as came, (count(*) filter (where not "is"))::int as went,
      (count(*) filter (where was and "is"))::int as stayed
    from sides group by kind`
}

/** An item of one of two plans; `differs`: it stayed, but with another end or another value. */
export interface ComparedItem extends PersonItem {
  differs: boolean
}

/**
 * The next items that came, or stayed, as the later plan has them; or that went, as the earlier one had them: in the order of their plan.
 *
 * @param kinds only of these; absent: of all
 */
export async function readCompared(
  handle: Handle,
  organization: number,
  { before, now }: Compared,
  { change, kinds, after, limit }: { change: Change; kinds?: string[] | undefined; after: number; limit: number },
): Promise<ComparedItem[]> {
  const [of, other] = change === 'went' ? [before, now] : [now, before]
  const same = handle`
    select from plan_items other
    where other.organization_id = ${organization} and other.person_id = i.person_id and other.plan_id = ${other} and other.kind = i.kind
      and other.product_id is not distinct from i.product_id and ${counts(handle, 'other')}`
  return await handle<ComparedItem[]>`
    with found as materialized (
      select i.number from plan_items i
      where i.organization_id = ${organization} and i.plan_id = ${of} and i.number > ${after} and ${counts(handle, 'i')}
        ${kinds ? handle`and i.kind = any(${kinds}::text[])` : handle``}
        and ${change === 'stayed' ? handle`` : handle`not`} exists (${same})
      order by i.number limit ${limit})
    select ${itemColumns(handle)}, m.id as "memberId", i.number as lead,
      ${change === 'stayed' ? handle`not exists (${same} and other.after is not distinct from i.after)` : handle`false`} as differs
    from found f
    cross join lateral (select * from plan_items t
      where t.organization_id = ${organization} and t.plan_id = ${of} and t.number = f.number offset 0) i
    left join products p on p.organization_id = i.organization_id and p.id = i.product_id
    left join ${outcomeOf(handle)} on true
    left join lateral (select d.id from members d
      where d.organization_id = ${organization} and d.person_id = i.person_id offset 0) m on true
    order by i.number`
}
