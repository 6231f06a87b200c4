/** Members as lists and pages show them: with what they hold and which sources want them. */
import type { MemberState, Role } from '../reconcile/model.ts'
import type { Handle } from './connection.ts'
import { endsByDecision } from './farewells.ts'
import { type MemberCondition, whereMembers } from './member-filter.ts'
import { unprepared } from './mirror-unusual.ts'

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
  /** Of somebody whom nobody wants any more; what has no date waits for an approval. */
  leaving: { since: string | null; accessEndsAt: string | null; membershipEndsAt: string | null } | null
  assignments: {
    id: number
    product: string
    productName: string
    expiresAt: string | null
    /** The devices that it was taken offline on; what is over and was not returned is still there. */
    borrows: { device: string; until: string }[]
  }[]
  claims: { source: string; sourceName: string; rule: string }[]
}

export interface MemberFilter {
  /** Members in any of these states. */
  states: readonly MemberState[]
  /** Part of an address, a user name or a name: as typed, and folded as keys are. */
  search: { typed: string; key: string } | null
  /** Only members who hold the product with this key, whom the source with this key wants, who have this role. */
  product?: string | undefined
  source?: string | undefined
  role?: Role | undefined
  /** Only whoever is on the way out. */
  leaving?: boolean | undefined
  /** Only whom it finds. Such a query is made up by somebody: give it a handle whose statements end. */
  where?: MemberCondition | undefined
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
  const rows = handle<MemberListRow[]>`
    with page as (
      select * from members m
      where m.organization_id = ${organization} and m.state = any(${[...filter.states]}::text[])
        ${filter.states.includes('removed') ? handle`` : handle`and m.state <> 'removed'`}
        ${after === null ? handle`` : handle`and (m.email_key, m.person_id) > (${after.emailKey}, ${after.personId}::bigint)`}
        ${search === null ? handle`` : matching(handle, search)}
        ${filter.role === undefined ? handle`` : handle`and m.role = ${filter.role}`}
        ${filter.product === undefined ? handle`` : holding(handle, filter.product)}
        ${filter.source === undefined ? handle`` : wantedBy(handle, filter.source)}
        ${filter.leaving === true ? handle`and ${onTheWayOut(handle)}` : handle``}
        ${filter.where === undefined ? handle`` : handle`and ${whereMembers(handle, filter.where)}`}
      order by m.email_key, m.person_id limit ${filter.limit}
    )
    select ${columns(handle)} from page m order by m.email_key, m.person_id`
  return await (filter.where === undefined ? rows : unprepared(rows))
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

/** Nobody wants them any more, they are still members, and something may be taken from them. */
const onTheWayOut = (handle: Handle) => handle`m.state <> 'removed' and exists (select from desired_members d
  where d.organization_id = m.organization_id and d.person_id = m.person_id and not d.wanted
    and ((not d.protected and m.role <> 'owner') or ${endsByDecision(handle, 'm.organization_id', 'm.person_id')}))`

const instantIn = (handle: Handle, column: string) =>
  handle`to_char(${handle(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/**
 * An absence, or the loss of the last group, tells when products and access end, and by the longest grace of the person's sources when
 * the membership does.
 */
const leaving = (handle: Handle) => handle`
  case when ${onTheWayOut(handle)} then (
    select json_build_object('since', ${instantIn(handle, 'since')}, 'accessEndsAt', ${instantIn(handle, 'access')},
      'membershipEndsAt', ${instantIn(handle, 'membership')})
    from (
      select coalesce(min(w.since), (select min(l.since) from person_links l
          where l.organization_id = m.organization_id and l.person_id = m.person_id and l.state = 'ghost')) as since,
        case when m.state <> 'suspended' then max(w.until) filter (where w.kind <> 'grace') end as access,
        coalesce(max(w.until) filter (where w.kind = 'grace'), min(w.since) filter (where w.kind <> 'grace') + make_interval(secs => (
          select max((s.settings->>'absenceGrace')::bigint / 1000) from person_links l
          join sources s on s.organization_id = l.organization_id and s.id = l.source_id
          where l.organization_id = m.organization_id and l.person_id = m.person_id))) as membership
      from waits w where w.organization_id = m.organization_id and w.person_id = m.person_id and w.product_id = 0
        and w.kind in ('absence', 'group_loss', 'grace')) dates) end as leaving`

const holding = (handle: Handle, product: string) => handle`and exists (
  select from assignments a join products p on p.organization_id = a.organization_id and p.id = a.product_id
  where a.organization_id = m.organization_id and a.person_id = m.person_id and p.key = ${product})`

const wantedBy = (handle: Handle, source: string) => handle`and exists (
  select from claims c join sources s on s.organization_id = c.organization_id and s.id = c.source_id
  where c.organization_id = m.organization_id and c.person_id = m.person_id and c.to_change is null and s.key = ${source})`

const columns = (handle: Handle) => handle`
  m.id, m.person_id as "personId", m.state, m.role, m.email, m.email_key as "emailKey", m.user_name as "userName",
  m.first_name as "firstName", m.last_name as "lastName", m.display_name as "displayName", m.language,
  m.invited_at as "invitedAt", m.accepted_at as "acceptedAt", m.suspended_at as "suspendedAt", m.removed_at as "removedAt",
  ${leaving(handle)},
  coalesce((
    select json_agg(json_build_object('id', a.id, 'product', p.key, 'productName', p.name, 'expiresAt', ${instantIn(handle, 'a.expires_at')},
      'borrows', coalesce((
        select json_agg(json_build_object('device', b.device, 'until', ${instantIn(handle, 'b.until')}) order by b.device_key)
        from borrows b where b.organization_id = a.organization_id and b.person_id = a.person_id and b.product_id = a.product_id), '[]'))
      order by p.id)
    from assignments a join products p on p.organization_id = a.organization_id and p.id = a.product_id
    where a.organization_id = m.organization_id and a.person_id = m.person_id), '[]') as assignments,
  coalesce((
    select json_agg(json_build_object('source', coalesce(s.key, 'manual'), 'sourceName', coalesce(s.name, 'by hand'), 'rule', c.rule)
      order by c.source_id)
    from claims c left join sources s on s.organization_id = c.organization_id and s.id = c.source_id
    where c.organization_id = m.organization_id and c.person_id = m.person_id and c.to_change is null), '[]') as claims`
