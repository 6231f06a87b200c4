/** Operations on the members of a group. They are rows of their own, so a PATCH says what happens to them, and the store does it. */
import type { Comparison, Filter } from '../store/mirror-filter.ts'
import type { MemberStep } from '../store/mirror-members.ts'
import type { Reading } from './coerce.ts'
import { ScimError } from './error.ts'
import { readMembers } from './members.ts'
import type { Change } from './patch-change.ts'
import type { Target } from './patch-path.ts'
import type { ResourceType } from './schema.ts'
import { shown } from './simple-value.ts'

/** Whether a path is about the members of a resource. */
export function isOnMembers(type: ResourceType, target: Target): boolean {
  return type.members !== null && target.extension === null && target.attribute.name === type.members
}

/**
 * What the operation does to the members; null when nothing. A `remove` with a list removes those on it and nobody else, which is how
 * Entra ID means it; RFC 7644 §3.5.2.2 would empty the group. Throws ScimError invalidValue, invalidFilter or mutability.
 */
export function memberStep(reading: Reading, { op, target, text, value }: Change): MemberStep | null {
  const { attribute, selector, sub } = target
  if (sub !== null || (selector !== null && op !== 'remove'))
    throw new ScimError(
      'mutability',
      `${shown(text)} cannot be changed, for members only come and go: remove the member and add another one.`,
    )
  if (selector !== null) {
    const ids = idsOf(selector.filter)
    if (ids === null) throw unsupported(selector.text)
    return step('remove', [...ids])
  }
  const values = readMembers(attribute, value, reading)
  if (values !== null) return op === 'replace' ? { op, values } : step(op, values)
  // Null is the same as no value (RFC 7643 §2.5).
  return op === 'add' ? null : { op: 'replace', values: [] }
}

/**
 * The same in at most two steps, however many there were: for each id, the last word counts. Whoever is named to be added is still among
 * those who are added, also where a later step removes them, since nobody may be added who is not there.
 */
export function lastWords(steps: readonly MemberStep[]): MemberStep[] {
  const added = new Set<string>()
  let last = new Map<string, 'in' | 'out'>()
  let replaced = false
  for (const { op, values } of steps) {
    if (op === 'replace') {
      replaced = true
      last = new Map()
    }
    for (const value of values) {
      last.set(value, op === 'remove' ? 'out' : 'in')
      if (op !== 'remove') added.add(value)
    }
  }
  // A replacement leaves nobody but those it names: nobody else has to be removed after it.
  const removed = [...(replaced ? added : last.keys())].filter((value) => last.get(value) !== 'in')
  const first: MemberStep | null = replaced ? { op: 'replace', values: [...added] } : step('add', [...added])
  return [first, step('remove', removed)].filter((one) => one !== null)
}

function step(op: 'add' | 'remove', values: string[]): MemberStep | null {
  return values.length === 0 ? null : { op, values }
}

/**
 * The ids that a filter names; null when it asks for anything else. An id says which member it is, whatever its type, so
 * `type eq "User"` beside one changes nothing.
 */
function idsOf(filter: Filter): Set<string> | null {
  switch (filter.op) {
    case 'never':
      return new Set()
    case 'eq':
      return partOf(filter) === 'value' ? new Set([filter.operand.text]) : null
    case 'or':
      return both(filter.filters.map(idsOf), (left, right) => [...left, ...right])
    case 'and': {
      const others = filter.filters.filter((one) => !isOnType(one))
      return both(others.map(idsOf), (left, right) => [...left].filter((id) => right.has(id)))
    }
    default:
      return null
  }
}

function both(
  all: readonly (Set<string> | null)[],
  join: (left: Set<string>, right: Set<string>) => string[],
): Set<string> | null {
  const [first = null, ...others] = all
  return others.reduce((left, right) => left && right && new Set(join(left, right)), first)
}

function isOnType(filter: Filter): boolean {
  return filter.op === 'eq' && partOf(filter) === 'type'
}

function partOf({ place }: Comparison): string | null {
  const [first, ...more] = place.path
  return first !== undefined && more.length === 0 ? first.name : null
}

function unsupported(text: string): ScimError {
  const right = 'value eq "…", several of them with or, and type eq "…" beside each'
  return new ScimError('invalidFilter', `[${shown(text)}] cannot be used for members, only this can: ${right}.`)
}
