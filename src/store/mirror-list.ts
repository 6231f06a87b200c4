/** Pages of the mirror: in the order of creation or a given one, by place or by the last id seen, with the exact total. */
import type { PendingQuery, Row } from 'postgres'
import type { Handle } from './connection.ts'
import type { MirrorScope } from './mirror.ts'
import { type GroupColumns, Memberships, withGroups } from './mirror-memberships.ts'
import {
  type MirrorResource,
  PAGE_COLUMNS,
  type ResourceColumns,
  resourceColumns,
  toResource,
} from './mirror-resource.ts'
import { unprepared } from './mirror-unusual.ts'

export type Fragment = PendingQuery<Row[]>

export interface MirrorQuery {
  /** Resource types, in the order in which they are listed. */
  types: string[]
  /** Over `mirror_resources r`; null = all. */
  where: Fragment | null
  /** Its condition or its order is one that clients make up. */
  unusual?: boolean
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

/** `text` is null where it is left out. */
type PageRow = ResourceColumns & GroupColumns & { text: string | null; total: number | null }

/** What pages usually have at most, and what any can have; each with the one more that tells whether there is another page. */
const FEW = 101
const MOST_LIMIT = 1_001

/** Bytes of JSON in the memory of the daemon: before a page has more, it ends. Ten pages of a hundred usual people would fit. */
const MOST_BYTES = 8_388_608

/** Reads a page in one statement. The total comes with it where nothing is filtered, and where the page shows that it is the last. */
export async function listResources(handle: Handle, scope: MirrorScope, query: MirrorQuery): Promise<MirrorPage> {
  if (query.limit === 0) return { resources: [], total: null, cut: false }
  const { after, offset, limit } = query
  const rows = await rowsOf(handle, scope, query)
  const memberships = query.groups ? await Memberships.of(handle, scope, rows) : null
  const resources: MirrorResource[] = []
  for (const row of rows) {
    if (row.text !== null) resources.push(toResource(row, row.text, memberships?.groupsOf(row) ?? null))
  }
  const last = after === null && rows.length < limit && (rows.length > 0 || offset === 0)
  const total = rows[0]?.total ?? (last ? offset + rows.length : null)
  return { resources, total, cut: resources.length < rows.length }
}

/** Nearly always each is so small that all of them fit; only otherwise are they added up one after the other. */
async function rowsOf(handle: Handle, scope: MirrorScope, query: MirrorQuery): Promise<readonly PageRow[]> {
  const ask = (page: Fragment) => {
    const all = query.groups ? withGroups(handle, scope, page, `${PAGE_COLUMNS}, p.total`) : page
    const asked = handle<PageRow[]>`${all}`
    return query.unusual ? unprepared(asked) : asked
  }
  // Two shares and no more: each is a statement of its own.
  const share = Math.floor(MOST_BYTES / (query.limit <= FEW ? FEW : MOST_LIMIT))
  const small = `case when octet_length(r.document::text) <= ${share} then r.document::text end`
  const rows = await ask(pageOf(handle, scope, query, small))
  return rows.every(({ text }) => text !== null) ? rows : await ask(fitting(handle, scope, query))
}

/** The page, of which what would make it too large comes without its text. The first resource fits, however large it is. */
function fitting(handle: Handle, scope: MirrorScope, query: MirrorQuery): Fragment {
  return handle`
    select p.type, p.id, case when p.before < ${MOST_BYTES}::bigint then p.text end as text, p.own_version, p.created, p.modified, p.active,
      p.changed, p.total
    from (select p.*, coalesce(sum(octet_length(p.text)) over (rows between unbounded preceding and 1 preceding), 0) as before
      from (${pageOf(handle, scope, query, 'r.document::text')}) p) p`
}

function pageOf(handle: Handle, scope: MirrorScope, query: MirrorQuery, text: string): Fragment {
  const { after, offset, limit, order } = query
  const counted = query.where === null || query.onlyActive !== undefined
  return handle`
    select ${handle.unsafe<Row[]>(resourceColumns(query.members, text))}, ${counted ? handle`(${total(handle, scope, query)})` : handle`null::bigint`} as total
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
