/** How the people of an operation stand: a page of them at a time, with what was asked of each. */
import type { Borrow } from '../reconcile/borrow.ts'
import type { Chosen, HandCase } from '../reconcile/hand-case.ts'
import type { Role, RowProduct } from '../reconcile/model.ts'
import { readBorrows } from './borrows.ts'
import type { Transaction } from './connection.ts'
import { readCurrent } from './current.ts'
import { pipeline } from './pipeline.ts'

/** What was asked of one person, and how they stand; `chosen` has several rows where they stand on several lines. */
export interface HandRow {
  /** `alsoRevoke` as the file has it. */
  chosen: Omit<Chosen, 'alsoRevoke'> & { alsoRevoke: string | null }
  person: HandCase
  /** What they have borrowed and not returned. */
  borrows: Borrow[]
}

interface ChosenColumns {
  line: number | null
  email: string
  user_name: string | null
  first_name: string | null
  last_name: string | null
  display_name: string | null
  language: string | null
  products: RowProduct[]
  expires_at: Date | null
  role: Role | null
  seat_priority: number | null
  also_revoke: string | null
  never: boolean | null
  person_id: number
  subject_key: string | null
  email_key: string
  known_email: string | null
  known_name: string | null
}

/**
 * All rows of `chosen` of the next people, in the order of their ids. Nobody is locked: apply asks again.
 *
 * @param after the last person of the page before, 0 at first
 * @param limit people
 * @param at whatever was lent until before it is back
 */
export async function readHandCases(
  transaction: Transaction,
  organization: number,
  { after, limit, at }: { after: number; limit: number; at: Date },
): Promise<HandRow[]> {
  const rows = await transaction<ChosenColumns[]>`
    select c.line, c.email, c.email_key, c.user_name, c.first_name, c.last_name, c.display_name, c.language, c.products, c.expires_at,
      c.role, c.seat_priority, c.also_revoke, c.never, c.person_id,
      (select s.key || ':' || l.anchor_key from person_links l join sources s on s.organization_id = l.organization_id and s.id = l.source_id
        where l.organization_id = ${organization} and l.person_id = c.person_id order by l.since, l.source_id limit 1) as subject_key,
      coalesce(m.email, d.email) as known_email,
      coalesce(nullif(concat_ws(' ', d.first_name, d.last_name), ''), d.display_name, nullif(concat_ws(' ', m.first_name, m.last_name), ''),
        m.display_name) as known_name
    from chosen c
    left join members m on m.organization_id = ${organization} and m.person_id = c.person_id
    left join desired_members d on d.organization_id = ${organization} and d.person_id = c.person_id
    where c.person_id in (select distinct person_id from chosen where person_id > ${after} order by person_id limit ${limit})
    order by c.person_id, c.line`
  const people = [...new Set(rows.map((row) => row.person_id))]
  const [{ members, assignments }, grants, borrows] = await pipeline([
    readCurrent(transaction, organization, people, { lock: false }),
    grantsOfSources(transaction, organization, people),
    readBorrows(transaction, organization, people, at).then((all) => Map.groupBy(all, (one) => one.personId)),
  ])
  return rows.map((row) => ({
    chosen: chosenOf(row),
    person: {
      personId: row.person_id,
      subject: {
        key: row.subject_key ?? `email:${row.email_key}`,
        email: row.known_email ?? row.email,
        name: row.known_name ?? nameOf(row),
      },
      member: members.get(row.person_id) ?? null,
      assignments: [...(assignments.get(row.person_id)?.values() ?? [])],
      grants: grants.get(row.person_id) ?? [],
    },
    borrows: borrows.get(row.person_id) ?? [],
  }))
}

function chosenOf(row: ChosenColumns): HandRow['chosen'] {
  return {
    line: row.line,
    email: row.email === '' ? (row.known_email ?? '') : row.email,
    userName: row.user_name,
    firstName: row.first_name,
    lastName: row.last_name,
    displayName: row.display_name,
    language: row.language,
    products: row.products,
    expiresAt: row.expires_at?.toISOString() ?? null,
    role: row.role,
    seatPriority: row.seat_priority,
    alsoRevoke: row.also_revoke,
    never: row.never === true,
  }
}

function nameOf(row: ChosenColumns): string | null {
  return row.display_name ?? ([row.first_name, row.last_name].filter(Boolean).join(' ') || null)
}

interface GrantColumns {
  personId: number
  productId: number
  expiresAt: Date | null
}

/** What connected sources give, but for the pseudo-source of what people do. */
async function grantsOfSources(transaction: Transaction, organization: number, people: number[]) {
  const rows = await transaction<GrantColumns[]>`
    select g.person_id as "personId", g.product_id as "productId", g.expires_at as "expiresAt" from grants g
    join sources s on s.organization_id = g.organization_id and s.id = g.source_id and s.connected and s.kind <> 'manual'
    where g.organization_id = ${organization} and g.person_id = any(${people}::bigint[]) and g.to_change is null
    order by g.person_id, g.product_id, g.source_id, g.rule`
  const shown = rows.map((row) => ({ ...row, expiresAt: row.expiresAt?.toISOString() ?? null }))
  return Map.groupBy(shown, (row) => row.personId)
}
