/** Again: what a person asked for once is drafted anew, with the people and their state as they are now. */
import { isFinal, mayApprove } from '../reconcile/review.ts'
import type { Transaction } from '../store/connection.ts'
import { membersOfPlan } from '../store/plan-facts.ts'
import { movePlan, type PlanRow } from '../store/plans.ts'
import { mustReadPlan, planState } from './decide.ts'
import { draft } from './draft.ts'
import type { Actor, Parts } from './parts.ts'
import type { Selection } from './select.ts'

/**
 * Drafts the operation of a plan that has ended, or that nobody has approved, which the new one then replaces. What is done already
 * changes nothing in it; what was left out of the old one is in it again.
 *
 * @throws RosterdError PLAN_NOT_FOUND, PLAN_STATE, and whatever `draft` throws
 */
export async function again(
  parts: Parts,
  organization: number,
  id: number,
  { actor }: { actor: Actor },
): ReturnType<typeof draft> {
  const plan = await mustReadPlan(parts, organization, id)
  const { operation, state } = plan
  const over = isFinal(state) || state === 'partially_failed'
  if (plan.lane !== 'by_hand' || operation === null || !(over || mayApprove(plan))) throw notAgain(plan)
  const { rows: _, file: __, where: ___, ...options } = operation
  const selection = await selectionOf(parts, organization, plan)
  return await draft(parts, organization, {
    actor,
    operation: { ...options, selection },
    quiet: plan.quiet,
    again: true,
    along: (transaction, by) => replace(transaction, organization, plan, { by, over, at: parts.now() }),
  })
}

/** The old plan says what has taken its place. Whoever decided on it meanwhile, or asked for it again, was faster: then nothing is drafted. */
async function replace(
  transaction: Transaction,
  organization: number,
  { id, state }: PlanRow,
  { by, over, at }: { by: number; over: boolean; at: Date },
): Promise<void> {
  const moved = over
    ? await movePlan(transaction, organization, id, [state], state, { supersededBy: by })
    : await movePlan(transaction, organization, id, ['draft', 'awaiting_approval'], 'superseded', {
        supersededBy: by,
        finishedAt: at,
      })
  if (!moved) throw notAgain(await mustReadPlan({ sql: transaction }, organization, id))
}

const notAgain = (plan: PlanRow) => planState(plan, 'asked for again', 'what somebody asked for, and not being applied')

async function selectionOf(parts: Parts, organization: number, plan: PlanRow): Promise<Selection> {
  if (plan.snapshotId !== null) return { upload: plan.snapshotId }
  const where = plan.operation?.where ?? null
  if (where !== null) return { where }
  return { members: await membersOfPlan(parts.sql, organization, plan.id) }
}
