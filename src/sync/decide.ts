/** Decide: what people (or a policy) say of plans, snapshots and questions. Each is one guarded UPDATE with its audit row. */
import { RosterdError } from '../errors.ts'
import { number } from '../reconcile/amount.ts'
import { type IdPrefix, showId } from '../reconcile/identifiers.ts'
import { needs, overrideCount, overrideSum } from '../reconcile/review.ts'
import { writeAudit } from '../store/audit.ts'
import type { Transaction } from '../store/connection.ts'
import { markDirty } from '../store/desired.ts'
import { lockSource } from '../store/locks.ts'
import { answerDecision, readDecision } from '../store/matching.ts'
import { listSources } from '../store/organizations.ts'
import { movePlan, type PlanRow, readPlan, waitRejected } from '../store/plans.ts'
import { moveSnapshot, readSnapshot } from '../store/snapshots.ts'
import { dropStaging } from '../store/staging.ts'
import { merge } from './observe.ts'
import type { Actor, Parts } from './parts.ts'

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
 * Approves the bytes that were reviewed.
 *
 * @throws RosterdError PLAN_NOT_FOUND, PLAN_STATE, PLAN_HASH_MISMATCH, PLAN_HELD (an amount needs the typed count and a reason, and the role
 *   admin), PLAN_REFUSED, COUNT_MISMATCH, FORBIDDEN.
 */
export async function approve(parts: Parts, organization: number, id: number, approval: Approval): Promise<void> {
  const plan = await mustReadPlan(parts, organization, id)
  const { actor, override } = approval
  requireRole(actor, 'operator')
  if (plan.state !== 'awaiting_approval') throw planState(plan, 'approved', 'awaiting approval')
  if (plan.hash !== approval.hash)
    throw new RosterdError('PLAN_HASH_MISMATCH', { id: showId('pln', id), hash: plan.hash })
  const held = overrideCount(plan.findings)
  const sum = overrideSum(plan.findings)
  const stops = plan.findings.filter((finding) => finding.verdict !== 'pass').map((finding) => finding.message)
  if (held !== null && override) requireRole(actor, 'admin')
  const need = needs(plan.findings, override ?? {})
  if (need === 'refused') throw new RosterdError('PLAN_REFUSED', { id: showId('pln', id), message: stops.join(' ') })
  if (held === null && override) throw new RosterdError('COUNT_MISMATCH', { given: number(override.count), count: 0 })
  if (held !== null) {
    if (override && override.count !== held)
      throw new RosterdError('COUNT_MISMATCH', { given: number(override.count), count: number(held) })
    if (need === 'needs_override')
      throw new RosterdError('PLAN_HELD', {
        id: showId('pln', id),
        message: [...stops, sum].filter(Boolean).join(' '),
        count: held,
      })
  }
  const at = parts.now()
  await parts.sql.begin(async (transaction) => {
    const moved = await movePlan(transaction, organization, id, ['awaiting_approval'], 'approved', {
      approvedBy: actor.name,
      approvedAt: at,
      approvedHash: plan.hash,
      // On record with the approval, so that a crash before the job is sent does not leave it unstarted.
      ...(approval.start ? { startedAt: at } : {}),
      ...(held !== null && override ? { override: { ...override, by: actor.name } } : {}),
    })
    if (!moved) throw planState(await mustReadPlan(parts, organization, id), 'approved', 'awaiting approval')
    await audit(transaction, organization, at, actor, 'plan.approved', 'pln', id, {
      hash: plan.hash,
      override: override ?? null,
    })
  })
  parts.log.info({ organization, plan: id, actor: actor.name }, 'plan approved')
  if (approval.start) await parts.jobs.execute(organization, id)
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
  const at = parts.now()
  await parts.sql.begin(async (transaction) => {
    const fields = { finishedAt: at, ...(reason ? { closedReason: reason } : {}) }
    const moved = await movePlan(transaction, organization, id, ['awaiting_approval', 'draft'], 'rejected', fields)
    if (!moved) throw planState(plan, 'rejected', 'awaiting approval')
    if (plan.lane === 'sync') await waitRejected(transaction, organization, id, at)
    await audit(transaction, organization, at, actor, 'plan.rejected', 'pln', id, { reason: reason ?? null })
  })
}

/** Starts an approved plan. One that runs or has ended is left as it is: asking twice changes nothing. */
export async function start(parts: Parts, organization: number, id: number, options: { actor: Actor }): Promise<void> {
  requireRole(options.actor, 'operator')
  const plan = await mustReadPlan(parts, organization, id)
  if (plan.state === 'approved' || plan.state === 'applying') {
    const at = parts.now()
    await parts.sql.begin(async (transaction) => {
      await movePlan(transaction, organization, id, ['approved'], 'approved', { startedAt: at })
      await audit(transaction, organization, at, options.actor, 'plan.started', 'pln', id, {})
    })
    return await parts.jobs.execute(organization, id)
  }
  if (['applied', 'partially_failed', 'failed'].includes(plan.state)) return
  throw planState(plan, 'applied', 'approved')
}

/** Lets a held snapshot into the directory, by the number of people who are missing from it. */
export async function admit(
  parts: Parts,
  organization: number,
  id: number,
  options: { actor: Actor; count: number },
): Promise<void> {
  const { actor, count } = options
  requireRole(actor, 'admin')
  const snapshot = await readSnapshot(parts.sql, organization, id)
  if (!snapshot) throw new RosterdError('SNAPSHOT_NOT_FOUND', { id: showId('snp', id) })
  if (snapshot.state !== 'held') throw snapshotState(id, snapshot.state, 'admitted')
  if (count !== snapshot.missing)
    throw new RosterdError('COUNT_MISMATCH', { given: number(count), count: number(snapshot.missing) })
  const source = (await listSources(parts.sql, organization)).find((one) => one.id === snapshot.sourceId)
  if (!source) throw new RosterdError('SOURCE_NOT_FOUND', { id: snapshot.sourceId })
  const at = parts.now()
  await parts.sql.begin(async (transaction) => {
    await lockSource(transaction, organization, source.id)
    const moved = await moveSnapshot(transaction, organization, id, ['held'], 'admitted', {
      decidedBy: actor.name,
      decidedAt: at,
    })
    if (!moved) throw snapshotState(id, 'decided by somebody else', 'admitted')
    await merge(transaction, organization, source, snapshot, at)
    await audit(transaction, organization, at, actor, 'snapshot.admitted', 'snp', id, { count })
  })
  await parts.jobs.tidy()
  await parts.jobs.propose(organization, 'snapshot')
}

/** Turns a held snapshot away: nothing of it was used, and nothing will be. */
export async function dismiss(
  parts: Parts,
  organization: number,
  id: number,
  options: { actor: Actor },
): Promise<void> {
  const { actor } = options
  requireRole(actor, 'operator')
  const snapshot = await readSnapshot(parts.sql, organization, id)
  if (!snapshot) throw new RosterdError('SNAPSHOT_NOT_FOUND', { id: showId('snp', id) })
  const at = parts.now()
  await parts.sql.begin(async (transaction) => {
    const moved = await moveSnapshot(transaction, organization, id, ['held'], 'dismissed', {
      decidedBy: actor.name,
      decidedAt: at,
    })
    if (!moved) throw snapshotState(id, snapshot.state, 'dismissed')
    await dropStaging(transaction, organization, id)
    await audit(transaction, organization, at, actor, 'snapshot.dismissed', 'snp', id, {})
  })
  await parts.jobs.tidy()
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
    await audit(transaction, organization, at, actor, 'decision.answered', 'dec', id, { choice, target })
  })
  await parts.jobs.propose(organization, 'person')
}

async function mustReadPlan(parts: Parts, organization: number, id: number): Promise<PlanRow> {
  const plan = await readPlan(parts.sql, organization, id)
  if (!plan) throw new RosterdError('PLAN_NOT_FOUND', { id: showId('pln', id) })
  return plan
}

const RANK = { viewer: 0, operator: 1, admin: 2 }

export function requireRole(actor: Actor, role: Actor['role']): void {
  if (RANK[actor.role] < RANK[role]) throw new RosterdError('FORBIDDEN', { role })
}

function planState(plan: PlanRow, verb: string, wanted: string): RosterdError {
  return new RosterdError('PLAN_STATE', {
    id: showId('pln', plan.id),
    state: plan.state.replaceAll('_', ' '),
    verb,
    wanted,
  })
}

function snapshotState(id: number, state: string, verb: string): RosterdError {
  return new RosterdError('SNAPSHOT_STATE', { id: showId('snp', id), state, verb, wanted: 'held' })
}

async function audit(
  transaction: Transaction,
  organization: number,
  at: Date,
  actor: Actor,
  act: string,
  prefix: IdPrefix,
  id: number,
  after: unknown,
): Promise<void> {
  await writeAudit(transaction, {
    organizationId: organization,
    at,
    actor: actor.name,
    act,
    object: showId(prefix, id),
    planId: prefix === 'pln' ? id : null,
    after,
  })
}
