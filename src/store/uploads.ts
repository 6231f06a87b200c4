/** Files that people upload for one operation: for which verb, how they are read, and what was found in them. */
import { z } from 'zod'
import { VERBS, type Verb } from '../reconcile/operation.ts'
import type { Handle, Transaction } from './connection.ts'
import type { SnapshotLayout, SnapshotState } from './snapshots.ts'

/** What somebody declares of a file; absent: found out. */
const declared = z.object({
  encoding: z.string().exactOptional(),
  delimiter: z.string().exactOptional(),
  dateOrder: z.enum(['dmy', 'mdy']).exactOptional(),
  columns: z.record(z.string(), z.string()).exactOptional(),
})
export type UploadReading = z.output<typeof declared>

const remark = z.object({ line: z.int(), code: z.string(), sentence: z.string() })
const seen = z.object({
  encoding: z.string(),
  headerLine: z.int(),
  unknown: z.array(z.string()),
  /** Sentences about the file, and about its first doubtful rows. */
  warnings: z.array(z.string()),
  remarks: z.array(remark),
})
/** What reading found that stands in no row. */
export type UploadSeen = z.output<typeof seen>

const stored = z.object({ declared, seen: seen.nullable() })
const verb = z.enum(VERBS)

export interface UploadRow {
  snapshotId: number
  sourceId: number
  verb: Verb
  file: string
  /** Empty while its bytes still come. */
  sha256: string
  state: SnapshotState
  rows: number
  people: number
  errors: number
  layout: SnapshotLayout | null
  declared: UploadReading
  /** Null before it was read, and where addresses were typed. */
  seen: UploadSeen | null
  createdBy: string
  at: Date
}

export interface NewUpload {
  verb: Verb
  file: string
  declared: UploadReading
  createdBy: string
  at: Date
}

/** Opens a snapshot of the pseudo-source `upload`, in state `staging`, and returns its id. */
export async function openUpload(handle: Handle, organization: number, upload: NewUpload): Promise<number> {
  const [opened] = await handle<{ id: number }[]>`
    with header as (
      insert into snapshots (organization_id, source_id, file, path, file_sha256, evidence, "full", state, at)
      select ${organization}, s.id, ${upload.file}, 'upload/' || gen_random_uuid(), '', 'upload', false, 'staging', ${upload.at}::timestamptz
      from sources s where s.organization_id = ${organization} and s.kind = 'upload'
      returning id)
    insert into uploads (organization_id, snapshot_id, verb, reading, created_by, at)
    select ${organization}, id, ${upload.verb}, ${asStored(upload.declared, null)}::text::jsonb, ${upload.createdBy}, ${upload.at}::timestamptz
    from header returning snapshot_id as id`
  if (!opened) throw new Error('the pseudo-source upload is missing')
  return opened.id
}

const asStored = (declared: UploadReading, seen: UploadSeen | null): string => JSON.stringify({ declared, seen })

/** Writes what was declared of an upload, and what reading it so has found. */
export async function writeReading(
  handle: Handle,
  organization: number,
  snapshot: number,
  reading: { declared: UploadReading; seen: UploadSeen | null },
): Promise<void> {
  await handle`
    update uploads set reading = ${asStored(reading.declared, reading.seen)}::text::jsonb
    where organization_id = ${organization} and snapshot_id = ${snapshot}`
}

/** Null where nothing of that number was uploaded, or it has been let go of. */
export async function readUpload(handle: Handle, organization: number, snapshot: number): Promise<UploadRow | null> {
  const [row] = await handle<(Omit<UploadRow, 'verb' | 'declared' | 'seen'> & { verb: string; reading: unknown })[]>`
    select u.snapshot_id as "snapshotId", n.source_id as "sourceId", u.verb, n.file, n.file_sha256 as sha256, n.state, n.rows, n.people, n.errors, n.layout,
      u.reading, u.created_by as "createdBy", u.at
    from uploads u join snapshots n on n.organization_id = u.organization_id and n.id = u.snapshot_id
    where u.organization_id = ${organization} and u.snapshot_id = ${snapshot}`
  if (row === undefined) return null
  const { reading, ...rest } = row
  return { ...rest, verb: verb.parse(row.verb), ...stored.parse(reading) }
}

/** How the newest uploads for a verb were read where somebody declared anything, each with the names of its columns. */
export async function lastReadings(
  handle: Handle,
  organization: number,
  { verb, before }: { verb: Verb; before: number },
): Promise<{ declared: UploadReading; headers: string[] }[]> {
  const rows = await handle<{ declared: unknown; headers: string[] }[]>`
    select u.reading->'declared' as declared, array(select c->>'header' from jsonb_array_elements(n.layout->'columns') c) as headers
    from uploads u join snapshots n on n.organization_id = u.organization_id and n.id = u.snapshot_id
    where u.organization_id = ${organization} and u.verb = ${verb} and u.snapshot_id < ${before}
      and u.reading->'declared' <> '{}' and n.state in ('uploaded', 'planned', 'expired') and n.layout is not null
    order by u.snapshot_id desc limit 3`
  return rows.map((row) => ({ declared: declared.parse(row.declared), headers: row.headers }))
}

/** Lets go of an upload in one of these states, wholly: false when there is none such. */
export async function dropUpload(
  transaction: Transaction,
  organization: number,
  snapshot: number,
  states: readonly SnapshotState[],
): Promise<boolean> {
  const dropped = await transaction`
    delete from snapshots n using uploads u
    where n.organization_id = ${organization} and n.id = ${snapshot} and n.state = any(${[...states]}::text[])
      and u.organization_id = n.organization_id and u.snapshot_id = n.id`
  if (dropped.count === 0) return false
  for (const table of ['uploads', 'upload_chunks', 'staged_rows', 'row_errors'])
    await transaction`
      delete from ${transaction(table)} where organization_id = ${organization} and snapshot_id = ${snapshot}`
  return true
}
