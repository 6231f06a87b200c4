/** The PATCH that identity providers send most: somebody comes, or leaves. */
import { type Dialect, isLenient } from './dialect.ts'
import type { Operation } from './patch-change.ts'
import type { ResourceType } from './schema.ts'

/**
 * What `active` is to be, where that is all that is asked for, in a way that needs nothing of the resource to be understood; null
 * otherwise.
 */
export function activeAlone(type: ResourceType, operations: readonly Operation[], dialect: Dialect): boolean | null {
  const [only] = operations
  if (only === undefined || operations.length > 1 || only.op === 'remove' || only.target === null) return null
  const { attribute, extension, selector, sub } = only.target
  if (attribute?.name !== type.keys.active || extension !== null || selector !== null || sub !== null) return null
  if (typeof only.value === 'boolean') return only.value
  // Entra ID says "True" and "False" without its flag.
  const word = isLenient(dialect) && typeof only.value === 'string' ? only.value.toLowerCase() : null
  return word === 'true' ? true : word === 'false' ? false : null
}
