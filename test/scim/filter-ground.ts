/** Resources in a mirror of their own, found by filters. */
import { comparableOf } from '../../src/scim/comparable.ts'
import type { Dialect } from '../../src/scim/dialect.ts'
import type { Document } from '../../src/scim/document.ts'
import { parseFilter } from '../../src/scim/filter.ts'
import { keysOf } from '../../src/scim/keys.ts'
import type { ResourceType } from '../../src/scim/schema.ts'
import { orderOf } from '../../src/scim/sort.ts'
import type { Sql } from '../../src/store/connection.ts'
import { whereOf } from '../../src/store/mirror-filter.ts'
import { orderBy } from '../../src/store/mirror-order.ts'

export interface Kept {
  type: ResourceType
  id: string
  document: Document
  created: string
  modified: string
  members?: { value: string; type: string }[]
  /** When members last changed, where they did. */
  membersAt?: string
}

export const SCOPE = { organization: 1, source: 1 }
const HERE = { organization_id: SCOPE.organization, source_id: SCOPE.source }

/** The n-th id. */
export const idOf = (n: number): string => `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`

export async function keep(sql: Sql, all: Kept[]): Promise<void> {
  for (const [version, { type, id, document, created, modified, members = [], membersAt }] of all.entries()) {
    const keys = keysOf(type, document)
    await sql`
      insert into mirror_resources (organization_id, source_id, type, id, document, comparable, unique_key, external_id,
        display_name_key, active, version, created_at, modified_at)
      values (1, 1, ${type.name}, ${id}, ${JSON.stringify(document)}::text::json,
        ${JSON.stringify(comparableOf(type, document))}::text::jsonb, ${keys.uniqueKey}, ${keys.externalId}, ${keys.displayNameKey},
        ${keys.active}, ${version + 1}, ${created}::text::timestamptz, ${modified}::text::timestamptz)`
    const emails = keys.emailKeys.map((value_key) => ({ ...HERE, value_key, id }))
    if (emails.length > 0) await sql`insert into mirror_emails ${sql(emails)}`
    const rows = members.map((one) => ({ ...HERE, group_id: id, member_id: one.value, member_type: one.type }))
    if (rows.length > 0) await sql`insert into mirror_members ${sql(rows)}`
    if (membersAt !== undefined) {
      await sql`
        insert into mirror_member_changes (organization_id, source_id, group_id, part, count, at)
        values (1, 1, ${id}, 0, 1, ${membersAt}::text::timestamptz)`
    }
  }
}

/** Ids of the resources that the filter finds, in the order of their ids. */
export async function found(
  sql: Sql,
  type: ResourceType,
  text: string,
  dialect: Dialect = 'lenient',
): Promise<string[]> {
  const where = whereOf(sql, parseFilter(type, text, dialect), SCOPE)
  const rows = await sql<{ id: string }[]>`
    select r.id from mirror_resources r
    where r.organization_id = 1 and r.source_id = 1 and r.deleted_at is null and r.type = ${type.name} and (${where})
    order by r.id`
  return rows.map(({ id }) => id)
}

/** Ids of all resources of the type in the order asked for; null when it cannot be sorted so. */
export async function sorted(
  sql: Sql,
  type: ResourceType,
  sortBy: string,
  sortOrder?: string,
): Promise<string[] | null> {
  const order = orderOf(type, sortBy, sortOrder)
  if (order === null) return null
  const rows = await sql<{ id: string }[]>`
    select r.id from mirror_resources r
    where r.organization_id = 1 and r.source_id = 1 and r.deleted_at is null and r.type = ${type.name}
    order by ${orderBy(sql, order)}, r.type, r.id`
  return rows.map(({ id }) => id)
}

/** The plan of the same query as JSON. */
export async function planOf(sql: Sql, type: ResourceType, text: string): Promise<string> {
  const where = whereOf(sql, parseFilter(type, text, 'lenient'), SCOPE)
  const [row] = await sql<Record<string, unknown>[]>`
    explain (format json) select r.id from mirror_resources r
    where r.organization_id = 1 and r.source_id = 1 and r.deleted_at is null and r.type = ${type.name} and (${where})`
  return JSON.stringify(row)
}
