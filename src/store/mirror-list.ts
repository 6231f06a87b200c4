/** Pages of the mirror: in the order of creation or a given one, by place or by the last id seen, with the exact total. */
import type { PendingQuery, Row } from 'postgres'
import type { Handle } from './connection.ts'
import { lastChange, type MirrorResource, type MirrorScope, type ResourceColumns, toResource } from './mirror.ts'
import { unprepared } from './mirror-unusual.ts'

export type Fragment = PendingQuery<Row[]>

export interface MirrorQuery {
  /** Resource types, in the order in which they are listed. */
  types: string[]
  /** Over `mirror_resources r`; null = all. */
  where: Fragment | null
  /** Its condition or its order is one that clients make up. */
  unusual?: boolean
  /** Its condition is met by one resource at most. */
  single?: boolean
  /** `active` alone is counted for us already. */
  onlyActive?: boolean
  /** Over `mirror_resources r`, without the words `order by`; null = the order of creation. */
  order: Fragment | null
  /** How many are passed over. */
  offset: number
  /** Null: from the beginning; else only what comes after this resource. Not together with `order`. */
  after: { type: string; id: string } | null
  limit: number
  groups: boolean
  members: boolean
}

export interface MirrorPage {
  resources: MirrorResource[]
  /** How many there are in all; null where that was not found out on the way. */
  total: number | null
  /** It has fewer than were asked for, because those are too large to be read together. */
  cut: boolean
}

type PageRow = ResourceColumns & { total: number | null; fits: boolean }

/** Bytes of JSON in the memory of the daemon: before a page has more, it ends. Ten pages of a hundred usual people would fit. */
const MOST_BYTES = 8_388_608

/** Reads a page in one statement. The total comes with it where nothing is filtered, and where the page shows that it is the last. */
export async function listResources(handle: Handle, scope: MirrorScope, query: MirrorQuery): Promise<MirrorPage> {
  if (query.limit === 0) return { resources: [], total: null, cut: false }
  const { after, offset, limit } = query
  const asked = handle<PageRow[]>`${query.single ? singleOf(handle, scope, query) : wholeOf(handle, scope, query)}`
  const rows = await (query.unusual ? unprepared(asked) : asked)
  const resources = rows.flatMap((row) => (row.fits ? [toResource(row, query.groups)] : []))
  const last = after === null && rows.length < limit && (rows.length > 0 || offset === 0)
  const total = rows[0]?.total ?? (last ? offset + rows.length : null)
  return { resources, total, cut: resources.length < rows.length }
}

/** A page of one needs nothing of what makes a page of many cheap. */
function singleOf(handle: Handle, scope: MirrorScope, query: MirrorQuery): Fragment {
  return handle`
    select p.*, true as fits,
      ${query.groups ? handle`mirror_groups(${scope.organization}, ${scope.source}, p.id)` : handle`null::json`} as groups
    from (${pageOf(handle, scope, query)}) p`
}

function wholeOf(handle: Handle, scope: MirrorScope, query: MirrorQuery): Fragment {
  const page = fitting(handle, pageOf(handle, scope, query))
  return query.groups ? withGroups(handle, scope, page) : page
}

/** The page, of which what would make it too large comes without its text. The first resource fits, however large it is. */
function fitting(handle: Handle, page: Fragment): Fragment {
  return handle`
    select f.type, f.id, case when f.fits then f.text else '' end as text, f.own_version, f.created_at, f.modified_at, f.active, f.changed,
      f.total, f.fits
    from (select p.*, coalesce(sum(octet_length(p.text)) over (rows between unbounded preceding and 1 preceding), 0)
        < ${MOST_BYTES}::bigint as fits from (${page}) p) f`
}

function pageOf(handle: Handle, scope: MirrorScope, query: MirrorQuery): Fragment {
  const { after, offset, limit, order } = query
  const counted = query.where === null || query.onlyActive !== undefined
  return handle`
    select r.type, r.id, r.document::text as text, r.version as own_version, r.created_at, r.modified_at, r.active,
      ${query.members ? lastChange(handle) : handle`null::json`} as changed,
      ${counted ? handle`(${total(handle, scope, query)})` : handle`null::bigint`} as total
    from mirror_resources r
    where ${these(handle, scope, query)}
      ${after === null ? handle`` : handle`and (r.type, r.id) > (${after.type}, ${after.id}::uuid)`}
    order by ${order === null ? handle`` : handle`${order},`} r.type, r.id
    limit ${limited(handle, limit)} ${offset > 0 ? handle`offset ${offset}` : handle``}`
}

/** Page sizes that clients ask for again and again, and one more of each, which tells whether there is another page. */
const USUAL_LIMITS = new Map(
  [1, 100, 200, 500, 1_000].flatMap((size) => [size, size + 1].map((one) => [one, `${one}`])),
)

/** A usual limit stands in the statement itself: with one that it does not know, the planner begins anew for every page. */
function limited(handle: Handle, limit: number): Fragment {
  const usual = USUAL_LIMITS.get(limit)
  return usual === undefined ? handle`${limit}` : handle.unsafe<Row[]>(usual)
}

/**
 * The page with the groups that each is in, directly or through other groups, which may contain each other in a circle. Few groups hold
 * many people: each group is followed upwards once. Every look at the members is one in an index (`offset 0` keeps the planner from
 * reading all of them instead).
 */
function withGroups(handle: Handle, { organization, source }: MirrorScope, page: Fragment): Fragment {
  const groupsOf = (member: Fragment) => handle`
    lateral (select m.group_id from mirror_members m
      where m.organization_id = ${organization} and m.source_id = ${source} and m.member_id = ${member} offset 0) m`
  return handle`
    with recursive page as materialized (select p.*, row_number() over () as place from (${page}) p),
    direct (member, id) as materialized (select p.id, m.group_id from page p cross join ${groupsOf(handle`p.id`)}),
    up (first, id) as (
      select distinct id, id from direct
      union
      select u.first, m.group_id from up u cross join ${groupsOf(handle`u.id`)}),
    known as materialized (
      select distinct on (g.id) g.id, g.document->>'displayName' as display from up u
      join mirror_resources g on g.organization_id = ${organization} and g.source_id = ${source} and g.type = 'Group' and g.id = u.id
        and g.deleted_at is null),
    groups (member, list) as materialized (
      select x.member, json_agg(json_build_object('value', k.id, 'display', k.display, 'type',
        case when x.direct then 'direct' else 'indirect' end) order by k.id)
      from (select d.member, u.id, bool_or(d.id = u.id) as direct from direct d join up u on u.first = d.id group by d.member, u.id) x
      join known k on k.id = x.id
      group by x.member)
    select p.*, g.list as groups from page p left join groups g on g.member = p.id order by p.place`
}

type Counted = Pick<MirrorQuery, 'types' | 'where' | 'onlyActive' | 'unusual'>

/** How many there are. Without a condition, or with one on `active` alone, that was counted while writing. */
export async function countResources(handle: Handle, scope: MirrorScope, query: Counted): Promise<number> {
  const counted = query.where === null || query.onlyActive !== undefined
  const all = handle`select count(*) as count from mirror_resources r where ${these(handle, scope, query)}`
  const asked = handle<{ count: number }[]>`${counted ? total(handle, scope, query) : all}`
  const [row] = await (query.unusual ? unprepared(asked) : asked)
  return row?.count ?? 0
}

function total(handle: Handle, { organization, source }: MirrorScope, query: Counted): Fragment {
  const active = query.onlyActive ?? null
  return handle`
    select coalesce(sum(m.count), 0)::bigint as count from mirror_totals m
    where m.organization_id = ${organization} and m.source_id = ${source} and m.type = any(${query.types}::text[])
      and (${active}::boolean is null or m.active = ${active})`
}

function these(handle: Handle, scope: MirrorScope, { types, where }: Pick<MirrorQuery, 'types' | 'where'>): Fragment {
  const [only] = types
  return handle`
    r.organization_id = ${scope.organization} and r.source_id = ${scope.source} and r.deleted_at is null
      and ${types.length === 1 && only !== undefined ? handle`r.type = ${only}` : handle`r.type = any(${types}::text[])`}
      ${where === null ? handle`` : handle`and (${where})`}`
}
