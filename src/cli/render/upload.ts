/** How an upload is understood: columns, the first rows, and what is wrong with which line. */
import type { Upload } from '../upload-answer.ts'
import type { Page } from './plan.ts'
import { type Column, table } from './table.ts'
import { safe } from './text.ts'
import { count, lastDay, number } from './words.ts'

type Row = Upload['first'][number]

/** So many lines with an error are named. */
export const MOST_NOTES = 10

/** The upload as a person looks at it before anything is planned. */
export function previewText(found: Upload, page: Page): string {
  const { layout } = found
  const parts = [
    `${page.paint.bold(safe(found.name))}\n${safe(layout.encoding)}, separated by ${safe(layout.delimiter)}, header on line ${layout.headerLine}.\n`,
    table(
      layout.columns,
      [
        { title: 'COLUMN', cell: (column) => column.header, gives: true },
        {
          title: 'UNDERSTOOD AS',
          cell: (column) => column.understoodAs,
          paint: (text) => (text === 'nothing' ? page.paint.warn(text) : text),
        },
      ],
      page,
    ),
    found.first.length === 0 ? '' : table(found.first, rowColumns(page.zone), page) + unshown(found),
    notes(found, page),
    `${summary(found)}\n`,
  ]
  return parts.filter((part) => part !== '').join('\n')
}

const rowColumns = (zone: string): Column<Row>[] => [
  { title: 'LINE', cell: (row) => String(row.line), right: true },
  { title: 'E-MAIL', cell: (row) => row.email ?? '', gives: true },
  { title: 'ID', cell: (row) => row.externalId ?? '', gives: true },
  { title: 'NAME', cell: (row) => [row.firstName, row.lastName].filter(Boolean).join(' '), gives: true },
  { title: 'ROLE', cell: (row) => (row.role === 'member' ? '' : (row.role ?? '')) },
  {
    title: 'PRODUCTS',
    cell: (row) => row.products.map((one) => one.product + until(one.expiresAt, zone)).join('; '),
    gives: true,
  },
  { title: 'ALSO REVOKE', cell: (row) => (row.alsoRevoke === true ? 'yes' : '') },
]

const until = (end: string | null, zone: string): string => (end === null ? '' : ` until ${lastDay(end, zone)}`)

function unshown({ counts, first }: Upload): string {
  const left = counts.people - first.length
  return left > 0 ? `… and ${count(left, 'more person', 'more people')}.\n` : ''
}

/** What a person should look at, and every line that comes to nothing, with what to do about it. */
function notes({ layout, warnings, errors, counts, samples }: Upload, { paint }: Page): string {
  const lines = [
    ...layout.warnings.map((warning) => `${paint.warn('note')}  ${safe(warning)}`),
    ...warnings
      .slice(0, MOST_NOTES)
      .map(
        ({ line, sentence, next }) => `${paint.warn('note')}  line ${line}: ${safe(`${sentence} ${next}`.trimEnd())}`,
      ),
    ...errors
      .slice(0, MOST_NOTES)
      .map(
        ({ line, code, sentence, next }) =>
          `${paint.bad('error')}  line ${line}: ${safe(`${sentence} ${next}`)} (${code})`,
      ),
  ]
  const unlisted = counts.errors - Math.min(errors.length, MOST_NOTES)
  if (unlisted > 0) lines.push(`and ${count(unlisted, 'more error')}.`)
  if (samples.length > 0)
    lines.push(`Do these look right? If not, --encoding is another one: ${safe(samples.join(', '))}`)
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

/** Numbers that add up: rows are people, merged lines and errors; people are new, as wanted already, or no members. */
function summary({ counts, verb }: Upload): string {
  const { rows, people, merged, errors, unchanged, unknown } = counts
  const kinds = [
    `${number(counts.new)} to ${verb}`,
    unchanged === 0 ? '' : `${number(unchanged)} as wanted already`,
    unknown === 0 ? '' : `${number(unknown)} no ${unknown === 1 ? 'member' : 'members'}`,
  ]
  const parts = [
    `${count(people, 'person', 'people')} (${kinds.filter(Boolean).join(', ')})`,
    merged === 0 ? '' : `${number(merged)} merged with another line of the same person`,
    errors === 0 ? 'none in error' : `${number(errors)} in error`,
  ]
  return `${count(rows, 'row')}: ${parts.filter(Boolean).join(', ')}.`
}
