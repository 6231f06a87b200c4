/** Approve: what a person lets happen, by the hash of what they reviewed and, where guards stop it, by its number. */
import { RosterdError } from '../errors.ts'
import { number } from '../reconcile/amount.ts'
import { weigh, whoIsMissing } from '../reconcile/consent.ts'
import { showId } from '../reconcile/identifiers.ts'
import { isDraftByHand, mayApprove, needs, overrideCount, overrideSum } from '../reconcile/review.ts'
import type { Transaction } from '../store/connection.ts'
import { lockJudgement } from '../store/locks.ts'
import { readOrganization } from '../store/organizations.ts'
import { writeAdministratorLetter } from '../store/outbox.ts'
import { lockPlan, settleLeftOut } from '../store/plan-edits.ts'
import {
  consentToPlan,
  lockConsent,
  movePlan,
  type PlanConsent,
  type PlanRow,
  readPlan,
  renewFindings,
} from '../store/plans.ts'
import { inTurn } from '../store/turns.ts'
import { makersOf, mustReadPlan, planState, requireRole } from './decide.ts'
import { addsUp, judgeAgain, renewed } from './judge-again.ts'
import { hashMismatch } from './mismatch.ts'
import type { Actor, Parts } from './parts.ts'
import { record } from './record.ts'
import { submitDraft } from './submit.ts'

export interface Approval {
  actor: Actor
  /** The hash of the plan that was reviewed. */
  hash: string
  /** The number held, as typed, and why it is right. */
  override?: { count: number; reason: string }
  /** Start it now. */
  start: boolean
}

/**
 * Approves the bytes that were reviewed; a draft that somebody asked for is submitted on the way. What guards refuse waits after the
 * first administrator for a second with another e-mail address.
 *
 * @returns `approved`, or `consented` where the second is still missing
 * @throws RosterdError PLAN_NOT_FOUND, PLAN_STATE, PLAN_HASH_MISMATCH, PLAN_HELD (an amount needs the typed count and a reason, and the role
 *   admin), PLAN_REFUSED (the same of two), PLAN_NEEDS_ANOTHER, COUNT_MISMATCH, FORBIDDEN.
 */
export async function approve(
  parts: Parts,
  organization: number,
  id: number,
  approval: Approval,
): Promise<'approved' | 'consented'> {
  const asked = await mustReadPlan(parts, organization, id)
  const { actor, override } = approval
  requireRole(actor, 'operator')
  if (!mayApprove(asked)) throw planState(asked, 'approved', 'awaiting approval')
  if (asked.hash !== approval.hash) throw await hashMismatch(parts, organization, asked, approval.hash)
  const at = parts.now()
  const answer = await inTurn(parts.sql, `organization ${organization}`, async (transaction) => {
    const plan = await asOfNow(transaction, organization, asked, at)
    if (plan.hash !== approval.hash) throw await hashMismatch({ sql: transaction }, organization, plan, approval.hash)
    const held = overrideCount(plan.findings)
    if (held !== null && override) requireRole(actor, 'admin')
    const objection = objectionTo(plan, held, override)
    // Returned, not thrown: what the guards say now has to stay, so that it is what is shown.
    if (objection) return objection
    if (override && needs(plan.findings) === 'refused') {
      // The second administrator has to hear of it.
      if (isDraftByHand(plan)) await submitDraft(transaction, organization, plan, { actor, at, silent: false })
      const makers = await makersOf(transaction, organization, actor)
      const said = { by: actor.name, ...makers, ...override, at: at.toISOString() }
      if ((await weighConsent(transaction, organization, plan, said)) === 'first') {
        if (!(await consentToPlan(transaction, organization, plan, said)))
          throw await passedBy(transaction, organization, id, approval.hash)
        await record(transaction, organization, at, actor, 'plan.consented', 'pln', id, { hash: plan.hash, override })
        return 'consented' as const
      }
    }
    if (isDraftByHand(plan)) await submitDraft(transaction, organization, plan, { actor, at, silent: true })
    const moved = await movePlan(transaction, organization, id, ['awaiting_approval'], 'approved', {
      approvedBy: actor.name,
      approvedAt: at,
      approvedHash: plan.hash,
      ifHash: approval.hash,
      // On record with the approval, so that a crash before the job is sent does not leave it unstarted.
      ...(approval.start ? { startedAt: at } : {}),
      ...(held !== null && override ? { override: { ...override, by: actor.name } } : {}),
    })
    if (!moved) throw await passedBy(transaction, organization, id, approval.hash)
    if (plan.leftOut > 0) await settleLeftOut(transaction, organization, id, at)
    await record(transaction, organization, at, actor, 'plan.approved', 'pln', id, {
      hash: plan.hash,
      override: override ?? null,
    })
    return 'approved' as const
  })
  if (answer instanceof RosterdError) {
    await parts.jobs.deliver()
    throw answer
  }
  const event = answer === 'approved' ? 'plan.approved' : 'plan.consented'
  parts.log.info({ event, organization, plan: id, tokenId: actor.tokenId ?? null }, `plan ${answer}`)
  if (answer === 'consented') await parts.jobs.deliver()
  if (answer === 'approved' && approval.start) await parts.jobs.execute(organization, id, asked.lane)
  return answer
}

/** Somebody was faster: they decided on the plan, or edited it. */
async function passedBy(sql: Transaction, organization: number, id: number, given: string): Promise<RosterdError> {
  const plan = await mustReadPlan({ sql }, organization, id)
  if (mayApprove(plan) && plan.hash !== given) return await hashMismatch({ sql }, organization, plan, given)
  return planState(plan, 'approved', 'awaiting approval')
}

/**
 * The plan with what its guards say now. It may have waited while others were approved: each within the limits, all of them together
 * beyond. Plans are approved one after the other, by people and by policies, so that none of them is left out of the sum.
 */
async function asOfNow(transaction: Transaction, organization: number, asked: PlanRow, at: Date): Promise<PlanRow> {
  if (!addsUp(asked)) return asked
  // The plan before the judgement, as a proposal takes them: the other way round, each would wait for what the other one has.
  await lockPlan(transaction, organization, asked.id)
  await lockJudgement(transaction, organization)
  // A proposal that we waited for may have judged it anew.
  const plan = (await readPlan(transaction, organization, asked.id)) ?? asked
  if (!mayApprove(plan)) throw planState(plan, 'approved', 'awaiting approval')
  const worse = await judgeAgain(transaction, await readOrganization(transaction, organization), plan, at)
  if (worse.length === 0) return plan
  const findings = renewed(plan.findings, worse)
  await renewFindings(transaction, organization, plan.id, findings)
  // Of a draft nobody has heard yet but whoever asked for it.
  if (!isDraftByHand(plan))
    await writeAdministratorLetter(transaction, organization, { event: 'plan_held', planId: plan.id }, at)
  return { ...plan, findings }
}

/** What is held asks for exactly the number that is shown, with a reason; where nothing is held, a number speaks of something else. */
function objectionTo(plan: PlanRow, held: number | null, override: Approval['override']): RosterdError | null {
  const id = showId('pln', plan.id)
  if (override && override.count !== (held ?? Number.NaN))
    return new RosterdError('COUNT_MISMATCH', {
      given: number(override.count),
      count: number(held ?? 0),
      ...(held === null && { step: 'Nothing is held: approve it without a number.' }),
    })
  const need = needs(plan.findings, override ?? {})
  if (held === null || (override && override.reason.trim() !== '' && need !== 'needs_override')) return null
  const stops = plan.findings.filter((finding) => finding.verdict !== 'pass').map((finding) => finding.message)
  const sum = overrideSum(plan.findings)
  const message = [...stops, ...(sum === null ? [] : [`${sum}.`])].join(' ')
  return new RosterdError(need === 'refused' ? 'PLAN_REFUSED' : 'PLAN_HELD', { id, message, count: held })
}

/** Whether somebody is the first or the second to agree to what guards refuse. */
async function weighConsent(
  transaction: Transaction,
  organization: number,
  plan: PlanRow,
  said: PlanConsent,
): Promise<'first' | 'second'> {
  const before = await lockConsent(transaction, organization, plan.id)
  const weight = weigh(before, said)
  if (weight === 'first' || weight === 'second') return weight
  throw new RosterdError('PLAN_NEEDS_ANOTHER', {
    id: showId('pln', plan.id),
    missing: whoIsMissing(before, said),
    count: said.count,
    items: number(plan.items),
  })
}
