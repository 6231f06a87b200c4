/** What identity providers pushed that has no effect, or a smaller one than people may expect: for whoever reads a plan. */
import type { Handle, Transaction } from './connection.ts'
import type { Some } from './farewells.ts'
import { stillCounts } from './mirror-read.ts'

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

/** A group that is gone, or is called otherwise. */
export interface MirrorGap {
  source: string
  sourceId: number
  id: string
  name: string
  /** The group that has taken its place; null where none has. */
  by: string | null
  /** What it is called now; null where it was deleted. */
  renamed: string | null
}

/** More are not looked at. */
const MOST = 1_000

/** What the group is called that was called `g`. */
const renamedOf = (transaction: Transaction) => transaction`(
  select coalesce(x.document->>'displayName', '') from mirror_resources x
  where x.organization_id = g.organization_id and x.source_id = g.source_id and x.type = 'Group' and x.id = g.name_of
    and x.deleted_at is null)`

/** Groups that were deleted or renamed, whose people keep what they gave, since nothing has taken their place. */
export async function frozenGroups(transaction: Transaction, organization: number): Promise<MirrorGap[]> {
  return await transaction<MirrorGap[]>`
    select s.key as source, g.source_id as "sourceId", g.id, g.document->>'displayName' as name, null as by, ${renamedOf(transaction)} as renamed
    from mirror_resources g
    join sources s on s.organization_id = g.organization_id and s.id = g.source_id and s.kind = 'scim' and s.connected
    where g.organization_id = ${organization} and g.type = 'Group' and g.deleted_at is not null and g.display_name_key is not null
      and ${stillCounts(transaction)}
    order by s.key, name, g.id limit ${MOST}`
}

/** Groups that were deleted or renamed and whose place another one has taken since then. */
export async function replacedGroups(
  transaction: Transaction,
  organization: number,
  since: Date,
): Promise<MirrorGap[]> {
  return await transaction<MirrorGap[]>`
    select s.key as source, g.source_id as "sourceId", g.id, g.document->>'displayName' as name, r.id as by, ${renamedOf(transaction)} as renamed
    from mirror_resources g
    join sources s on s.organization_id = g.organization_id and s.id = g.source_id and s.kind = 'scim' and s.connected
    join lateral (select r.id from mirror_resources r where r.organization_id = g.organization_id and r.source_id = g.source_id
      and r.type = 'Group' and r.display_name_key = g.display_name_key and r.deleted_at is null
      and r.id is distinct from g.name_of and r.modified_at >= g.deleted_at and r.modified_at > ${since} order by r.id limit 1) r on true
    where g.organization_id = ${organization} and g.type = 'Group' and g.deleted_at is not null and g.display_name_key is not null
    order by s.key, name, g.id limit ${MOST}`
}

/** How many people are in each of these, directly or through other groups, and not in the one that has taken its place; in their order. */
export async function countMissing(
  transaction: Transaction,
  organization: number,
  gaps: Pick<MirrorGap, 'sourceId' | 'id' | 'by'>[],
): Promise<number[]> {
  if (gaps.length === 0) return []
  const people = (root: ReturnType<Handle>) => transaction`
    with recursive below (id) as (
      select ${root}
      union
      select inner_group.id from below b cross join lateral (
        select m.member_id as id from mirror_members m
        where m.organization_id = ${organization} and m.source_id = g.source and m.group_id = b.id and m.member_type = 'Group'
        union all
        select r.id from mirror_resources r
        where r.organization_id = ${organization} and r.source_id = g.source and r.type = 'Group' and r.was_in is not null
          and b.id = any(r.was_in)) inner_group)
    select m.member_id from below b
    join mirror_members m on m.organization_id = ${organization} and m.source_id = g.source and m.group_id = b.id
      and m.member_type <> 'Group'`
  const rows = await transaction<{ count: number }[]>`
    select (select count(*)::int from ((${people(transaction`g.id`)}) except (${people(transaction`g.by`)})) missing) as count
    from unnest(${gaps.map((one) => one.sourceId)}::int[], ${gaps.map((one) => one.id)}::uuid[], ${gaps.map((one) => one.by)}::uuid[])
      with ordinality as g(source, id, by, place)
    order by g.place`
  return rows.map((row) => row.count)
}
