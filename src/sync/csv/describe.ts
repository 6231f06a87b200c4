import type { RowError, StagedRow } from '../../reconcile/model.ts'
import { promised } from './refusal.ts'
import { mergeRepeats } from './repeats.ts'
import type { Column, Counts, Layout, OpenedCsv, RowWarning } from './settings.ts'

/** What was understood of a file, as plain data for a person or a program to look at. No secrets. */
export interface Description {
  encoding: string
  bom: boolean
  /** The delimiter in words. */
  delimiter: string
  headerLine: number
  keyedBy: Layout['keyedBy']
  columns: { header: string; understoodAs: string }[]
  unknown: string[]
  warnings: string[]
  /** `rows` are `people`, `merged` (more lines about one of them) and `errors`. */
  counts: Counts & { people: number; merged: number }
  /** The file carries our `_plan` column: it names only whom it speaks of, and nobody is absent. */
  delta: boolean
  /** The first people as understood. */
  rows: StagedRow[]
  rowWarnings: RowWarning[]
  /** The first errors, each with its sentence; `counts.errors` says how many there are. */
  errors: { line: number; code: string; sentence: string }[]
}

export interface DescribeOptions {
  /** Makes the sentence of a reason. */
  sentence: (code: string, params: RowError['params']) => string
  /** How many rows to show; 20. */
  rows?: number
  /** How many errors, and how many warnings of rows, to list; 100. */
  errors?: number
}

/** Delimiters in words. */
const DELIMITERS: Record<string, string> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'vertical bar' }

/**
 * Reads a file to its end and says what it holds. Where people stand on several lines it is opened once more, to merge them as
 * the daemon does. Throws CsvRefusal as the batches do, and FILE_INCOMPLETE where the last line promises other rows than there are.
 */
export async function describeLayout(open: () => Promise<OpenedCsv>, options: DescribeOptions): Promise<Description> {
  const opened = await open()
  const { layout } = opened
  const most = { rows: options.rows ?? 20, errors: options.errors ?? 100 }
  const keys = new Set<string>()
  const repeated = new Set<string>()
  const rows: StagedRow[] = []
  const errors: Pick<RowError, 'line' | 'code' | 'params'>[] = []
  const warnings: RowWarning[] = []
  for await (const batch of opened.batches) {
    for (const result of batch) {
      if (!result.ok) {
        if (errors.length < most.errors) errors.push(result.error)
        continue
      }
      const { anchorKey } = result.row
      if (keys.has(anchorKey)) repeated.add(anchorKey)
      else if (rows.length < most.rows) rows.push(result.row)
      keys.add(anchorKey)
      if (warnings.length < most.errors) warnings.push(...result.warnings)
    }
  }
  const counts = opened.counts()
  const { rows: read, trailer } = counts
  if (trailer !== undefined && trailer !== read) throw promised('the last line promises', trailer, read)
  const repeats = repeated.size === 0 ? null : await mergeRepeats(await open(), repeated)
  const disagreeing = repeats === null ? 0 : repeated.size - repeats.merged.size
  const allErrors = counts.errors + (repeats?.errors.length ?? 0)
  const people = keys.size - disagreeing
  return {
    encoding: layout.encoding,
    bom: layout.bom,
    delimiter: delimiterWords(layout.delimiter),
    headerLine: layout.headerLine,
    keyedBy: layout.keyedBy,
    columns: layout.columns.map((column) => ({ header: column.header, understoodAs: understood(column) })),
    unknown: layout.unknown,
    warnings: layout.warnings,
    counts: { ...counts, errors: allErrors, people, merged: counts.rows - allErrors - people },
    delta: layout.ours,
    rows: rows.flatMap((row) => (repeated.has(row.anchorKey) ? (repeats?.merged.get(row.anchorKey) ?? []) : row)),
    rowWarnings: inOrder([...warnings, ...(repeats?.warnings ?? [])], most.errors),
    errors: inOrder([...errors, ...(repeats?.errors ?? [])], most.errors).map(({ line, code, params }) => ({
      line,
      code,
      sentence: options.sentence(code, params),
    })),
  }
}

function inOrder<T extends { line: number }>(things: T[], most: number): T[] {
  return things.sort((a, b) => a.line - b.line).slice(0, most)
}

export const delimiterWords = (delimiter: string): string => DELIMITERS[delimiter] ?? delimiter

/** What a column was understood as, in words. */
export function understood({
  header,
  field,
  attribute,
  product,
  secret,
  inverted,
}: Record<'field' | 'attribute' | 'product', string | null> & Pick<Column, 'header' | 'secret' | 'inverted'>): string {
  if (secret) return 'secret, never read'
  if (product !== null) return `product ${product}`
  if (field !== null) return inverted ? `${field}, turned around` : field
  if (attribute !== null) return `attribute ${attribute}`
  return header.startsWith('_') ? 'ignored' : 'nothing'
}
