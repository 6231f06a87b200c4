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

/** An order in which everything comes after what it needs, and otherwise as it was given, except in circles. */
export interface Order {
  order: number[]
  /** Operations that all need each other, or one that needs itself, in their order; under the one of them that is done last. */
  circles: Map<number, readonly number[]>
}

/**
 * Between the first and the last of a circle stands nothing that needs one of it, or it would belong to it: whoever closes a circle after
 * its last comes before everybody who names it. (Tarjan's strongly connected components: they end in the order of a depth-first search.)
 *
 * @param needs for each operation, the operations that it needs
 */
export function ordered(needs: readonly (readonly number[])[]): Order {
  const order: number[] = []
  const circles = new Map<number, readonly number[]>()
  const begun = new Map<number, number>()
  const settled = new Set<number>()
  /** Begun, and not known yet in which circle. */
  const open: number[] = []
  /** Gives the earliest of those that are open which it leads to. */
  const visit = (at: number): number => {
    const turn = begun.size
    const place = open.push(at) - 1
    const finished = order.length
    begun.set(at, turn)
    let earliest = turn
    for (const need of needs[at] ?? []) {
      const known = begun.get(need)
      if (known === undefined) earliest = Math.min(earliest, visit(need))
      else if (!settled.has(need)) earliest = Math.min(earliest, known)
    }
    order.push(at)
    if (earliest < turn) return earliest
    const circle = new Set(open.splice(place))
    for (const one of circle) settled.add(one)
    if (circle.size > 1 || needs[at]?.includes(at))
      circles.set(
        at,
        order.slice(finished).filter((one) => circle.has(one)),
      )
    return earliest
  }
  for (const at of needs.keys()) if (!begun.has(at)) visit(at)
  return { order, circles }
}
