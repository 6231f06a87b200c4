/** Sorting (RFC 7644 §3.4.2.3). */
import type { Order } from '../store/mirror-order.ts'
import { findPath, named } from './attribute-path.ts'
import { isHidden, placeOf } from './filter-place.ts'
import { folded, type ResourceType } from './schema.ts'

/**
 * The order that a client asks for: descending when `sortOrder` says so in whatever case, else ascending. Null, so that resources stay
 * in the order of their creation, for what cannot be sorted by: what the type does not have, what is never shown, what has parts and
 * no value of its own, members and groups, and what is the same or made up for every resource.
 */
export function orderOf(type: ResourceType, sortBy: string | undefined, sortOrder: string | undefined): Order | null {
  const path = sortBy === undefined ? null : findPath(type, sortBy.trim(), true)
  if (path === null || path.attribute === null) return null
  const sub = path.sub ?? (path.attribute.type === 'complex' ? named(path.attribute.subAttributes, 'value') : null)
  const leaf = sub ?? path.attribute
  if (leaf.type === 'complex' || isHidden(path.attribute) || isHidden(leaf)) return null
  const place = placeOf(type, { ...path, sub })
  const [top] = place.path
  const unsorted = place.home === 'document' && (top?.name === 'meta' || top?.name === 'schemas')
  if (unsorted || place.home === 'members' || place.home === 'memberOf') return null
  const numbers = leaf.type === 'integer' || leaf.type === 'decimal'
  return { place, numbers, descending: folded(sortOrder?.trim() ?? '') === 'descending' }
}
