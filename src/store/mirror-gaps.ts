/** What identity providers pushed that has no effect, or a smaller one than people may expect: for whoever reads a plan. */
import type { Transaction } from './connection.ts'
import { stillCounts } from './mirror-read.ts'
import { type Reach, within } from './reach.ts'

/** How many people, and the first of them. */
export interface Some {
  count: number
  names: string[]
}

/** As many are named. */
const NAMED = 5

/** Whom an identity provider has and nobody can invite, since it gives no usable address. */
export async function withoutAddress(transaction: Transaction, organization: number): Promise<Some> {
  const [row] = await transaction<Some[]>`
    select count(*)::int as count, (array_agg(name order by name))[:${NAMED}::int] as names from (
      select coalesce(u.user_name, u.display_name, u.anchor) as name from directory_users u
      join sources s on s.organization_id = u.organization_id and s.id = u.source_id and s.kind = 'scim' and s.connected
      join desired_members d on d.organization_id = u.organization_id and d.person_id = u.person_id and d.wanted and d.email_key = ''
      where u.organization_id = ${organization} and u.to_change is null and u.email_key = '' and u.status = 'active'
        and not exists (select from members m where m.organization_id = u.organization_id and m.person_id = u.person_id)) somebody`
  return { count: row?.count ?? 0, names: row?.names ?? [] }
}

/**
 * Members with all their access whom an identity provider has deactivated or deleted, and from whom no source takes anything: owners,
 * administrators whom none may change, and people who are protected.
 */
export async function untouchable(
  transaction: Transaction,
  organization: number,
  { managesAdmins, reach }: { managesAdmins: boolean; reach: Reach },
): Promise<Some> {
  const [row] = await transaction<Some[]>`
    select count(*)::int as count, (array_agg(email order by email))[:${NAMED}::int] as names from (
      select m.email from members m
      join desired_members d on d.organization_id = m.organization_id and d.person_id = m.person_id
      where m.organization_id = ${organization} ${within(transaction, reach, 'm.person_id')} and m.state in ('invited', 'active')
        and (d.protected or m.role = 'owner' or (m.role = 'admin' and not ${managesAdmins}))
        and (not d.wanted or d.status = 'suspended')
        and exists (select from directory_users u
          join sources s on s.organization_id = u.organization_id and s.id = u.source_id and s.kind = 'scim' and s.connected
          where u.organization_id = m.organization_id and u.person_id = m.person_id and u.to_change is null
            and u.status in ('leaver', 'deleted'))) somebody`
  return { count: row?.count ?? 0, names: row?.names ?? [] }
}

export interface MirrorGap {
  source: string
  id: string
  name: string
  members: number
}

/** Deleted groups whose people keep what they gave, since nothing has taken their place. */
export async function frozenGroups(transaction: Transaction, organization: number): Promise<MirrorGap[]> {
  return await transaction<MirrorGap[]>`
    select s.key as source, g.id, g.document->>'displayName' as name, m.members from mirror_resources g
    join sources s on s.organization_id = g.organization_id and s.id = g.source_id and s.kind = 'scim' and s.connected
    cross join lateral (select count(*)::int as members from mirror_members m
      where m.organization_id = g.organization_id and m.source_id = g.source_id and m.group_id = g.id) m
    where g.organization_id = ${organization} and g.type = 'Group' and g.deleted_at is not null and g.display_name_key is not null
      and ${stillCounts(transaction)} and m.members > 0
    order by s.key, name, g.id limit 100`
}

/** Deleted groups whose place another one has taken since then, with how many of their people are not in that one. */
export async function replacedGroups(
  transaction: Transaction,
  organization: number,
  since: Date,
): Promise<MirrorGap[]> {
  return await transaction<MirrorGap[]>`
    select s.key as source, g.id, g.document->>'displayName' as name, m.members from mirror_resources g
    join sources s on s.organization_id = g.organization_id and s.id = g.source_id and s.kind = 'scim' and s.connected
    join lateral (select r.id from mirror_resources r where r.organization_id = g.organization_id and r.source_id = g.source_id
      and r.type = 'Group' and r.display_name_key = g.display_name_key and r.deleted_at is null
      and r.modified_at >= g.deleted_at and r.modified_at > ${since} order by r.id limit 1) r on true
    cross join lateral (select count(*)::int as members from mirror_members m
      where m.organization_id = g.organization_id and m.source_id = g.source_id and m.group_id = g.id
        and not exists (select from mirror_members n where n.organization_id = g.organization_id and n.source_id = g.source_id
          and n.group_id = r.id and n.member_id = m.member_id)) m
    where g.organization_id = ${organization} and g.type = 'Group' and g.deleted_at is not null and g.display_name_key is not null
    order by s.key, name, g.id limit 100`
}
