/** Judge again: what the guards of amounts say of a stored plan as of now, where that is harder than what they said before. */
import { guard } from '../reconcile/guard.ts'
import { NO_FACTS } from '../reconcile/guard-facts.ts'
import type { ActionKind, Finding } from '../reconcile/model.ts'
import { worsened } from '../reconcile/review.ts'
import { readApplied } from '../store/applied.ts'
import type { Handle } from '../store/connection.ts'
import { limitsOf } from '../store/limits.ts'
import { countMembers } from '../store/members.ts'
import { listProducts, type Organization } from '../store/organizations.ts'
import { firstInvites, planAmounts } from '../store/plan-facts.ts'
import type { PlanRow } from '../store/plans.ts'

/**
 * The amounts of a plan together with what was applied in the last days and what else is approved and not done, where they are judged
 * harder now than when the plan was last judged. What was only to be looked at has been looked at. A plan that never was judged (what
 * was foreseen) has nothing to get worse.
 */
export async function judgeAgain(handle: Handle, settings: Organization, plan: PlanRow, at: Date): Promise<Finding[]> {
  if (plan.findings.length === 0) return []
  const organization = settings.id
  const { kinds, amounts } = await planAmounts(handle, organization, plan.id)
  const { day, week } = await readApplied(handle, organization, at, plan.id)
  const products = await listProducts(handle, organization)
  const facts = {
    ...NO_FACTS,
    members: await countMembers(handle, organization),
    products: products.map((product) => ({ key: product.key, name: product.name, holders: product.used })),
    plan: amounts,
    day,
    week,
    kinds,
    // What a new source brings was looked at as a whole, and is no amount.
    firstInvites: (kinds.invite ?? 0) > 0 ? await firstInvites(handle, organization, plan.id) : 0,
  }
  return worsened(plan.findings, guard(facts, limitsOf(settings).limits))
}

/** Kinds of which what went before counts. */
const IN_WINDOWS: readonly ActionKind[] = ['remove', 'suspend', 'revoke', 'shorten', 'update_identity']

/** Whether what was approved elsewhere can make this plan too much: one that only gives adds to nothing. */
export function addsUp({ counts, findings }: PlanRow): boolean {
  return findings.length > 0 && IN_WINDOWS.some((kind) => (counts[kind] ?? 0) > 0)
}

/** The findings of a plan with those that have got worse in the place of what they were. */
export function renewed(before: Finding[], worse: Finding[]): Finding[] {
  const isSame = (a: Finding) => (b: Finding) => a.guard === b.guard && a.scope === b.scope
  return [
    ...before.map((finding) => worse.find(isSame(finding)) ?? finding),
    ...worse.filter((finding) => !before.some(isSame(finding))),
  ]
}
