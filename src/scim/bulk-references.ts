/** References between the operations of a Bulk: `bulkId:xyz` stands for the id of what the POST with that bulkId makes (RFC 7644 §3.7.2). */
import { isObject, type Json } from './document.ts'
import { ScimError } from './error.ts'
import { folded } from './schema.ts'
import { shown } from './simple-value.ts'

const PREFIX = 'bulkId:'

/** What an operation says with ids in the place of references, and which bulkIds it had. */
export interface Resolved<T> {
  value: T
  needs: ReadonlySet<string>
}

/** @param ids bulkId → the id that its resource has or will have. Throws ScimError invalidValue for a bulkId that no POST has. */
export function resolve(value: Json, ids: ReadonlyMap<string, string>): Resolved<Json> {
  const needs = new Set<string>()
  const idOf = (bulkId: string): string => {
    const id = ids.get(bulkId)
    if (id === undefined) {
      throw new ScimError(
        'invalidValue',
        `${shown(PREFIX + bulkId)} refers to nothing: no POST of this request has that bulkId.`,
      )
    }
    needs.add(bulkId)
    return id
  }
  return { value: replaced(value, idOf), needs }
}

function replaced(value: Json, idOf: (bulkId: string) => string): Json {
  if (typeof value === 'string') return value.startsWith(PREFIX) ? idOf(value.slice(PREFIX.length)) : value
  if (Array.isArray(value)) return value.map((one: Json) => replaced(one, idOf))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => {
      if (typeof one !== 'string' || folded(name) !== 'path') return [name, replaced(one, idOf)]
      // The path of a PATCH operation: members[value eq "bulkId:ada"].
      return [name, one.replace(/"bulkId:([^"\\]+)"/g, (_, bulkId: string) => `"${idOf(bulkId)}"`)]
    }),
  )
}

/**
 * An order in which everything comes after what it needs, and otherwise as it was given. Where operations need each other in a circle,
 * it is cut: `later` has, for an operation, those that it needs and that come after it all the same.
 *
 * @param needs for each operation, the operations that it needs
 */
export function ordered(needs: readonly (readonly number[])[]): { order: number[]; later: Map<number, number[]> } {
  const state = new Map<number, 'open' | 'done'>()
  const order: number[] = []
  const later = new Map<number, number[]>()
  const visit = (at: number): void => {
    state.set(at, 'open')
    for (const need of needs[at] ?? []) {
      if (need === at) continue
      const known = state.get(need)
      if (known === undefined) visit(need)
      else if (known === 'open') later.set(at, [...(later.get(at) ?? []), need])
    }
    state.set(at, 'done')
    order.push(at)
  }
  for (const at of needs.keys()) if (!state.has(at)) visit(at)
  return { order, later }
}
