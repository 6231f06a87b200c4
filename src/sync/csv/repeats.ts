import type { RowError, StagedRow } from '../../reconcile/model.ts'
import { mergeRows } from './merge.ts'
import type { OpenedCsv, RowWarning } from './settings.ts'

/** What becomes of the people who stand on several lines. */
export interface Repeats {
  /** The merged row of each, by its key; those whose lines disagree are missing. */
  merged: Map<string, StagedRow>
  warnings: RowWarning[]
  /** One for each line of somebody whose lines disagree. */
  errors: Pick<RowError, 'line' | 'code' | 'params'>[]
}

/**
 * Reads a file a second time and merges the lines that have one of these keys, as the staging does it in the database: only those
 * lines are held in memory. Throws CsvRefusal as the batches do.
 */
export async function mergeRepeats(opened: OpenedCsv, keys: ReadonlySet<string>): Promise<Repeats> {
  const groups = new Map<string, StagedRow[]>()
  for await (const batch of opened.batches) {
    for (const result of batch) {
      if (!result.ok || !keys.has(result.row.anchorKey)) continue
      const group = groups.get(result.row.anchorKey)
      if (group === undefined) groups.set(result.row.anchorKey, [result.row])
      else group.push(result.row)
    }
  }
  const found: Repeats = { merged: new Map(), warnings: [], errors: [] }
  for (const [key, rows] of groups) {
    const result = mergeRows(rows)
    if (!result.ok) {
      const { code, params } = result.error
      found.errors.push(...rows.map(({ line }) => ({ line, code, params: { ...params, line } })))
      continue
    }
    found.merged.set(key, result.row)
    if (result.warning !== null) found.warnings.push(...rows.slice(1).map((row) => repeat(row.line, result.row.line)))
  }
  return found
}

/** The warning about a line that merely repeats an earlier one. */
export function repeat(line: number, first: number): RowWarning {
  return { line, code: 'ROW_DUPLICATE', params: { a: line, b: first }, sentence: `says the same as line ${first}.` }
}
