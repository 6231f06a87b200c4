import { clean } from '../../reconcile/normalise.ts'
import { foundHeader, headerHits, isOrdinary, readHeader, refuseMadeUp, shownHeader } from './header.ts'
import { unguarded } from './prefix.ts'
import { CsvRefusal } from './refusal.ts'
import { type CsvRecord, Scanner } from './scan.ts'
import type { CsvSettings, Layout } from './settings.ts'

const CANDIDATES = [',', ';', '\t', '|'] as const
/** So many records judge the delimiter. */
const SAMPLE = 200

/** What stands before the first row, and how to scan the rest. */
export interface Opening {
  layout: Omit<Layout, 'encoding' | 'bom'>
  newline: '\n' | '\r'
  /** A sample of the rows shows one empty cell more than the header has names: every line ends with a delimiter. */
  trailing: boolean
}

/** Understands the beginning of a file: `sep=`, lines before the header, the delimiter, the header. Throws CsvRefusal. */
export function openText(head: string, settings: CsvSettings): Opening {
  const newline = newlineOf(head)
  const declared = settings.delimiter ?? /^[\uFEFF"]?sep=([^\r\n"])/i.exec(head)?.[1]
  const looks = (declared === undefined ? CANDIDATES : [declared]).map((delimiter) => look(head, newline, delimiter))
  const best = looks.reduce((a, b) => (b.score > a.score ? b : a))
  const { header, samples } = best
  if (header === null) {
    throw new CsvRefusal('HEADER_MISSING', { field: 'email', list: 'nothing, the file is empty' })
  }
  if (header.problem !== null) {
    throw new CsvRefusal('ROW_UNPARSEABLE', unparseable(header, 0))
  }
  const shown = header.cells.map((cell) => clean(cell))
  const ours = shown.some((name) => name.toLowerCase() === '_plan')
  const names = ours ? shown.map(unguarded) : shown
  const { columns, shadowed } = readHeader(
    names,
    header.line,
    samples.map(({ cells }) => cells),
    settings,
  )
  const has = (field: string) => columns.some((column) => column.field === field && column.product === null)
  if (settings.uploaded) refuseMadeUp(names, settings)
  const keyedBy = keyOf(settings, has)
  const missing = missingField(settings.keyedBy, keyedBy, has)
  if (missing !== null)
    throw new CsvRefusal('HEADER_MISSING', { field: missing, list: shownHeader(names) }, foundHeader(names))
  const unknown = columns
    .filter(({ header, attribute }) => attribute !== null && !isOrdinary(header))
    .map(({ header }) => header)
  const notes = shadowed.map(({ header, field, by }) => {
    const [one, other] = [shownHeader([header]), shownHeader([by])]
    return `The columns ${other} and ${one} both look like ${field}: ${other} is read as that, ${one} is not. If that is wrong, say ${settings.uploaded ? 'with --column' : 'under columns in the settings of the source'} which is which.`
  })
  const secrets = columns.filter((column) => column.secret)
  const warnings: string[] = [...notes]
  if (unknown.length > 0) {
    warnings.push(
      `${amount(unknown.length, 'column is', 'columns are')} not understood and kept as attributes: ${shownHeader(unknown)}.`,
    )
  }
  if (secrets.length > 0) {
    warnings.push(
      `${amount(secrets.length, 'column holds secrets and is', 'columns hold secrets and are')} never read: ${shownHeader(secrets.map(({ header }) => header))}.`,
    )
  }
  return {
    layout: {
      delimiter: best.delimiter,
      headerLine: header.line,
      header: names,
      columns,
      unknown,
      keyedBy,
      warnings,
      notes,
      ours,
    },
    newline,
    trailing:
      samples.length > 0 && samples.every(({ cells }) => cells.length === names.length + 1 && cells.at(-1) === ''),
  }
}

type Has = (field: string) => boolean

function keyOf({ keyedBy }: CsvSettings, has: Has): Layout['keyedBy'] {
  if (keyedBy === undefined) return has('external_id') ? 'external_id' : 'email'
  return keyedBy === 'either' ? 'email' : keyedBy
}

/** What has to have a column and has none. Who is told to go needs no address where there is an id. */
function missingField(asked: CsvSettings['keyedBy'], keyedBy: Layout['keyedBy'], has: Has): string | null {
  if (asked === 'either') return has('email') || has('external_id') ? null : 'email or external_id'
  if (!has('email') && !(has('external_id') && has('action'))) return 'email'
  return keyedBy === 'email' || has(keyedBy) ? null : keyedBy
}

/** Values for the sentence of ROW_UNPARSEABLE: the line `n` and `why`, with the numbers that `why` speaks of. */
export function unparseable(record: CsvRecord, columns: number): Record<string, string | number> {
  const { line: n, problem, cells } = record
  if (problem?.kind === 'quote') return { n, q: problem.q, why: `unclosed quote from line ${problem.q}` }
  if (problem?.kind === 'long') return { n, why: 'it is longer than 1 MB' }
  if (problem?.kind === 'nul') return { n, why: 'it holds NUL bytes' }
  return { n, k: cells.length, m: columns, why: `${amount(cells.length, 'column', 'columns')} instead of ${columns}` }
}

/** Lines that stand before a header: blank ones, hints, `sep=`, the version line of Entra's template. */
function isPreamble(record: CsvRecord): boolean {
  return isBlank(record) || record.comment || /^\uFEFF?(?:sep=|version:)/i.test(record.cells[0] ?? '')
}

/** A blank line or one of nothing but delimiters. */
export function isBlank(record: CsvRecord): boolean {
  if (record.problem !== null) return false
  for (const cell of record.cells) if (cell !== '' && cell.trim() !== '') return false
  return true
}

interface Look {
  delimiter: string
  header: CsvRecord | null
  samples: CsvRecord[]
  score: number
}

/** The first records as one delimiter cuts them, with how much that makes sense: names of fields × even rows. */
function look(head: string, newline: '\n' | '\r', delimiter: string): Look {
  const scanner = new Scanner(delimiter, newline)
  let header: CsvRecord | null = null
  const samples: CsvRecord[] = []
  for (const record of scanner.push(head, true, SAMPLE)) {
    if (header === null) {
      if (!isPreamble(record)) header = record
    } else if (!isBlank(record) && record.problem === null) samples.push(record)
  }
  if (header === null) return { delimiter, header, samples, score: -1 }
  const widths = new Map<number, number>()
  for (const { cells } of samples) widths.set(cells.length, (widths.get(cells.length) ?? 0) + 1)
  const even = samples.length === 0 ? 1 : Math.max(...widths.values()) / samples.length
  const several = header.cells.length > 1 ? even / 1000 : 0
  return { delimiter, header, samples, score: headerHits(header.cells) * even + several }
}

/** Lines end with LF or CRLF, or with CR alone: what the first line break outside quotes says. */
function newlineOf(head: string): '\n' | '\r' {
  let quoted = false
  for (let i = 0; i < head.length; i++) {
    const code = head.charCodeAt(i)
    if (code === 34) quoted = !quoted
    else if (quoted) continue
    else if (code === 10) return '\n'
    else if (code === 13) return head.charCodeAt(i + 1) === 10 ? '\n' : '\r'
  }
  return '\n'
}

function amount(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`
}
