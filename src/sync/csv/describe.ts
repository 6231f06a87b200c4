import type { RowError, StagedRow } from '../../reconcile/model.ts'
import type { Counts, Layout, OpenedCsv, RowWarning } from './settings.ts'

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
  counts: Counts
  /** The first rows as understood. */
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

const DELIMITERS: Record<string, string> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'vertical bar' }

/** Reads a file that was opened to its end and says what it holds. Throws CsvRefusal as the batches do. */
export async function describeLayout(opened: OpenedCsv, options: DescribeOptions): Promise<Description> {
  const { layout } = opened
  const rows: StagedRow[] = []
  const errors: Description['errors'] = []
  const rowWarnings: Description['rowWarnings'] = []
  for await (const batch of opened.batches) {
    for (const result of batch) {
      if (!result.ok) {
        const { line, code, params } = result.error
        if (errors.length < (options.errors ?? 100))
          errors.push({ line, code, sentence: options.sentence(code, params) })
        continue
      }
      if (rows.length < (options.rows ?? 20)) rows.push(result.row)
      for (const warning of result.warnings) {
        if (rowWarnings.length >= (options.errors ?? 100)) break
        rowWarnings.push(warning)
      }
    }
  }
  return {
    encoding: layout.encoding,
    bom: layout.bom,
    delimiter: DELIMITERS[layout.delimiter] ?? layout.delimiter,
    headerLine: layout.headerLine,
    keyedBy: layout.keyedBy,
    columns: layout.columns.map((column) => ({ header: column.header, understoodAs: understood(column) })),
    unknown: layout.unknown,
    warnings: layout.warnings,
    counts: opened.counts(),
    rows,
    rowWarnings,
    errors,
  }
}

function understood({ header, field, attribute, product, secret, inverted }: Layout['columns'][number]): string {
  if (secret) return 'secret, never read'
  if (product !== null) return `product ${product}`
  if (field !== null) return inverted ? `${field}, turned around` : field
  if (attribute !== null) return `attribute ${attribute}`
  return header.startsWith('_') ? 'ignored' : 'nothing'
}
