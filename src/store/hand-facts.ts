/** What a draft by hand comes to, and whether it is one that was there before. */
import type { HandFacts } from '../reconcile/headline.ts'
import type { PlanState } from '../reconcile/model.ts'
import type { Operation } from '../reconcile/operation.ts'
import type { Handle, Transaction } from './connection.ts'
import type { Proposal } from './proposal.ts'

/** Counts the collected actions, and their people by the worst of what is predicted of them. */
export async function handFacts({ transaction }: Proposal): Promise<HandFacts> {
  const [row] = await transaction<HandFacts[]>`
    with people as (
      select person_id, count(*) as items, bool_or(predicted in ('failed_permanent', 'failed_retryable', 'blocked')) as fails,
        bool_or(predicted in ('waiting_seat', 'waiting_borrow')) as waits, bool_and(predicted = 'noop') as same,
        bool_and(kind in ('invite', 'assign')) as gives,
        bool_or(predicted = 'succeeded' or (predicted = 'waiting_borrow' and kind = 'revoke')) as told
      from placed group by person_id)
    select coalesce(sum(items), 0)::int as items, count(*)::int as people, (count(*) filter (where same))::int as unchanged,
      (count(*) filter (where same and gives))::int as staying,
      (count(*) filter (where fails))::int as failing, (count(*) filter (where waits and not fails))::int as waiting,
      (count(*) filter (where told))::int as letters,
      (select coalesce(json_object_agg(kind, count), '{}') from (
        select kind, count(*)::int from placed where predicted <> 'noop' group by kind) kinds) as counts,
      case when count(*) = 1 and bool_and(same) then (select case when coalesce(a.subject_name, '') = '' then a.subject_email
        else a.subject_name || ' <' || a.subject_email || '>' end from placed p join proposed a using (id) where p.kind = 'invite') end as member
    from people`
  if (!row) throw new Error('an aggregate without a row')
  return row
}

/** Says in a stored plan which item of the same person stands in the way of one that is predicted to be blocked. */
export async function tellBlocked(transaction: Transaction, organization: number, plan: number): Promise<void> {
  await transaction`
    update plan_items i set foreseen = jsonb_build_object('code', 'BLOCKED_BY', 'params', coalesce((
      select jsonb_build_object('item', cause.number, 'code', coalesce(cause.foreseen->>'code', cause.predicted)) from plan_items cause
      where cause.organization_id = i.organization_id and cause.plan_id = i.plan_id and cause.person_id = i.person_id
        and cause.predicted not in ('succeeded', 'noop', 'blocked') order by cause.number limit 1), '{}'))
    where i.organization_id = ${organization} and i.plan_id = ${plan} and i.predicted = 'blocked'`
}

/** Nothing was done of a plan in these states, and nothing will be: it says nothing of whether its file was applied. */
const LET_GO: readonly PlanState[] = ['discarded', 'rejected', 'superseded', 'expired', 'stale']

/**
 * A plan that the same file, read in the same way, was made into with the same options since then: the newest that came to something
 * or still may, or null.
 *
 * @param upload the file as it was sent now
 */
export async function samePlan(
  handle: Handle,
  organization: number,
  operation: Operation,
  { upload, since }: { upload: number; since: Date },
): Promise<{ id: number; state: PlanState; finishedAt: Date | null } | null> {
  if (operation.file === null) return null
  const [row] = await handle<{ id: number; state: PlanState; finishedAt: Date | null }[]>`
    select p.id, p.state, p.finished_at as "finishedAt" from plans p
    left join uploads was on was.organization_id = p.organization_id and was.snapshot_id = p.snapshot_id
    left join uploads now on now.organization_id = p.organization_id and now.snapshot_id = ${upload}
    where p.organization_id = ${organization} and p.lane = 'by_hand' and p.created_at > ${since} and p.hash <> ''
      and p.state <> all(${[...LET_GO]}::text[]) and p.operation->'file'->>'sha256' = ${operation.file.sha256}
      and was.reading->'declared' is not distinct from now.reading->'declared'
      and p.operation - 'rows' - 'file' - 'reason' = ${JSON.stringify(operation)}::text::jsonb - 'rows' - 'file' - 'reason'
    order by p.id desc limit 1`
  return row ?? null
}
