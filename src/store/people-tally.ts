/** People of a plan by what became of them, counted where their items are. */
import { type PeopleTally, peopleTally, VERDICT_OF, VERDICTS } from '../reconcile/people-tally.ts'
import type { Handle } from './connection.ts'
import { stateOf } from './plans.ts'

export async function countPeople(handle: Handle, organization: number, plan: number): Promise<PeopleTally> {
  const states = Object.entries(VERDICT_OF)
  const places = states.map(([, verdict]) => VERDICTS.indexOf(verdict))
  const rows = await handle<{ place: number; people: number }[]>`
    with verdicts as (
      select * from unnest(${states.map(([state]) => state)}::text[], ${places}::int[]) v(state, place)),
    worst as (
      select i.person_id, min(v.place) as place from plan_items i
      left join outcomes o on o.organization_id = i.organization_id and o.plan_id = i.plan_id and o.number = i.number
      join verdicts v on v.state = ${stateOf(handle)}
      where i.organization_id = ${organization} and i.plan_id = ${plan} group by i.person_id)
    select place, count(*)::int as people from worst group by place`
  return peopleTally(
    new Map(rows.flatMap(({ place, people }) => (VERDICTS[place] === undefined ? [] : [[VERDICTS[place], people]]))),
  )
}
