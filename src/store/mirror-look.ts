/** What an identity provider has pushed so far, for whoever is about to connect it: how many, some of them, and its groups. */
import type { Handle } from './connection.ts'
import type { MirrorScope } from './mirror.ts'

export interface PushedSoFar {
  people: number
  /** Of them, those who are not deactivated. */
  active: number
  groups: number
  /** When the newest change of any of them was; null where nothing was ever pushed. */
  lastAt: Date | null
  /** Something came that was not read into the directory yet. */
  reading: boolean
}

/** Counted while they were written, so that asking costs the same for ten and for a million. */
export async function countPushed(handle: Handle, { organization, source }: MirrorScope): Promise<PushedSoFar> {
  const last = (type: 'User' | 'Group') => handle`(
    select modified_at from mirror_resources where organization_id = ${organization} and source_id = ${source} and type = ${type}
    order by modified_at desc limit 1)`
  const [row] = await handle<PushedSoFar[]>`
    select coalesce(sum(count) filter (where type = 'User'), 0)::int as people,
      coalesce(sum(count) filter (where type = 'User' and active), 0)::int as active,
      coalesce(sum(count) filter (where type = 'Group'), 0)::int as groups,
      greatest(${last('User')}, ${last('Group')}) as "lastAt",
      exists (select from mirror_marks where organization_id = ${organization} and source_id = ${source}) as reading
    from mirror_totals where organization_id = ${organization} and source_id = ${source}`
  return row ?? { people: 0, active: 0, groups: 0, lastAt: null, reading: false }
}

export interface PushedPerson {
  id: string
  userName: string | null
  name: string | null
  /** As it is compared; one of them where there are several. */
  email: string | null
  externalId: string | null
  active: boolean
}

/** Those who came last. */
export async function lastPushed(
  handle: Handle,
  { organization, source }: MirrorScope,
  limit: number,
): Promise<PushedPerson[]> {
  return await handle<PushedPerson[]>`
    select r.id, r.document->>'userName' as "userName", r.external_id as "externalId", r.active,
      coalesce(nullif(r.document->>'displayName', ''),
        nullif(concat_ws(' ', r.document#>>'{name,givenName}', r.document#>>'{name,familyName}'), '')) as name,
      (select e.value_key from mirror_emails e where e.organization_id = r.organization_id and e.source_id = r.source_id
        and e.id = r.id order by e.value_key limit 1) as email
    from mirror_resources r
    where r.organization_id = ${organization} and r.source_id = ${source} and r.type = 'User' and r.deleted_at is null
    order by r.id desc limit ${limit}`
}

export interface PushedGroup {
  id: string
  name: string
}

/** Groups by their name. */
export async function listPushedGroups(
  handle: Handle,
  { organization, source }: MirrorScope,
  limit: number,
): Promise<PushedGroup[]> {
  return await handle<PushedGroup[]>`
    select id, coalesce(document->>'displayName', '') as name from mirror_resources
    where organization_id = ${organization} and source_id = ${source} and type = 'Group' and deleted_at is null
    order by display_name_key, id limit ${limit}`
}

/** Further nobody counts while a page waits. */
export const MOST_MEMBERS = 1_000

/** How many direct members each of these groups has, counted no further than one more than `MOST_MEMBERS`. */
export async function countGroupMembers(
  handle: Handle,
  { organization, source }: MirrorScope,
  groups: string[],
): Promise<Map<string, number>> {
  const rows = await handle<{ id: string; members: number }[]>`
    select g.id, (select count(*)::int from (
      select from mirror_members m where m.organization_id = ${organization} and m.source_id = ${source} and m.group_id = g.id
      limit ${MOST_MEMBERS + 1}) counted) as members
    from unnest(${groups}::uuid[]) g(id)`
  return new Map(rows.map(({ id, members }) => [id, members]))
}
