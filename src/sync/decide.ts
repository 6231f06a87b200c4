/** Decide: what people (or a policy) say of plans and questions. Each is one guarded UPDATE with its audit row. */
import { RosterdError } from '../errors.ts'
import { FAREWELL_CHOICES } from '../reconcile/farewell.ts'
import { showId } from '../reconcile/identifiers.ts'
import { canMove } from '../reconcile/review.ts'
import { holds } from '../reconcile/roles.ts'
import { tokenMakers } from '../store/access.ts'
import { invitersOf } from '../store/administrators.ts'
import type { Handle, Transaction } from '../store/connection.ts'
import { markDirty } from '../store/dirty.ts'
import { answerDecision, readDecision } from '../store/matching.ts'
import { movePlan, type PlanConsent, type PlanRow, readPlan, waitRejected } from '../store/plans.ts'
import { hashMismatch } from './mismatch.ts'
import type { Actor, Parts } from './parts.ts'
import { record } from './record.ts'

/** Who else may stand behind what somebody consents to, as the consent keeps it: by their token, or by having made them an administrator. */
export async function makersOf(
  handle: Handle,
  organization: number,
  { tokenId, name }: Actor,
): Promise<Pick<PlanConsent, 'makers' | 'inviters'>> {
  const inviters = await invitersOf(handle, organization, name)
  return {
    ...(tokenId !== undefined && { makers: await tokenMakers(handle, organization, tokenId) }),
    ...(inviters.length > 0 && { inviters }),
  }
}

/**
 * Rejects a plan; with a hash, only the bytes that were reviewed.
 *
 * @throws RosterdError PLAN_NOT_FOUND, PLAN_STATE, PLAN_HASH_MISMATCH, FORBIDDEN
 */
export async function reject(
  parts: Parts,
  organization: number,
  id: number,
  options: { actor: Actor; reason?: string; hash?: string },
): Promise<void> {
  const { actor, reason, hash } = options
  requireRole(actor, 'operator')
  const plan = await mustReadPlan(parts, organization, id)
  if (hash !== undefined && hash !== plan.hash) throw await hashMismatch(parts, organization, plan, hash)
  if (!canMove(plan.state, 'reject')) throw planState(plan, 'rejected', 'awaiting approval')
  const at = parts.now()
  await parts.sql.begin(async (transaction) => {
    const moved = await movePlan(transaction, organization, id, ['awaiting_approval'], 'rejected', {
      finishedAt: at,
      ...(reason && { closedReason: reason }),
      ...(hash !== undefined && { ifHash: hash }),
    })
    if (!moved) throw await passedBy(transaction, organization, id, hash)
    if (plan.lane !== 'by_hand') await waitRejected(transaction, organization, id, at)
    await record(transaction, organization, at, actor, 'plan.rejected', 'pln', id, { reason: reason ?? null })
  })
}

/** Somebody was faster: they decided on the plan, or edited it. */
async function passedBy(sql: Transaction, organization: number, id: number, given?: string): Promise<RosterdError> {
  const plan = await mustReadPlan({ sql }, organization, id)
  if (canMove(plan.state, 'reject') && given !== undefined && plan.hash !== given)
    return await hashMismatch({ sql }, organization, plan, given)
  return planState(plan, 'rejected', 'awaiting approval')
}

/** Starts an approved plan. One that runs or has ended is left as it is: asking twice changes nothing. */
export async function start(parts: Parts, organization: number, id: number, options: { actor: Actor }): Promise<void> {
  requireRole(options.actor, 'operator')
  const plan = await mustReadPlan(parts, organization, id)
  if (canMove(plan.state, 'apply') || plan.state === 'applying') {
    const at = parts.now()
    await parts.sql.begin(async (transaction) => {
      const begins = await movePlan(transaction, organization, id, ['approved'], 'approved', { startedAt: at })
      // One that runs already, or whose worker died, is only taken up again.
      if (begins && plan.startedAt === null)
        await record(transaction, organization, at, options.actor, 'plan.started', 'pln', id, {})
    })
    return await parts.jobs.execute(organization, id, plan.lane)
  }
  if (['applied', 'partially_failed', 'failed'].includes(plan.state)) return
  throw planState(plan, 'applied', 'approved')
}

const CHOICES = ['link', 'create_new', 'ignore'] as const

/**
 * Answers who a newcomer is, or what becomes of the access of somebody who is gone. `link` names one of the candidates; with a single
 * candidate it need not. What no source may take, only a person with the role admin takes.
 */
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
  if (decision.kind === 'gone' && choice === 'end_access') requireRole(actor, 'admin')
  const choices: readonly string[] = decision.kind === 'gone' ? FAREWELL_CHOICES : CHOICES
  const [only] = decision.candidates
  const target = choice === 'link' ? (options.target ?? (decision.candidates.length === 1 ? only : undefined)) : null
  const known = choices.includes(choice)
  if (!known || target === undefined || (target !== null && !decision.candidates.includes(target))) {
    const links = decision.candidates.map((person) => `link ${showId('per', person)}`)
    const others = choices.filter((one) => one !== 'link')
    throw new RosterdError('CHOICE_UNKNOWN', { choice, list: [...links, ...others].join(', ') })
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

/** @param where whoever asks inside a transaction gives that: those who hold a connection must never wait for another */
export async function mustReadPlan(where: { sql: Handle }, organization: number, id: number): Promise<PlanRow> {
  const plan = await readPlan(where.sql, organization, id)
  if (!plan) throw new RosterdError('PLAN_NOT_FOUND', { id: showId('pln', id) })
  return plan
}

export function requireRole(actor: Actor, role: Actor['role']): void {
  if (!holds(actor.role, role)) throw new RosterdError('FORBIDDEN', { role })
}

export function planState(plan: PlanRow, verb: string, wanted: string): RosterdError {
  return new RosterdError('PLAN_STATE', {
    id: showId('pln', plan.id),
    state: plan.state.replaceAll('_', ' '),
    verb,
    wanted,
  })
}
