/** Headers of snapshots: kept for ever, whatever became of their rows. */
import type { Finding } from '../reconcile/model.ts'
import type { Handle } from './connection.ts'

export const SNAPSHOT_STATES = [
  'staging',
  'held',
  'refused',
  'admitted',
  'confirmed',
  'dismissed',
  'replaced',
  'unreadable',
] as const
export type SnapshotState = (typeof SNAPSHOT_STATES)[number]

export interface Snapshot {
  id: number
  sourceId: number
  file: string
  /** Where the claimed file lies, relative to the source's folder. */
  path: string
  fileSha256: string
  digest: string | null
  evidence: string
  full: boolean
  state: SnapshotState
  /** Data rows of the file, broken ones included. */
  rows: number
  people: number
  errors: number
  /** Live people of the source whom the file does not mention. */
  missing: number
  layout: SnapshotLayout | null
  groups: Record<string, string>
  findings: Finding[]
  at: Date
  decidedBy: string | null
  decidedAt: Date | null
}

/** What is needed later to write the failure file in the shape of the input. */
export interface SnapshotLayout {
  encoding: string
  delimiter: string
  header: string[]
  /** The field that each column was understood as, null where it was not. */
  fields: (string | null)[]
  keyedBy: 'external_id' | 'email'
}

type NewSnapshot = Pick<Snapshot, 'sourceId' | 'file' | 'path' | 'fileSha256' | 'evidence' | 'full' | 'at'>

/** Opens a snapshot for a claimed file. The same path gives the same snapshot, so that a crash in the middle begins it again. */
export async function openSnapshot(handle: Handle, organization: number, fields: NewSnapshot): Promise<Snapshot> {
  await handle`
    insert into snapshots (organization_id, source_id, file, path, file_sha256, evidence, "full", state, at)
    values (${organization}, ${fields.sourceId}, ${fields.file}, ${fields.path}, ${fields.fileSha256}, ${fields.evidence},
      ${fields.full}, 'staging', ${fields.at})
    on conflict (organization_id, source_id, path) do nothing`
  const [row] = await handle<Snapshot[]>`
    select ${columns(handle)} from snapshots
    where organization_id = ${organization} and source_id = ${fields.sourceId} and path = ${fields.path}`
  if (!row) throw new Error('a snapshot that was just written is gone')
  return row
}

export async function readSnapshot(handle: Handle, organization: number, id: number): Promise<Snapshot | null> {
  const [row] = await handle<Snapshot[]>`
    select ${columns(handle)} from snapshots where organization_id = ${organization} and id = ${id}`
  return row ?? null
}

/** The last snapshot of the source that reached the directory. */
export async function lastAdmitted(handle: Handle, organization: number, source: number): Promise<Snapshot | null> {
  const [row] = await handle<Snapshot[]>`
    select ${columns(handle)} from snapshots
    where organization_id = ${organization} and source_id = ${source} and state = 'admitted' order by id desc limit 1`
  return row ?? null
}

/** Whether a file that was claimed later has reached the directory: this one would undo it. Claims begin with their time. */
export async function newerDecided(
  handle: Handle,
  organization: number,
  source: number,
  path: string,
): Promise<boolean> {
  const rows = await handle`
    select from snapshots
    where organization_id = ${organization} and source_id = ${source} and state in ('admitted', 'confirmed')
      and (substring(path from '[^/]+$') collate "C") > (substring(${path} from '[^/]+$') collate "C") limit 1`
  return rows.length > 0
}

/** Rows of the last full snapshots that were accepted, newest first: what G12 compares with. */
export async function acceptedRowCounts(
  handle: Handle,
  organization: number,
  source: number,
  limit: number,
): Promise<number[]> {
  const rows = await handle<{ rows: number }[]>`
    select rows from snapshots
    where organization_id = ${organization} and source_id = ${source} and state in ('admitted', 'confirmed') and "full"
    order by id desc limit ${limit}`
  return rows.map((row) => row.rows)
}

/** Moves a snapshot, and writes what was found, only from one of the given states: false when somebody else was first. */
export async function moveSnapshot(
  handle: Handle,
  organization: number,
  id: number,
  from: SnapshotState[],
  to: SnapshotState,
  found: Partial<
    Pick<
      Snapshot,
      'rows' | 'people' | 'errors' | 'missing' | 'digest' | 'findings' | 'layout' | 'groups' | 'path' | 'full'
    >
  > & {
    decidedBy?: string
    decidedAt?: Date
  } = {},
): Promise<boolean> {
  const moved = await handle`
    update snapshots set state = ${to},
      rows = coalesce(${found.rows ?? null}, rows), people = coalesce(${found.people ?? null}, people),
      errors = coalesce(${found.errors ?? null}, errors), missing = coalesce(${found.missing ?? null}, missing),
      digest = coalesce(${found.digest ?? null}, digest), path = coalesce(${found.path ?? null}, path),
      findings = coalesce(${found.findings ? JSON.stringify(found.findings) : null}::text::jsonb, findings),
      layout = coalesce(${found.layout ? JSON.stringify(found.layout) : null}::text::jsonb, layout),
      "full" = coalesce(${found.full ?? null}, "full"),
      groups = coalesce(${found.groups ? JSON.stringify(found.groups) : null}::text::jsonb, groups),
      decided_by = coalesce(${found.decidedBy ?? null}, decided_by),
      decided_at = coalesce(${found.decidedAt ?? null}, decided_at)
    where organization_id = ${organization} and id = ${id} and state = any(${from}::text[])`
  return moved.count === 1
}

/** Snapshots of the source that a newer one replaces: they waited for a person who now has something newer to look at. */
export async function replaceHeld(
  handle: Handle,
  organization: number,
  source: number,
  newer: number,
): Promise<Snapshot[]> {
  return await handle<Snapshot[]>`
    update snapshots set state = 'replaced'
    where organization_id = ${organization} and source_id = ${source} and state = 'held' and id < ${newer}
    returning ${columns(handle)}`
}

/** Decided snapshots of the source whose file still lies where it was claimed. */
export async function untidySnapshots(handle: Handle, organization: number, source: number): Promise<Snapshot[]> {
  return await handle<Snapshot[]>`
    select ${columns(handle)} from snapshots
    where organization_id = ${organization} and source_id = ${source} and state not in ('staging', 'held') and path like 'processing/%'
    order by id limit 1000`
}

/** Paths of the source's files that lie where they were claimed and have a snapshot. */
export async function snapshotPaths(handle: Handle, organization: number, source: number): Promise<Set<string>> {
  const rows = await handle<{ path: string }[]>`
    select path from snapshots
    where organization_id = ${organization} and source_id = ${source} and path like 'processing/%'`
  return new Set(rows.map((row) => row.path))
}

export async function moveFile(handle: Handle, organization: number, id: number, path: string): Promise<void> {
  await handle`update snapshots set path = ${path} where organization_id = ${organization} and id = ${id}`
}

const columns = (handle: Handle) => handle`
  id, source_id as "sourceId", file, path, file_sha256 as "fileSha256", digest, evidence, "full", state, rows, people, errors,
  missing, layout, groups, findings, at, decided_by as "decidedBy", decided_at as "decidedAt"`

/** Whether the source has ever been read. */
export async function hasSnapshots(handle: Handle, organization: number, source: number): Promise<boolean> {
  const rows =
    await handle`select from snapshots where organization_id = ${organization} and source_id = ${source} limit 1`
  return rows.length > 0
}
