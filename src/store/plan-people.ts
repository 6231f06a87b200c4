/** Items of a plan as pages show them: by person, in the order in which they run, of all of it or of a part. */
import type { Hold } from '../reconcile/model.ts'
import type { Handle } from './connection.ts'
import { outcomeOf } from './outcomes.ts'
import { type ItemRow, itemColumns } from './plans.ts'

/** What is looked for; whatever is absent is everything. */
export interface ItemFilter {
  kinds?: string[] | undefined
  /** Key of a product. */
  product?: string | undefined
  /** What became of the item; with these and with a code, `readEnded` reads. */
  states?: string[] | undefined
  /** Left out by a reviewer. */
  excluded?: boolean | undefined
  /** What is expected of it, of items that were not left out. */
  predicted?: string[] | undefined
  code?: string | undefined
  /** A part of the name or of the address. */
  search?: string | undefined
  /** What a guard stopped at. */
  holds?: Hold[] | undefined
}

export interface PersonItem extends ItemRow {
  /** Id of the member, where the person is one or was. */
  memberId: number | null
  /** Number of the person's first item of this list: where they stand in it. */
  lead: number
}

type Place = 'i' | 'before'

/** Over `plan_items` by that name. */
function wanted(handle: Handle, organization: number, place: Place, filter: ItemFilter) {
  const i = handle(place)
  const { kinds, product, excluded, predicted, search, holds } = filter
  return handle`true
    ${kinds ? handle`and ${i}.kind = any(${kinds}::text[])` : handle``}
    ${product ? handle`and ${i}.product_id = (select p.id from products p where p.organization_id = ${organization} and p.key = ${product})` : handle``}
    ${excluded ? handle`and ${i}.excluded` : handle``}
    ${predicted ? handle`and ${i}.predicted = any(${predicted}::text[]) and not ${i}.excluded` : handle``}
    ${search ? handle`and position(lower(${search}) in lower(concat_ws(' ', ${i}.subject_name, ${i}.subject_email, ${i}.after->>'email'))) > 0` : handle``}
    ${holds ? handle`and ${i}.predicted <> 'noop' and not ${i}.excluded and ${held(handle, organization, place, holds)}` : handle``}`
}

function held(handle: Handle, organization: number, place: Place, holds: Hold[]) {
  const i = handle(place)
  return handle`exists (
    select from json_to_recordset(${JSON.stringify(holds)}::text::json)
      as h(kind text, product text, administrators boolean, domains text[], sources int[])
    where h.kind = ${i}.kind
      and (h.product is null or h.product = (select p.key from products p where p.organization_id = ${organization} and p.id = ${i}.product_id))
      and (h.domains is null or lower(split_part(${i}.after->>'email', '@', -1)) = any(h.domains))
      and (h.sources is null or ${i}.source_ids::int[] && h.sources)
      and (h.administrators is not true or exists (select from members m
        where m.organization_id = ${organization} and m.person_id = ${i}.person_id and m.role <> 'member')))`
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
        and ${wanted(handle, organization, 'i', filter)}
        and not exists (select from plan_items before
          where before.organization_id = ${organization} and before.person_id = i.person_id and before.plan_id = ${plan}
            and before.number < i.number and ${wanted(handle, organization, 'before', filter)})
      order by i.number limit ${limit})
    select ${itemColumns(handle)}, m.id as "memberId", l.number as lead
    from leads l
    cross join lateral (select * from plan_items t
      where t.organization_id = ${organization} and t.person_id = l.person_id and t.plan_id = ${plan} offset 0) i
    left join products p on p.organization_id = i.organization_id and p.id = i.product_id
    left join ${outcomeOf(handle)} on true
    left join members m on m.organization_id = i.organization_id and m.person_id = i.person_id
    where ${wanted(handle, organization, 'i', filter)}
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
    where ${wanted(handle, organization, 'i', filter)}
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
