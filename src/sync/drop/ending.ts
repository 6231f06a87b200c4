/** How a file ends: whether its last record is whole. A writer that was cut off leaves half a row. */
import { inBlocks } from '../csv/blocks.ts'
import { Decoder } from '../csv/decode.ts'
import { CsvRefusal, type CsvSettings } from '../csv/index.ts'
import { isBlank, openText } from '../csv/open.ts'
import { type CsvRecord, MAX_RECORD, Scanner } from '../csv/scan.ts'
import type { Content } from './content.ts'

export type Ending =
  /** A last line `#END n`. */
  | { is: 'trailer' }
  /** A line break, or a file of which nothing can be read anyway. */
  | { is: 'whole' }
  /** The last record has all its cells, and no line break behind it: many programs write no last one, and one cut in its last cell has none. */
  | { is: 'open' }
  /** The last record is shorter than the header, or a quote in it is not closed. */
  | { is: 'cut'; line: number }

const TAIL = 4096
const HEAD = MAX_RECORD + 64 * 1024

/** Looks at the last bytes, and reads the whole file only where they leave it open. */
export async function endingOf(
  content: Content,
  settings: Pick<CsvSettings, 'encoding' | 'delimiter'>,
): Promise<Ending> {
  const bytes = await gathered(content.read(TAIL))
  // In UTF-16 every other byte is NUL; a file cut between the two halves of a letter ends with neither.
  const text = bytes.toString('latin1').replaceAll('\0', '')
  if (/(?:^|[\r\n])#END[ \t]+\d{1,15}\s*$/i.test(text)) return { is: 'trailer' }
  if (/[\r\n]$/.test(text) || text === '') return { is: text === '' ? 'open' : 'whole' }
  try {
    return await lastRecord(content, settings)
  } catch (error) {
    if (error instanceof CsvRefusal) return { is: 'whole' }
    throw error
  }
}

async function lastRecord(content: Content, settings: Pick<CsvSettings, 'encoding' | 'delimiter'>): Promise<Ending> {
  const read = inBlocks(content.read(), HEAD, Number.POSITIVE_INFINITY, () => undefined)
  const head = await read.next()
  if (head.done) return { is: 'open' }
  const decoder = new Decoder(head.value, settings.encoding, head.value.length < HEAD)
  const text = decoder.decode(head.value, false)
  const { layout, newline } = openText(text, { ...settings, zone: 'UTC', today: '2000-01-01', products: [] })
  const scanner = new Scanner(layout.delimiter, newline)
  let last: CsvRecord | undefined
  const see = (records: CsvRecord[]) => {
    last = records.findLast((record) => !isBlank(record)) ?? last
  }
  see(scanner.push(text, false))
  for await (const block of read) see(scanner.push(decoder.decode(block, false), false))
  see(scanner.push(decoder.decode(new Uint8Array(), true), true))
  if (last === undefined || last.comment || last.line <= layout.headerLine) return { is: 'open' }
  const isCut = last.problem ? last.problem.kind === 'quote' : last.cells.length < layout.header.length
  return isCut ? { is: 'cut', line: last.line } : { is: 'open' }
}

async function gathered(read: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const blocks: Uint8Array[] = []
  for await (const block of read) blocks.push(block)
  return Buffer.concat(blocks)
}
