/** Submit: what somebody asked for, and has looked at, is put before those who may approve it; or it is let go. */
import { isDraftByHand, overrideCount } from '../reconcile/review.ts'
import type { Transaction } from '../store/connection.ts'
import { writeAdministratorLetter } from '../store/outbox.ts'
import { movePlan, type PlanRow } from '../store/plans.ts'
import { mustReadPlan, planState, requireRole } from './decide.ts'
import { hashMismatch } from './mismatch.ts'
import type { Actor, Parts } from './parts.ts'
import { record } from './record.ts'

interface Submission {
  actor: Actor
  /** Only the bytes that were reviewed. */
  hash?: string
  /** No administrator is mailed: whoever asks approves it next. */
  silent?: boolean
}

/**
 * Submits a draft that a person asked for: it awaits approval like every plan, and administrators are told.
 *
 * @throws RosterdError PLAN_NOT_FOUND, PLAN_STATE, PLAN_HASH_MISMATCH, FORBIDDEN
 */
export async function submit(
  parts: Parts,
  organization: number,
  id: number,
  { actor, hash, silent = false }: Submission,
): Promise<void> {
  requireRole(actor, 'operator')
  const plan = await mustReadDraft(parts, organization, id, 'submitted', hash)
  await parts.sql.begin(async (transaction) => {
    const done = await submitDraft(transaction, organization, plan, { actor, at: parts.now(), silent })
    if (!done) throw planState(await mustReadPlan({ sql: transaction }, organization, id), 'submitted', 'a draft')
  })
  const about = { organizationId: organization, planId: id, actor: actor.name }
  parts.log.info({ event: 'plan.submitted', ...about }, 'plan submitted')
  if (!silent) await parts.jobs.deliver()
}

/** The same inside a transaction; false when it is no draft, or no longer this one. */
export async function submitDraft(
  transaction: Transaction,
  organization: number,
  plan: PlanRow,
  { actor, at, silent }: { actor: Actor; at: Date; silent: boolean },
): Promise<boolean> {
  const { id, hash } = plan
  if (!(await movePlan(transaction, organization, id, ['draft'], 'awaiting_approval', { ifHash: hash }))) return false
  const event = overrideCount(plan.findings) === null ? 'plan_waits' : 'plan_held'
  if (!silent) await writeAdministratorLetter(transaction, organization, { event, planId: id }, at)
  await record(transaction, organization, at, actor, 'plan.submitted', 'pln', id, { hash })
  return true
}

/** Lets a draft go: nothing of it will happen. */
export async function discard(
  parts: Parts,
  organization: number,
  id: number,
  { actor }: Pick<Submission, 'actor'>,
): Promise<void> {
  requireRole(actor, 'operator')
  await mustReadDraft(parts, organization, id, 'discarded')
  const at = parts.now()
  await parts.sql.begin(async (transaction) => {
    if (!(await movePlan(transaction, organization, id, ['draft'], 'discarded', { finishedAt: at })))
      throw planState(await mustReadPlan({ sql: transaction }, organization, id), 'discarded', 'a draft')
    await record(transaction, organization, at, actor, 'plan.discarded', 'pln', id, {})
  })
}

async function mustReadDraft(
  parts: Parts,
  organization: number,
  id: number,
  verb: string,
  hash?: string,
): Promise<PlanRow> {
  const plan = await mustReadPlan(parts, organization, id)
  if (!isDraftByHand(plan)) throw planState(plan, verb, 'a draft that somebody asked for')
  if (hash !== undefined && hash !== plan.hash) throw await hashMismatch(parts, organization, plan, hash)
  return plan
}
