/** Every few seconds: plans that ought to run and that nobody runs are started, and plans whose time is over expire. */
import { showId } from '../reconcile/identifiers.ts'
import { writeAudit } from '../store/audit.ts'
import { abandonedPlans, expirePlans } from '../store/plan-life.ts'
import { forPlan } from '../telemetry.ts'
import type { Parts } from './parts.ts'

const START_WITHIN_MS = 24 * 3_600_000

/** Safe to call on every daemon at once: sending a job twice makes one, and expiring is one guarded UPDATE. */
export async function sweep(parts: Parts): Promise<void> {
  const at = parts.now()
  const expired = await parts.sql.begin(async (transaction) => {
    const plans = await expirePlans(transaction, at, new Date(at.getTime() - START_WITHIN_MS))
    const rows = plans.map((plan) => ({
      ...plan,
      at,
      actor: 'system',
      act: 'plan.expired',
      object: showId('pln', plan.planId),
    }))
    await writeAudit(transaction, rows)
    return plans
  })
  for (const plan of expired) forPlan(parts.log, plan.planId).info({ event: 'plan.expired', ...plan }, 'plan expired')
  const abandoned = await abandonedPlans(parts.sql)
  await Promise.all(abandoned.map((plan) => parts.jobs.execute(plan.organizationId, plan.planId)))
  const behind = new Set(expired.map((plan) => plan.organizationId))
  await Promise.all([...behind].map((organization) => parts.jobs.propose(organization, 'due')))
}
