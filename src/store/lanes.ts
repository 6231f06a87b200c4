/**
 * One plan runs at a time in each lane of an organization, under a lease. Each taking raises the token, and every batch of
 * writes names the token it was taken with: a worker that slept through its lease finds another number and writes nothing.
 *
 * Leases are measured by the clock of the database alone, so that daemons whose own clocks differ, or jump, still agree.
 */
import type { Lane, PlanState } from '../reconcile/model.ts'
import type { Handle, Transaction } from './connection.ts'

/** How long a lease holds without being renewed. */
const LEASE_SECONDS = 15

/** A lane, held for one plan. */
export interface Lease {
  organizationId: number
  lane: Lane
  planId: number
  token: number
}

/** Thrown inside a batch whose lease belongs to somebody else by now, or whose plan was cancelled: nothing of the batch may stay. */
export class LeaseLost extends Error {
  constructor(lease: Lease) {
    super(`The ${lease.lane} lane of organization ${lease.organizationId} is no longer held for plan ${lease.planId}.`)
    this.name = 'LeaseLost'
  }
}

/** Takes the lane for a plan, or returns null at once when somebody holds it. */
export async function takeLane(
  handle: Handle,
  organization: number,
  lane: Lane,
  planId: number,
): Promise<Lease | null> {
  const [taken] = await handle<{ token: number }[]>`
    insert into lanes as held (organization_id, lane, plan_id, token, until)
    values (${organization}, ${lane}, ${planId}, 1, clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}))
    on conflict (organization_id, lane) do update
      set plan_id = excluded.plan_id, token = held.token + 1, until = excluded.until
      where held.plan_id is null or held.until <= clock_timestamp()
    returning token`
  return taken === undefined ? null : { organizationId: organization, lane, planId, token: taken.token }
}

/**
 * Prolongs the lease. Inside a batch's transaction this is the fence: the row stays locked until the commit, so nobody can take
 * the lane over in the middle of a batch.
 *
 * @returns false when the lease belongs to somebody else by now
 */
export async function renewLane(handle: Handle, lease: Lease): Promise<boolean> {
  const renewed = await handle`
    update lanes set until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
    where organization_id = ${lease.organizationId} and lane = ${lease.lane}
      and plan_id = ${lease.planId} and token = ${lease.token}`
  return renewed.count === 1
}

/**
 * Prolongs the lease inside a batch's transaction, and keeps whoever would cancel the plan waiting until the batch has committed: a batch
 * is either before the cancellation, with all its outcomes, or after it, with none.
 *
 * @returns false when the lease belongs to somebody else by now, or when the plan was cancelled
 */
export async function holdLane(transaction: Transaction, lease: Lease): Promise<boolean> {
  if (!(await renewLane(transaction, lease))) return false
  // Strong enough to stand against an UPDATE of the state, and weak enough for whoever only reads.
  const [plan] = await transaction<{ state: PlanState }[]>`
    select state from plans where organization_id = ${lease.organizationId} and id = ${lease.planId} for share`
  return plan?.state !== 'cancelled'
}

/** Frees the lane for the next plan. A lease that was taken over is left alone. */
export async function giveBackLane(handle: Handle, lease: Lease): Promise<void> {
  await handle`
    update lanes set plan_id = null, until = clock_timestamp()
    where organization_id = ${lease.organizationId} and lane = ${lease.lane}
      and plan_id = ${lease.planId} and token = ${lease.token}`
}
