/** What the drop folder of a source asks of the snapshots before: which file was the last, which failed, what is to be told of each. */
import type { Finding, OutcomeState, PlanState } from '../reconcile/model.ts'
import type { Handle } from './connection.ts'
import { readSnapshot, type Snapshot, type SnapshotState } from './snapshots.ts'

/** The last full file before this one that was used, or waits for a person to let it in. */
export async function lastFull(
  handle: Handle,
  organization: number,
  source: number,
  before: number,
): Promise<Snapshot | null> {
  const [row] = await handle<{ id: number }[]>`
    select id from snapshots
    where organization_id = ${organization} and source_id = ${source} and id < ${before} and "full"
      and state in ('admitted', 'confirmed', 'held')
    order by id desc limit 1`
  return row ? await readSnapshot(handle, organization, row.id) : null
}

/** Forgets a snapshot that was never read to its end, with its errors; its rows are the caller's to drop. */
export async function forgetSnapshot(handle: Handle, organization: number, id: number): Promise<void> {
  const gone = await handle`
    delete from snapshots where organization_id = ${organization} and id = ${id} and state = 'staging'`
  if (gone.count > 0)
    await handle`delete from row_errors where organization_id = ${organization} and snapshot_id = ${id}`
}

/** Whether a trigger ever stood beside a file of this source. */
export async function usesTriggers(handle: Handle, organization: number, source: number): Promise<boolean> {
  const rows = await handle`
    select from snapshots where organization_id = ${organization} and source_id = ${source} and triggered limit 1`
  return rows.length > 0
}

/**
 * The dropped name of the last file of changes where it came to nothing; null when the last one was used, was let go by a person, or said
 * nothing new.
 */
export async function failedDelta(handle: Handle, organization: number, source: number): Promise<string | null> {
  const [last] = await handle<{ file: string; state: SnapshotState }[]>`
    select file, state from snapshots
    where organization_id = ${organization} and source_id = ${source} and not "full"
      and state in ('admitted', 'held', 'refused', 'unreadable', 'dismissed', 'expired')
    order by id desc limit 1`
  return last && ['held', 'refused', 'unreadable'].includes(last.state) ? last.file : null
}

/** Paths of files that lie where they were claimed and are decided, or wait for a person. */
export async function decidedPaths(handle: Handle, organization: number, source: number): Promise<Set<string>> {
  const rows = await handle<{ path: string }[]>`
    select path from snapshots
    where organization_id = ${organization} and source_id = ${source} and path like 'processing/%' and state <> 'staging'`
  return new Set(rows.map((row) => row.path))
}

/** When files of the source came since this instant, the newest first, at most 500. One that was too old to be used is no news. */
export async function arrivals(handle: Handle, organization: number, source: number, since: Date): Promise<Date[]> {
  const rows = await handle<{ at: Date }[]>`
    select at from snapshots
    where organization_id = ${organization} and source_id = ${source} and state not in ('staging', 'stale') and at >= ${since}
    order by id desc limit 500`
  return rows.map((row) => row.at)
}

/** The last snapshot of each source that is no stale one: `at` is when the source was last heard. */
export async function lastHeard(
  handle: Handle,
  organization: number,
): Promise<{ sourceId: number; snapshotId: number; at: Date }[]> {
  return await handle<{ sourceId: number; snapshotId: number; at: Date }[]>`
    select s.id as "sourceId", n.id as "snapshotId", n.at
    from sources s cross join lateral (
      select id, at from snapshots n
      where n.organization_id = s.organization_id and n.source_id = s.id and n.state not in ('staging', 'stale')
      order by n.id desc limit 1) n
    where s.organization_id = ${organization}`
}

/** A plan that a file led to. */
export interface FilePlan {
  id: number
  state: PlanState
  headline: string
  items: number
  /** How many items came to what, once they run. */
  outcomes: Partial<Record<OutcomeState, number>>
}

export interface FileStanding {
  id: number
  file: string
  state: SnapshotState
  evidence: string
  full: boolean
  rows: number
  people: number
  errors: number
  missing: number
  findings: Finding[]
  at: Date
  sha256: string
  plans: FilePlan[]
}

/** An ended plan is told of for so long after its end. */
const STILL_TOLD_MS = 3_600_000
const TOLD_FOR_MS = 8 * 24 * STILL_TOLD_MS

/** The newest snapshot of each dropped name of which something new may be to tell, with the plans made from it; at most 50. */
export async function filesToTell(
  handle: Handle,
  organization: number,
  source: number,
  at: Date,
): Promise<FileStanding[]> {
  const since = new Date(at.getTime() - TOLD_FOR_MS)
  const recent = new Date(at.getTime() - STILL_TOLD_MS)
  return await handle<FileStanding[]>`
    with newest as (
      select distinct on (n.file) n.*, s.key || ':' || n.digest as mark
      from snapshots n join sources s on s.organization_id = n.organization_id and s.id = n.source_id
      where n.organization_id = ${organization} and n.source_id = ${source} and n.at >= ${since}
      order by n.file, n.id desc),
    made as (
      select n.id as snapshot_id, p.id, p.state, p.headline, p.items, p.started_at, p.finished_at
      from newest n join plans p on p.organization_id = n.organization_id and n.source_id = any(p.source_ids)
        and p.created_at >= n.at and p.header->'snapshots' ? n.mark)
    select n.id, n.file, n.state, n.evidence, n."full", n.rows, n.people, n.errors, n.missing, n.findings, n.at,
      n.file_sha256 as sha256, coalesce((
        select jsonb_agg(jsonb_build_object('id', m.id, 'state', m.state, 'headline', m.headline, 'items', m.items,
          'outcomes', coalesce((
            select jsonb_object_agg(o.state, o.n) from (
              select state, count(*) as n from outcomes
              where organization_id = ${organization} and plan_id = m.id group by state) o), '{}')) order by m.id)
        from (select * from made where snapshot_id = n.id order by id desc limit 5) m), '[]') as plans
    from newest n
    where n.at >= ${recent} or n.state in ('staging', 'held', 'refused')
      or exists (select from made where snapshot_id = n.id and (finished_at is null or finished_at >= ${recent}))
    order by n.id desc limit 50`
}
