/** What the mirror of SCIM sources means, written into the directory: people and their links, rows, the names of groups. */
import { hash } from 'node:crypto'
import type { MirrorRow } from '../reconcile/mirror-row.ts'
import type { SourceStatus } from '../reconcile/model.ts'
import type { Handle, Transaction } from './connection.ts'
import { markDirty } from './dirty.ts'
import { type MarkedGroup, type MirrorPlace, placeKey } from './mirror-read.ts'

/** A resource that the directory knows. */
export interface KnownUser extends MirrorPlace {
  personId: number
  /** Of the live row; null where there is none. */
  hash: string | null
  status: SourceStatus | null
}

/** Those of these whom the directory knows, by place. */
export async function readKnown(
  handle: Handle,
  organization: number,
  places: MirrorPlace[],
): Promise<Map<string, KnownUser>> {
  if (places.length === 0) return new Map()
  const rows = await handle<KnownUser[]>`
    select w.source, w.id, l.person_id as "personId", encode(u.hash, 'hex') as hash, u.status
    from unnest(${places.map((one) => one.source)}::int[], ${places.map((one) => one.id)}::text[]) as w(source, id)
    join person_links l on l.organization_id = ${organization} and l.source_id = w.source and l.anchor_key = w.id
    left join directory_users u on u.organization_id = l.organization_id and u.source_id = l.source_id and u.anchor_key = l.anchor_key
      and u.to_change is null`
  return new Map(rows.map((row) => [placeKey(row), row]))
}

/** Makes a person for each of these, in their order, with the link; returns who they are, by place. */
export async function bearPeople(
  transaction: Transaction,
  organization: number,
  places: MirrorPlace[],
  change: number,
  at: Date,
): Promise<Map<string, number>> {
  if (places.length === 0) return new Map()
  const rows = await transaction<(MirrorPlace & { personId: number })[]>`
    with fresh as (
      select source, id, nextval('person_ids') as person_id from (
        select * from unnest(${places.map((one) => one.source)}::int[], ${places.map((one) => one.id)}::text[]) as w(source, id)
        order by source, id) ordered),
    born as (
      insert into people (organization_id, id, from_change) select ${organization}, person_id, ${change} from fresh)
    insert into person_links (organization_id, source_id, anchor_key, anchor, person_id, state, since)
    select ${organization}, source, id, id, person_id, 'linked', ${at}::timestamptz from fresh
    returning source_id as source, anchor as id, person_id as "personId"`
  return new Map(rows.map((row) => [placeKey(row), row.personId]))
}

/** Somebody who is back under another id: their link, and what is over because of it. */
export interface Return extends MirrorPlace {
  personId: number
}

/** Links who is back to the person they were. What the source said of them under earlier ids ends, and is let go of. */
export async function linkReturns(
  transaction: Transaction,
  organization: number,
  returns: Return[],
  change: number,
  at: Date,
): Promise<void> {
  if (returns.length === 0) return
  const back = transaction`json_to_recordset(${JSON.stringify(returns)}::text::json) as back(source int, id text, "personId" bigint)`
  await transaction`
    update directory_users u set to_change = ${change} from ${back}
    where u.organization_id = ${organization} and u.person_id = back."personId" and u.source_id = back.source and u.to_change is null`
  await transaction`
    update person_links l set state = 'released', since = ${at} from ${back}
    where l.organization_id = ${organization} and l.person_id = back."personId" and l.source_id = back.source and l.state <> 'released'`
  await transaction`
    insert into person_links (organization_id, source_id, anchor_key, anchor, person_id, state, since)
    select ${organization}, back.source, back.id, back.id, back."personId", 'linked', ${at}::timestamptz from ${back}`
}

export interface MirrorVersion extends MirrorPlace {
  personId: number
  row: MirrorRow
  /** As `rowHash` gives it. */
  hash: string
}

/** Half of SHA-256 is plenty to tell two versions of one person's row apart. */
export const rowHash = (text: string): string => hash('sha256', text, 'hex').slice(0, 32)

/** Puts these rows in the place of the live ones, brings their links in step, and marks their people dirty. */
export async function writeVersions(
  transaction: Transaction,
  organization: number,
  versions: MirrorVersion[],
  change: number,
  at: Date,
): Promise<void> {
  if (versions.length === 0) return
  // The marks come first, as an evaluation takes them first.
  await markDirty(
    transaction,
    organization,
    versions.map((one) => one.personId),
  )
  const rows = versions.map(({ source, id, personId, row, hash }) => ({
    source_id: source,
    anchor: id,
    person_id: personId,
    email: row.profile.email,
    email_key: row.profile.emailKey,
    user_name: row.profile.userName,
    user_name_key: row.profile.userNameKey,
    first_name: row.profile.firstName,
    last_name: row.profile.lastName,
    display_name: row.profile.displayName,
    language: row.profile.language,
    status: row.status,
    groups: row.groups,
    products: row.products,
    attributes: row.attributes,
    hash,
  }))
  // Everything is said once, since it is much to read; who it is about, is said each time.
  const about = transaction`unnest(${versions.map((one) => one.source)}::int[], ${versions.map((one) => one.id)}::text[],
    ${versions.map((one) => one.personId)}::bigint[], ${versions.map((one) => one.row.status)}::text[]) as n(source_id, anchor, person_id, status)`
  const given = transaction`json_to_recordset(${JSON.stringify(rows)}::text::json) as n(source_id int, anchor text, person_id bigint,
    email text, email_key text, user_name text, user_name_key text, first_name text, last_name text, display_name text, language text,
    status text, groups text[], products jsonb, attributes jsonb, hash text)`
  await transaction`
    update directory_users u set to_change = ${change} from ${about}
    where u.organization_id = ${organization} and u.source_id = n.source_id and u.anchor_key = n.anchor and u.to_change is null`
  await transaction`
    insert into directory_users (organization_id, source_id, anchor_key, from_change, person_id, anchor, email, email_key, user_name,
      user_name_key, first_name, last_name, display_name, language, status, groups, products, attributes, hash)
    select ${organization}, source_id, anchor, ${change}, person_id, anchor, email, email_key, user_name, user_name_key, first_name,
      last_name, display_name, language, status, groups, products, attributes, decode(hash, 'hex')
    from ${given}`
  await transaction`
    update person_links l set state = case when n.status = 'deleted' then 'ghost' else 'linked' end, since = ${at} from ${about}
    where l.organization_id = ${organization} and l.source_id = n.source_id and l.anchor_key = n.anchor
      and (case when n.status = 'deleted' then l.state = 'linked' else l.state in ('ghost', 'released') end)`
  // Whoever was only on their way out is deleted now: there is nothing left to wait for.
  await transaction`
    delete from waits w using ${about} where w.organization_id = ${organization} and w.person_id = n.person_id and w.kind = 'grace'
      and n.status = 'deleted'`
}

/** Writes what these groups are called, where that differs. Deleted groups keep the name that they had. */
export async function writeGroupNames(
  transaction: Transaction,
  organization: number,
  groups: MarkedGroup[],
  change: () => Promise<number>,
): Promise<void> {
  if (groups.length === 0) return
  const named = transaction`unnest(${groups.map((one) => one.source)}::int[], ${groups.map((one) => one.id)}::text[],
    ${groups.map((one) => one.name)}::text[]) as n(source, id, name)`
  const fresh = await transaction<MarkedGroup[]>`
    select distinct on (n.source, n.id) n.source, n.id, n.name from ${named}
    where not exists (select from directory_groups g where g.organization_id = ${organization} and g.source_id = n.source
      and g.id = n.id and g.to_change is null and g.name = n.name)
    order by n.source, n.id`
  if (fresh.length === 0) return
  const number = await change()
  const called = transaction`unnest(${fresh.map((one) => one.source)}::int[], ${fresh.map((one) => one.id)}::text[],
    ${fresh.map((one) => one.name)}::text[]) as n(source, id, name)`
  await transaction`
    update directory_groups g set to_change = ${number} from ${called}
    where g.organization_id = ${organization} and g.source_id = n.source and g.id = n.id and g.to_change is null`
  await transaction`
    insert into directory_groups (organization_id, source_id, id, name, from_change)
    select ${organization}, n.source, n.id, n.name, ${number} from ${called}`
}

/** Notes who has to be planned because of what was pushed; of somebody who is noted already, the later word and moment count. */
export async function notePushed(
  transaction: Transaction,
  organization: number,
  people: { personId: number; urgent: boolean }[],
  at: Date,
): Promise<void> {
  if (people.length === 0) return
  await transaction`
    insert into pushed_people as p (organization_id, person_id, urgent, at)
    select ${organization}, x."personId", bool_or(x.urgent), ${at}::timestamptz
    from json_to_recordset(${JSON.stringify(people)}::text::json) as x("personId" bigint, urgent boolean)
    group by x."personId" order by x."personId"
    on conflict (organization_id, person_id) do update set urgent = excluded.urgent, held = p.held and excluded.urgent, at = excluded.at`
}
