/** Reading CSV files: bytes → text → records → rows of the staging, in constant memory. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { count } from '../../reconcile/amount.ts'
import { inBlocks } from './blocks.ts'
import { Decoder } from './decode.ts'
import { refuseOtherTypes } from './file-type.ts'
import { isBlank, openText } from './open.ts'
import { CsvRefusal } from './refusal.ts'
import { RowReader } from './row.ts'
import { type CsvRecord, MAX_RECORD, Scanner } from './scan.ts'
import { type Counts, type CsvSettings, DROP_LIMITS, type Layout, type OpenedCsv, type RowResult } from './settings.ts'

export { canonicalRow } from './canonical.ts'
export { asLines, cellsOf, type Shape } from './cells.ts'
export { type Description, delimiterWords, describeLayout, understood } from './describe.ts'
export { type FailureFile, type FailureRow, namedCells, writeFailures } from './failures.ts'
export { mergeRows } from './merge.ts'
export { distance, ProductNames } from './products.ts'
export { CsvRefusal, promised } from './refusal.ts'
export { repeat } from './repeats.ts'
export type { CsvSettings, Layout, OpenedCsv, RowResult, RowWarning } from './settings.ts'
export { TEMPLATES, type TemplateName, template } from './template.ts'

/** The first block is large enough for the longest header, so that everything is decided by it. */
const HEAD = MAX_RECORD + 64 * 1024
const BATCH = 1000

/**
 * Opens a CSV stream: decides encoding and delimiter, understands the header. The rows then come in batches, each row
 * either understood or with the reason why not.
 * Throws CsvRefusal when nothing can be read at all: FILE_TYPE, FILE_TOO_LARGE, ENCODING_UNCERTAIN, HEADER_MISSING,
 * ROW_UNPARSEABLE (of the header line). The batches throw FILE_TOO_LARGE when a limit is passed, and ENCODING_UNCERTAIN
 * when the first bytes beyond ASCII come late and are not UTF-8 without a declared encoding.
 */
export async function readCsv(input: AsyncIterable<Uint8Array>, settings: CsvSettings): Promise<OpenedCsv> {
  const limits = settings.limits ?? DROP_LIMITS
  const counts: Counts = { rows: 0, errors: 0, warnings: 0, bytes: 0, finalNewline: false }
  const blocks = inBlocks(input, HEAD, limits.bytes, (bytes) => {
    counts.bytes += bytes
  })
  try {
    const first = await blocks.next()
    const head = first.done ? new Uint8Array() : first.value
    refuseOtherTypes(head)
    const decoder = new Decoder(head, settings.encoding, head.length < HEAD)
    const text = decoder.decode(head, false)
    const opening = openText(text, settings)
    const layout: Layout = { ...opening.layout, encoding: shownEncoding(decoder), bom: decoder.encoding.bom }
    const scanner = new Scanner(layout.delimiter, opening.newline)
    const reader = new RowReader(layout, opening.trailing, settings)
    return { layout, counts: () => ({ ...counts }), batches: batches(text) }

    async function* batches(head: string): AsyncGenerator<RowResult[]> {
      try {
        yield* cut(head, false)
        for await (const block of blocks) {
          const text = decoder.decode(block, false)
          layout.encoding = shownEncoding(decoder)
          yield* cut(text, false)
        }
        yield* cut(decoder.decode(new Uint8Array(), true), true)
      } finally {
        await blocks.return(undefined)
      }
    }

    async function* cut(text: string, last: boolean): AsyncGenerator<RowResult[]> {
      if (text !== '') counts.finalNewline = text.endsWith('\n') || text.endsWith('\r')
      reader.broken ||= text.includes('\ufffd')
      let results: RowResult[] = []
      for (const record of scanner.push(text, last)) {
        if (record.line <= layout.headerLine || isBlank(record) || isTrailer(record, counts)) continue
        const result = reader.read(record)
        counts.rows++
        if (result.ok) counts.warnings += result.warnings.length
        else counts.errors++
        if (counts.rows > limits.rows)
          throw new CsvRefusal('FILE_TOO_LARGE', {
            n: `more than ${count(limits.rows, 'row')}`,
            m: count(limits.rows, 'row'),
          })
        results.push(result)
        if (results.length < BATCH) continue
        yield results
        results = []
        await nextTurn()
      }
      if (results.length > 0) yield results
      await nextTurn()
    }
  } catch (error) {
    await blocks.return(undefined)
    throw error
  }
}

/** A last line `#END n` says how many rows the writer wrote. */
function isTrailer(record: CsvRecord, counts: Counts): boolean {
  const count = record.comment ? /^#END\s+(\d{1,15})\s*$/i.exec(record.cells[0] ?? '')?.[1] : undefined
  if (count === undefined) return false
  counts.trailer = Number(count)
  return true
}

function shownEncoding(decoder: Decoder): string {
  return decoder.encoding.label === 'ascii' ? 'utf-8' : decoder.encoding.label
}
