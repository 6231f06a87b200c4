import { stringify } from 'csv-stringify/sync'
import type { Field } from './field.ts'
import { guarded } from './prefix.ts'

/** A row or an item that came to nothing, as it is given back to the person who sent the file. */
export interface FailureRow {
  /** The cells of the file's row in its order; null for an item without one. */
  cells: string[] | null
  /** What is still held, where a removal failed because of it. */
  products?: string
  line: number | null
  code: string
  reason: string
  nextStep: string
  plan: string | null
  item: string | null
}

export interface FailureFile {
  /** The header of the input. */
  header: string[]
  /** What its columns are understood as, where known: to add `products` only where the input had none. */
  fields?: (Field | null)[]
  /** The delimiter of the input. */
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
  const addsProducts = !hasProducts(file)
  const header = [...kept.map((at) => guarded(file.header[at] ?? '')), ...(addsProducts ? ['products'] : []), ...OURS]
  yield `\uFEFF${lines([header], file.delimiter)}`
  let batch: string[][] = []
  for await (const row of rows) {
    const cells = kept.map((at) => guarded(row.cells?.[at] ?? '', file.fields?.[at] === 'seat_priority'))
    const ours = [String(row.line ?? ''), row.code, row.reason, row.nextStep, row.plan ?? '', row.item ?? '']
    // The surplus of a row that was too long comes last, so that it is still too long when it is uploaded as it is.
    const surplus = (row.cells ?? []).slice(file.header.length)
    const products = addsProducts ? [row.products ?? ''] : []
    batch.push([...cells, ...[...products, ...ours, ...surplus].map((cell) => guarded(cell))])
    if (batch.length < BATCH) continue
    yield lines(batch, file.delimiter)
    batch = []
  }
  if (batch.length > 0) yield lines(batch, file.delimiter)
}

/** The same as JSON Lines, for machines: the row's cells by header, and what went wrong. */
export async function* writeFailuresJson(
  rows: AsyncIterable<FailureRow> | Iterable<FailureRow>,
  file: Pick<FailureFile, 'header'>,
): AsyncGenerator<string> {
  const kept = keptColumns(file)
  for await (const { cells, products, ...reason } of rows) {
    const row = cells === null ? null : Object.fromEntries(kept.map((at) => [file.header[at] ?? '', cells[at] ?? '']))
    const surplus = cells === null ? [] : cells.slice(file.header.length)
    yield `${JSON.stringify({ ...reason, products: products ?? null, row, ...(surplus.length > 0 ? { surplus } : {}) })}\n`
  }
}

function keptColumns(file: Pick<FailureFile, 'header'>): number[] {
  return file.header.flatMap((name, at) => (name.startsWith('_') ? [] : [at]))
}

function hasProducts(file: FailureFile): boolean {
  return file.fields?.includes('products') ?? file.header.some((name) => name.trim().toLowerCase() === 'products')
}

function lines(records: string[][], delimiter: string): string {
  // Lone line breaks are quoted by hand, and so is what would be taken for a hint or a `sep=` line.
  return stringify(records, { delimiter, record_delimiter: '\r\n', quoted_match: /[\r\n]|^#|^sep=|^version:/i })
}
