/** People of a plan by what became of them, counted where their items are. */
import { type PeopleTally, peopleTally, VERDICT_OF, VERDICTS } from '../reconcile/people-tally.ts'
import type { Handle } from './connection.ts'

/**
 * Asked again and again while the plan runs, when statistics know neither its items nor its outcomes: each is read once and both are
 * grouped by number, since a join of what is taken for one row would compare each with each.
 */
export async function countPeople(handle: Handle, organization: number, plan: number): Promise<PeopleTally> {
  const states = Object.entries(VERDICT_OF)
  const places = states.map(([, verdict]) => VERDICTS.indexOf(verdict))
  const rows = await handle<{ place: number; people: number }[]>`
    with verdicts as (
      select * from unnest(${states.map(([state]) => state)}::text[], ${places}::int[]) v(state, place)),
    told as (
      select number, person_id, case when excluded then 'skipped_excluded' else 'pending' end as before, null as state
      from plan_items where organization_id = ${organization} and plan_id = ${plan}
      union all
      select number, null, null, state from outcomes where organization_id = ${organization} and plan_id = ${plan}),
    items as (
      select max(person_id) as person_id, coalesce(max(state), max(before)) as state from told group by number),
    worst as (
      select i.person_id, min(v.place) as place from items i join verdicts v on v.state = i.state group by i.person_id)
    select place, count(*)::int as people from worst group by place`
  return peopleTally(
    new Map(rows.flatMap(({ place, people }) => (VERDICTS[place] === undefined ? [] : [[VERDICTS[place], people]]))),
  )
}
