import { stringify } from 'csv-stringify/sync'
import { headerKey } from './header-name.ts'
import { guarded } from './prefix.ts'
import type { Column } from './settings.ts'

/** A row or an item that came to nothing, as it is given back to the person who sent the file. */
export interface FailureRow {
  /** The cells of the file's row in its order. */
  cells: string[]
  /** What is still held, where a removal failed because of it. */
  products?: string
  line: number | null
  code: string
  reason: string
  nextStep: string
  plan: string | null
  item: string | null
}

/** The shape of the file that the failures come from. */
export interface FailureFile {
  columns: Pick<Column, 'header' | 'field' | 'product'>[]
  delimiter: string
}

const OURS = ['_line', '_code', '_reason', '_next_step', '_plan', '_item'] as const
const BATCH = 500

/**
 * The failure file: the columns and values of the input in their order, `products` where it had none, and what went
 * wrong in columns that begin with `_` and are ignored when the file is uploaded again. UTF-8 with BOM, CRLF, the
 * input's delimiter, nothing that a spreadsheet would run.
 */
export async function* writeFailures(
  rows: AsyncIterable<FailureRow> | Iterable<FailureRow>,
  file: FailureFile,
): AsyncGenerator<string> {
  const kept = keptColumns(file)
  const addsProducts = !listsProducts(file)
  const names = kept.map((at) => file.columns[at]?.header ?? '')
  const header = [...names.map((name) => guarded(name)), ...(addsProducts ? ['products'] : []), ...OURS]
  yield `\uFEFF${csvLines([header], file.delimiter)}`
  let batch: string[][] = []
  for await (const row of rows) {
    const cells = kept.map((at) => guarded(row.cells[at] ?? '', file.columns[at]?.field === 'seat_priority'))
    const ours = [String(row.line ?? ''), row.code, row.reason, row.nextStep, row.plan ?? '', row.item ?? '']
    // The surplus of a row that was too long comes last, so that it is still too long when it is uploaded as it is.
    const surplus = row.cells.slice(file.columns.length)
    const products = addsProducts ? [row.products ?? ''] : []
    batch.push([...cells, ...[...products, ...ours, ...surplus].map((cell) => guarded(cell))])
    if (batch.length < BATCH) continue
    yield csvLines(batch, file.delimiter)
    batch = []
  }
  if (batch.length > 0) yield csvLines(batch, file.delimiter)
}

/** The cells by header, for machines; without columns that an earlier failure file added. */
export function namedCells(cells: string[], file: Pick<FailureFile, 'columns'>): Record<string, string> {
  return Object.fromEntries(keptColumns(file).map((at) => [file.columns[at]?.header ?? '', cells[at] ?? '']))
}

function keptColumns({ columns }: Pick<FailureFile, 'columns'>): number[] {
  return columns.flatMap(({ header }, at) => (header.startsWith('_') ? [] : [at]))
}

/** A column that lists products, or one that is called so and may not stand there twice. */
function listsProducts({ columns }: FailureFile): boolean {
  return columns.some(
    ({ header, field, product }) => (field === 'products' && product === null) || headerKey(header) === 'products',
  )
}

/** Records as a file has them, with CRLF. */
export function csvLines(records: string[][], delimiter: string): string {
  // Lone line breaks are quoted by hand, and so is what would be taken for a hint or a `sep=` line.
  return stringify(records, { delimiter, record_delimiter: '\r\n', quoted_match: /[\r\n]|^#|^sep=|^version:/i })
}
