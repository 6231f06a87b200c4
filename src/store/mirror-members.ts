/** Members of a group in the mirror: set-based, whatever the group's size, and in an order that two writers share. */
import type { Handle } from './connection.ts'
import type { MirrorAuthor, MirrorScope } from './mirror.ts'

/** What a request does to the members of a group; `replace` leaves these and nobody else. */
export interface MemberStep {
  op: 'add' | 'remove' | 'replace'
  /** Ids of resources (uuid). */
  values: string[]
}

/** What became of it: the group is gone, it has another version than the expected one, or the version that it has now. */
export type MembersChanged = 'gone' | 'other version' | { version: number; changed: boolean }

/**
 * Does the steps in their order, all or none.
 *
 * @param change `types`: resource types that members may have. `turn`: the transaction goes on to write the group itself, and waits for
 *   others who do before it changes anybody; two who waited afterwards could wait for each other
 * @throws MembersMissing when somebody to be added is not there
 */
export async function changeMembers(
  handle: Handle,
  { organization, source }: MirrorScope,
  type: string,
  group: string,
  change: { steps: MemberStep[]; types: string[]; expected: number | null; turn?: boolean },
  at: Date,
  author: MirrorAuthor,
): Promise<MembersChanged> {
  const [row] = await membersMissing(
    handle<{ version: number | null }[]>`
      select mirror_change_members(${organization}, ${source}, ${type}, ${group}, ${change.expected}, ${change.turn === true},
        ${JSON.stringify(change.steps)}::text::json, ${change.types}::text[], ${at}, ${JSON.stringify(author)}::text::jsonb) as version`,
  )
  return changedTo(row?.version ?? null)
}

/** One of several changes of members that insist on no version. */
export interface MemberChange {
  group: string
  steps: MemberStep[]
  at: Date
  author: MirrorAuthor
}

/**
 * Does several changes, all or none, each as if it came alone; those of one group in their order. The answer has theirs.
 *
 * @throws MembersMissing when somebody to be added is not there
 */
export async function changeMembersOfMany(
  handle: Handle,
  { organization, source }: MirrorScope,
  type: string,
  changes: MemberChange[],
  types: string[],
): Promise<MembersChanged[]> {
  const given = changes.map(({ group, steps, at, author }, place) => ({ place, grp: group, steps, at, author }))
  const rows = await membersMissing(
    handle<{ place: number; version: number | null }[]>`
      select place, version from mirror_change_members_many(${organization}, ${source}, ${type}, ${JSON.stringify(given)}::text::json,
        ${types}::text[])`,
  )
  const versions = new Map(rows.map(({ place, version }) => [place, version]))
  return changes.map((_, place) => changedTo(versions.get(place) ?? null))
}

function changedTo(version: number | null): MembersChanged {
  if (version === null) return 'gone'
  if (version === 0) return 'other version'
  return { version: Math.abs(version), changed: version > 0 }
}

/** Somebody is named as a member who is not in the mirror. */
export class MembersMissing extends Error {
  override readonly name = 'MembersMissing'
  /** At most ten of their ids. */
  readonly ids: string[]

  constructor(ids: string[], cause: unknown) {
    super(`no resources have the ids ${ids.join(', ')}`, { cause })
    this.ids = ids
  }
}

/** Tells what the functions of the database raise about members in words of its own. */
export async function membersMissing<T>(work: PromiseLike<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'RS404' && 'detail' in error) {
      throw new MembersMissing(String(error.detail).split(','), error)
    }
    throw error
  }
}

export interface MirrorMember {
  value: string
  type: string
}

/** How many members are read at once. */
const PAGE = 5_000

/**
 * The members of groups, group by group as they are given, in pieces: a group of a million needs no more memory than one of ten, and a
 * client that reads slowly keeps no connection from others. Groups that have nobody are left out; the pieces of one group follow each
 * other, in the order of the members' ids.
 */
export async function* readGroupMembers(
  handle: Handle,
  scope: MirrorScope,
  groups: readonly string[],
): AsyncGenerator<{ group: string; members: MirrorMember[] }, void> {
  const [only] = groups
  const sizes =
    groups.length === 1 && only !== undefined ? new Map([[only, PAGE]]) : await sizesOf(handle, scope, groups)
  let together: string[] = []
  let sum = 0
  for (const group of groups) {
    const size = sizes.get(group) ?? 0
    if (size === 0) continue
    if (sum + size > PAGE || size >= PAGE) {
      yield* await several(handle, scope, together)
      together = []
      sum = 0
    }
    if (size >= PAGE) yield* one(handle, scope, group)
    else {
      together.push(group)
      sum += size
    }
  }
  yield* await several(handle, scope, together)
}

/** How many members each of these groups has; at most a page, since what is larger is read in pages anyway. */
async function sizesOf(
  handle: Handle,
  { organization, source }: MirrorScope,
  groups: readonly string[],
): Promise<Map<string, number>> {
  const rows = await handle<{ id: string; size: number }[]>`
    select g.id, (select count(*) from (
      select from mirror_members m where m.organization_id = ${organization} and m.source_id = ${source} and m.group_id = g.id
      limit ${PAGE}) few)::int as size
    from unnest(${[...groups]}::uuid[]) g(id)`
  return new Map(rows.map(({ id, size }) => [id, size]))
}

async function several(
  handle: Handle,
  { organization, source }: MirrorScope,
  groups: readonly string[],
): Promise<{ group: string; members: MirrorMember[] }[]> {
  if (groups.length === 0) return []
  const rows = await handle<(MirrorMember & { group: string })[]>`
    select m.group_id as "group", m.member_id as value, m.member_type as type from mirror_members m
    where m.organization_id = ${organization} and m.source_id = ${source} and m.group_id = any(${[...groups]}::uuid[])
    order by m.group_id, m.member_id`
  const found = Map.groupBy(rows, (row) => row.group)
  return groups.flatMap((group) => {
    const members = found.get(group)
    return members === undefined ? [] : [{ group, members }]
  })
}

async function* one(
  handle: Handle,
  { organization, source }: MirrorScope,
  group: string,
): AsyncGenerator<{ group: string; members: MirrorMember[] }, void> {
  let after: string | null = null
  for (;;) {
    const members: MirrorMember[] = await handle<MirrorMember[]>`
      select m.member_id as value, m.member_type as type from mirror_members m
      where m.organization_id = ${organization} and m.source_id = ${source} and m.group_id = ${group}
        ${after === null ? handle`` : handle`and m.member_id > ${after}`}
      order by m.member_id limit ${PAGE}`
    if (members.length > 0) yield { group, members }
    after = members.at(-1)?.value ?? null
    if (members.length < PAGE) return
  }
}
