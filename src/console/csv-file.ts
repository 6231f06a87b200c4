/** A list as a file for a spreadsheet: whole, whatever the number of rows, and written while it travels. */
import { streamed, watched } from '../download.ts'
import { writeAudit } from '../store/audit.ts'
import { csvLines } from '../sync/csv/failures.ts'
import { guarded } from '../sync/csv/prefix.ts'
import { signed } from '../sync/parts.ts'
import type { Asked } from './route.ts'

const PER_PAGE = 1_000

export interface CsvList<R> {
  /** Of the file, without `.csv`; the audit names it so, too. */
  name: string
  columns: readonly (readonly [header: string, cell: (row: R) => string | number | Date | null])[]
  /** At most `limit` rows behind the last one of the page before; null asks for the first page. */
  page(after: R | null, limit: number): Promise<R[]>
}

/** UTF-8 with BOM and CRLF, instants in UTC; who took it is in the audit. */
export async function csvFile<R>({ parts, organization, actor }: Asked, list: CsvList<R>): Promise<Response> {
  // Read before anything is answered, so that an error can still be.
  const first = await list.page(null, PER_PAGE)
  await writeAudit(parts.sql, {
    organizationId: organization.id,
    at: parts.now(),
    ...signed(actor),
    act: 'export.read',
    object: list.name,
  })
  return streamed(watched(textOf(list, first), parts.log), 'text/csv; charset=utf-8', `${list.name}.csv`)
}

async function* textOf<R>({ columns, page }: CsvList<R>, first: R[]): AsyncGenerator<string> {
  yield `\uFEFF${csvLines([columns.map(([header]) => header)], ',')}`
  for (let rows = first; rows.length > 0; ) {
    const last = rows.at(-1) ?? null
    yield csvLines(
      rows.map((row) => columns.map(([, cell]) => written(cell(row)))),
      ',',
    )
    rows = rows.length < PER_PAGE ? [] : await page(last, PER_PAGE)
  }
}

/** What a spreadsheet would run begins with a `'`. */
function written(value: string | number | Date | null): string {
  if (value === null) return ''
  return value instanceof Date ? value.toISOString() : guarded(String(value), typeof value === 'number')
}
