/**
 * In which groups resources are, directly or through other groups, which may contain each other in a circle. Groups are hardly ever in
 * other groups: what those are in is asked for only when there are any.
 */
import type { Row } from 'postgres'
import type { Handle } from './connection.ts'
import type { MirrorScope } from './mirror.ts'
import type { Fragment } from './mirror-list.ts'

export interface MirrorGroup {
  value: string
  display: string | null
  type: 'direct' | 'indirect'
}

/** A live group: its id, its name and the groups that it is in. */
type KnownGroup = [id: string, display: string | null, within: string[]]

/**
 * Either each row has the groups that it is in, in `known`; or the first row has those of all rows, and in `direct` by the id of each
 * resource the ids of its groups, with commas between: so a page of people who are in the same groups names each group once.
 */
export interface GroupColumns {
  id: string
  known: KnownGroup[] | null
  direct?: Record<string, string> | null
}

/**
 * The live ones of these groups as one JSON array; `groups` is a relation `u (organization_id, source_id, id)`. Every look is one in an
 * index: `offset 0` keeps the planner from reading everything instead.
 */
const knownOf = (groups: string) => `(
  select json_agg(json_build_array(g.id, g.display, array(
    select m.group_id from mirror_members m
    where m.organization_id = u.organization_id and m.source_id = u.source_id and m.member_id = u.id offset 0)))
  from ${groups} cross join lateral (
    select x.id, x.document->>'displayName' as display from mirror_resources x
    where x.organization_id = u.organization_id and x.source_id = u.source_id and x.type = 'Group' and x.id = u.id
      and x.deleted_at is null offset 0) g)`

/** The groups of each `mirror_resources r`, for few of them: what a row has in `known`. */
export const GROUPS_OF_EACH = knownOf(`(
  select m.organization_id, m.source_id, m.group_id from mirror_members m
  where m.organization_id = r.organization_id and m.source_id = r.source_id and m.member_id = r.id offset 0
  ) u (organization_id, source_id, id)`)

/** What the first row of a page has for all of them, in `direct` and `known`. */
const OF_ALL = `
  case when p.place = 1 then (
    select json_object_agg(d.member_id, d.groups)
    from (select d.member_id, string_agg(d.group_id::text, ',') as groups from direct d group by d.member_id) d) end as direct,
  case when p.place = 1 then
    ${knownOf('(select distinct d.organization_id, d.source_id, d.group_id from direct d) u (organization_id, source_id, id)')}
    end as known`

/**
 * The rows of `page`, in their order (a scan of what is materialized keeps it), with their groups; `columns` names those of the page as
 * columns of `p`.
 */
export function withGroups(handle: Handle, scope: MirrorScope, page: Fragment, columns: string): Fragment {
  return handle`
    with page as materialized (select p.*, row_number() over () as place from (${page}) p),
    direct as materialized (
      select m.organization_id, m.source_id, m.member_id, m.group_id from mirror_members m
      where m.organization_id = ${scope.organization} and m.source_id = ${scope.source}
        and m.member_id = any(array(select p.id from page p)))
    select ${handle.unsafe<Row[]>(`${columns}, ${OF_ALL}`)} from page p`
}

/** These groups and all that they are in, through whatever others. */
async function readAbove(
  handle: Handle,
  { organization, source }: MirrorScope,
  groups: string[],
): Promise<KnownGroup[]> {
  const [row] = await handle<{ known: KnownGroup[] | null }[]>`
    with recursive up (organization_id, source_id, id) as (
      select ${organization}::int, ${source}::int, unnest(${groups}::uuid[])
      union
      select u.organization_id, u.source_id, m.group_id from up u cross join lateral (
        select m.group_id from mirror_members m
        where m.organization_id = u.organization_id and m.source_id = u.source_id and m.member_id = u.id offset 0) m)
    select ${handle.unsafe<Row[]>(knownOf('up u'))} as known`
  return row?.known ?? []
}

/** The groups of all rows of one answer. */
export class Memberships {
  readonly #known: ReadonlyMap<string, KnownGroup>
  readonly #direct: Readonly<Record<string, string>> | null
  /** Many are in the same groups: they share one list. */
  readonly #lists = new Map<string, MirrorGroup[]>()

  private constructor(groups: KnownGroup[], direct: Record<string, string> | null) {
    this.#known = new Map(groups.map((group) => [group[0], group]))
    this.#direct = direct
  }

  static async of(handle: Handle, scope: MirrorScope, rows: readonly GroupColumns[]): Promise<Memberships> {
    const [first] = rows
    const direct = first?.direct === undefined ? null : (first.direct ?? {})
    const groups = rows.flatMap((row) => row.known ?? [])
    const there = new Set(groups.map(([id]) => id))
    const above = groups.flatMap(([, , within]) => within.filter((id) => !there.has(id)))
    return new Memberships(
      above.length === 0 ? groups : [...groups, ...(await readAbove(handle, scope, above))],
      direct,
    )
  }

  /** The groups of a resource, ordered by their ids. */
  groupsOf({ id, known }: GroupColumns): MirrorGroup[] {
    if (this.#direct === null) return this.#listOf((known ?? []).map((group) => group[0]))
    const direct = this.#direct[id] ?? ''
    let list = this.#lists.get(direct)
    if (list === undefined) {
      list = this.#listOf(direct.split(','))
      this.#lists.set(direct, list)
    }
    return list
  }

  #listOf(direct: string[]): MirrorGroup[] {
    const list: MirrorGroup[] = []
    const seen = new Set(direct)
    // Whoever is met while going upwards is added at its end: a set is walked through in that order.
    for (const id of seen) {
      const group = this.#known.get(id)
      if (group === undefined) continue
      const [value, display, within] = group
      list.push({ value, display, type: direct.includes(value) ? 'direct' : 'indirect' })
      for (const outer of within) seen.add(outer)
    }
    return list.sort((a, b) => (a.value < b.value ? -1 : 1))
  }
}
