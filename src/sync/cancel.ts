/** Cancel: an approved plan is stopped, also while it runs. What it has done stays done, and whoever it concerns is told. */
import { number } from '../reconcile/amount.ts'
import { canMove } from '../reconcile/review.ts'
import { type OutcomeNumbers, tally } from '../reconcile/tally.ts'
import { writeAdministratorLetter } from '../store/outbox.ts'
import { countOutcomes } from '../store/outcomes.ts'
import { cancelItems, waitCancelled, writeCancelledLetters } from '../store/plan-cancel.ts'
import { movePlan } from '../store/plans.ts'
import { pushAgain } from '../store/pushed.ts'
import { mustReadPlan, planState, requireRole } from './decide.ts'
import { followedBy } from './followed-by.ts'
import { TOLD } from './member-letters.ts'
import type { Actor, Parts } from './parts.ts'
import { record } from './record.ts'

const STOPPABLE = 'approved or being applied'

/**
 * Cancels a plan that is approved or being applied. The batch that is being written is waited for, at most some seconds; none comes after
 * it. Every item that was still to do has the outcome `cancelled` when this returns.
 *
 * @throws RosterdError PLAN_NOT_FOUND, PLAN_STATE, FORBIDDEN
 */
export async function cancel(
  parts: Parts,
  organization: number,
  id: number,
  { actor }: { actor: Actor },
): Promise<void> {
  requireRole(actor, 'operator')
  const plan = await mustReadPlan(parts, organization, id)
  if (!canMove(plan.state, 'cancel')) throw planState(plan, 'cancelled', STOPPABLE)
  const at = parts.now()
  const anew = await followedBy(parts, organization, plan)
  const { result } = await parts.sql.begin(async (transaction) => {
    const closedReason = `${actor.name} cancelled it.`
    // Waits for the batch that is being written: from here on no other begins.
    const moved = await movePlan(transaction, organization, id, ['approved', 'applying', 'paused'], 'cancelled', {
      closedReason,
      finishedAt: at,
    })
    if (!moved) throw planState(await mustReadPlan({ sql: transaction }, organization, id), 'cancelled', STOPPABLE)
    const left = await cancelItems(transaction, organization, id, actor.name, at)
    if (!plan.quiet) await writeCancelledLetters(transaction, organization, id, [...TOLD], at)
    if (plan.lane !== 'by_hand') await waitCancelled(transaction, organization, id, at)
    if (anew === 'urgent' || anew === 'pushed') await pushAgain(transaction, organization, id, anew === 'urgent', at)
    const ends = tally(await countOutcomes(transaction, organization, id))
    if (done(ends) > 0) {
      const event = ends.failed === 0 ? 'plan_completed' : 'plan_partially_failed'
      await writeAdministratorLetter(transaction, organization, { event, planId: id }, at)
    }
    await record(transaction, organization, at, actor, 'plan.cancelled', 'pln', id, { cancelled: left, ...ends })
    return { result: ends }
  })
  const about = { organizationId: organization, planId: id, actor: actor.name }
  parts.log.info({ event: 'plan.cancelled', ...about, ...result }, `plan cancelled after ${number(done(result))} items`)
  if (result.succeeded > 0 || anew !== 'due') await parts.jobs.propose(organization, anew)
  await parts.jobs.deliver()
}

/** Items that came to something before the end. */
const done = ({ succeeded, failed, waiting }: OutcomeNumbers): number => succeeded + failed + waiting
