/** Again: what a person asked for once is drafted anew, with the people and their state as they are now. */
import { hasEnded, mayApprove } from '../reconcile/review.ts'
import type { Handle, Transaction } from '../store/connection.ts'
import { lockPlan } from '../store/plan-edits.ts'
import { membersOfPlan } from '../store/plan-facts.ts'
import { movePlan, type PlanRow, readPlan } from '../store/plans.ts'
import { mustReadPlan, planState, requireRole } from './decide.ts'
import { type Drafted, draft } from './draft.ts'
import { AlreadyDrafted } from './draft-once.ts'
import type { Actor, Parts } from './parts.ts'
import type { Selection } from './select.ts'

/**
 * Drafts the operation of a plan that has ended, or that nobody has approved, which the new one then replaces. What is done already
 * changes nothing in it; what was left out of the old one is in it again. Asked twice, by a double click or in two tabs, there is one
 * draft: as long as nobody has decided on it, whoever asks is given that one.
 *
 * @throws RosterdError PLAN_NOT_FOUND, PLAN_STATE, and whatever `draft` throws
 */
export async function again(
  parts: Parts,
  organization: number,
  id: number,
  { actor }: { actor: Actor },
): Promise<Drafted> {
  requireRole(actor, 'operator')
  const plan = await mustReadPlan(parts, organization, id)
  const { operation } = plan
  if (operation === null || !mayBeAskedAgain(plan)) throw notAgain(plan)
  const before = await openSuccessor(parts.sql, organization, plan)
  if (before !== null) return drafted(before)
  const { rows: _, file: __, where: ___, ...options } = operation
  const selection = await selectionOf(parts, organization, plan)
  try {
    return await draft(parts, organization, {
      actor,
      operation: { ...options, selection },
      quiet: plan.quiet,
      again: true,
      along: (transaction, by) => replace(transaction, organization, id, { by, at: parts.now() }),
    })
  } catch (error) {
    if (error instanceof AlreadyDrafted) return drafted(error.plan)
    throw error
  }
}

/** The old plan says what has taken its place. Where somebody decided on it meanwhile, nothing is drafted. */
async function replace(
  transaction: Transaction,
  organization: number,
  id: number,
  { by, at }: { by: number; at: Date },
): Promise<void> {
  await lockPlan(transaction, organization, id)
  const plan = await mustReadPlan({ sql: transaction }, organization, id)
  const before = await openSuccessor(transaction, organization, plan)
  if (before !== null) throw new AlreadyDrafted(before)
  if (!mayBeAskedAgain(plan)) throw notAgain(plan)
  const { state } = plan
  const ended = { supersededBy: by, finishedAt: at }
  if (hasEnded(state)) await movePlan(transaction, organization, id, [state], state, { supersededBy: by })
  else await movePlan(transaction, organization, id, [state], 'superseded', ended)
}

const mayBeAskedAgain = (plan: PlanRow): boolean =>
  plan.lane === 'by_hand' && plan.operation !== null && (hasEnded(plan.state) || mayApprove(plan))

const drafted = (plan: number): Drafted => ({ plan, repeated: true, pinned: 0, letters: 0 })

/** The plan that took the place of this one, or of the one that did, while nobody has decided on it. */
async function openSuccessor(handle: Handle, organization: number, plan: PlanRow): Promise<number | null> {
  for (let next = plan.supersededBy; next !== null; ) {
    const successor = await readPlan(handle, organization, next)
    if (successor === null) return null
    if (mayApprove(successor)) return successor.id
    next = successor.supersededBy
  }
  return null
}

const notAgain = (plan: PlanRow) => planState(plan, 'asked for again', 'what somebody asked for, and not being applied')

async function selectionOf(parts: Parts, organization: number, plan: PlanRow): Promise<Selection> {
  if (plan.snapshotId !== null) return { upload: plan.snapshotId }
  const where = plan.operation?.where ?? null
  if (where !== null) return { where }
  return { members: await membersOfPlan(parts.sql, organization, plan.id) }
}
