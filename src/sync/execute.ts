/**
 * Running an approved plan: wave after wave, batch after batch, until every item has an outcome. Whatever happens in between, a
 * crash included, another start goes on at the first item without one.
 */
import { RosterdError } from '../errors.ts'
import { showId } from '../reconcile/identifiers.ts'
import type { PlanState } from '../reconcile/model.ts'
import { tally } from '../reconcile/tally.ts'
import { writeAudit } from '../store/audit.ts'
import type { Transaction } from '../store/connection.ts'
import { type Lease, LeaseLost, renewLane, takeLane } from '../store/lanes.ts'
import { writeAdministratorLetter } from '../store/outbox.ts'
import { countOutcomes } from '../store/outcomes.ts'
import { movePlan, type PlanRow, readPlan } from '../store/plans.ts'
import { pushAgain, pushPeopleOf } from '../store/pushed.ts'
import { forPlan } from '../telemetry.ts'
import { typed } from '../typed.ts'
import { type Run, runBatches } from './batches.ts'
import { builtIn } from './built-in.ts'
import { followedBy } from './followed-by.ts'
import { checkFreshness } from './freshness.ts'
import { keepLease } from './lease.ts'
import type { OrganizationWriter } from './organization.ts'
import type { Parts } from './parts.ts'

/**
 * Runs an approved plan, or goes on with one that was interrupted. Returns at once when its lane is busy, or when the plan is in
 * no state to run; the sweep tries again.
 *
 * @param signal aborting it ends the run after the current batch; the plan stays `applying` and any daemon can go on
 * @returns the plan's state when this call was done with it
 * @throws RosterdError PLAN_NOT_FOUND, PLAN_HASH_MISMATCH; whatever the database throws, after which nothing is half done
 */
export async function execute(
  parts: Parts,
  organization: number,
  plan: number,
  signal: AbortSignal,
  writer: OrganizationWriter = builtIn(parts, organization),
): Promise<PlanState> {
  const asked = await readPlan(parts.sql, organization, plan)
  if (asked === null) throw new RosterdError('PLAN_NOT_FOUND', { id: showId('pln', plan) })
  if (!runnable(asked)) return asked.state
  // The start is on record before the lane is ours: should it be busy, the sweep knows who waits for it.
  if (asked.state === 'approved') {
    await movePlan(parts.sql, organization, plan, ['approved'], 'approved', { startedAt: parts.now() })
  }
  const lease = await takeLane(parts.sql, organization, asked.lane, plan)
  if (lease === null) return asked.state
  const kept = keepLease(parts, lease, signal)
  try {
    const current = await readPlan(parts.sql, organization, plan)
    if (current === null || !runnable(current)) return current?.state ?? 'discarded'
    const run = { parts, organization, plan: current, lease, writer, signal: kept.signal }
    if (current.state === 'approved') {
      const begun = await begin(run)
      if (begun !== 'applying') return begun
    }
    return (await runBatches(run)) ? await finish(run) : 'applying'
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error
    if ((await readPlan(parts.sql, organization, plan))?.state === 'cancelled') return 'cancelled'
    forPlan(parts.log, plan).warn(
      { organizationId: organization },
      'another worker has taken this plan over; this one stops',
    )
    return 'applying'
  } finally {
    await kept.giveBack()
  }
}

function runnable(plan: PlanRow): boolean {
  if (plan.state !== 'approved' && plan.state !== 'applying') return false
  if (plan.approvedHash === plan.hash) return true
  throw new RosterdError('PLAN_HASH_MISMATCH', { id: showId('pln', plan.id), hash: plan.hash })
}

/** From approved to applying, or to stale when the organization has changed too much under the plan. */
async function begin({ parts, organization, plan, lease, writer }: Run): Promise<PlanState> {
  const at = parts.now()
  const { affected, stale: why, differences } = await checkFreshness(parts.sql, organization, plan, writer, at)
  const stale = why.length > 0
  const to = stale ? 'stale' : 'applying'
  const anew = stale ? await followedBy(parts, organization, plan) : null
  const examples = differences.length === 0 ? [] : [`For instance: ${differences.join(' ')}`]
  // What a person asked for is nobody else's to ask again.
  const byHand = plan.lane === 'by_hand'
  const command = byHand ? [`To ask for it again: ${typed(`again ${showId('pln', plan.id)}`)}`] : []
  const closedReason = [...why, ...examples, ...command].join(' ')
  const moved = await parts.sql.begin(async (transaction) => {
    await fence(transaction, lease)
    const fields = stale ? { closedReason, finishedAt: at } : { startedAt: at }
    if (!(await movePlan(transaction, organization, plan.id, ['approved'], to, fields))) return false
    if (anew === 'urgent' || anew === 'pushed')
      await pushPeopleOf(transaction, organization, plan.id, anew === 'urgent', at)
    await writeAudit(transaction, {
      organizationId: organization,
      at,
      actor: plan.approvedBy ?? 'system',
      act: stale ? 'plan.stale' : 'plan.started',
      object: showId('pln', plan.id),
      planId: plan.id,
      after: { items: plan.items, affected, ...(stale ? { why } : {}), ...(affected > 0 ? { differences } : {}) },
    })
    return true
  })
  if (!moved) return (await readPlan(parts.sql, organization, plan.id))?.state ?? 'discarded'
  const about = { organizationId: organization, planId: plan.id, items: plan.items }
  const log = forPlan(parts.log, plan.id)
  if (!stale) log.info({ event: 'plan.started', ...about, lane: plan.lane }, 'plan started')
  else {
    log.warn(
      { event: 'plan.stale', ...about, affected },
      `too much has changed since this plan was made${byHand ? '' : '; it is made again'}`,
    )
    if (!byHand) await parts.jobs.propose(organization, anew ?? 'due')
  }
  return to
}

async function fence(transaction: Transaction, lease: Lease): Promise<void> {
  if (!(await renewLane(transaction, lease))) throw new LeaseLost(lease)
}

/** Closes the plan: its state says how it went, administrators hear of it, and what became possible is planned next. */
async function finish({ parts, organization, plan, lease }: Run): Promise<PlanState> {
  const at = parts.now()
  const states = await countOutcomes(parts.sql, organization, plan.id)
  const result = tally(states)
  const state = result.failed === 0 ? 'applied' : result.succeeded === 0 ? 'failed' : 'partially_failed'
  const anew = await followedBy(parts, organization, plan)
  let waiting = false
  await parts.sql.begin(async (transaction) => {
    await fence(transaction, lease)
    if (!(await movePlan(transaction, organization, plan.id, ['applying'], state, { finishedAt: at }))) {
      throw new LeaseLost(lease)
    }
    if (anew === 'urgent' || anew === 'pushed')
      waiting = await pushAgain(transaction, organization, plan.id, anew === 'urgent', at)
    const event = state === 'applied' ? 'plan_completed' : 'plan_partially_failed'
    await writeAdministratorLetter(transaction, organization, { event, planId: plan.id }, at)
    await writeAudit(transaction, {
      organizationId: organization,
      at,
      actor: plan.approvedBy ?? 'system',
      act: `plan.${state}`,
      object: showId('pln', plan.id),
      planId: plan.id,
      after: result,
    })
  })
  const about = { event: 'plan.finished' as const, organizationId: organization, planId: plan.id, state, ...result }
  forPlan(parts.log, plan.id).info(about, 'plan finished')
  // A plan that changed nothing makes nothing possible: planning again would propose the same failures, and apply them, for ever.
  // Of an identity provider only whom it concerns is on a list, and whoever was pushed while the plan was open has waited for its end.
  if ((states['succeeded'] ?? 0) > 0 || anew !== 'due') await parts.jobs.propose(organization, anew)
  if (waiting && anew === 'urgent') await parts.jobs.propose(organization, 'pushed')
  await parts.jobs.deliver()
  return state
}
