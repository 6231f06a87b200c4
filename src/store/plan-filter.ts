/** Which items of a plan are looked for, and by what they can be put into groups: conditions over `plan_items`, for whoever reads or counts them. */
import type { Hold } from '../reconcile/model.ts'
import type { Handle } from './connection.ts'

export const GROUPINGS = ['product', 'rule', 'reason'] as const
/** What items of a group have in common: their product; the rule, source or person behind them; the whole reason. */
export type Grouping = (typeof GROUPINGS)[number]

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
  /** Of the same group as this item, which is the first of it. */
  alike?: Alike | undefined
}

export interface Alike {
  by: Grouping
  /** Number of the first item of the group. */
  item: number
}

type Place = 'i' | 'before' | 'alike'

/** What makes the group of an item of `plan_items` by that name. Until when somebody was pinned is told of each, and parts no group. */
export function groupKey(handle: Handle, place: Place, by: Grouping) {
  const i = handle(place)
  switch (by) {
    case 'product':
      return handle`coalesce(${i}.product_id, 0)`
    case 'rule':
      return handle`coalesce((${i}.reason->'params'->>'source') || coalesce(E'\n' || (${i}.reason->'params'->>'rule'), ''),
        ${i}.reason->'params'->>'actor', ${i}.reason->>'code')`
    case 'reason':
      return handle`${i}.reason #- '{params,pinned}'`
  }
}

/** Over `plan_items` by that name. */
export function wanted(handle: Handle, organization: number, plan: number, place: Place, filter: ItemFilter) {
  const i = handle(place)
  const { kinds, product, excluded, predicted, search, holds, alike } = filter
  return handle`true
    ${kinds ? handle`and ${i}.kind = any(${kinds}::text[])` : handle``}
    ${product ? handle`and ${i}.product_id = (select p.id from products p where p.organization_id = ${organization} and p.key = ${product})` : handle``}
    ${excluded ? handle`and ${i}.excluded` : handle``}
    ${predicted ? handle`and ${i}.predicted = any(${predicted}::text[]) and not ${i}.excluded` : handle``}
    ${search ? handle`and position(lower(${search}) in lower(concat_ws(' ', ${i}.subject_name, ${i}.subject_email, ${i}.after->>'email'))) > 0` : handle``}
    ${holds ? handle`and ${i}.predicted <> 'noop' and not ${i}.excluded and ${held(handle, organization, place, holds)}` : handle``}
    ${
      alike
        ? handle`and ${i}.number >= ${alike.item} and ${groupKey(handle, place, alike.by)} = (select ${groupKey(handle, 'alike', alike.by)}
      from plan_items alike where alike.organization_id = ${organization} and alike.plan_id = ${plan} and alike.number = ${alike.item})`
        : handle``
    }`
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
