/** Snapshots as lists show them: newest first, with the source they were read from. */
import type { Handle } from './connection.ts'
import type { Snapshot, SnapshotState } from './snapshots.ts'

export type SnapshotListRow = Omit<
  Snapshot,
  'path' | 'layout' | 'groups' | 'digest' | 'sourceId' | 'sequence' | 'modifiedAt' | 'triggered'
> & {
  source: string
  sourceName: string
}

export async function listSnapshots(
  handle: Handle,
  organization: number,
  filter: { states: readonly SnapshotState[] | null; source: string | null; before: number | null; limit: number },
): Promise<SnapshotListRow[]> {
  const states = filter.states === null ? null : [...filter.states]
  return await handle<SnapshotListRow[]>`
    select ${columns(handle)}
    from snapshots n join sources s on s.organization_id = n.organization_id and s.id = n.source_id
    where n.organization_id = ${organization}
      and (${filter.before}::bigint is null or n.id < ${filter.before})
      and (${states}::text[] is null or n.state = any(${states}::text[]))
      and (${filter.source}::text is null or s.key = ${filter.source})
    order by n.id desc limit ${filter.limit}`
}

/** The latest snapshot of each source, by the source's key. */
export async function latestSnapshots(handle: Handle, organization: number): Promise<Map<string, SnapshotListRow>> {
  const rows = await handle<SnapshotListRow[]>`
    select ${columns(handle)}
    from sources s cross join lateral (
      select * from snapshots n where n.organization_id = s.organization_id and n.source_id = s.id order by n.id desc limit 1) n
    where s.organization_id = ${organization}`
  return new Map(rows.map((row) => [row.source, row]))
}

const columns = (handle: Handle) => handle`
  n.id, s.key as source, s.name as "sourceName", n.file, n.file_sha256 as "fileSha256", n.evidence, n."full", n.state, n.rows,
  n.people, n.errors, n.missing, n.findings, n.at, n.consent, n.decided_by as "decidedBy", n.decided_at as "decidedAt"`
