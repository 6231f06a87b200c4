/** The order of a list of the mirror by an attribute. */
import type { Handle } from './connection.ts'
import { modifiedAt } from './mirror-columns.ts'
import { elementsOf } from './mirror-comparable.ts'
import type { Place } from './mirror-filter-tree.ts'
import type { Fragment } from './mirror-list.ts'

export interface Order {
  readonly place: Place
  /** Numbers are ordered as numbers, everything else as text by code point. */
  readonly numbers: boolean
  readonly descending: boolean
}

/**
 * What stands after `order by` for a query over `mirror_resources r`. Resources without a value come last, in descending order first;
 * those with several are ordered by the primary one, else by the first. Whoever asks adds what decides between equals.
 */
export function orderBy(handle: Handle, { place, numbers, descending }: Order): Fragment {
  const key = keyOf(handle, place, numbers)
  return descending ? handle`${key} desc nulls first` : handle`${key} asc nulls last`
}

function keyOf(handle: Handle, { home, path }: Place, numbers: boolean): Fragment {
  switch (home) {
    case 'id':
      return handle`r.id`
    case 'uniqueKey':
      return handle`r.unique_key`
    case 'externalId':
      return handle`r.external_id`
    case 'displayNameKey':
      return handle`r.display_name_key`
    case 'active':
      return handle`r.active`
    case 'created':
      return handle`r.created_at`
    case 'modified':
    case 'modifiedWithMembers':
      return modifiedAt({ handle }, home === 'modifiedWithMembers')
    default:
      return inDocument(handle, path, numbers)
  }
}

function inDocument(handle: Handle, path: Place['path'], numbers: boolean): Fragment {
  const key = (value: Fragment) => (numbers ? value : handle`(((${value}) #>> '{}') collate "C")`)
  const names = path.map(({ name }) => name)
  const many = path.findIndex((step) => step.many) + 1
  if (many === 0) return key(handle`r.comparable #> ${names}::text[]`)
  return handle`(
    select ${key(handle`e.value #> ${names.slice(many)}::text[]`)}
    from ${elementsOf({ handle, value: null }, path.slice(0, many))} with ordinality e (value, place)
    order by e.value->'primary' = 'true'::jsonb desc nulls last, e.place limit 1)`
}
