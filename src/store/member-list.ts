/** Members as lists and pages show them: with what they hold and which sources want them. */
import type { MemberState, Role } from '../reconcile/model.ts'
import { endedBefore } from './borrows.ts'
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
    /** The devices that it is on: taken offline, not returned, and not over. */
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
  /** Only these. */
  ids?: readonly number[] | undefined
  /** Only whom it finds. Such a query is made up by somebody: give it a handle whose statements end. */
  where?: MemberCondition | undefined
  /** When it is asked. */
  at: Date
  /** By address when absent; `newest` and `oldest` go by when somebody became known here. */
  order?: MemberOrder | undefined
  /** The page begins after this member; `id` is needed where the order goes by time. */
  after: { emailKey: string; personId: number; id?: number } | null
  limit: number
}

export type MemberOrder = 'address' | 'address_down' | 'newest' | 'oldest'
/** Who is meant, in whatever order. */
export type MemberChoice = Omit<MemberFilter, 'order' | 'after' | 'limit' | 'at'>

/** Members in the order asked for, at most `limit`. Without removed ones the partial index on addresses serves it. */
export async function listMembers(
  handle: Handle,
  organization: number,
  filter: MemberFilter,
): Promise<MemberListRow[]> {
  const { after } = filter
  const product = filter.product === undefined ? undefined : await productId(handle, organization, filter.product)
  const rows = handle<MemberListRow[]>`
    with page as (
      select * from members m
      where ${chosenBy(handle, organization, filter, product)} ${after === null ? handle`` : handle`and ${behind(handle, after, filter.order)}`}
      order by ${ordered(handle, filter.order)} limit ${filter.limit}
    )
    select ${columns(handle, filter.at)} from page m order by ${ordered(handle, filter.order)}`
  // What a product is worth as a condition depends on which: such a statement is planned anew.
  return await (filter.where === undefined && product === undefined ? rows : unprepared(rows))
}

/** How many members a filter finds, counted no further than `most`. */
export async function countListed(
  handle: Handle,
  organization: number,
  choice: MemberChoice,
  most: number,
): Promise<number> {
  const product = choice.product === undefined ? undefined : await productId(handle, organization, choice.product)
  const counted = handle<{ members: number }[]>`
    select count(*)::int as members from (
      select from members m where ${chosenBy(handle, organization, choice, product)} limit ${most}) found`
  const [row] = await (choice.where === undefined && product === undefined ? counted : unprepared(counted))
  return row?.members ?? 0
}

const chosenBy = (
  handle: Handle,
  organization: number,
  { states, search, role, source, ids, leaving, where }: MemberChoice,
  productId: number | undefined,
) => handle`
  m.organization_id = ${organization} and m.state = any(${[...states]}::text[])
    ${states.includes('removed') ? handle`` : handle`and m.state <> 'removed'`}
    ${search === null ? handle`` : matching(handle, search)}
    ${role === undefined ? handle`` : handle`and m.role = ${role}`}
    ${productId === undefined ? handle`` : holding(handle, productId)}
    ${source === undefined ? handle`` : wantedBy(handle, source)}
    ${ids === undefined ? handle`` : handle`and m.id = any(${[...ids]}::bigint[])`}
    ${leaving === true ? handle`and ${onTheWayOut(handle)}` : handle``}
    ${where === undefined ? handle`` : handle`and ${whereMembers(handle, where)}`}`

function ordered(handle: Handle, order: MemberOrder = 'address') {
  switch (order) {
    case 'address':
      return handle`m.email_key, m.person_id`
    case 'address_down':
      return handle`m.email_key desc, m.person_id desc`
    case 'newest':
      return handle`m.id desc`
    case 'oldest':
      return handle`m.id`
  }
}

function behind(
  handle: Handle,
  { emailKey, personId, id = 0 }: NonNullable<MemberFilter['after']>,
  order: MemberOrder = 'address',
) {
  switch (order) {
    case 'address':
      return handle`(m.email_key, m.person_id) > (${emailKey}, ${personId}::bigint)`
    case 'address_down':
      return handle`(m.email_key, m.person_id) < (${emailKey}, ${personId}::bigint)`
    case 'newest':
      return handle`m.id < ${id}`
    case 'oldest':
      return handle`m.id > ${id}`
  }
}

export async function readMember(
  handle: Handle,
  organization: number,
  id: number,
  at: Date,
): Promise<MemberListRow | null> {
  const [row] = await handle<MemberListRow[]>`
    select ${columns(handle, at)} from members m where m.organization_id = ${organization} and m.id = ${id}`
  return row ?? null
}

/**
 * Keys are compared as keys; names, which have none, without the case of ASCII letters and as typed. One expression, not one for each
 * column: of a single one the planner believes that it finds few, and reads the table on several cores where that is so.
 */
function matching(handle: Handle, { typed, key }: { typed: string; key: string }) {
  const name = typed.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
  const patterns = [...new Set([key, name])].map((text) => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`)
  return handle`and (m.email_key || chr(10) || coalesce(m.user_name_key, '') || chr(10) || lower(
    coalesce(m.first_name, '') || ' ' || coalesce(m.last_name, '') || chr(10) || coalesce(m.display_name, '')))
    like any(${patterns}::text[])`
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

/** By its id, whose share of all assignments the planner knows: with a key it would read all that anybody holds. */
const holding = (handle: Handle, product: number) => handle`and exists (
  select from assignments a where a.organization_id = m.organization_id and a.person_id = m.person_id and a.product_id = ${product})`

/** 0, which no product has, for a key that none has. */
async function productId(handle: Handle, organization: number, key: string): Promise<number> {
  const [row] = await handle<{ id: number }[]>`
    select id from products where organization_id = ${organization} and key = ${key}`
  return row?.id ?? 0
}

const wantedBy = (handle: Handle, source: string) => handle`and exists (
  select from claims c join sources s on s.organization_id = c.organization_id and s.id = c.source_id
  where c.organization_id = m.organization_id and c.person_id = m.person_id and c.to_change is null and s.key = ${source})`

const columns = (handle: Handle, at: Date) => handle`
  m.id, m.person_id as "personId", m.state, m.role, m.email, m.email_key as "emailKey", m.user_name as "userName",
  m.first_name as "firstName", m.last_name as "lastName", m.display_name as "displayName", m.language,
  m.invited_at as "invitedAt", m.accepted_at as "acceptedAt", m.suspended_at as "suspendedAt", m.removed_at as "removedAt",
  ${leaving(handle)},
  coalesce((
    select json_agg(json_build_object('id', a.id, 'product', p.key, 'productName', p.name, 'expiresAt', ${instantIn(handle, 'a.expires_at')},
      'borrows', coalesce((
        select json_agg(json_build_object('device', b.device, 'until', ${instantIn(handle, 'b.until')}) order by b.device_key)
        from borrows b where b.organization_id = a.organization_id and b.person_id = a.person_id and b.product_id = a.product_id
          and b.until > ${endedBefore(at)}), '[]'))
      order by p.id)
    from assignments a join products p on p.organization_id = a.organization_id and p.id = a.product_id
    where a.organization_id = m.organization_id and a.person_id = m.person_id), '[]') as assignments,
  coalesce((
    select json_agg(json_build_object('source', coalesce(s.key, 'manual'), 'sourceName', coalesce(s.name, 'by hand'), 'rule', c.rule)
      order by c.source_id)
    from claims c left join sources s on s.organization_id = c.organization_id and s.id = c.source_id
    where c.organization_id = m.organization_id and c.person_id = m.person_id and c.to_change is null), '[]') as claims`
