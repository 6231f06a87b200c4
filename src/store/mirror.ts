/** The mirror of a SCIM source, one resource at a time: each write is one call and one commit, and leaves its mark for whoever reads on. */
import type { Handle } from './connection.ts'
import { membersMissing } from './mirror-members.ts'

/** Whose mirror: a token decides both. */
export interface MirrorScope {
  organization: number
  source: number
}

/** Who writes, for the audit. */
export interface MirrorAuthor {
  actor: string
  token: number | null
  request: string | null
}

/** JSON text of a resource with what the store keeps in columns. */
export interface MirrorRow {
  id: string
  document: string
  comparable: string
  uniqueKey: string | null
  externalId: string | null
  displayNameKey: string | null
  active: boolean
  emailKeys: string[]
}

type StoredJson = null | boolean | number | string | readonly StoredJson[] | { readonly [name: string]: StoredJson }

export interface MirrorResource {
  type: string
  id: string
  /** JSON as whoever wrote it made it; nobody else writes here. */
  text: string
  /** The same, read when it is first asked for. */
  document: { readonly [name: string]: StoredJson }
  /** As its entity tag shows it. */
  version: number
  /** Without the changes of its members: what an update has to name. */
  ownVersion: number
  createdAt: Date
  modifiedAt: Date
  active: boolean
  /** Null unless asked for. */
  groups: MirrorGroup[] | null
}

export interface MirrorGroup {
  value: string
  display: string | null
  type: 'direct' | 'indirect'
}

/**
 * Creates a resource and gives its version; null when a live one has the same key or external id: an index decides, nobody looks first.
 *
 * @throws MembersMissing when a member is not there
 */
export async function createResource(
  handle: Handle,
  { organization, source }: MirrorScope,
  type: string,
  row: MirrorRow,
  /** Ids of members, for a type that has any; `types`: the resource types that they may have. */
  members: { ids: string[]; types: string[] } | null,
  at: Date,
  author: MirrorAuthor,
): Promise<number | null> {
  const [made] = await membersMissing(handle<{ version: number | null }[]>`
    select mirror_create(${organization}, ${source}, ${type}, ${row.id}, ${row.document}::text::json, ${row.comparable}::text::jsonb,
      ${row.uniqueKey}, ${row.externalId}, ${row.displayNameKey}, ${row.active}, ${row.emailKeys.length > 0 ? row.emailKeys : null},
      ${members?.ids ?? null}::uuid[], ${members?.types ?? []}::text[], ${at}, ${JSON.stringify(author)}::text::jsonb) as version`)
  return made?.version ?? null
}

/** Creates many resources that have no members; those that are not in the answer met another one with the same key. */
export async function createResources(
  handle: Handle,
  { organization, source }: MirrorScope,
  type: string,
  rows: MirrorRow[],
  at: Date,
  author: MirrorAuthor,
): Promise<Map<string, number>> {
  // The documents are JSON already: they are put together, not written out again.
  const given = rows.map(
    ({ document, comparable, ...keys }) =>
      `{"document":${document},"comparable":${comparable},${JSON.stringify(keys).slice(1)}`,
  )
  const made = await handle<{ id: string; version: number }[]>`
    select id, version from mirror_create_many(${organization}, ${source}, ${type}, ${`[${given.join(',')}]`}::text::json, ${at},
      ${JSON.stringify(author)}::text::jsonb)`
  return new Map(made.map(({ id, version }) => [id, version]))
}

/**
 * Puts a new text in the place of the version that it was made from; null when that is not there any more.
 *
 * @throws the database's unique_violation when another live resource has the key or the external id
 */
export async function updateResource(
  handle: Handle,
  { organization, source }: MirrorScope,
  type: string,
  row: MirrorRow,
  change: {
    /** `ownVersion` of what was read. */
    expected: number
    /** The e-mail keys are others than before. */
    emails: boolean
    /** Somebody loses access by it: they are planned at once. */
    urgent: boolean
    /** It is called otherwise than before, and its members may be wanted or not by its name. */
    renamed: boolean
  },
  at: Date,
  author: MirrorAuthor,
): Promise<number | null> {
  const [made] = await handle<{ version: number | null }[]>`
    select mirror_update(${organization}, ${source}, ${type}, ${row.id}, ${change.expected}, ${row.document}::text::json,
      ${row.comparable}::text::jsonb, ${row.uniqueKey}, ${row.externalId}, ${row.displayNameKey}, ${row.active},
      ${change.emails ? row.emailKeys : null}::text[], ${change.urgent}, ${change.renamed}, ${at},
      ${JSON.stringify(author)}::text::jsonb) as version`
  return made?.version ?? null
}

/** Deletes a live resource. `expected`: only while its entity tag has this version. */
export async function deleteResource(
  handle: Handle,
  { organization, source }: MirrorScope,
  type: string,
  id: string,
  change: { expected: number | null; urgent: boolean },
  at: Date,
  author: MirrorAuthor,
): Promise<'deleted' | 'gone' | 'other version'> {
  const [row] = await handle<{ done: number | null }[]>`
    select mirror_delete(${organization}, ${source}, ${type}, ${id}, ${change.expected}, ${change.urgent}, ${at},
      ${JSON.stringify(author)}::text::jsonb) as done`
  const done = row?.done ?? null
  if (done === null) return 'gone'
  return done === 0 ? 'other version' : 'deleted'
}

/** The live resource with this id, with the groups that it is in where they are asked for; null when there is none. */
export async function readResource(
  handle: Handle,
  { organization, source }: MirrorScope,
  type: string,
  id: string,
  options: { groups: boolean; members: boolean },
): Promise<MirrorResource | null> {
  const [row] = await handle<ResourceColumns[]>`
    select r.type, r.id, r.document::text as text, r.version as own_version, r.created_at, r.modified_at, r.active,
      ${options.groups ? handle`mirror_groups(r.organization_id, r.source_id, r.id)` : handle`null`} as groups,
      ${options.members ? lastChange(handle) : handle`null`} as changed
    from mirror_resources r
    where r.organization_id = ${organization} and r.source_id = ${source} and r.type = ${type} and r.id = ${id}
      and r.deleted_at is null`
  return row === undefined ? null : toResource(row, options.groups)
}

/** Changes of the members alone, as `[how many, milliseconds of the last]`; null where there were none. */
export const lastChange = (handle: Handle) => handle`(
  select json_build_array(sum(c.count), (extract(epoch from max(c.at)) * 1000)::bigint) from mirror_member_changes c
  where c.organization_id = r.organization_id and c.source_id = r.source_id and c.group_id = r.id having count(*) > 0)`

export interface ResourceColumns {
  type: string
  id: string
  text: string
  own_version: number
  created_at: Date
  modified_at: Date
  active: boolean
  groups: MirrorGroup[] | null
  changed: [number, number] | null
}

export function toResource(row: ResourceColumns, groups: boolean): MirrorResource {
  const [changes, at] = row.changed ?? [0, 0]
  let document: MirrorResource['document'] | undefined
  return {
    type: row.type,
    id: row.id,
    text: row.text,
    // Most go out as they came: reading a page of a hundred would be the greater part of the work.
    get document(): MirrorResource['document'] {
      if (document !== undefined) return document
      const read: MirrorResource['document'] = JSON.parse(row.text)
      document = read
      return read
    },
    version: row.own_version + changes,
    ownVersion: row.own_version,
    createdAt: row.created_at,
    modifiedAt: new Date(Math.max(row.modified_at.getTime(), at)),
    active: row.active,
    groups: groups ? (row.groups ?? []) : null,
  }
}

/** By id: which key of each of these resources another live one has already: for the sentence, after an index has decided. */
export async function findConflicts(
  handle: Handle,
  { organization, source }: MirrorScope,
  type: string,
  rows: Pick<MirrorRow, 'id' | 'uniqueKey' | 'externalId'>[],
): Promise<Map<string, 'unique' | 'external'>> {
  const given = rows.map(({ id, uniqueKey, externalId }) => ({ id, uniqueKey, externalId }))
  const found = await handle<{ id: string; same: boolean }[]>`
    select x.id, bool_or(r.unique_key is not distinct from x."uniqueKey" and x."uniqueKey" is not null) as same
    from json_to_recordset(${JSON.stringify(given)}::text::json) as x(id uuid, "uniqueKey" text, "externalId" text)
    cross join lateral (
      select a.id, a.unique_key from mirror_resources a
      where a.organization_id = ${organization} and a.source_id = ${source} and a.type = ${type} and a.deleted_at is null
        and a.unique_key = x."uniqueKey"
      union all
      select a.id, a.unique_key from mirror_resources a
      where a.organization_id = ${organization} and a.source_id = ${source} and a.type = ${type} and a.deleted_at is null
        and a.external_id = x."externalId") r
    where r.id <> x.id
    group by x.id`
  return new Map(found.map(({ id, same }) => [id, same ? 'unique' : 'external']))
}
