/** Assignments as lists show them: who holds what until when, and on which devices it is. */
import { endedBefore } from './borrows.ts'
import type { Handle } from './connection.ts'

export interface AssignmentRow {
  id: number
  memberId: number
  email: string
  firstName: string | null
  lastName: string | null
  displayName: string | null
  /** Key and name. */
  product: string
  productName: string
  expiresAt: Date | null
  since: Date
  borrows: { device: string; until: string; since: string }[]
  /** It was asked for back: by which plan, and when that happens without a return. */
  takenBack: { at: string; planId: number | null } | null
}

export interface AssignmentFilter {
  id?: number | undefined
  /** Id of a member, key of a product. */
  member?: number | undefined
  product?: string | undefined
  /** Only what is on some device. */
  borrowed?: boolean | undefined
  /** The page begins after this assignment. */
  after: number | null
  limit: number
}

/** Assignments in the order of their ids, at most `limit`. */
export async function listAssignments(
  handle: Handle,
  organization: number,
  filter: AssignmentFilter,
  at: Date,
): Promise<AssignmentRow[]> {
  const { id, member, product, borrowed, after, limit } = filter
  return await handle<AssignmentRow[]>`
    select a.id, m.id as "memberId", m.email, m.first_name as "firstName", m.last_name as "lastName", m.display_name as "displayName",
      p.key as product, p.name as "productName", a.expires_at as "expiresAt", a.since,
      coalesce((
        select json_agg(json_build_object('device', b.device, 'until', ${instantText(handle, 'b.until')},
          'since', ${instantText(handle, 'b.since')}) order by b.device_key)
        from borrows b where ${ofAssignment(handle, 'b')} and b.product_id = a.product_id and b.until > ${endedBefore(at)}), '[]') as borrows,
      (select json_build_object('at', ${instantText(handle, 'w.until')}, 'planId', w.plan_id) from waits w
        where ${ofAssignment(handle, 'w')} and w.product_id = a.product_id and w.kind = 'borrow') as "takenBack"
    from assignments a
    join members m on m.organization_id = a.organization_id and m.person_id = a.person_id
    join products p on p.organization_id = a.organization_id and p.id = a.product_id
    where a.organization_id = ${organization}
      ${id === undefined ? handle`` : handle`and a.id = ${id}`}
      ${member === undefined ? handle`` : handle`and m.id = ${member}`}
      ${product === undefined ? handle`` : handle`and p.key = ${product}`}
      ${borrowed === true ? handle`and exists (select from borrows b where ${ofAssignment(handle, 'b')} and b.product_id = a.product_id and b.until > ${endedBefore(at)})` : handle``}
      ${after === null ? handle`` : handle`and a.id > ${after}`}
    order by a.id limit ${limit}`
}

const ofAssignment = (handle: Handle, table: 'b' | 'w') =>
  handle`${handle(table)}.organization_id = a.organization_id and ${handle(table)}.person_id = a.person_id`

const instantText = (handle: Handle, column: string) =>
  handle`to_char(${handle(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
