/** Lists and searches (RFC 7644 §3.4.2), by index and by cursor (RFC 9865). */

import { isId } from '../store/mirror-columns.ts'
import { type Filter, whereOf } from '../store/mirror-filter.ts'
import { countResources, listResources, type MirrorQuery } from '../store/mirror-list.ts'
import { orderBy } from '../store/mirror-order.ts'
import type { MirrorResource, Name } from '../store/mirror-resource.ts'
import { answer } from './answer.ts'
import type { Ask } from './ask.ts'
import { type Bound, makeCursor, type Position, readCursor } from './cursor.ts'
import { ScimError } from './error.ts'
import { parseFilterOver } from './filter.ts'
import { CURSOR_SECONDS } from './limits.ts'
import { LIST } from './list-response.ts'
import { answerInPieces, type Piece, textAtOnce, textOf } from './pieces.ts'
import type { Selection } from './project.ts'
import type { ResourceType } from './schema.ts'
import type { SearchRequest } from './search-request.ts'
import { selected, wanted } from './shown.ts'
import { orderOf } from './sort.ts'
import { asked, isQuick, isUsual } from './unusual.ts'

/** Beyond it PostgreSQL counts no further. */
const FARTHEST = 2 ** 53 - 1

/** `quick`: the store finds what there is without a search, whatever else is asked for. */
type Wanted = MirrorQuery & { quick: boolean; only: Only | null }

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
    query: {
      address: types.map((one) => one.name).join(' '),
      filter: request.filter ?? '',
      sortBy: request.sortBy ?? '',
      sortOrder: request.sortOrder ?? '',
    },
  }
  const found =
    request.cursor === null ? await byIndex(ask, query, request) : await byCursor(ask, query, request, bound)
  const pieces: Piece[] = found.resources.flatMap((stored) => {
    const shown = selections.get(stored.type)
    return shown === undefined ? [] : [{ ...shown, stored }]
  })
  const text = textAtOnce(ask, pieces)
  if (text !== null) return answer(200, `${openingOf(found.head)}${text}]}`, ask.requestId)
  return await answerInPieces(ask, 200, withHead(found.head, textOf(ask, pieces)))
}

const openingOf = (head: Head): string => `${JSON.stringify(head).slice(0, -1)},"Resources":[`

async function* withHead(head: Head, resources: AsyncGenerator<string, void>): AsyncGenerator<string, void> {
  yield openingOf(head)
  yield* resources
  yield ']}'
}

function queryOf(
  { parts, caller }: Ask,
  types: readonly ResourceType[],
  request: SearchRequest,
  shown: { type: ResourceType; selection: Selection }[],
): Wanted {
  const filter = request.filter === undefined ? null : parseFilterOver(types, request.filter, caller.dialect)
  const [only] = types
  // Several types have no attribute in common that would be worth an order.
  const order = types.length === 1 && only !== undefined ? orderOf(only, request.sortBy, request.sortOrder) : null
  const active = filter === null ? null : activeAlone(filter)
  const named =
    only === undefined || types.length > 1 || order !== null || request.cursor !== null ? null : onlyOf(only, filter)
  const needs = shown.map(({ type, selection }) => wanted(type, selection))
  return {
    types: types.map((type) => type.name),
    where: filter === null || named !== null ? null : whereOf(parts.sql, filter, caller.scope),
    only: named,
    unusual: order !== null || (filter !== null && !isUsual(filter)),
    quick: order === null && filter !== null && isQuick(filter),
    ...(active !== null && { onlyActive: active }),
    order: order === null ? null : orderBy(parts.sql, order),
    offset: 0,
    after: null,
    limit: request.count,
    groups: needs.some((need) => need.groups),
    members: types.some((type) => type.members !== null),
  }
}

/** The one resource that a filter names, where what it asks for is unique in the mirror. */
interface Only {
  type: ResourceType
  by: Name
  name: string
}

function onlyOf(type: ResourceType, filter: Filter | null): Only | null {
  if (filter === null || filter.op !== 'eq' || filter.operand.text === '') return null
  const by = UNIQUE.find((one) => one === filter.place.home)
  const name = filter.operand.text
  return by === undefined || (by === 'id' && !isId(name)) ? null : { type, by, name }
}

const UNIQUE: readonly Name[] = ['id', 'uniqueKey', 'externalId']

/** Whether a filter asks for nothing but who is active, or who is not: those are counted while writing. */
function activeAlone(filter: Filter): boolean | null {
  return filter.op === 'eq' && filter.place.home === 'active' ? filter.operand.text === 'true' : null
}

async function byIndex(ask: Ask, query: Wanted, { startIndex, filter, sortBy, sortOrder }: SearchRequest) {
  const offset = Math.min(startIndex - 1, FARTHEST)
  const { scope } = ask.caller
  if (query.only !== null) {
    const { type, by, name } = query.only
    const found = await ask.mirror.read(scope, type.name, by, name, { groups: query.groups, members: query.members })
    const resources = found === null || offset > 0 || query.limit === 0 ? [] : [found]
    const totalResults = found === null ? 0 : 1
    return { resources, head: headOf(totalResults, startIndex, resources) }
  }
  const question = JSON.stringify([query.types, filter, sortBy, sortOrder, offset, query.limit, query.groups])
  const { resources, totalResults } = await ask.mirror.page(scope, question, () =>
    asked(ask, query, async (handle) => {
      const { resources: page, total } = await listResources(handle, scope, { ...query, offset })
      return { resources: page, totalResults: total ?? (await countResources(handle, scope, query)) }
    }),
  )
  return { resources, head: headOf(totalResults, startIndex, resources) }
}

function headOf(totalResults: number, startIndex: number, { length }: readonly MirrorResource[]): Head {
  return { schemas: [LIST], totalResults, startIndex, itemsPerPage: length }
}

async function byCursor(ask: Ask, query: Wanted, { cursor, count }: SearchRequest, bound: Bound) {
  const { parts, caller } = ask
  const now = Math.floor(parts.now().getTime() / 1_000)
  const position = cursor === null || cursor === '' ? null : readCursor(bound, cursor, now)
  if (position !== null && 'offset' in position !== (query.order !== null)) {
    throw new ScimError(
      'invalidCursor',
      'What sortBy names is not what it was when the cursor was made; begin again with an empty cursor.',
    )
  }
  const after = position !== null && 'after' in position ? position.after : null
  const offset = position !== null && 'offset' in position ? position.offset : 0
  // One more than asked for tells whether there is another page.
  const limit = count === 0 ? 0 : count + 1
  const { read, cut, totalResults } = await asked(ask, query, async (handle) => {
    const page = await listResources(handle, caller.scope, { ...query, after, offset, limit })
    const counted = page.total ?? (count === 0 ? await countResources(handle, caller.scope, query) : null)
    return { read: page.resources, cut: page.cut, totalResults: counted }
  })
  const resources = read.slice(0, count)
  const last = resources.at(-1)
  const next: Position | null =
    (read.length <= count && !cut) || last === undefined
      ? null
      : query.order === null
        ? { after: { type: last.type, id: last.id } }
        : { offset: offset + resources.length }
  const head: Head = {
    schemas: [LIST],
    ...(totalResults !== null && { totalResults }),
    itemsPerPage: resources.length,
    ...(next !== null && { nextCursor: makeCursor(bound, next, now + CURSOR_SECONDS) }),
  }
  return { resources, head }
}
