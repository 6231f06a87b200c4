/** Stage: the rows of a file, read, merged where one person stands on several lines, and put where nobody looks before admission. */
import type { RowError, StagedRow } from '../reconcile/model.ts'
import type { Sql } from '../store/connection.ts'
import { listProducts, readOrganization, type SourceRow } from '../store/organizations.ts'
import { moveSnapshot } from '../store/snapshots.ts'
import { clearErrors, duplicates, replaceLines, stageErrors, stageRows } from '../store/staging.ts'
import { cellsOf } from './csv/cells.ts'
import { CsvRefusal, canonicalRow, mergeRows, readCsv } from './csv/index.ts'
import type { Column } from './csv/settings.ts'
import { csvSettings } from './source-settings.ts'

/** A file that this daemon has claimed: nobody writes to it any more. */
export interface ClaimedFile {
  /** The name under which it was dropped. */
  name: string
  /** Where it lies now, relative to the source's folder; names the snapshot, so that a crash continues it. */
  path: string
  sha256: string
  evidence: 'atomic_rename' | 'stable_only'
  full: boolean
  read(): AsyncIterable<Uint8Array>
}

/** Streams the file into the staging; true when it carries our `_plan` column, which makes it a delta. */
export async function stage(
  sql: Sql,
  organization: number,
  source: SourceRow,
  snapshot: number,
  file: ClaimedFile,
  at: Date,
): Promise<boolean> {
  await clearErrors(sql, organization, snapshot)
  const [settings, products] = await Promise.all([readOrganization(sql, organization), listProducts(sql, organization)])
  const reading = await readCsv(file.read(), csvSettings(source.settings, settings.zone, products, at))
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
  if (trailer !== undefined && trailer !== rows) throw new CsvRefusal('FILE_INCOMPLETE', { a: trailer, b: rows })
  await mergeDuplicates(sql, organization, snapshot, reading.layout.columns)
  const { layout } = reading
  await moveSnapshot(sql, organization, snapshot, ['staging'], 'staging', {
    rows,
    groups,
    layout: {
      encoding: layout.encoding,
      delimiter: layout.delimiter,
      header: layout.header,
      fields: layout.columns.map((column) => column.field),
      keyedBy: layout.keyedBy,
    },
  })
  return layout.ours
}

/** Several lines of one person become one row, or, where they disagree, an error that freezes the person. */
async function mergeDuplicates(sql: Sql, organization: number, snapshot: number, columns: Column[]): Promise<void> {
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
        rows.map((row) => conflictOf(row, result.error, columns)),
      )
    if (gone.length >= 5000) await flush()
  }
  await flush()
}

function conflictOf(row: StagedRow, error: Pick<RowError, 'code' | 'params'>, columns: Column[]): RowError {
  return {
    line: row.line,
    code: error.code,
    params: error.params,
    cells: cellsOf(row, columns),
    anchorKey: row.anchorKey,
    emailKey: row.profile.emailKey,
    userNameKey: row.profile.userNameKey,
  }
}
