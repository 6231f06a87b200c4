/** Stage: the rows of a file, read, merged where one person stands on several lines, and put where nobody looks before admission. */
import type { RowError, StagedRow } from '../reconcile/model.ts'
import type { Sql } from '../store/connection.ts'
import { moveSnapshot } from '../store/snapshots.ts'
import { clearErrors, duplicates, replaceLines, stageErrors, stageRows } from '../store/staging.ts'
import {
  type CsvSettings,
  canonicalRow,
  cellsOf,
  type Layout,
  mergeRows,
  promised,
  type RowWarning,
  readCsv,
  repeat,
  type Shape,
} from './csv/index.ts'
import type { FileEvidence, Problem } from './drop/claim.ts'

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
  layout: Layout
  /** The first rows that were taken and that a person should look at. */
  warnings: RowWarning[]
}

/** So many warnings about rows are told. */
const MOST_WARNINGS = 100

/** Streams the file into the staging of a snapshot in state `staging`. Throws CsvRefusal where it cannot be read. */
export async function stage(
  sql: Sql,
  organization: number,
  snapshot: number,
  file: Pick<ClaimedFile, 'read' | 'rows'>,
  settings: CsvSettings,
): Promise<Staged> {
  await clearErrors(sql, organization, snapshot)
  const reading = await readCsv(file.read(), settings)
  const { layout } = reading
  const { delimiter, columns, keyedBy } = layout
  const warnings: RowWarning[] = []
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
        if (result.ok) {
          rows.push(result.row)
          if (warnings.length < MOST_WARNINGS) warnings.push(...result.warnings)
        } else errors.push(result.error)
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
  warnings.push(...(await mergeDuplicates(sql, organization, snapshot, conflict)))
  await moveSnapshot(sql, organization, snapshot, ['staging'], 'staging', { rows, groups })
  return { layout, warnings: warnings.sort((a, b) => a.line - b.line).slice(0, MOST_WARNINGS) }
}

/** Several lines of one person become one row, or, where they disagree, an error that freezes the person. Returns the first that merely repeat others. */
async function mergeDuplicates(
  sql: Sql,
  organization: number,
  snapshot: number,
  conflict: (row: StagedRow, error: Pick<RowError, 'code' | 'params'>) => RowError,
): Promise<RowWarning[]> {
  const repeats: RowWarning[] = []
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
    if (result.ok) {
      merged.push(result.row)
      if (result.warning !== null && repeats.length < MOST_WARNINGS)
        repeats.push(...rows.slice(1).map(({ line }) => repeat(line, first.line)))
    } else
      await stageErrors(
        sql,
        organization,
        snapshot,
        rows.map((row) => conflict(row, result.error)),
      )
    if (gone.length >= 5000) await flush()
  }
  await flush()
  return repeats
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
