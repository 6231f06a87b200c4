/** Members as lists and pages show them: with what they hold and which sources want them. */
import type { MemberState, Role } from '../reconcile/model.ts'
import type { Handle } from './connection.ts'

export interface MemberListRow {
  id: number
  personId: number
  state: MemberState
  role: Role
  email: string
  emailKey: string
  userName: string | null
  firstName: string | null
  lastName: string | null
  displayName: string | null
  language: string | null
  invitedAt: Date
  acceptedAt: Date | null
  suspendedAt: Date | null
  removedAt: Date | null
  assignments: { product: string; productName: string; expiresAt: string | null }[]
  claims: { source: string; sourceName: string; rule: string }[]
}

export interface MemberFilter {
  /** Members in any of these states. */
  states: readonly MemberState[]
  /** Part of an address, a user name or a name: as typed, and folded as keys are. */
  search: { typed: string; key: string } | null
  /** The page begins after this member. */
  after: { emailKey: string; personId: number } | null
  limit: number
}

/** Members in the order of their addresses, at most `limit`. Without removed ones the partial index on addresses serves it. */
export async function listMembers(
  handle: Handle,
  organization: number,
  filter: MemberFilter,
): Promise<MemberListRow[]> {
  const { after, search } = filter
  return await handle<MemberListRow[]>`
    with page as (
      select * from members m
      where m.organization_id = ${organization} and m.state = any(${[...filter.states]}::text[])
        ${filter.states.includes('removed') ? handle`` : handle`and m.state <> 'removed'`}
        ${after === null ? handle`` : handle`and (m.email_key, m.person_id) > (${after.emailKey}, ${after.personId}::bigint)`}
        ${search === null ? handle`` : matching(handle, search)}
      order by m.email_key, m.person_id limit ${filter.limit}
    )
    select ${columns(handle)} from page m order by m.email_key, m.person_id`
}

export async function readMember(handle: Handle, organization: number, id: number): Promise<MemberListRow | null> {
  const [row] = await handle<MemberListRow[]>`
    select ${columns(handle)} from members m where m.organization_id = ${organization} and m.id = ${id}`
  return row ?? null
}

/** Keys are compared as keys; names, which have none, without the case of ASCII letters and as typed. */
function matching(handle: Handle, search: { typed: string; key: string }) {
  const pattern = `%${search.typed.replaceAll(/[\\%_]/g, '\\$&')}%`
  return handle`and (
    position(${search.key} in m.email_key) > 0 or position(${search.key} in coalesce(m.user_name_key, '')) > 0
    or concat_ws(' ', m.first_name, m.last_name) ilike ${pattern} or m.display_name ilike ${pattern})`
}

const columns = (handle: Handle) => handle`
  m.id, m.person_id as "personId", m.state, m.role, m.email, m.email_key as "emailKey", m.user_name as "userName",
  m.first_name as "firstName", m.last_name as "lastName", m.display_name as "displayName", m.language,
  m.invited_at as "invitedAt", m.accepted_at as "acceptedAt", m.suspended_at as "suspendedAt", m.removed_at as "removedAt",
  coalesce((
    select json_agg(json_build_object('product', p.key, 'productName', p.name, 'expiresAt',
      to_char(a.expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by p.id)
    from assignments a join products p on p.organization_id = a.organization_id and p.id = a.product_id
    where a.organization_id = m.organization_id and a.person_id = m.person_id), '[]') as assignments,
  coalesce((
    select json_agg(json_build_object('source', coalesce(s.key, 'manual'), 'sourceName', coalesce(s.name, 'by hand'), 'rule', c.rule)
      order by c.source_id)
    from claims c left join sources s on s.organization_id = c.organization_id and s.id = c.source_id
    where c.organization_id = m.organization_id and c.person_id = m.person_id and c.to_change is null), '[]') as claims`
