/** Operations on those values of an attribute that a filter in the path finds. */
import { named } from './attribute-path.ts'
import { type Reading, readValue } from './coerce.ts'
import { comparableValue } from './comparable.ts'
import { type Document, isObject, type Json } from './document.ts'
import { ScimError } from './error.ts'
import type { Change } from './patch-change.ts'
import { appended, distinct, onePrimary } from './patch-elements.ts'
import { isBare, merged, type Parts, readPart, readParts, removing } from './patch-parts.ts'
import { own } from './patch-place.ts'
import { type Selector, selects } from './patch-selector.ts'
import type { Attribute } from './schema.ts'
import { shown } from './simple-value.ts'

type Elements = readonly Json[]

/**
 * The values after the operation. Where none is found, `remove` changes nothing; `add` and `replace` make the value that the filter
 * describes, since Entra ID builds up users in this way. Under `strict` they fail: noTarget.
 */
export function changeSelected(reading: Reading, change: Change, selector: Selector, before: Elements): Elements {
  const { op, target, value = null } = change
  const { attribute, sub } = target
  const places = new Set([...before.keys()].filter((place) => selects(selector, attribute, before[place] ?? null)))
  if (!reading.lenient) checkStrictly(change, places.size)
  if (op === 'remove' && sub === null) return before.filter((_, place) => !places.has(place))
  if (attribute.type !== 'complex')
    return replaceSimple(attribute, readValue(attribute, [value], reading), before, places)
  const parts = readAll(reading, change)
  if (parts === null) return op === 'add' ? before : before.filter((_, place) => !places.has(place))
  const clearing = Object.keys(parts.given).length === 0
  if (places.size === 0) return clearing ? before : build(reading, change, selector, parts, before)
  const after = before.map((element, place) => {
    if (!places.has(place) || !isObject(element)) return element
    if (op !== 'replace' || sub !== null) return merged(attribute, element, parts, op === 'add')
    return merged(attribute, conditionsOf(element, selector), parts, false)
  })
  if (clearing && parts.cleared.length > 0)
    return after.filter((element, place) => !places.has(place) || !isBare(element))
  const all = parts.given['primary'] === true ? onePrimary(after, places) : after
  return places.size > 1 ? distinct(attribute, all) : all
}

/** What the interoperability profile forbids (draft-zollner-scim-interop-profile, "Updating Resources"), and RFC 7644 §3.5.2.3. */
function checkStrictly({ op, target, text }: Change, found: number): void {
  const { attribute, sub } = target
  if (sub === null && attribute.type === 'complex')
    throw new ScimError('invalidPath', `${shown(text)} names no part of what it finds: add ${partOf(attribute)}.`)
  if (found > 1)
    throw new ScimError(
      'invalidFilter',
      `${shown(text)} finds ${found} values but may find one: ask for more, such as its value.`,
    )
  if (found === 0 && op !== 'remove')
    throw new ScimError(
      'noTarget',
      `${shown(text)} finds no value; "add" one with the path ${shown(attribute.name)} first.`,
    )
}

/** An example of a part, as a path ends with it. */
function partOf({ subAttributes }: Attribute): string {
  const example = named(subAttributes, 'value') ?? subAttributes?.[0]
  return example === undefined ? 'one' : `.${example.name} or the like`
}

function readAll(reading: Reading, { op, target, value = null }: Change): Parts | null {
  const { attribute, sub } = target
  if (sub === null) return readParts(attribute, value, reading)
  return op === 'remove' ? removing(sub.name) : readPart(attribute, sub, value, reading)
}

function replaceSimple(attribute: Attribute, given: Json, before: Elements, places: ReadonlySet<number>): Elements {
  const others = before.filter((_, place) => !places.has(place))
  return appended(attribute, others, Array.isArray(given) ? given : [])
}

/** What a value that is replaced keeps: why it was found. */
function conditionsOf(element: Document, { equal }: Selector): Document {
  return Object.fromEntries(Object.entries(element).filter(([name]) => equal !== null && Object.hasOwn(equal, name)))
}

/** Makes the value that the filter describes. */
function build(reading: Reading, change: Change, selector: Selector, parts: Parts, before: Elements): Elements {
  const { attribute } = change.target
  const described = selector.equal && readValue({ ...attribute, multiValued: false }, selector.equal, reading)
  if (!isObject(described) || !selects(selector, attribute, described)) {
    const detail = `${shown(change.text)} finds no value, and does not say with eq what a new one would be.`
    throw new ScimError('noTarget', detail)
  }
  const element = merged(attribute, described, parts, false)
  // One value of each type: `emails[type eq "work" and primary eq true]` is the address for work, whether or not it was the primary one.
  const place = isBare(described) ? before.findIndex((one) => sameType(attribute, one, described)) : -1
  const old = before[place]
  if (!isObject(old)) return appended(attribute, before, [element])
  const after = before.with(place, merged(attribute, old, { given: element, cleared: parts.cleared }, false))
  return element['primary'] === true ? onePrimary(after, new Set([place])) : after
}

function sameType(attribute: Attribute, one: Json, described: Document): boolean {
  const type = (element: Document) => own(element, 'type') ?? null
  const [first, second] = [one, described].map((element) => comparableValue(attribute, element))
  return isObject(first) && isObject(second) && type(second) !== null && type(first) === type(second)
}
