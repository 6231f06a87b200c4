/** Headers of snapshots: kept for ever, whatever became of their rows. */
import type { Consent } from '../reconcile/consent.ts'
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
  'expired',
  'unreadable',
  'stale',
  'duplicate',
  'uploaded', // by a person, for one operation
  'planned', // an uploaded one that a plan was made of
] as const
export type SnapshotState = (typeof SNAPSHOT_STATES)[number]

export interface Snapshot {
  id: number
  sourceId: number
  file: string
  /** Where the claimed file lies, relative to the source's folder. */
  path: string
  fileSha256: string
  /** sha256 over what decides, beside the bytes, what they mean. */
  reading: string
  digest: string | null
  evidence: string
  full: boolean
  /** The writer's own number of the file, from its manifest. */
  sequence: number | null
  /** When the file was last written. */
  modifiedAt: Date | null
  /** A trigger file stood beside it. */
  triggered: boolean
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
  /** The first of the two administrators who let a refused one in. */
  consent: Consent | null
  decidedBy: string | null
  decidedAt: Date | null
}

/** What is needed later to write the failure file in the shape of the input. */
export interface SnapshotLayout {
  delimiter: string
  /** Every column of the file, in its order. */
  columns: SnapshotColumn[]
  keyedBy: 'external_id' | 'email'
}

/** A column of a file and everything that it was understood as; at most one of field, attribute and product says what its cells are. */
export interface SnapshotColumn {
  header: string
  /** A product's own column has the field `products` and the product's key. */
  field: string | null
  attribute: string | null
  product: string | null
  /** Its cells were never kept. */
  secret: boolean
  /** A status that is turned around: yes means that the person may not sign in. */
  inverted: boolean
}

type NewSnapshot = Pick<
  Snapshot,
  'sourceId' | 'file' | 'path' | 'fileSha256' | 'reading' | 'evidence' | 'full' | 'at'
> &
  Partial<Pick<Snapshot, 'sequence' | 'modifiedAt' | 'triggered'>>

/** Opens a snapshot for a claimed file. The same path gives the same snapshot, so that a crash in the middle begins it again, read as files are read now. */
export async function openSnapshot(handle: Handle, organization: number, fields: NewSnapshot): Promise<Snapshot> {
  await handle`
    insert into snapshots (organization_id, source_id, file, path, file_sha256, reading, evidence, "full", sequence, modified_at,
      triggered, state, at)
    values (${organization}, ${fields.sourceId}, ${fields.file}, ${fields.path}, ${fields.fileSha256},
      ${fields.reading}, ${fields.evidence}, ${fields.full}, ${fields.sequence ?? null}, ${fields.modifiedAt ?? null},
      ${fields.triggered ?? false}, 'staging', ${fields.at})
    on conflict (organization_id, source_id, path) do update set reading = excluded.reading where snapshots.state = 'staging'`
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

/**
 * Whether a file that was claimed later has reached the directory: this one would undo it. Claims begin with their time. Only a later
 * full file makes one of changes (`full` false) needless.
 */
export async function newerDecided(
  handle: Handle,
  organization: number,
  source: number,
  path: string,
  full = true,
): Promise<boolean> {
  const rows = await handle`
    select from snapshots
    where organization_id = ${organization} and source_id = ${source} and state in ('admitted', 'confirmed') and ("full" or ${full})
      and (substring(path from '[^/]+$') collate "C") > (substring(${path} from '[^/]+$') collate "C") limit 1`
  return rows.length > 0
}

/**
 * Rows of the last full snapshots that were accepted, newest first: what G12 compares with. Back to the last that a person let in:
 * who confirmed that the organization is smaller now need not say it again tomorrow.
 */
export async function acceptedRowCounts(
  handle: Handle,
  organization: number,
  source: number,
  limit: number,
): Promise<number[]> {
  const rows = await handle<{ rows: number }[]>`
    select rows from snapshots
    where organization_id = ${organization} and source_id = ${source} and state in ('admitted', 'confirmed') and "full"
      and id >= coalesce((select max(id) from snapshots let_in where let_in.organization_id = ${organization}
        and let_in.source_id = ${source} and let_in.state = 'admitted' and let_in."full" and let_in.decided_by is not null), 0)
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

export const STOPPED = ['held', 'refused'] as const satisfies SnapshotState[]

/** The first of two administrators has said that a refused snapshot is right; false when it is not refused any more. */
export async function giveConsent(
  handle: Handle,
  organization: number,
  id: number,
  consent: Consent,
): Promise<boolean> {
  const given = await handle`
    update snapshots set consent = ${JSON.stringify(consent)}::text::jsonb
    where organization_id = ${organization} and id = ${id} and state = 'refused'`
  return given.count === 1
}

/**
 * Snapshots of the source that a newer one replaces: they waited for a person who now has something newer to look at. Only a full one
 * does: a file of changes says nothing of what a stopped full file or other changes say.
 */
export async function replaceStopped(
  handle: Handle,
  organization: number,
  source: number,
  newer: Pick<Snapshot, 'id' | 'full'>,
  states: readonly SnapshotState[],
): Promise<Snapshot[]> {
  if (!newer.full) return []
  return await handle<Snapshot[]>`
    update snapshots set state = 'replaced'
    where organization_id = ${organization} and source_id = ${source} and state = any(${[...states]}::text[]) and id < ${newer.id}
    returning ${columns(handle)}`
}

/** A held or refused snapshot on which nobody decides is let go after so many days. */
export const HELD_DAYS = 7

/** Lets go of held and refused snapshots of all organizations that were read before this instant; their rows are the caller's to drop. */
export async function expireHeld(
  handle: Handle,
  before: Date,
): Promise<{ organizationId: number; snapshotId: number }[]> {
  return await handle<{ organizationId: number; snapshotId: number }[]>`
    update snapshots set state = 'expired' where state in ('held', 'refused') and at <= ${before}
    returning organization_id as "organizationId", id as "snapshotId"`
}

/** Decided snapshots of the source whose file still lies where it was claimed. */
export async function untidySnapshots(handle: Handle, organization: number, source: number): Promise<Snapshot[]> {
  return await handle<Snapshot[]>`
    select ${columns(handle)} from snapshots
    where organization_id = ${organization} and source_id = ${source} and state not in ('staging', 'held', 'refused') and path like 'processing/%'
    order by id limit 1000`
}

export async function moveFile(handle: Handle, organization: number, id: number, path: string): Promise<void> {
  await handle`update snapshots set path = ${path} where organization_id = ${organization} and id = ${id}`
}

const columns = (handle: Handle) => handle`
  id, source_id as "sourceId", file, path, file_sha256 as "fileSha256", reading, digest, evidence, "full", sequence,
  modified_at as "modifiedAt", triggered, state, rows, people, errors,
  missing, layout, groups, findings, at, consent, decided_by as "decidedBy", decided_at as "decidedAt"`

/** Whether the source has ever been read. */
export async function hasSnapshots(handle: Handle, organization: number, source: number): Promise<boolean> {
  const rows =
    await handle`select from snapshots where organization_id = ${organization} and source_id = ${source} limit 1`
  return rows.length > 0
}
