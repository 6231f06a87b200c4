/** Questions that clients make up. They may be slow, so only a few are asked at once, and none of them for ever. */
import type { Handle } from '../store/connection.ts'
import type { Filter } from '../store/mirror-filter.ts'
import { equalTo, type Home } from '../store/mirror-filter-tree.ts'
import type { MirrorQuery } from '../store/mirror-list.ts'
import { inTime, TooSlow } from '../store/mirror-unusual.ts'
import { Refusal } from './answer.ts'
import type { Ask } from './ask.ts'
import { ScimError } from './error.ts'
import { Turns } from './turns.ts'

/** What every identity provider asks: one resource by one of its names, which an index answers. */
export function isUsual(filter: Filter): boolean {
  return isEquality(filter) && LOOKED_UP.has(filter.place.home)
}

/**
 * One resource by a name that nobody else has or by an address, as Entra ID looks for its people (`emails[type eq "work"].value eq "x"`),
 * where other conditions may stand beside it: as quick, but of such texts there is no end.
 */
export function isQuick(filter: Filter): boolean {
  if (filter.op !== 'and') return isUsual(filter) || isAddress(filter)
  const { filters } = filter
  return filters.every((one) => isEquality(one) || isAddress(one)) && filters.some(isOne)
}

const isOne = (filter: Filter): boolean => isAddress(filter) || (isEquality(filter) && UNIQUE.has(filter.place.home))

function isAddress(filter: Filter): boolean {
  if (filter.op !== 'some' || filter.place.home !== 'emails') return false
  const address = equalTo(filter.filter, 'value')
  return address !== null && address !== ''
}

/**
 * Whether a filter asks for one value that can be looked up where it stands. Empty text is nobody's key, and of members only the ids are
 * in an index: who asks for either asks everybody.
 */
function isEquality(filter: Filter): filter is Extract<Filter, { operand: object }> {
  if (filter.op !== 'eq' || filter.operand.text === '' || filter.place.home === 'memberOf') return false
  return filter.place.home !== 'members' || filter.place.path.at(-1)?.name === 'value'
}

const UNIQUE: ReadonlySet<Home> = new Set(['id', 'uniqueKey', 'externalId'] satisfies Home[])

const LOOKED_UP: ReadonlySet<Home> = new Set([
  ...UNIQUE,
  ...(['displayNameKey', 'active', 'emails', 'members'] satisfies Home[]),
])

/** Milliseconds that an unusual query may take: long enough to look at each of a million people once. */
const PATIENCE_MS = 10_000

/** Of ten connections to the database, those that slow queries may keep from everybody else; and those of one source. */
const TURNS = new Turns({ all: 4, each: 2, patience: 2_000 })

/**
 * Asks the store; what is unusual leaves nothing behind, and unless it is quick it waits for its turn. Throws ScimError tooMany for what
 * takes too long, 429 where too many others ask.
 */
export async function asked<T>(
  { parts, caller }: Ask,
  query: MirrorQuery & { quick: boolean },
  work: (handle: Handle) => Promise<T>,
): Promise<T> {
  if (!query.unusual) return await work(parts.sql)
  try {
    const ask = () => inTime(parts.sql, PATIENCE_MS, work)
    if (query.quick) return await ask()
    const { organization, source } = caller.scope
    const turn = await TURNS.take(`${organization}/${source}`, ask)
    if (turn !== null) return turn.done
  } catch (error) {
    if (!(error instanceof TooSlow)) throw error
    const detail = `The query took longer than ${PATIENCE_MS / 1_000} s; ${INSTEAD}.`
    throw new ScimError('tooMany', detail)
  }
  const detail = `Too many slow queries are being answered; ask again in ${AGAIN} s. To be answered at once, ${INSTEAD}.`
  throw new Refusal(429, detail, { 'retry-after': String(AGAIN) })
}

const INSTEAD = 'filter by userName, externalId, displayName, emails or id alone, and sort by nothing'

/** Seconds; whole ones, as Okta reads nothing else. */
const AGAIN = 5
