/** Members and what they hold as CSV files with the columns of the templates, so that they can be edited and uploaded. */
import { lastDay } from '../reconcile/expiry.ts'
import type { Handle } from '../store/connection.ts'
import { type ExportedMember, exportMembers } from '../store/member-export.ts'
import type { MemberCondition } from '../store/member-filter.ts'
import { csvLines } from './csv/failures.ts'
import { guarded } from './csv/prefix.ts'
import type { Parts } from './parts.ts'
import { askWhere } from './where.ts'

export const EXPORTS = ['members', 'assignments'] as const
export type ExportName = (typeof EXPORTS)[number]

interface Line {
  member: ExportedMember
  products: string[]
  expiresAt: string | null
}

type Write = (line: Line, zone: string) => string

/** The columns of the roster's template, in their order. */
const ROSTER = {
  external_id: ({ member }) => member.externalId ?? '',
  email: ({ member }) => member.email,
  first_name: ({ member }) => member.firstName ?? '',
  last_name: ({ member }) => member.lastName ?? '',
  groups: ({ member }) => listed(member.groupNames),
  products: ({ products }) => listed(products),
  status: ({ member }) => (member.state === 'suspended' ? 'leave' : 'active'),
  expires: ({ expiresAt }, zone) => (expiresAt === null ? '' : lastDay(expiresAt, zone)),
  seat_priority: ({ member }) => String(member.seatPriority ?? ''),
} as const satisfies Record<string, Write>

const { email, products, expires } = ROSTER
const COLUMNS: Record<ExportName, [name: string, write: Write][]> = {
  members: Object.entries(ROSTER),
  assignments: Object.entries({ email, products, expires }),
}
/** By it the reader knows files that we wrote, and takes away the `'` before what a spreadsheet would run. */
const OURS = '_plan'
const PER_PAGE = 1_000

/**
 * The text of the file: UTF-8 with BOM, CRLF. A person has a line for each end of their products, and of `members` at least one;
 * removed members have none. Read page by page: whoever changes meanwhile is there as they were or as they are.
 *
 * @throws RosterdError FILTER_INVALID before the first text, where the answer to the filter takes too long
 */
export async function* exportFile(
  parts: Parts,
  organization: { id: number; zone: string },
  name: ExportName,
  where: MemberCondition | null,
): AsyncGenerator<string> {
  const columns = COLUMNS[name]
  const find = (work: (handle: Handle) => Promise<ExportedMember[]>) =>
    where === null ? work(parts.sql) : askWhere(parts, work)
  for (let after: ExportedMember | null = null, first = true; ; first = false) {
    const page = { where, holding: name === 'assignments', after, limit: PER_PAGE }
    const members: ExportedMember[] = await find((handle) => exportMembers(handle, organization.id, page))
    const header = first ? `\uFEFF${csvLines([[...columns.map(([column]) => column), OURS]], ',')}` : ''
    const records = members
      .flatMap(linesOf)
      .map((line) => [
        ...columns.map(([column, write]) => guarded(write(line, organization.zone), column === 'seat_priority')),
        '',
      ])
    yield header + (records.length === 0 ? '' : csvLines(records, ','))
    after = members.at(-1) ?? null
    if (after === null || members.length < PER_PAGE) return
  }
}

/** One line, or one for each end. */
function linesOf(member: ExportedMember): Line[] {
  if (member.products.length === 0) return [{ member, products: [], expiresAt: null }]
  return [...Map.groupBy(member.products, (one) => one.expiresAt)].map(([expiresAt, products]) => ({
    member,
    products: products.map(({ product }) => product),
    expiresAt,
  }))
}

/** One name alone is followed by a separator where a comma in it would be taken for one. */
function listed(names: readonly string[]): string {
  return names.join(';') + (names.length === 1 && names[0]?.includes(',') ? ';' : '')
}
