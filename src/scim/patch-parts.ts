/** Complex values in a PATCH: some of the parts are given, the others stay (RFC 7644 §3.5.2.1, §3.5.2.3). */
import { named } from './attribute-path.ts'
import { type Reading, readValue } from './coerce.ts'
import { comparableValue } from './comparable.ts'
import { type Document, isObject, type Json } from './document.ts'
import { appended } from './patch-elements.ts'
import { isEmpty, keepImmutable, own, withOwn } from './patch-place.ts'
import type { Attribute } from './schema.ts'

/** What an operation says of one complex value: parts in the schema's spelling, and names of parts that it takes away. */
export interface Parts {
  readonly given: Document
  readonly cleared: readonly string[]
}

/**
 * Reads the value of an operation on a complex attribute, or on one element of it. Null, or an empty `value` as Entra ID takes a
 * manager away, takes the whole away: then this is null. Throws ScimError as `readValue` does.
 */
export function readParts(attribute: Attribute, value: Json, reading: Reading): Parts | null {
  const one = Array.isArray(value) && value.length < 2 && reading.lenient ? (value[0] ?? null) : value
  const given = readValue({ ...attribute, multiValued: false }, one, reading)
  if (!isObject(one)) return isObject(given) ? { given, cleared: [] } : null
  const cleared: string[] = []
  for (const [name, part] of Object.entries(one)) {
    const sub = named(attribute.subAttributes, name)
    if (sub === null || sub.mutability === 'readOnly') continue
    const blank = reading.lenient && sub.name === 'value' && part === ''
    if (!blank && !isEmpty(part)) continue
    if (sub.name === 'value') return null
    cleared.push(sub.name)
  }
  return { given: isObject(given) ? given : {}, cleared }
}

/** Reads the value of an operation on one part. */
export function readPart(attribute: Attribute, sub: Attribute, value: Json, reading: Reading): Parts {
  const given = readValue(sub, value, reading, `${attribute.name}.${sub.name}`)
  if (sub.mutability === 'writeOnly') return { given: {}, cleared: [] }
  const blank = reading.lenient && sub.name === 'value' && given === ''
  return given === null || blank ? { given: {}, cleared: [sub.name] } : { given: { [sub.name]: given }, cleared: [] }
}

/**
 * The value with other parts. A `$ref` without its `value` would be the address of somebody else, so it goes when that changes.
 * Throws ScimError mutability for a part that is immutable and has another value.
 */
export function merged(attribute: Attribute, before: Document, { given, cleared }: Parts, adding: boolean): Document {
  let after = before
  for (const sub of attribute.subAttributes ?? []) {
    const was = own(before, sub.name)
    const now = own(given, sub.name)
    const next = now ?? (cleared.includes(sub.name) ? null : undefined)
    if (next === undefined) continue
    const all = adding && Array.isArray(was) && Array.isArray(next) ? appended(sub, was, next) : next
    keepImmutable(sub, was, all, `${attribute.name}.${sub.name}`)
    after = withOwn(after, sub.name, all)
  }
  const stale = own(given, '$ref') === undefined && !sameValue(attribute, before, after)
  return stale ? withOwn(after, '$ref', null) : after
}

function sameValue(attribute: Attribute, before: Document, after: Document): boolean {
  const value = named(attribute.subAttributes, 'value')
  if (value === null) return true
  const text = (values: Document) => JSON.stringify(comparableValue(value, own(values, value.name) ?? null))
  return text(before) === text(after)
}

/** Whether only `type` and `primary` are left, which say something of a value that is no longer there. */
export function isBare(element: Json): boolean {
  return isObject(element) && Object.keys(element).every((name) => name === 'type' || name === 'primary')
}

/** Takes these parts away. */
export function removing(...names: string[]): Parts {
  return { given: {}, cleared: names }
}
