/** Values of attributes as clients send them, read by the schema: one place decides what is taken for what. */
import { named } from './attribute-path.ts'
import { isObject, type Json } from './document.ts'
import { ScimError } from './error.ts'
import { type Attribute, folded } from './schema.ts'
import { readSimple, shown } from './simple-value.ts'

/** How one request is read, and what of it was left aside. */
export interface Reading {
  readonly lenient: boolean
  /** Names that no schema knows, cut to 100 characters, the first 20 of them. */
  readonly ignored: string[]
}

/** Leaves an unknown attribute aside; under `strict` it is an error (interop profile). */
export function ignore(reading: Reading, name: string): void {
  const short = name.length > 100 ? `${name.slice(0, 100).toWellFormed()}…` : name.toWellFormed()
  if (!reading.lenient) {
    throw new ScimError(
      'invalidSyntax',
      `${JSON.stringify(short)} is no attribute of this resource type; leave it out. GET /Schemas lists those that there are.`,
    )
  }
  if (reading.ignored.length < 20 && !reading.ignored.includes(short)) reading.ignored.push(short)
}

/**
 * The value of an attribute in the schema's spelling, without what is null, empty or readOnly; null when nothing is left, which means
 * unassigned (RFC 7643 §2.5). `where` names it in errors.
 *
 * Leniently "True" is a boolean, a number is text where text is due, one value is a list of one and the other way round, and plain
 * text is the `value` of a complex attribute. Throws ScimError invalidValue, and invalidSyntax for an unknown sub-attribute.
 */
export function readValue(attribute: Attribute, given: unknown, reading: Reading, where = attribute.name): Json {
  if (given === null || given === undefined) return null
  if (attribute.multiValued) return readElements(attribute, given, reading, where)
  if (!Array.isArray(given)) return readOne(attribute, given, reading, where)
  if (!reading.lenient || given.length > 1) {
    throw new ScimError(
      'invalidValue',
      `${where} is ${shown(given)} but has a single value: send that without an array.`,
    )
  }
  return given.length === 0 ? null : readOne(attribute, given[0], reading, where)
}

function readElements(attribute: Attribute, value: unknown, reading: Reading, where: string): Json {
  if (!Array.isArray(value) && !reading.lenient) {
    throw new ScimError('invalidValue', `${where} is ${shown(value)} but has several values: send an array.`)
  }
  const given: unknown[] = Array.isArray(value) ? value : [value]
  const elements: Json[] = []
  const seen = new Set<string>()
  let primary = 0
  for (const one of given) {
    if (one === null && !reading.lenient)
      throw new ScimError('invalidValue', `${where} has null among its values; leave it out.`)
    const element = readOne(attribute, one, reading, where)
    if (element === null) continue
    // The same value twice says nothing more (RFC 7643 §2.4), and Entra adds the same role in every cycle.
    const text = given.length > 1 ? JSON.stringify(element) : ''
    if (seen.has(text)) continue
    seen.add(text)
    elements.push(element)
    if (isObject(element) && element['primary'] === true) primary += 1
  }
  if (primary > 1) {
    throw new ScimError('invalidValue', `${where} has ${primary} values with "primary": true; at most one may have it.`)
  }
  return elements.length === 0 ? null : elements
}

function readOne(attribute: Attribute, given: unknown, reading: Reading, where: string): Json {
  if (given === null || given === undefined) return null
  return attribute.type === 'complex'
    ? readComplex(attribute, given, reading, where)
    : readSimple(attribute, given, reading.lenient, where)
}

function readComplex(attribute: Attribute, given: unknown, reading: Reading, where: string): Json {
  const subs = attribute.subAttributes
  const own = named(subs, 'value')
  if (!isObject(given)) {
    if (!reading.lenient || own === null || Array.isArray(given)) {
      throw new ScimError(
        'invalidValue',
        `${where} is ${shown(given)} but consists of parts: send an object with ${partsOf(subs)}.`,
      )
    }
    return readComplex(attribute, { value: given }, reading, where)
  }
  const parts: Record<string, Json> = {}
  const seen = new Set<string>()
  for (const [name, part] of Object.entries(given)) {
    const sub = named(subs, name) ?? (reading.lenient ? alias(subs, name) : null)
    if (sub === null) {
      ignore(reading, `${where}.${name}`)
      continue
    }
    once(seen, sub.name, where)
    if (sub.mutability === 'readOnly') continue
    const value = readValue(sub, part, reading, `${where}.${sub.name}`)
    if (value !== null && sub.mutability !== 'writeOnly') parts[sub.name] = value
  }
  // Entra takes a manager away by an empty id.
  const empty = reading.lenient && own !== null && parts[own.name] === ''
  return empty || Object.keys(parts).length === 0 ? null : parts
}

/** `formatted, familyName and the like`, for people. */
function partsOf(subs: readonly Attribute[] | undefined): string {
  const names = (subs ?? []).filter((one) => one.mutability !== 'readOnly').map((one) => one.name)
  return names.length > 2 ? `${names.slice(0, 2).join(', ')} and the like` : names.join(' and ')
}

/** Entra calls the `display` of a role `displayName`. */
function alias(subs: readonly Attribute[] | undefined, name: string): Attribute | null {
  return folded(name) === 'displayname' ? named(subs, 'display') : null
}

/** Names have no case, so `userName` and `username` in one object are the same thing twice. */
export function once(seen: Set<string>, name: string, where: string): void {
  if (seen.has(name)) {
    throw new ScimError('invalidSyntax', `${name} stands twice in ${where}, in different case; send it once.`)
  }
  seen.add(name)
}
