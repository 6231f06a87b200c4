/** What the clock does to plans: those that nobody runs are found, those that nobody wanted any more expire. */
import type { Handle } from './connection.ts'

/** A plan by its key. */
export interface PlanKey {
  organizationId: number
  planId: number
}

/**
 * Plans of all organizations that ought to run and that nobody runs: of each lane that is free, or whose lease lapsed, the one
 * in the middle of being applied, else the one whose start was asked for first.
 */
export async function abandonedPlans(handle: Handle): Promise<PlanKey[]> {
  return await handle<PlanKey[]>`
    select distinct on (plan.organization_id, plan.lane) plan.organization_id as "organizationId", plan.id as "planId"
    from plans plan
    join organizations owner on owner.id = plan.organization_id and not owner.retired
    where (plan.state = 'applying' or (plan.state = 'approved' and plan.started_at is not null))
      and not exists (select from lanes held
        where held.organization_id = plan.organization_id and held.lane = plan.lane and held.plan_id is not null
          and held.until > clock_timestamp())
    order by plan.organization_id, plan.lane, (plan.state = 'applying') desc, plan.started_at, plan.id`
}

/**
 * Ends plans that nobody decided on in their time, and approved ones that were not started in theirs.
 *
 * @param startBy approved before this instant and not started since: expired
 */
export async function expirePlans(handle: Handle, at: Date, startBy: Date): Promise<PlanKey[]> {
  return await handle<PlanKey[]>`
    update plans set state = 'expired', finished_at = ${at},
      closed_reason = case state when 'approved' then 'It was not started within a day of its approval.'
        else 'Nobody decided on it in time.' end
    where (state = 'awaiting_approval' and expires_at <= ${at}) or (state = 'approved' and started_at is null and approved_at <= ${startBy})
    returning organization_id as "organizationId", id as "planId"`
}
