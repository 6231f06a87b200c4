/**
 * Filters over the mirror as SQL. Whatever a client wrote is a parameter of it. What is looked up by has a column or rows of its own
 * and comes from an index; everything else is read from the comparable form of the resource.
 */
import type { Handle } from './connection.ts'
import type { MirrorScope } from './mirror.ts'
import { columnCondition, createdCondition, idCondition, modifiedCondition } from './mirror-columns.ts'
import { type Base, compared, elementsOf, isPresent } from './mirror-comparable.ts'
import { type Comparator, type Comparison, equalTo, type Filter, type Place, type Step } from './mirror-filter-tree.ts'
import type { Fragment } from './mirror-list.ts'
import { emailCondition, memberCondition, memberOfCondition, related } from './mirror-related.ts'

export type { Comparator, Comparison, Filter, Operand, Place, Step } from './mirror-filter-tree.ts'

/** A condition over `mirror_resources r`, for the `where` of a query that names the same organization and source. */
export function whereOf(handle: Handle, filter: Filter, scope: MirrorScope): Fragment {
  return conditionOf({ handle, scope, value: null }, filter)
}

/** Unknown (null) counts as false; so that it does under `not` as well, that one asks for "is not true". */
function conditionOf(base: Base, filter: Filter): Fragment {
  const { handle } = base
  switch (filter.op) {
    case 'and':
    case 'or': {
      const word = filter.op === 'and' ? handle`and` : handle`or`
      const all = filter.filters.map((one) => conditionOf(base, one))
      return handle`(${all.reduce((left, right) => handle`${left} ${word} ${right}`)})`
    }
    case 'not':
      return handle`(${conditionOf(base, filter.filter)}) is not true`
    case 'always':
      return handle`true`
    case 'never':
      return handle`false`
    case 'type':
      return handle`r.type = ${filter.name}`
    case 'some':
      return someOf(base, filter.place, filter.filter)
    case 'pr':
      return presenceOf(base, filter.place)
    default:
      return comparisonOf(base, filter)
  }
}

function someOf(base: Base, place: Place, inner: Filter): Fragment {
  const { handle } = base
  const within = (value: Fragment): Fragment => conditionOf({ ...base, value }, inner)
  if (place.home === 'members') return memberCondition(base, inner, within)
  if (place.home === 'memberOf') return memberOfCondition(base, inner, within)
  const elements = handle`exists (select from ${elementsOf(base, place.path)} e (value) where ${within(handle`e.value`)})`
  const known = place.home === 'emails' ? equalTo(inner, 'value') : null
  return known === null || known === '' ? elements : handle`(${emailCondition(base, known)} and ${elements})`
}

function presenceOf(base: Base, place: Place): Fragment {
  const { handle } = base
  const row = asElement(place)
  if (row !== null) {
    return row.rest.length === 0
      ? related(base, place.home)
      : someOf(base, row.whole, { op: 'pr', place: inside(row.rest) })
  }
  if (place.home === 'id' || place.home === 'created' || place.home.startsWith('modified')) return handle`true`
  return isPresent(base, place.path)
}

function comparisonOf(base: Base, filter: Comparison): Fragment {
  const { handle } = base
  const { op, place, operand } = filter
  const row = asElement(place)
  if (row !== null) {
    const some = someOf(base, row.whole, { op, place: inside(row.rest), operand })
    return op === 'ne' ? handle`(${some} or not ${related(base, place.home)})` : some
  }
  switch (place.home) {
    case 'id':
      return idCondition(base, op, operand.text)
    case 'uniqueKey':
    case 'externalId':
    case 'displayNameKey':
      return inKeys(op, operand.text) ? columnCondition(base, place.home, op, operand.text) : compared(base, filter)
    case 'active':
      // The column is false where `false` is written, and true where nothing is, too.
      if (operand.text === 'false') return op === 'eq' ? handle`(not r.active)` : handle`r.active`
      return op === 'eq' ? handle`(r.active and ${compared(base, filter)})` : compared(base, filter)
    case 'created':
      return createdCondition(base, op, operand.text)
    case 'modified':
    case 'modifiedWithMembers':
      return modifiedCondition(base, op, operand.text, place.home === 'modifiedWithMembers')
    case 'emails':
      return op === 'eq' && operand.text !== '' ? emailCondition(base, operand.text) : compared(base, filter)
    default:
      return compared(base, filter)
  }
}

/** Members and groups are rows: what is asked of `members.value` is asked of one row. */
function asElement({ home, path }: Place): { whole: Place; rest: readonly Step[] } | null {
  if (home !== 'members' && home !== 'memberOf') return null
  return { whole: { home, path: path.slice(0, 1) }, rest: path.slice(1) }
}

/** Empty text is no key: what it would answer to is asked of the document. */
const inKeys = (op: Comparator, text: string): boolean => text !== '' && op !== 'lt' && op !== 'le'

const inside = (path: readonly Step[]): Place => ({ home: 'document', path })
