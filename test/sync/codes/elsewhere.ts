/** Codes that nothing of a bulk operation comes to, and why. */
import type { FailureCode } from '../../../src/reconcile/reasons.ts'

export const NEVER_BY_HAND: Partial<Record<FailureCode, string>> = {
  ANCHOR_MISSING: 'an upload is not keyed by an id: a row without one is found by its address',
  ANCHOR_DUPLICATE: 'for the same reason two addresses are two people, whatever their ids',
  ADOPTION_NEEDS_REVIEW: 'only a source brings newcomers who may be somebody known; whom a person names is looked up',
  FILE_DUPLICATE: 'of a dropped file; the same upload again is answered with DUPLICATE_OPERATION, which names the plan',
  FILE_STALE: 'of a dropped file; an upload is taken when somebody sends it, in no order',
}
