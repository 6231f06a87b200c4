/** The files that a plan was made from, and those of their rows that could not be read. */
import type { Handle } from './connection.ts'
import type { SnapshotLayout } from './snapshots.ts'

/** A file that a plan was made from. */
export interface FailureFile {
  snapshotId: number
  sourceId: number
  file: string
  /** Rows that could not be read. */
  errors: number
  layout: SnapshotLayout | null
  /** The number under which the directory took it in; null when it never did. */
  change: number | null
}

export interface FailedCells {
  line: number
  code: string
  params: Record<string, string | number>
  cells: string[]
}

/**
 * The file of each source that the plan was made from: the plan's header names them as `source:digest`. Meant is the one that
 * the directory took in, not a later one that merely repeated it and was not read. A plan made by hand has its upload.
 */
export async function failureFiles(handle: Handle, organization: number, plan: number): Promise<FailureFile[]> {
  return await handle<FailureFile[]>`
    select n.id as "snapshotId", n.source_id as "sourceId", n.file, n.errors, n.layout, n.change
    from plans p
    join sources s on s.organization_id = p.organization_id and s.id = any(p.source_ids)
    cross join lateral (
      select f.id, f.source_id, f.file, f.errors, f.layout, c.number as change
      from snapshots f
      join changes c on c.organization_id = f.organization_id and c.cause = 'snapshot' and c.cause_id = f.id
      where f.organization_id = p.organization_id and f.source_id = s.id and p.header->'snapshots' ? (s.key || ':' || f.digest)
        and f.at <= p.created_at
      order by f.id desc limit 1) n
    where p.organization_id = ${organization} and p.id = ${plan}
    union all
    select u.id, u.source_id, u.file, u.errors, u.layout, null
    from plans p join snapshots u on u.organization_id = p.organization_id and u.id = p.snapshot_id
    where p.organization_id = ${organization} and p.id = ${plan} order by 2`
}

/** Rows of a file that could not be read, in the order of the file, at most `limit` after line `after`. */
export async function failedRows(
  handle: Handle,
  organization: number,
  snapshot: number,
  page: { after: number; limit: number },
): Promise<FailedCells[]> {
  return await handle<FailedCells[]>`
    select line, code, params, cells from row_errors
    where organization_id = ${organization} and snapshot_id = ${snapshot} and line > ${page.after}
    order by line limit ${page.limit}`
}
