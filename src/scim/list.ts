/** Lists and searches (RFC 7644 §3.4.2), by index and by cursor (RFC 9865). */

import type { Handle } from '../store/connection.ts'
import { type Filter, whereOf } from '../store/mirror-filter.ts'
import type { Home } from '../store/mirror-filter-tree.ts'
import { countResources, listResources, type MirrorQuery } from '../store/mirror-list.ts'
import { orderBy } from '../store/mirror-order.ts'
import { inTime, TooSlow } from '../store/mirror-unusual.ts'
import { answer } from './answer.ts'
import type { Ask } from './ask.ts'
import { type Bound, makeCursor, type Position, readCursor } from './cursor.ts'
import { ScimError } from './error.ts'
import { parseFilterOver } from './filter.ts'
import { CURSOR_SECONDS } from './limits.ts'
import { answerInPieces, type Piece, textOf } from './pieces.ts'
import type { Selection } from './project.ts'
import type { ResourceType } from './schema.ts'
import type { SearchRequest } from './search-request.ts'
import { aroundOf, selected, showText, wanted } from './shown.ts'
import { orderOf } from './sort.ts'

const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'
/** Beyond it PostgreSQL counts no further. */
const FARTHEST = 2 ** 53 - 1

/** What stands before the resources in an answer. */
type Head = Record<string, string | number | string[]>

/** Lists resources of these types: those of one endpoint, or all of them at the root. */
export async function list(ask: Ask, types: readonly ResourceType[], request: SearchRequest): Promise<Response> {
  const selections = new Map(
    types.map((type) => [
      type.name,
      { type, selection: selected(type, request.attributes, request.excludedAttributes) },
    ]),
  )
  const query = queryOf(ask, types, request, [...selections.values()])
  const bound = {
    secret: ask.caller.secret,
    query: JSON.stringify([types.map((one) => one.name), request.filter, request.sortBy, request.sortOrder]),
  }
  const found =
    request.cursor === null ? await byIndex(ask, query, request) : await byCursor(ask, query, request, bound)
  const pieces: Piece[] = found.resources.flatMap((stored) => {
    const shown = selections.get(stored.type)
    return shown === undefined ? [] : [{ ...shown, stored }]
  })
  if (query.members && pieces.length > 0) {
    return await answerInPieces(ask, 200, withHead(found.head, textOf(ask, pieces)))
  }
  const around = aroundOf(ask)
  const resources = pieces.map(({ type, stored, selection }) => showText(type, stored, selection, around))
  return answer(200, `${JSON.stringify(found.head).slice(0, -1)},"Resources":[${resources.join(',')}]}`, ask.requestId)
}

async function* withHead(head: Head, resources: AsyncGenerator<string, void>): AsyncGenerator<string, void> {
  yield `${JSON.stringify(head).slice(0, -1)},"Resources":[`
  yield* resources
  yield ']}'
}

function queryOf(
  { parts, caller }: Ask,
  types: readonly ResourceType[],
  request: SearchRequest,
  shown: { type: ResourceType; selection: Selection }[],
): MirrorQuery {
  const filter = request.filter === undefined ? null : parseFilterOver(types, request.filter, caller.dialect)
  const [only] = types
  // Several types have no attribute in common that would be worth an order.
  const order = types.length === 1 && only !== undefined ? orderOf(only, request.sortBy, request.sortOrder) : null
  const active = filter === null ? null : activeAlone(filter)
  const needs = shown.map(({ type, selection }) => wanted(type, selection))
  return {
    types: types.map((type) => type.name),
    where: filter === null ? null : whereOf(parts.sql, filter, caller.scope),
    unusual: order !== null || (filter !== null && !isUsual(filter)),
    ...(active !== null && { onlyActive: active }),
    order: order === null ? null : orderBy(parts.sql, order),
    offset: 0,
    after: null,
    limit: request.count,
    groups: needs.some((need) => need.groups),
    members: types.some((type) => type.members !== null),
  }
}

/** Whether a filter asks for nothing but who is active, or who is not: those are counted while writing. */
function activeAlone(filter: Filter): boolean | null {
  return filter.op === 'eq' && filter.place.home === 'active' ? filter.operand.text === 'true' : null
}

/** What every identity provider asks: one resource by one of its names, which an index answers. */
function isUsual(filter: Filter): boolean {
  return filter.op === 'eq' && LOOKED_UP.has(filter.place.home)
}

const LOOKED_UP: ReadonlySet<Home> = new Set([
  'id',
  'uniqueKey',
  'externalId',
  'displayNameKey',
  'active',
  'emails',
  'members',
] satisfies Home[])

/** Milliseconds that an unusual query may take: long enough to look at each of a million people once. */
const PATIENCE_MS = 10_000

/** Unusual queries are not asked for ever, and leave nothing behind. Throws ScimError tooMany. */
async function asked<T>({ parts }: Ask, query: MirrorQuery, work: (handle: Handle) => Promise<T>): Promise<T> {
  if (!query.unusual) return await work(parts.sql)
  try {
    return await inTime(parts.sql, PATIENCE_MS, work)
  } catch (error) {
    if (!(error instanceof TooSlow)) throw error
    const detail = `The query took longer than ${PATIENCE_MS / 1_000} s; filter by userName, externalId, displayName, emails or id, and sort by nothing.`
    throw new ScimError('tooMany', detail)
  }
}

async function byIndex(ask: Ask, query: MirrorQuery, { startIndex }: SearchRequest) {
  const offset = Math.min(startIndex - 1, FARTHEST)
  const { scope } = ask.caller
  const { resources, totalResults } = await asked(ask, query, async (handle) => {
    const { resources: page, total } = await listResources(handle, scope, { ...query, offset })
    return { resources: page, totalResults: total ?? (await countResources(handle, scope, query)) }
  })
  const head: Head = { schemas: [LIST], totalResults, startIndex, itemsPerPage: resources.length }
  return { resources, head }
}

async function byCursor(ask: Ask, query: MirrorQuery, { cursor, count }: SearchRequest, bound: Bound) {
  const { parts, caller } = ask
  const now = Math.floor(parts.now().getTime() / 1_000)
  const position = cursor === null || cursor === '' ? null : readCursor(bound, cursor, now)
  if (position !== null && 'offset' in position !== (query.order !== null)) {
    throw new ScimError('invalidCursor', 'The cursor does not belong to this query; begin again with an empty cursor.')
  }
  const after = position !== null && 'after' in position ? position.after : null
  const offset = position !== null && 'offset' in position ? position.offset : 0
  // One more than asked for tells whether there is another page.
  const limit = count === 0 ? 0 : count + 1
  const { read, totalResults } = await asked(ask, query, async (handle) => {
    const { resources: page, total } = await listResources(handle, caller.scope, { ...query, after, offset, limit })
    const counted = total ?? (count === 0 ? await countResources(handle, caller.scope, query) : null)
    return { read: page, totalResults: counted }
  })
  const resources = read.slice(0, count)
  const last = resources.at(-1)
  const next: Position | null =
    read.length <= count || last === undefined
      ? null
      : query.order === null
        ? { after: { type: last.type, id: last.id } }
        : { offset: offset + count }
  const head: Head = {
    schemas: [LIST],
    ...(totalResults !== null && { totalResults }),
    itemsPerPage: resources.length,
    ...(next !== null && { nextCursor: makeCursor(bound, next, now + CURSOR_SECONDS) }),
  }
  return { resources, head }
}
