/** Items of a plan as pages show them: by person, in the order in which they run, of all of it or of a part. */
import type { Handle } from './connection.ts'
import { outcomeOf } from './outcomes.ts'
import { type ItemFilter, wanted } from './plan-filter.ts'
import { type ItemRow, itemColumns } from './plans.ts'

export interface PersonItem extends ItemRow {
  /** Id of the member, where the person is one or was. */
  memberId: number | null
  /** Number of the person's first item of this list: where they stand in it. */
  lead: number
}

/**
 * The items that are looked for of the next people who have one, all items of a person together, whatever became of them.
 *
 * `limit` counts people, not items; `after` is the `lead` of the last person before.
 */
export async function readPeopleItems(
  handle: Handle,
  organization: number,
  plan: number,
  { after, limit, ...filter }: ItemFilter & { after: number; limit: number },
): Promise<PersonItem[]> {
  return await handle<PersonItem[]>`
    with leads as materialized (
      select i.number, i.person_id from plan_items i
      where i.organization_id = ${organization} and i.plan_id = ${plan} and i.number > ${after}
        and ${wanted(handle, organization, plan, 'i', filter)}
        and not exists (select from plan_items before
          where before.organization_id = ${organization} and before.person_id = i.person_id and before.plan_id = ${plan}
            and before.number < i.number and ${wanted(handle, organization, plan, 'before', filter)})
      order by i.number limit ${limit})
    select ${itemColumns(handle)}, m.id as "memberId", l.number as lead
    from leads l
    cross join lateral (select * from plan_items t
      where t.organization_id = ${organization} and t.person_id = l.person_id and t.plan_id = ${plan} offset 0) i
    left join products p on p.organization_id = i.organization_id and p.id = i.product_id
    left join ${outcomeOf(handle)} on true
    left join members m on m.organization_id = i.organization_id and m.person_id = i.person_id
    where ${wanted(handle, organization, plan, 'i', filter)}
    order by l.number, i.number`
}

/** The next items that came to one of these ends, in the order in which they ran; each is its own `lead`. */
export async function readEnded(
  handle: Handle,
  organization: number,
  plan: number,
  { after, limit, states, code, ...filter }: ItemFilter & { after: number; limit: number },
): Promise<PersonItem[]> {
  return await handle<PersonItem[]>`
    select ${itemColumns(handle)}, m.id as "memberId", i.number as lead
    from (select * from outcomes
      where organization_id = ${organization} and plan_id = ${plan} and number > ${after}
        ${states ? handle`and state = any(${states}::text[])` : handle``}
        ${code ? handle`and code = ${code}` : handle``}
      order by number offset 0) o
    cross join lateral (select * from plan_items t
      where t.organization_id = ${organization} and t.plan_id = ${plan} and t.number = o.number offset 0) i
    left join products p on p.organization_id = i.organization_id and p.id = i.product_id
    left join lateral (select d.id from members d
      where d.organization_id = ${organization} and d.person_id = i.person_id offset 0) m on true
    where ${wanted(handle, organization, plan, 'i', filter)}
    order by o.number limit ${limit}`
}

/** What was done last, newest first. */
export async function lastItems(
  handle: Handle,
  organization: number,
  plan: number,
  limit: number,
): Promise<Pick<ItemRow, 'number' | 'kind' | 'email' | 'name' | 'productName' | 'state' | 'before' | 'after'>[]> {
  return await handle<ItemRow[]>`
    select i.number, i.kind, i.subject_email as email, i.subject_name as name, p.name as "productName", o.state, i.before, i.after
    from (select * from outcomes where organization_id = ${organization} and plan_id = ${plan} and state <> 'skipped_excluded'
      order by number desc limit ${limit}) o
    join plan_items i on i.organization_id = o.organization_id and i.plan_id = o.plan_id and i.number = o.number
    left join products p on p.organization_id = i.organization_id and p.id = i.product_id
    order by o.number desc`
}
