/** What the clock does to plans: those that nobody runs are found, those that nobody wanted any more expire. */
import type { Lane } from '../reconcile/model.ts'
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
export async function abandonedPlans(handle: Handle): Promise<(PlanKey & { lane: Lane })[]> {
  return await handle<(PlanKey & { lane: Lane })[]>`
    select distinct on (plan.organization_id, plan.lane) plan.organization_id as "organizationId", plan.id as "planId", plan.lane
    from plans plan
    join organizations owner on owner.id = plan.organization_id and not owner.retired
    where (plan.state = 'applying' or (plan.state = 'approved' and plan.started_at is not null))
      and not exists (select from lanes held
        where held.organization_id = plan.organization_id and held.lane = plan.lane and held.plan_id is not null
          and held.until > clock_timestamp())
    order by plan.organization_id, plan.lane, (plan.state = 'applying') desc, plan.started_at, plan.id`
}

/**
 * Ends plans that nobody decided on in their time, and approved ones that were not started in theirs; what was only shown goes too. One
 * that somebody has in hand just now, to decide on it or to replace it, is not waited for: it is looked at again the next time.
 *
 * @param startBy approved before this instant and not started since: expired
 */
export async function expirePlans(handle: Handle, at: Date, startBy: Date): Promise<PlanKey[]> {
  return await handle<PlanKey[]>`
    with over as (
      select organization_id, id from plans
      where (state in ('awaiting_approval', 'draft') and expires_at <= ${at})
        or (state = 'approved' and started_at is null and approved_at <= ${startBy})
      order by organization_id, id for update skip locked)
    update plans p set state = case state when 'draft' then 'discarded' else 'expired' end, finished_at = ${at},
      closed_reason = case state when 'approved' then 'It was not started within a day of its approval.'
        when 'draft' then 'It was only shown, and is old by now.' else 'Nobody decided on it in time.' end
    from over where p.organization_id = over.organization_id and p.id = over.id
    returning p.organization_id as "organizationId", p.id as "planId"`
}

/** Hours after which administrators are reminded of a plan that awaits them, and before its end at which they are once more. */
const REMIND_AFTER = 24
const REMIND_BEFORE = 24

/** Reminds whoever may decide of plans that still await them: a day after they were made, and on their last day. Returns how many letters. */
export async function remindOfPlans(handle: Handle, at: Date): Promise<number> {
  const written = await handle`
    insert into letters (organization_id, audience, event, plan_id, snapshot_id, address, address_key, state, due_at)
    select p.organization_id, 'administrator', due.event, p.id, 0, a.email, a.email_key, 'due', ${at}::timestamptz
    from plans p
    join organizations o on o.id = p.organization_id and not o.retired
    cross join lateral (
      select case when p.expires_at <= ${at}::timestamptz + make_interval(hours => ${REMIND_BEFORE}) then 'plan_expires' else 'plan_still_waits' end as event
      where p.created_at <= ${at}::timestamptz - make_interval(hours => ${REMIND_AFTER})) due
    join administrators a on a.organization_id = p.organization_id and a.role <> 'viewer'
    where p.state = 'awaiting_approval' and not exists (select from letters l
      where l.organization_id = p.organization_id and l.audience = 'administrator' and l.plan_id = p.id and l.event = due.event
        and l.address_key = a.email_key)
    on conflict do nothing`
  return written.count
}
