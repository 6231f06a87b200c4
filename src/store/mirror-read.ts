/** Reading the mirror of SCIM sources, many resources at a time: what was marked, how it is now, and in which groups everybody is. */
import type { Handle, Transaction } from './connection.ts'

/** Names a resource of a source. */
export interface MirrorPlace {
  source: number
  id: string
}

export interface MirrorMark extends MirrorPlace {
  type: string
  number: number
  urgent: boolean
}

/** Where a reading stands: marks are taken in the order of sources and numbers. */
export interface MirrorCursor {
  source: number
  number: number
}

/** The greatest number given so far: a reading that ends there ends, whatever is written meanwhile. */
export async function lastMirrorNumber(handle: Handle): Promise<number> {
  const [row] = await handle<{ last: number }[]>`select last_value as last from mirror_numbers`
  return row?.last ?? 0
}

/**
 * Takes marks behind the cursor; they are gone when the transaction commits, and back when it does not. Those of people who lose
 * access are found by an index of their own: nobody who was fired waits behind a million newcomers.
 */
export async function takeMarks(
  transaction: Transaction,
  organization: number,
  { after, until, urgent, limit }: { after: MirrorCursor; until: number; urgent: boolean; limit: number },
): Promise<MirrorMark[]> {
  const which = urgent
    ? transaction`urgent order by source_id, at, number`
    : transaction`(source_id, number) > (${after.source}, ${after.number}) and number <= ${until} order by source_id, number`
  return await transaction<MirrorMark[]>`
    delete from mirror_marks where ctid = any(array(
      select ctid from mirror_marks where organization_id = ${organization} and ${which} limit ${limit} for update skip locked))
    returning source_id as source, type, id, number, urgent`
}

export interface MarkedUser extends MirrorPlace {
  document: unknown
  externalId: string | null
  active: boolean
  deleted: boolean
}

/** The users among these as they are now, in the order in which they were made. */
export async function readMarkedUsers(
  handle: Handle,
  organization: number,
  places: MirrorPlace[],
): Promise<MarkedUser[]> {
  if (places.length === 0) return []
  return await handle<MarkedUser[]>`
    select r.source_id as source, r.id, r.document, r.external_id as "externalId", r.active, r.deleted_at is not null as deleted
    from ${placesOf(handle, places)}
    join mirror_resources r on r.organization_id = ${organization} and r.source_id = w.source and r.type = 'User' and r.id = w.id
    order by r.source_id, r.id`
}

/** Live users who have the external id of one of these, who were deleted. */
export async function readSuccessors(
  handle: Handle,
  organization: number,
  gone: (MirrorPlace & { externalId: string | null })[],
): Promise<MarkedUser[]> {
  const known = gone.filter((one) => one.externalId !== null)
  if (known.length === 0) return []
  return await handle<MarkedUser[]>`
    select r.source_id as source, r.id, r.document, r.external_id as "externalId", r.active, false as deleted
    from unnest(${known.map((one) => one.source)}::int[], ${known.map((one) => one.externalId)}::text[]) as w(source, external_id)
    join mirror_resources r on r.organization_id = ${organization} and r.source_id = w.source and r.type = 'User'
      and r.external_id = w.external_id and r.deleted_at is null
    order by r.source_id, r.id`
}

export interface MarkedGroup extends MirrorPlace {
  name: string
}

/** The groups among these that are still there. */
export async function readMarkedGroups(
  handle: Handle,
  organization: number,
  places: MirrorPlace[],
): Promise<MarkedGroup[]> {
  if (places.length === 0) return []
  return await handle<MarkedGroup[]>`
    select r.source_id as source, r.id, coalesce(r.document->>'displayName', '') as name
    from ${placesOf(handle, places)}
    join mirror_resources r on r.organization_id = ${organization} and r.source_id = w.source and r.type = 'Group' and r.id = w.id
      and r.deleted_at is null
    order by r.source_id, r.id`
}

/**
 * In which groups these people are, directly or through other groups. A deleted group counts, and so do the groups that it was in, so
 * that nobody loses what they gave, until a group of its name has taken its place.
 */
export async function readCountedGroups(
  handle: Handle,
  organization: number,
  places: MirrorPlace[],
): Promise<Map<string, MarkedGroup[]>> {
  if (places.length === 0) return new Map()
  const rows = await handle<(MarkedGroup & { member: string })[]>`
    with recursive up (source, member, id) as (
      select m.source_id, m.member_id, m.group_id from ${placesOf(handle, places)}
      join mirror_members m on m.organization_id = ${organization} and m.source_id = w.source and m.member_id = w.id
      union
      select u.source, u.member, above.id from up u cross join lateral (
        select m.group_id as id from mirror_members m
        where m.organization_id = ${organization} and m.source_id = u.source and m.member_id = u.id
        union all
        select unnest(r.was_in) from mirror_resources r
        where r.organization_id = ${organization} and r.source_id = u.source and r.type = 'Group' and r.id = u.id
          and r.was_in is not null) above)
    select u.source, u.member, g.id, coalesce(g.document->>'displayName', '') as name from up u
    join mirror_resources g on g.organization_id = ${organization} and g.source_id = u.source and g.type = 'Group' and g.id = u.id
    where ${stillCounts(handle)}
    order by u.source, u.member, g.id`
  const groups = new Map<string, MarkedGroup[]>()
  for (const { member, ...group } of rows) {
    const key = placeKey({ source: group.source, id: member })
    const own = groups.get(key)
    if (own) own.push(group)
    else groups.set(key, [group])
  }
  return groups
}

/** Over `mirror_resources g`: it is there, or nothing of its name has taken its place since it was deleted. */
export const stillCounts = (handle: Handle) => handle`g.replaced_at is null`

export interface Tombstone {
  source: number
  /** Who is there now. */
  fresh: string
  /** Who was deleted. */
  gone: string
  document: unknown
  active: boolean
  personId: number
}

/**
 * Deleted users whom the directory knows and who had the external id of one of these, the last one first. Whoever is there under
 * another id of the source is not gone.
 */
export async function findTombstones(
  handle: Handle,
  organization: number,
  users: (MirrorPlace & { externalId: string | null })[],
): Promise<Tombstone[]> {
  const known = users.filter((one) => one.externalId !== null)
  if (known.length === 0) return []
  return await handle<Tombstone[]>`
    select r.source_id as source, w.id as fresh, r.id as gone, r.document, r.active, l.person_id as "personId"
    from unnest(${known.map((one) => one.source)}::int[], ${known.map((one) => one.id)}::uuid[],
      ${known.map((one) => one.externalId)}::text[]) as w(source, id, external_id)
    join mirror_resources r on r.organization_id = ${organization} and r.source_id = w.source and r.type = 'User'
      and r.external_id = w.external_id and r.deleted_at is not null
    join person_links l on l.organization_id = ${organization} and l.source_id = r.source_id and l.anchor_key = r.id::text
    where not exists (select from person_links other where other.organization_id = ${organization} and other.person_id = l.person_id
      and other.source_id = l.source_id and other.anchor_key <> l.anchor_key and other.state = 'linked')
    order by r.source_id, w.id, r.deleted_at desc, r.id desc`
}

const placesOf = (handle: Handle, places: MirrorPlace[]) => handle`
  unnest(${places.map((one) => one.source)}::int[], ${places.map((one) => one.id)}::uuid[]) as w(source, id)`

/** One text for a resource of a source. */
export const placeKey = ({ source, id }: MirrorPlace): string => `${source} ${id}`
