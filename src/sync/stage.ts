/** Stage: the rows of a file, read, merged where one person stands on several lines, and put where nobody looks before admission. */
import type { RowError, StagedRow } from '../reconcile/model.ts'
import type { Sql } from '../store/connection.ts'
import { listProducts, readOrganization, type SourceRow } from '../store/organizations.ts'
import { moveSnapshot } from '../store/snapshots.ts'
import { clearErrors, duplicates, replaceLines, stageErrors, stageRows } from '../store/staging.ts'
import { canonicalRow, cellsOf, mergeRows, promised, readCsv, type Shape } from './csv/index.ts'
import type { FileEvidence, Problem } from './drop/claim.ts'
import { csvSettings } from './source-settings.ts'

/** A file that this daemon has claimed: nobody writes to it any more. */
export interface ClaimedFile {
  /** The name under which it was dropped. */
  name: string
  /** Where it lies now, relative to the source's folder; names the snapshot, so that a crash continues it. */
  path: string
  sha256: string
  evidence: FileEvidence
  full: boolean
  /** The writer's own number of the file, and how many rows it promises. */
  sequence?: number
  rows?: number
  /** When it was last written. */
  modified?: Date
  /** A trigger stood beside it. */
  triggered?: boolean
  /** Why it is not read. */
  problem?: Problem | null
  /** False when it has been put away meanwhile. */
  isThere?(): Promise<boolean>
  /** False when a writer has gone on since it was taken. Asked when everything has been read. */
  isUnchanged?(): Promise<boolean>
  read(): AsyncIterable<Uint8Array>
}

/** What is known of a file once it has been read. */
export interface Staged {
  /** It carries our `_plan` column, which makes it a delta. */
  ours: boolean
  /** How it may have been misread, in sentences for a person. */
  notes: string[]
}

/** Streams the file into the staging. */
export async function stage(
  sql: Sql,
  organization: number,
  source: SourceRow,
  snapshot: number,
  file: ClaimedFile,
  at: Date,
): Promise<Staged> {
  await clearErrors(sql, organization, snapshot)
  const [settings, products] = await Promise.all([readOrganization(sql, organization), listProducts(sql, organization)])
  const reading = await readCsv(file.read(), csvSettings(source.settings, settings.zone, products, at))
  const { layout } = reading
  const { delimiter, columns, keyedBy } = layout
  // Before the first row: a file that turns out to be useless in the middle has rows in error that want its shape too.
  await moveSnapshot(sql, organization, snapshot, ['staging'], 'staging', {
    layout: { delimiter, columns, keyedBy },
  })
  const groups: Record<string, string> = {}
  const good = async function* () {
    for await (const batch of reading.batches) {
      const rows: StagedRow[] = []
      const errors: RowError[] = []
      for (const result of batch) {
        if (result.ok) rows.push(result.row)
        else errors.push(result.error)
      }
      for (const row of rows) for (const [index, id] of row.groups.entries()) groups[id] ??= row.groupNames[index] ?? id
      await stageErrors(sql, organization, snapshot, errors)
      yield rows
    }
  }
  await stageRows(sql, organization, snapshot, good(), canonicalRow)
  const { rows, trailer } = reading.counts()
  if (trailer !== undefined && trailer !== rows) throw promised('the last line promises', trailer, rows)
  if (file.rows !== undefined && file.rows !== rows) throw promised('its manifest promises', file.rows, rows)
  const conflict = (row: StagedRow, error: Pick<RowError, 'code' | 'params'>) =>
    conflictOf({ ...row, groupNames: row.groups.map((id) => groups[id] ?? id) }, error, layout, settings.zone)
  await mergeDuplicates(sql, organization, snapshot, conflict)
  await moveSnapshot(sql, organization, snapshot, ['staging'], 'staging', { rows, groups })
  return { ours: layout.ours, notes: layout.notes }
}

/** Several lines of one person become one row, or, where they disagree, an error that freezes the person. */
async function mergeDuplicates(
  sql: Sql,
  organization: number,
  snapshot: number,
  conflict: (row: StagedRow, error: Pick<RowError, 'code' | 'params'>) => RowError,
): Promise<void> {
  let gone: number[] = []
  let merged: StagedRow[] = []
  const flush = async () => {
    await replaceLines(sql, organization, snapshot, gone, merged, canonicalRow)
    gone = []
    merged = []
  }
  for await (const rows of duplicates(sql, organization, snapshot)) {
    const [first] = rows
    if (!first) continue
    const result = mergeRows(rows)
    gone.push(...rows.map((row) => row.line))
    if (result.ok) merged.push(result.row)
    else
      await stageErrors(
        sql,
        organization,
        snapshot,
        rows.map((row) => conflict(row, result.error)),
      )
    if (gone.length >= 5000) await flush()
  }
  await flush()
}

function conflictOf(row: StagedRow, error: Pick<RowError, 'code' | 'params'>, shape: Shape, zone: string): RowError {
  return {
    line: row.line,
    code: error.code,
    params: error.params,
    cells: cellsOf(row, shape, zone),
    anchorKey: row.anchorKey,
    emailKey: row.profile.emailKey,
    userNameKey: row.profile.userNameKey,
  }
}
