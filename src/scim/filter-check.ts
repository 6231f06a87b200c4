/** Conditions of a filter against the schema: which attribute each one is about, and where the store has it. */

import { quoted } from '../filter/error.ts'
import type { Name } from '../filter/lexer.ts'
import type { Literal } from '../filter/literal.ts'
import type { Comparator, Filter, Place, Step } from '../store/mirror-filter.ts'
import { findPath, named } from './attribute-path.ts'
import { wrongFilter } from './filter-error.ts'
import { matches } from './filter-match.ts'
import { operandOf } from './filter-operand.ts'
import { isHidden, placeOf, stepOf } from './filter-place.ts'
import { referenceFilter } from './filter-reference.ts'
import { type Attribute, attribute, COMMON, folded, type ResourceType, schemasOf } from './schema.ts'

/** What names in a filter are about. */
export interface Scope {
  readonly type: ResourceType
  readonly lenient: boolean
  /** Names that the schema does not have are put here; a condition on one never holds. */
  readonly unknown: Set<Name>
  /** Inside the brackets of an attribute with several values: whose elements are looked at. */
  readonly element: { readonly attribute: Attribute; readonly home: Place['home'] } | null
  /** Inside the brackets of an attribute with one value: the name of the attribute. */
  readonly prefix: string | null
}

/** A name that the schema knows. */
interface Found {
  readonly name: Name
  /** From the resource, or from the element, down to what the name means. */
  readonly steps: readonly Step[]
  /** The attribute on top, and the last one of the path; null for an extension as a whole. */
  readonly top: Attribute | null
  readonly leaf: Attribute | null
  readonly home: Place['home']
}

const NEVER: Filter = { op: 'never' }
const ALWAYS: Filter = { op: 'always' }
const PARTLESS = attribute({ name: '', type: 'complex', description: '' })
const [SCHEMAS, ID, META] = ['schemas', 'id', 'meta'].map((name) => named(COMMON, name))

/**
 * `name op value`, or `name pr` when there is no value. What compares with null asks whether something is there (RFC 7643 §2.5).
 *
 * @throws ScimError invalidFilter where the attribute is never shown, or where its type does not fit
 */
export function comparison(scope: Scope, name: Name, op: Comparator | 'pr', literal: Literal | null): Filter {
  const found = find(scope, name)
  if (found === null) return NEVER
  if (op === 'pr' || literal === null) return presence(scope, found)
  if (literal.kind === 'null') {
    const filter = presence(scope, found)
    return op === 'eq' ? { op: 'not', filter } : filter
  }
  const { leaf, steps } = withValue(found)
  const { kind, text } = operandOf(leaf, op, literal, { name, lenient: scope.lenient })
  if (leaf.name === '$ref' && found.top !== null && isRelated(found.home)) {
    const inside = scope.element !== null
    return referenceFilter(found.top, { op, literal, name, inside, home: found.home })
  }
  const known = fixedTexts(scope, found)
  // Schemas are compared without case (RFC 7643 §2.1).
  const operand = { kind, text: found.top === SCHEMAS ? folded(text) : text }
  if (known !== null) return known({ op, place: { home: 'document', path: [] }, operand })
  // Inside brackets rows are elements like any others.
  const home = scope.element === null ? found.home : 'document'
  return { op, place: { home, path: steps }, operand }
}

/** `name[…]`: what `inner` gives has to hold within one element; it is asked with the scope of the elements. */
export function bracketed(scope: Scope, name: Name, inner: (scope: Scope) => Filter): Filter {
  const bare = (): Error =>
    wrongFilter(name.at, `${quoted(name.text)} has no parts, so that no brackets can follow it.`)
  // Parts have no parts (RFC 7643 §2.3.8).
  if (scope.element !== null || scope.prefix !== null) throw bare()
  const found = find(scope, name)
  if (found === null) {
    // What the type does not have has no parts either: who asks several types at once is told of a part that none of them has.
    inner({ ...scope, element: { attribute: PARTLESS, home: 'document' } })
    return NEVER
  }
  const { leaf, steps, home, top } = found
  if (leaf === null || leaf !== top || (leaf.type !== 'complex' && !leaf.multiValued)) throw bare()
  if (!leaf.multiValued) {
    return { op: 'and', filters: [presence(scope, found), inner({ ...scope, prefix: name.text })] }
  }
  const filter = inner({ ...scope, element: { attribute: leaf, home } })
  return fixedTexts(scope, found)?.(filter) ?? { op: 'some', place: { home, path: steps }, filter }
}

function presence(scope: Scope, { top, leaf, steps, home }: Found): Filter {
  if (top === ID || top === META || (top === SCHEMAS && scope.element === null)) return ALWAYS
  const made = leaf?.name === '$ref' && isRelated(home)
  const path = made ? [...steps.slice(0, -1), { name: 'value', many: false }] : steps
  const pr = (of: readonly Step[]): Filter => ({
    op: 'pr',
    place: { home: scope.element === null ? home : 'document', path: of },
  })
  const parts = leaf?.subAttributes ?? []
  if (!parts.some(isHidden)) return pr(path)
  // Whether something is there must not tell that only a part is that nobody is shown.
  const shown = parts.filter((part) => !isHidden(part)).map((part) => pr([...path, stepOf(part)]))
  return shown.length === 0 ? NEVER : { op: 'or', filters: shown }
}

/** The name as the schema has it; null for one that it does not have. */
function find(scope: Scope, name: Name): Found | null {
  const found = scope.element === null ? findInType(scope, name) : findInElement(scope.element, name)
  if (found === null) {
    scope.unknown.add(name)
    return null
  }
  if ([found.top, found.leaf].some((one) => one !== null && isHidden(one))) {
    throw wrongFilter(name.at, `${quoted(name.text)} is never shown, so that nothing can be looked up by it.`)
  }
  return found
}

function findInType({ type, lenient, prefix }: Scope, name: Name): Found | null {
  const path = findPath(type, prefix === null ? name.text : `${prefix}.${name.text}`, lenient)
  if (path === null) return null
  const { home, path: steps } = placeOf(type, path)
  return { name, steps, top: path.attribute, leaf: path.sub ?? path.attribute, home }
}

/** Of something that has no parts there is `value` alone (RFC 7643 §2.4). */
function findInElement({ attribute, home }: NonNullable<Scope['element']>, name: Name): Found | null {
  if (attribute.type !== 'complex') {
    const leaf = { ...attribute, multiValued: false }
    return folded(name.text) === 'value' ? { name, steps: [], top: attribute, leaf, home } : null
  }
  const sub = named(attribute.subAttributes, name.text)
  return sub === null ? null : { name, steps: [stepOf(sub)], top: attribute, leaf: sub, home }
}

/** Kept as rows: members of a group, and the groups of a member. */
const isRelated = (home: Place['home']): boolean => home === 'members' || home === 'memberOf'

/** What has parts is compared by its `value`. */
function withValue({ name, steps, leaf }: Found): { leaf: Attribute; steps: readonly Step[] } {
  if (leaf !== null && leaf.type !== 'complex') return { leaf, steps }
  const value = named(leaf?.subAttributes, 'value')
  if (value !== null) return { leaf: value, steps: [...steps, stepOf(value)] }
  const example = leaf?.subAttributes?.[0]?.name
  const instead = example === undefined ? '' : `; name one of them, such as ${name.text}.${example}`
  throw wrongFilter(name.at, `${quoted(name.text)} has parts and no value of its own${instead}.`)
}

/**
 * What no document holds because the type decides it: the answer to a filter over one text. Null for everything else.
 *
 * @throws ScimError invalidFilter for what depends on where the server is reached
 */
function fixedTexts({ type, element }: Scope, { name, top, leaf }: Found): ((filter: Filter) => Filter) | null {
  if (element !== null) return null
  if (top === META && (leaf?.name === 'location' || leaf?.name === 'version')) {
    throw wrongFilter(name.at, `nothing can be looked up by ${quoted(name.text)}; use id.`)
  }
  if (top === META && leaf?.name === 'resourceType') {
    return (filter) => (matches(filter, type.name) ? ALWAYS : NEVER)
  }
  if (top !== SCHEMAS) return null
  return (filter) => {
    const fitting = schemasOf(type).filter((schema) => matches(filter, folded(schema.id)))
    if (fitting.includes(type.schema)) return ALWAYS
    const filters = fitting.map(({ id }): Filter => ({ op: 'pr', place: inDocument(id) }))
    return filters.length === 0 ? NEVER : { op: 'or', filters }
  }
}

const inDocument = (name: string): Place => ({ home: 'document', path: [{ name, many: false }] })
