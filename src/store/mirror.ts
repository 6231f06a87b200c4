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

/** One of several writes, with when it is made and by whom. */
export interface Written {
  row: MirrorRow
  at: Date
  author: MirrorAuthor
}

/** Creates many resources that have no members; those that are not in the answer met another one with the same key. */
export async function createResources(
  handle: Handle,
  { organization, source }: MirrorScope,
  type: string,
  written: Written[],
): Promise<Map<string, number>> {
  const [first] = written
  if (first === undefined) return new Map()
  // What all of a Bulk have in common is said once.
  const rows = written.map(({ row, at, author }) =>
    jsonOf(row, {
      ...(at !== first.at && { at }),
      ...(author !== first.author && { author }),
      emailKeys: row.emailKeys,
    }),
  )
  const made = await handle<{ id: string; version: number }[]>`
    select id, version from mirror_create_many(${organization}, ${source}, ${type}, ${`[${rows.join(',')}]`}::text::json, ${first.at},
      ${JSON.stringify(first.author)}::text::jsonb)`
  return new Map(made.map(({ id, version }) => [id, version]))
}

/** The documents are JSON already: they are put between the rest, not written out again. */
function jsonOf({ document, comparable, ...keys }: MirrorRow, more: object): string {
  return `{"document":${document},"comparable":${comparable},${JSON.stringify({ ...keys, ...more }).slice(1)}`
}

export interface Change {
  /** `ownVersion` of what was read. */
  expected: number
  /** The e-mail keys are others than before. */
  emails: boolean
  /** Somebody loses access by it: they are planned at once. */
  urgent: boolean
  /** It is called otherwise than before, and its members may be wanted or not by its name. */
  renamed: boolean
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
  change: Change,
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

/** What a resource has after an update. */
export interface Updated {
  version: number
  /** Not before that of the version before, whichever of two writers took longer. */
  modifiedAt: Date
}

/**
 * The same for several resources; those that are not in the answer were overtaken, as is all but one of those that are given twice.
 *
 * @throws the database's unique_violation for any of them; nothing is written then
 */
export async function updateResources(
  handle: Handle,
  { organization, source }: MirrorScope,
  type: string,
  written: (Written & { change: Change })[],
): Promise<Map<string, Updated>> {
  const rows = written.map(({ row, change, at, author }) => {
    const { expected, urgent, renamed } = change
    return jsonOf(row, {
      ...{ expected, urgent, renamed, at, author },
      emailKeys: change.emails ? row.emailKeys : null,
    })
  })
  const made = await handle<({ id: string } & Updated)[]>`
    select id, version, modified_at as "modifiedAt" from mirror_update_many(${organization}, ${source}, ${type}, ${`[${rows.join(',')}]`}::text::json)`
  return new Map(made.map(({ id, ...updated }) => [id, updated]))
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
