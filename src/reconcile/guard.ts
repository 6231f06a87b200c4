/** The guards of a plan: named checks of what it would take away against limits. Each is a small function of its own file. */

import { z } from 'zod'
import { snapshotLimits } from './admit-shrink.ts'
import type { PlanFacts } from './guard-facts.ts'
import { guardRemovals, guardSuspensions, removalLimits } from './guard-removals.ts'
import { guardRevokes, revokeLimits } from './guard-revokes.ts'
import type { Finding } from './model.ts'

export type { PlanFacts } from './guard-facts.ts'

export const limitsSchema = z.strictObject({
  remove: removalLimits.prefault({}),
  revoke: revokeLimits.prefault({}),
  snapshot: snapshotLimits.prefault({}),
})
export type Limits = z.output<typeof limitsSchema>

/** Every check with what it measured, passes included: removals and suspensions first, then products by key. */
export function guard(facts: PlanFacts, limits: Limits): Finding[] {
  const suspensions = (facts.suspends ?? 0) > 0 ? [guardSuspensions(facts, limits.remove)] : []
  return [guardRemovals(facts, limits.remove), ...suspensions, ...guardRevokes(facts, limits.revoke)]
}
