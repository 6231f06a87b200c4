/** PATCH (RFC 7644 §3.5.2) as a function from a resource and operations to a resource: all of them, or none. */
import { isDeepStrictEqual } from 'node:util'
import type { MemberStep } from '../store/mirror-members.ts'
import type { Reading } from './coerce.ts'
import { type Dialect, isLenient } from './dialect.ts'
import type { Document } from './document.ts'
import { inOperation, type Operation } from './patch-change.ts'
import { isOnMembers, lastWords, memberStep } from './patch-members.ts'
import { changed, VALUES_LOOKED_AT } from './patch-operation.ts'
import type { ResourceType } from './schema.ts'
import { checkDocument } from './validate.ts'

export interface Patched {
  /** The given document itself when nothing changed, so that its version and date stay as they are. */
  readonly document: Document
  /** What happens to the members, in this order: at most two steps. */
  readonly members: MemberStep[]
  /** Names that no schema knows and that were therefore ignored. */
  readonly ignored: readonly string[]
}

/**
 * Does the operations, each on the result of the one before. The document that comes in is not changed.
 *
 * Throws ScimError: invalidValue (a wrong type, something required missing, two primary values), invalidSyntax, invalidPath,
 * invalidFilter, mutability, noTarget, or status 413. Where there are several operations, the error tells which one it is about.
 */
export function applyPatch(
  type: ResourceType,
  document: Document,
  operations: readonly Operation[],
  dialect: Dialect,
  own: { readonly id: string },
): Patched {
  const reading: Reading = { lenient: isLenient(dialect), ignored: [] }
  const patching = { type, reading, id: own.id, budget: { values: VALUES_LOOKED_AT } }
  let patched = document
  const steps: (MemberStep | null)[] = []
  for (const operation of operations) {
    inOperation(operation.at, () => {
      const { target } = operation
      if (target === null || !isOnMembers(type, target)) patched = changed(patching, patched, operation)
      else steps.push(memberStep(reading, { ...operation, target }))
    })
  }
  // What was stored under other rules stays until somebody changes it.
  const unchanged = isDeepStrictEqual(patched, document)
  const checked = unchanged ? document : checkDocument(type, patched, dialect)
  return {
    document: isDeepStrictEqual(checked, document) ? document : checked,
    members: lastWords(steps.filter((step) => step !== null)),
    ignored: reading.ignored,
  }
}
