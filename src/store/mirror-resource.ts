/** Resources of the mirror as they are read: one by one of its names, or what a page has of each. */
import type { Handle } from './connection.ts'
import type { MirrorScope } from './mirror.ts'
import { GROUPS_OF_EACH, type GroupColumns, Memberships, type MirrorGroup } from './mirror-memberships.ts'

type StoredJson = null | boolean | number | string | readonly StoredJson[] | { readonly [name: string]: StoredJson }

interface Stored {
  type: string
  id: string
  /** JSON as whoever wrote it made it; nobody else writes here. */
  text: string
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

export class MirrorResource implements Stored {
  readonly type: string
  readonly id: string
  readonly text: string
  readonly version: number
  readonly ownVersion: number
  readonly createdAt: Date
  readonly modifiedAt: Date
  readonly active: boolean
  readonly groups: MirrorGroup[] | null
  #document: { readonly [name: string]: StoredJson } | undefined

  constructor(stored: Stored) {
    this.type = stored.type
    this.id = stored.id
    this.text = stored.text
    this.version = stored.version
    this.ownVersion = stored.ownVersion
    this.createdAt = stored.createdAt
    this.modifiedAt = stored.modifiedAt
    this.active = stored.active
    this.groups = stored.groups
  }

  /** The text, read when this is first asked for: most go out as they came, and to read a page of a hundred would be most of the work. */
  get document(): { readonly [name: string]: StoredJson } {
    if (this.#document === undefined) {
      const read: { readonly [name: string]: StoredJson } = JSON.parse(this.text)
      this.#document = read
    }
    return this.#document
  }

  /** The same resource after a write. */
  after(change: Partial<Pick<Stored, 'text' | 'version' | 'ownVersion' | 'modifiedAt' | 'active'>>): MirrorResource {
    return new MirrorResource({ ...this, ...change })
  }
}

/** What a resource is asked for with; `groups`: those that it is in. `members`: its version and date count those of its members. */
export interface Around {
  groups: boolean
  members: boolean
}

/** The live resource with this id, with the groups that it is in where they are asked for; null when there is none. */
export async function readResource(
  handle: Handle,
  scope: MirrorScope,
  type: string,
  id: string,
  around: Around,
): Promise<MirrorResource | null> {
  return (await lookUpResources(handle, scope, type, 'id', [id], around)).get(id) ?? null
}

/** Names that no two live resources of a type share. */
export type Name = 'id' | 'uniqueKey' | 'externalId'

/** Live resources by one of their names, each under the name that it was asked for with; who is not there is not in the answer. */
export async function lookUpResources(
  handle: Handle,
  { organization, source }: MirrorScope,
  type: string,
  by: Name,
  names: string[],
  { groups, members }: Around,
): Promise<Map<string, MirrorResource>> {
  const size = 2 ** Math.ceil(Math.log2(names.length))
  const given = Array.from({ length: size }, (_, place) => names[Math.min(place, names.length - 1)] ?? '')
  const text = statementOf(by, { groups, members }, size)
  const rows = await handle.unsafe<(ResourceColumns & GroupColumns & { text: string; name: string })[]>(
    text,
    [organization, source, type, ...given],
    { prepare: true },
  )
  const memberships = groups ? await Memberships.of(handle, { organization, source }, rows) : null
  return new Map(rows.map((row) => [row.name, toResource(row, row.text, memberships?.groupsOf(row) ?? null)]))
}

const COLUMNS = { id: 'r.id', uniqueKey: 'r.unique_key', externalId: 'r.external_id' } as const satisfies Record<
  Name,
  string
>

const STATEMENTS = new Map<string, string>()

/**
 * What is asked more often than anything else is put together once. There is one statement for each power of two, so that there are few
 * and each has a number of parameters that the planner knows: of an array it would know the length only when it is there, and plan anew
 * for each. Nothing of a client is in the text.
 */
function statementOf(by: Name, { groups, members }: Around, size: number): string {
  const key = `${by} ${groups} ${members} ${size}`
  const known = STATEMENTS.get(key)
  if (known !== undefined) return known
  const places = Array.from({ length: size }, (_, place) => `$${place + 4}`)
  const text = `
    select ${resourceColumns(members)}, ${COLUMNS[by]}::text as name, ${groups ? GROUPS_OF_EACH : 'null::json'} as known
    from mirror_resources r
    where r.organization_id = $1 and r.source_id = $2 and r.type = $3 and r.deleted_at is null
      and ${COLUMNS[by]} in (${places.join(', ')})`
  STATEMENTS.set(key, text)
  return text
}

/** Changes of the members alone, as `[how many, milliseconds of the last]`; null where there were none. */
const LAST_CHANGE = `(
  select json_build_array(sum(c.count), (extract(epoch from max(c.at)) * 1000)::bigint) from mirror_member_changes c
  where c.organization_id = r.organization_id and c.source_id = r.source_id and c.group_id = r.id having count(*) > 0)`

/** What `toResource` reads of `mirror_resources r`, and its text; instants in milliseconds, which are read faster than dates. */
export const resourceColumns = (members: boolean, text = 'r.document::text'): string => `
  r.type, r.id, ${text} as text, r.version as own_version, (date_part('epoch', r.created_at) * 1000)::bigint as created,
  (date_part('epoch', r.modified_at) * 1000)::bigint as modified, r.active, ${members ? LAST_CHANGE : 'null::json'} as changed`

/** The same, of a page called `p`. */
export const PAGE_COLUMNS = 'p.type, p.id, p.text, p.own_version, p.created, p.modified, p.active, p.changed'

export interface ResourceColumns {
  type: string
  id: string
  own_version: number
  created: number
  modified: number
  active: boolean
  changed: [number, number] | null
}

/** `groups`: null where they were not asked for. */
export function toResource(row: ResourceColumns, text: string, groups: MirrorGroup[] | null): MirrorResource {
  const [changes, at] = row.changed ?? [0, 0]
  return new MirrorResource({
    type: row.type,
    id: row.id,
    text,
    version: row.own_version + changes,
    ownVersion: row.own_version,
    createdAt: new Date(row.created),
    modifiedAt: new Date(Math.max(row.modified, at)),
    active: row.active,
    groups,
  })
}
