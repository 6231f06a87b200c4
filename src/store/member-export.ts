/** Members as files have them: with the id, the groups and the seat priority that a source gives them, and what they hold. */
import type { MemberState } from '../reconcile/model.ts'
import type { Handle } from './connection.ts'
import { type MemberCondition, whereMembers } from './member-filter.ts'
import { unprepared } from './mirror-unusual.ts'

export interface ExportedMember {
  personId: number
  email: string
  emailKey: string
  firstName: string | null
  lastName: string | null
  state: Exclude<MemberState, 'removed'>
  /** Null where no source has one: of somebody invited by hand, or where addresses are the ids. */
  externalId: string | null
  groupNames: string[]
  seatPriority: number | null
  /** By key; `expiresAt` is exclusive. */
  products: { product: string; expiresAt: string | null }[]
}

export interface ExportPage {
  where: MemberCondition | null
  /** Only who holds something. */
  holding: boolean
  /** The page begins after this member. */
  after: Pick<ExportedMember, 'emailKey' | 'personId'> | null
  limit: number
}

/** Members who are not removed, in the order of their addresses. Of several sources the one that their profile comes from counts. */
export async function exportMembers(
  handle: Handle,
  organization: number,
  { where, holding, after, limit }: ExportPage,
): Promise<ExportedMember[]> {
  const rows = handle<ExportedMember[]>`
    with page as (
      select * from members m
      where m.organization_id = ${organization} and m.state <> 'removed'
        ${after === null ? handle`` : handle`and (m.email_key, m.person_id) > (${after.emailKey}, ${after.personId}::bigint)`}
        ${holding ? handle`and exists (select from assignments a where a.organization_id = m.organization_id and a.person_id = m.person_id)` : handle``}
        ${where === null ? handle`` : handle`and ${whereMembers(handle, where)}`}
      order by m.email_key, m.person_id limit ${limit}
    )
    select m.person_id as "personId", m.email, m.email_key as "emailKey", m.first_name as "firstName", m.last_name as "lastName",
      m.state, nullif(row.anchor, row.address) as "externalId", row.seat_priority as "seatPriority",
      array(
        select coalesce(g.name, named.id) from unnest(row.groups) with ordinality as named(id, at)
        left join directory_groups g on g.organization_id = m.organization_id and g.source_id = row.source_id and g.id = named.id
          and g.to_change is null
        order by named.at) as "groupNames",
      coalesce((
        select json_agg(json_build_object('product', p.key, 'expiresAt',
          to_char(a.expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by p.id)
        from assignments a join products p on p.organization_id = a.organization_id and p.id = a.product_id
        where a.organization_id = m.organization_id and a.person_id = m.person_id), '[]') as products
    from page m
    left join lateral (
      select u.source_id, u.groups, u.seat_priority, u.anchor, case when u.anchor_key = u.email_key then u.anchor end as address
      from directory_users u
      join sources s on s.organization_id = u.organization_id and s.id = u.source_id and s.kind <> 'manual'
      left join desired_members d on d.organization_id = u.organization_id and d.person_id = u.person_id
      where u.organization_id = m.organization_id and u.person_id = m.person_id and u.to_change is null
      order by u.source_id <> coalesce(d.profile_source_id, 0), u.source_id limit 1) row on true
    order by m.email_key, m.person_id`
  return await (where === null ? rows : unprepared(rows))
}
