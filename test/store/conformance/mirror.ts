/** A source that says something: rows staged and merged as a file of them would be. */
import type { RowError, StagedRow } from '../../../src/reconcile/model.ts'
import { nextChange } from '../../../src/store/changes.ts'
import { mergeSnapshot } from '../../../src/store/directory.ts'
import { moveSnapshot, openSnapshot } from '../../../src/store/snapshots.ts'
import { stageErrors, stageRows } from '../../../src/store/staging.ts'
import { type Ground, NOON } from './ground.ts'

/** A row whose anchor, address and user name follow from a name. */
export function row(name: string, over: Partial<StagedRow> = {}, domain = 'acme.test'): StagedRow {
  const email = `${name}@${domain}`
  return {
    line: 2 + (name.codePointAt(0) ?? 0),
    action: 'keep',
    anchor: name,
    anchorKey: name,
    profile: {
      email,
      emailKey: email,
      userName: `user-${name}`,
      userNameKey: `user-${name}`,
      firstName: null,
      lastName: null,
      displayName: null,
      language: null,
    },
    status: 'active',
    startAt: null,
    role: null,
    groups: [],
    groupNames: [],
    products: [],
    expiresAt: null,
    seatPriority: null,
    attributes: {},
    ...over,
  }
}

/** What the hash of a row covers: everything but its place. */
export function canonical({ line: _, groupNames: __, ...content }: StagedRow): string {
  return JSON.stringify(content)
}

export function broken(line: number, over: Partial<RowError> = {}): RowError {
  return {
    line,
    code: 'EMAIL_INVALID',
    params: {},
    cells: [],
    anchorKey: null,
    emailKey: null,
    userNameKey: null,
    ...over,
  }
}

let files = 0

export async function stage(
  ground: Ground,
  rows: StagedRow[],
  options: { source?: string; errors?: RowError[]; groups?: Record<string, string> } = {},
): Promise<number> {
  const { sql, id } = ground
  files += 1
  const snapshot = await openSnapshot(sql, id, {
    sourceId: ground.source(options.source ?? 'hr'),
    file: 'roster.csv',
    path: `processing/${files}`,
    fileSha256: String(files),
    reading: '',
    evidence: 'stable_only',
    full: true,
    at: NOON,
  })
  await stageErrors(sql, id, snapshot.id, options.errors ?? [])
  await stageRows(sql, id, snapshot.id, batches(rows), canonical)
  await moveSnapshot(sql, id, snapshot.id, ['staging'], 'staging', { groups: options.groups ?? {}, digest: ground.key })
  return snapshot.id
}

async function* batches(rows: StagedRow[]): AsyncIterable<StagedRow[]> {
  for (let from = 0; from < rows.length; from += 3) yield rows.slice(from, from + 3)
}

interface MergeOptions {
  source?: string
  errors?: RowError[]
  groups?: Record<string, string>
  absences?: boolean
}

/** Stages and merges, and does something more before it commits. Returns the change number. */
export async function inMerge(
  ground: Ground,
  rows: StagedRow[],
  options: MergeOptions,
  before: () => Promise<void>,
): Promise<number> {
  const { sql, id } = ground
  const snapshot = await stage(ground, rows, options)
  const source = ground.source(options.source ?? 'hr')
  const absences = options.absences ?? true
  return await sql.begin(async (transaction) => {
    const change = await nextChange(transaction, id, NOON, 'snapshot', snapshot)
    const facts = { organization: id, source, snapshot, change, at: NOON, rows: rows.length, absences }
    await mergeSnapshot(transaction, facts)
    await before()
    return change
  })
}

export const merge = (ground: Ground, rows: StagedRow[], options: MergeOptions = {}) =>
  inMerge(ground, rows, options, async () => {})

const line = ({ anchor, status }: { anchor: string; status: string }) =>
  status === 'active' ? anchor : `${anchor} ${status}`

/** `anchor [status]` of what `hr` showed after a change. */
export async function asOf(ground: Ground, change: number): Promise<string[]> {
  const rows = await ground.sql<{ anchor: string; status: string }[]>`
    select anchor, status from directory_users
    where organization_id = ${ground.id} and source_id = ${ground.source('hr')} and from_change <= ${change}
      and (to_change is null or to_change > ${change}) order by anchor_key`
  return rows.map(line)
}

/** The same for what it shows now. */
export async function live(ground: Ground): Promise<string[]> {
  const rows = await ground.sql<{ anchor: string; status: string }[]>`
    select anchor, status from directory_users
    where organization_id = ${ground.id} and source_id = ${ground.source('hr')} and to_change is null order by anchor_key`
  return rows.map(line)
}

export async function links(ground: Ground): Promise<{ anchor: string; state: string; personId: number }[]> {
  return await ground.sql<{ anchor: string; state: string; personId: number }[]>`
    select anchor, state, person_id as "personId" from person_links where organization_id = ${ground.id} order by anchor_key`
}
