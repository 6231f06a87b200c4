/** The urgent lane: what of it awaits somebody, and when a new plan takes its place. */
import type { Lane } from '../reconcile/model.ts'
import type { Transaction } from '../store/connection.ts'
import { lockAwaiting } from '../store/locks.ts'
import { listPlans, type PlanRow } from '../store/plans.ts'
import { lastHeldBack, letGo } from '../store/pushed.ts'

/** More do not await anybody at once. */
const MOST_OPEN = 10_000

/** Plans of a lane that nobody has decided on yet, the last one first. */
export const awaitingPlans = (transaction: Transaction, organization: number, lane: Lane) =>
  listPlans(transaction, organization, { states: ['awaiting_approval'], lane, limit: MOST_OPEN })

/** From the last one whom a guard stopped to the plan that names all of them, and from the held plan to it at most. */
const RENEW = { quiet: 10_000, longest: 300_000 }

/** Whether the plan that is held since `held` gives way to one that names also those who were held back beside it, the last `heldBack`. */
export function isRenewed(at: Date, { heldBack, held }: { heldBack: Date; held: Date }): boolean {
  const passed = (since: Date) => at.getTime() - since.getTime()
  return passed(heldBack) >= RENEW.quiet || passed(held) >= RENEW.longest
}

/**
 * The urgent plans that await somebody, and whether this proposal takes their place: it names all of their people and those who were held
 * back since, once no more of them come, or after a while. Until then only who is new is looked at, and nobody is waited for.
 */
export async function urgentPlans(
  transaction: Transaction,
  organization: number,
  at: Date,
): Promise<{ waits: boolean; replaced: PlanRow[] }> {
  await lockAwaiting(transaction, organization, 'urgent')
  const plans = await awaitingPlans(transaction, organization, 'urgent')
  const heldBack = await lastHeldBack(transaction, organization)
  const first = plans.at(-1)
  const due = first !== undefined && heldBack !== null && isRenewed(at, { heldBack, held: first.createdAt })
  if (first === undefined || due) await letGo(transaction, organization)
  return { waits: first !== undefined, replaced: due ? plans : [] }
}
