/** CSV files: what is understood of one, and templates to fill in. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { isFailureCode, reasonNext, reasonSentence } from '../reconcile/reasons.ts'
import { CsvRefusal, type CsvSettings, type Description, describeLayout, readCsv } from '../sync/csv/index.ts'
import { CliError, DONE, FAILED, INCOMPLETE, usage } from './exit.ts'
import { fileUnreadable, NO_FILE, refusedBySystem } from './file-unreadable.ts'
import { written } from './look.ts'
import { type Paint, painter } from './render/colour.ts'
import { table } from './render/table.ts'
import { safe } from './render/text.ts'
import { count, number } from './render/words.ts'
import type { Session } from './session.ts'
import { configIfAny } from './settings.ts'
import type { Terminal } from './terminal.ts'

export interface CheckOptions {
  source?: string
  organization?: string
  json?: boolean
}

/**
 * `check-csv FILE`: reads the file here, without a daemon, and sends nothing anywhere. Exit code 4 when a row is in error, 1 when
 * the daemon would refuse the file.
 */
export async function checkCsv(terminal: Terminal, file: string, options: CheckOptions): Promise<number> {
  const { settings, delta } = settingsFor(terminal, options)
  const description = await describe(file, settings)
  const refusal = description.counts.rows === 0 && !delta && !description.delta ? EMPTY : null
  const exit = refusal !== null ? FAILED : description.counts.errors > 0 ? INCOMPLETE : DONE
  if (options.json) terminal.out(`${JSON.stringify({ file, refusal, ...description }, null, 2)}\n`)
  else terminal.out(describeFile(file, description, refusal, painter(terminal.colours), terminal.width))
  return exit
}

interface Refusal {
  code: string
  sentence: string
  next: string
}

/** A whole roster without a person is an accident, not a company that everybody has left. */
const EMPTY: Refusal = {
  code: 'FILE_EMPTY',
  sentence: reasonSentence('FILE_EMPTY', {}),
  next: 'As a roster it is refused: nothing changes, and nobody counts as gone. Check the export.',
}

/** Zone, products and the declared shape come from the configuration where there is one. */
function settingsFor(
  terminal: Terminal,
  { source, organization }: CheckOptions,
): { settings: CsvSettings; delta: boolean } {
  const organizations = configIfAny(terminal.env)?.organizations ?? []
  const named = organizations.filter((one) => organization === undefined || one.key === organization)
  const own = named.find((one) => source === undefined || one.sources.some((each) => each.key === source))
  if (own === undefined && source !== undefined) {
    throw usage(`The configuration has no source ${source}.`, 'Name one of its sources, or leave --source out.')
  }
  const zone = own?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  const declared = own?.sources.find((each) => each.key === source)
  if (declared !== undefined && declared.kind !== 'csv') {
    throw usage(
      `The source ${declared.key} is of the kind ${declared.kind} and reads no files.`,
      'Name one of the kind csv, or leave --source out.',
    )
  }
  const settings = {
    zone,
    today: new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(new Date()),
    products: own?.products ?? [],
    ...declared?.csv,
  }
  return { settings, delta: declared?.mode === 'delta' }
}

async function describe(file: string, settings: CsvSettings): Promise<Description> {
  try {
    // Lines of one person are merged in a second reading, which a pipe does not give.
    if (!(await stat(file)).isFile()) throw fileUnreadable(file, NO_FILE)
    return await describeLayout(() => readCsv(createReadStream(file), settings), { sentence: sentenceOf })
  } catch (error) {
    if (error instanceof CsvRefusal) {
      throw new CliError(error.code, sentenceOf(error.code, error.params), reasonNext(error.code, error.params))
    }
    throw refusedBySystem(file, error)
  }
}

function sentenceOf(code: string, params: Record<string, string | number>): string {
  return isFailureCode(code) ? reasonSentence(code, params) : code
}

/** What was understood, as text. */
function describeFile(file: string, found: Description, refusal: Refusal | null, paint: Paint, width: number): string {
  const { counts } = found
  const parts = [
    `${paint.bold(safe(file))}\n${found.encoding}, separated by ${found.delimiter}, header on line ${number(found.headerLine)}, people told apart by ${found.keyedBy === 'email' ? 'e-mail address' : 'id'}.\n`,
    table(
      found.columns,
      [
        { title: 'COLUMN', cell: (column) => column.header, gives: true },
        {
          title: 'UNDERSTOOD AS',
          cell: (column) => column.understoodAs,
          paint: (text) => (text === 'nothing' ? paint.warn(text) : text),
        },
      ],
      { width, paint },
    ),
    table(
      found.rows,
      [
        { title: 'LINE', cell: (row) => String(row.line), right: true },
        { title: 'E-MAIL', cell: (row) => row.profile.email, gives: true },
        { title: 'ID', cell: (row) => (found.keyedBy === 'email' ? '' : row.anchor), gives: true },
        {
          title: 'NAME',
          cell: (row) =>
            row.profile.displayName ?? [row.profile.firstName, row.profile.lastName].filter(Boolean).join(' '),
          gives: true,
        },
        { title: 'GROUPS', cell: (row) => row.groupNames.join('; '), gives: true },
        { title: 'PRODUCTS', cell: (row) => row.products.map((one) => one.product).join('; '), gives: true },
        { title: 'STATUS', cell: (row) => (row.status === 'active' ? '' : row.status) },
      ],
      { width, paint },
    ),
  ]
  const unshown = counts.people - found.rows.length
  if (found.rows.length === 0) parts.pop()
  if (unshown > 0) parts.push(`… and ${count(unshown, 'more person', 'more people')}.\n`)
  const notes = [
    ...found.warnings.map((warning) => `${paint.warn('note')}  ${safe(warning)}`),
    ...found.rowWarnings.map((warning) => `${paint.warn('note')}  line ${warning.line}: ${safe(warning.sentence)}`),
    ...found.errors.map((error) => `${paint.bad('error')}  line ${error.line}: ${safe(error.sentence)}`),
  ]
  const unlisted = counts.errors - found.errors.length
  if (unlisted > 0) notes.push(`and ${count(unlisted, 'more error')}.`)
  if (refusal !== null) notes.push(`${paint.bad('error')}  ${refusal.sentence} ${refusal.next}`)
  if (notes.length > 0) parts.push(`${notes.join('\n')}\n`)
  const errors = counts.errors === 0 ? paint.good('none in error') : paint.bad(`${number(counts.errors)} in error`)
  const people = count(counts.people, 'person', 'people')
  const merged = counts.merged === 0 ? '' : `${number(counts.merged)} merged with another line of the same person, `
  parts.push(`${count(counts.rows, 'row')}: ${people}, ${merged}${errors}. Nothing was sent anywhere.\n`)
  return parts.join('\n')
}

/** `template NAME`: a file with this organization's product names in its help lines. */
export async function writeTemplate(session: Session, name: string, options: { output?: string }): Promise<number> {
  const body = await session.client.download(`/templates/${encodeURIComponent(name)}`, 'text/csv')
  if (!session.json || options.output !== undefined) return await written(session, body, options.output)
  return session.show({ name, text: await textOf(body) }, '')
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const bytes of body) chunks.push(bytes)
  return Buffer.concat(chunks).toString('utf8')
}
