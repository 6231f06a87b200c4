/** Decide: what people (or a policy) say of plans and questions. Each is one guarded UPDATE with its audit row. */
import { RosterdError } from '../errors.ts'
import { number } from '../reconcile/amount.ts'
import { weigh, whoIsMissing } from '../reconcile/consent.ts'
import { showId } from '../reconcile/identifiers.ts'
import { canMove, needs, overrideCount, overrideSum } from '../reconcile/review.ts'
import { holds } from '../reconcile/roles.ts'
import { tokenMakers } from '../store/access.ts'
import type { Handle, Transaction } from '../store/connection.ts'
import { markDirty } from '../store/dirty.ts'
import { answerDecision, readDecision } from '../store/matching.ts'
import {
  consentToPlan,
  lockConsent,
  movePlan,
  type PlanConsent,
  type PlanRow,
  readPlan,
  waitRejected,
} from '../store/plans.ts'
import type { Actor, Parts } from './parts.ts'
import { record } from './record.ts'

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
 * Approves the bytes that were reviewed. What guards refuse waits after the first administrator for a second with another e-mail
 * address.
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
  const plan = await mustReadPlan(parts, organization, id)
  const { actor, override } = approval
  requireRole(actor, 'operator')
  if (!canMove(plan.state, 'approve')) throw planState(plan, 'approved', 'awaiting approval')
  if (plan.hash !== approval.hash)
    throw new RosterdError('PLAN_HASH_MISMATCH', { id: showId('pln', id), hash: plan.hash })
  const held = overrideCount(plan.findings)
  if (held !== null && override) requireRole(actor, 'admin')
  mustMatch(plan, held, override)
  const at = parts.now()
  const answer = await parts.sql.begin(async (transaction) => {
    if (override && needs(plan.findings) === 'refused') {
      const makers = await makersOf(transaction, organization, actor)
      const said = { by: actor.name, ...makers, ...override, at: at.toISOString() }
      if ((await weighConsent(transaction, organization, plan, said)) === 'first') {
        if (!(await consentToPlan(transaction, organization, id, said)))
          throw planState(await mustReadPlan(parts, organization, id), 'approved', 'awaiting approval')
        await record(transaction, organization, at, actor, 'plan.consented', 'pln', id, { hash: plan.hash, override })
        return 'consented' as const
      }
    }
    const moved = await movePlan(transaction, organization, id, ['awaiting_approval'], 'approved', {
      approvedBy: actor.name,
      approvedAt: at,
      approvedHash: plan.hash,
      // On record with the approval, so that a crash before the job is sent does not leave it unstarted.
      ...(approval.start ? { startedAt: at } : {}),
      ...(held !== null && override ? { override: { ...override, by: actor.name } } : {}),
    })
    if (!moved) throw planState(await mustReadPlan(parts, organization, id), 'approved', 'awaiting approval')
    await record(transaction, organization, at, actor, 'plan.approved', 'pln', id, {
      hash: plan.hash,
      override: override ?? null,
    })
    return 'approved' as const
  })
  parts.log.info({ organization, plan: id, tokenId: actor.tokenId ?? null }, `plan ${answer}`)
  if (answer === 'approved' && approval.start) await parts.jobs.execute(organization, id, plan.lane)
  return answer
}

/** What is held asks for exactly the number that is shown, with a reason; where nothing is held, a number speaks of something else. */
function mustMatch(plan: PlanRow, held: number | null, override: Approval['override']): void {
  const id = showId('pln', plan.id)
  if (override && override.count !== (held ?? Number.NaN))
    throw new RosterdError('COUNT_MISMATCH', { given: number(override.count), count: number(held ?? 0) })
  const need = needs(plan.findings, override ?? {})
  if (held === null || (override && override.reason.trim() !== '' && need !== 'needs_override')) return
  const stops = plan.findings.filter((finding) => finding.verdict !== 'pass').map((finding) => finding.message)
  const message = [...stops, overrideSum(plan.findings)].filter(Boolean).join(' ')
  throw new RosterdError(need === 'refused' ? 'PLAN_REFUSED' : 'PLAN_HELD', { id, message, count: held })
}

/** Who else may have held the token that somebody consents with, as the consent keeps it. */
export async function makersOf(
  handle: Handle,
  organization: number,
  { tokenId }: Actor,
): Promise<Pick<PlanConsent, 'makers'>> {
  return tokenId === undefined ? {} : { makers: await tokenMakers(handle, organization, tokenId) }
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

/** Rejects a plan; with a hash, only the bytes that were reviewed. */
export async function reject(
  parts: Parts,
  organization: number,
  id: number,
  options: { actor: Actor; reason?: string; hash?: string },
): Promise<void> {
  const { actor, reason, hash } = options
  requireRole(actor, 'operator')
  const plan = await mustReadPlan(parts, organization, id)
  if (hash !== undefined && hash !== plan.hash)
    throw new RosterdError('PLAN_HASH_MISMATCH', { id: showId('pln', id), hash: plan.hash })
  if (!canMove(plan.state, 'reject')) throw planState(plan, 'rejected', 'awaiting approval')
  const at = parts.now()
  await parts.sql.begin(async (transaction) => {
    const fields = { finishedAt: at, ...(reason ? { closedReason: reason } : {}) }
    const moved = await movePlan(transaction, organization, id, ['awaiting_approval'], 'rejected', fields)
    if (!moved) throw planState(plan, 'rejected', 'awaiting approval')
    if (plan.lane !== 'by_hand') await waitRejected(transaction, organization, id, at)
    await record(transaction, organization, at, actor, 'plan.rejected', 'pln', id, { reason: reason ?? null })
  })
}

/** Starts an approved plan. One that runs or has ended is left as it is: asking twice changes nothing. */
export async function start(parts: Parts, organization: number, id: number, options: { actor: Actor }): Promise<void> {
  requireRole(options.actor, 'operator')
  const plan = await mustReadPlan(parts, organization, id)
  if (canMove(plan.state, 'apply') || plan.state === 'applying') {
    const at = parts.now()
    await parts.sql.begin(async (transaction) => {
      await movePlan(transaction, organization, id, ['approved'], 'approved', { startedAt: at })
      await record(transaction, organization, at, options.actor, 'plan.started', 'pln', id, {})
    })
    return await parts.jobs.execute(organization, id, plan.lane)
  }
  if (['applied', 'partially_failed', 'failed'].includes(plan.state)) return
  throw planState(plan, 'applied', 'approved')
}

const CHOICES = ['link', 'create_new', 'ignore'] as const

/** Answers who a newcomer is. `link` names one of the candidates; with a single candidate it need not. */
export async function answer(
  parts: Parts,
  organization: number,
  id: number,
  options: { actor: Actor; choice: string; target?: number },
): Promise<void> {
  const { actor, choice } = options
  requireRole(actor, 'operator')
  const decision = await readDecision(parts.sql, organization, id)
  if (!decision) throw new RosterdError('DECISION_NOT_FOUND', { id: showId('dec', id) })
  const [only] = decision.candidates
  const target = choice === 'link' ? (options.target ?? (decision.candidates.length === 1 ? only : undefined)) : null
  const known = CHOICES.some((one) => one === choice)
  if (!known || target === undefined || (target !== null && !decision.candidates.includes(target))) {
    const links = decision.candidates.map((person) => `link ${showId('per', person)}`)
    throw new RosterdError('CHOICE_UNKNOWN', { choice, list: [...links, 'create_new', 'ignore'].join(', ') })
  }
  const at = parts.now()
  await parts.sql.begin(async (transaction) => {
    const answered = await answerDecision(transaction, organization, id, { choice, target, by: actor.name, at })
    if (!answered) throw new RosterdError('DECISION_STATE', { id: showId('dec', id), state: 'decided' })
    await markDirty(transaction, organization, target === null ? [decision.personId] : [decision.personId, target])
    await record(transaction, organization, at, actor, 'decision.answered', 'dec', id, { choice, target })
  })
  await parts.jobs.propose(organization, 'person')
}

async function mustReadPlan(parts: Parts, organization: number, id: number): Promise<PlanRow> {
  const plan = await readPlan(parts.sql, organization, id)
  if (!plan) throw new RosterdError('PLAN_NOT_FOUND', { id: showId('pln', id) })
  return plan
}

export function requireRole(actor: Actor, role: Actor['role']): void {
  if (!holds(actor.role, role)) throw new RosterdError('FORBIDDEN', { role })
}

function planState(plan: PlanRow, verb: string, wanted: string): RosterdError {
  return new RosterdError('PLAN_STATE', {
    id: showId('pln', plan.id),
    state: plan.state.replaceAll('_', ' '),
    verb,
    wanted,
  })
}
