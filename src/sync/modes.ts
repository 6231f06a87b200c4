/** What a policy may approve in place of a person. */
import type { ApprovalMode } from '../reconcile/model.ts'
import type { Transaction } from '../store/connection.ts'
import type { Organization, SourceRow } from '../store/organizations.ts'
import { changedSince } from '../store/plan-facts.ts'
import { approvedPlans } from '../store/plans.ts'
import type { Reach } from '../store/reach.ts'
import { isLive } from './go-live.ts'

/** Snapshot sources are looked at by a person this many times before a policy may approve anything. */
const REVIEWED_PLANS = 3

/**
 * What a policy approves of each source now. A person looks at the first plans of a snapshot source, and, where a policy would approve
 * also what is taken away, at the first plan after rules or settings changed: what they decide need not wait for a second file. No rule
 * decides about whom an identity provider deactivates.
 */
export async function modesOf(
  transaction: Transaction,
  settings: Organization,
  sources: SourceRow[],
  reach: Reach,
): Promise<Map<number, ApprovalMode>> {
  const { rules, settings: limits } = await changedSince(transaction, settings)
  const modes = new Map<number, ApprovalMode>()
  for (const source of sources) {
    const { id, approval, mode, kind } = source
    if (kind === 'manual') {
      // What a person gave was approved with the plan that gave it: a seat that they waited for needs nobody to ask again.
      modes.set(id, 'additive_auto')
      continue
    }
    const automatic = approval === 'additive_auto' || approval === 'within_limits'
    const fresh =
      automatic && mode === 'snapshot' && (await approvedPlans(transaction, settings.id, id)) < REVIEWED_PLANS
    const looked = approval === 'within_limits' && (rules || limits) && !(reach === 'urgent' && kind === 'scim')
    modes.set(id, !isLive(source) ? 'observe' : fresh || looked ? 'manual' : approval)
  }
  return modes
}
