/** Every few seconds: plans that ought to run and that nobody runs are started; plans and held snapshots whose time is over expire. */
import { showId } from '../reconcile/identifiers.ts'
import { writeAudit } from '../store/audit.ts'
import { lapsePins } from '../store/pin-ends.ts'
import { abandonedPlans, expirePlans, remindOfPlans } from '../store/plan-life.ts'
import { expireHeld, HELD_DAYS } from '../store/snapshots.ts'
import { remindOfTokens } from '../store/source-tokens.ts'
import { dropStaging } from '../store/staging.ts'
import { forPlan } from '../telemetry.ts'
import { type Parts, SYSTEM, signed } from './parts.ts'
import { recordEnded, tellEnded } from './pin-ends.ts'

const START_WITHIN_MS = 24 * 3_600_000
const HELD_MS = HELD_DAYS * 24 * 3_600_000

/** Safe to call on every daemon at once: sending a job twice makes one, and expiring is one guarded UPDATE. */
export async function sweep(parts: Parts): Promise<void> {
  await expireSnapshots(parts)
  const at = parts.now()
  // Whoever they concerned is marked, and the clock plans whoever is marked.
  const lapsed = await parts.sql.begin(async (transaction) => {
    const pins = await lapsePins(transaction, at)
    await recordEnded(transaction, pins, SYSTEM, at)
    return pins
  })
  tellEnded(parts, lapsed)
  const expired = await parts.sql.begin(async (transaction) => {
    const plans = await expirePlans(transaction, at, new Date(at.getTime() - START_WITHIN_MS))
    const about = { at, ...signed(SYSTEM), act: 'plan.expired' }
    const rows = plans.map((plan) => ({ ...plan, ...about, object: showId('pln', plan.planId) }))
    await writeAudit(transaction, rows)
    return plans
  })
  for (const plan of expired) forPlan(parts.log, plan.planId).info({ event: 'plan.expired', ...plan }, 'plan expired')
  const reminders = (await remindOfPlans(parts.sql, at)) + (await remindOfTokens(parts.sql, at))
  if (reminders > 0) await parts.jobs.deliver()
  const abandoned = await abandonedPlans(parts.sql)
  await Promise.all(abandoned.map((plan) => parts.jobs.execute(plan.organizationId, plan.planId, plan.lane)))
  const behind = new Set(expired.map((plan) => plan.organizationId))
  await Promise.all([...behind].map((organization) => parts.jobs.propose(organization, 'due')))
}

/** A held file that nobody admitted in the time that its letter named goes to failed/, and its rows are dropped. */
async function expireSnapshots(parts: Parts): Promise<void> {
  const at = parts.now()
  const expired = await parts.sql.begin(async (transaction) => {
    const snapshots = await expireHeld(transaction, new Date(at.getTime() - HELD_MS))
    for (const { organizationId, snapshotId } of snapshots) await dropStaging(transaction, organizationId, snapshotId)
    const rows = snapshots.map(({ organizationId, snapshotId }) => ({
      organizationId,
      at,
      ...signed(SYSTEM),
      act: 'snapshot.expired',
      object: showId('snp', snapshotId),
    }))
    await writeAudit(transaction, rows)
    return snapshots
  })
  for (const snapshot of expired) parts.log.info({ event: 'snapshot.expired', ...snapshot }, 'held file let go')
  if (expired.length > 0) await parts.jobs.tidy()
}
