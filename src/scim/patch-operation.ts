/** One operation of a PATCH on a document (RFC 7644 §3.5.2.1 to §3.5.2.3). */
import { ignore, type Reading, readValue } from './coerce.ts'
import { type Document, isObject, type Json } from './document.ts'
import { ScimError } from './error.ts'
import type { Change, Operation } from './patch-change.ts'
import { appended, distinct, without } from './patch-elements.ts'
import { isBare, merged, readPart, readParts, removing } from './patch-parts.ts'
import { isEmpty, valueAt, withValue } from './patch-place.ts'
import { changeSelected } from './patch-selected.ts'
import { type Attribute, folded, type ResourceType, schemasOf } from './schema.ts'
import { shown } from './simple-value.ts'

export interface Patching {
  readonly type: ResourceType
  readonly reading: Reading
  /** The id of the resource, which Okta repeats among the values. */
  readonly id: string
  /** How many values may still be looked at: thousands of operations on thousands of values would take minutes. */
  readonly budget: { values: number }
}

/** About a second's worth, and a thousand times what identity providers send. */
export const VALUES_LOOKED_AT = 250_000

/**
 * The document after one operation; the given one stays as it is. Throws ScimError invalidValue, invalidSyntax, invalidPath,
 * invalidFilter, mutability or noTarget.
 */
export function changed(patching: Patching, document: Document, operation: Operation): Document {
  const { type, reading } = patching
  if (operation.target === null) {
    ignore(reading, operation.text)
    return document
  }
  const change: Change = { ...operation, target: operation.target }
  const { attribute, extension } = change.target
  if (!mayWrite(patching, change)) return document
  if (extension === null && attribute.name === 'schemas') return keepSchemas(patching, change, document)
  const value = next(patching, change, valueAt(document, change.target))
  // Passwords are checked and thrown away.
  if (attribute.mutability === 'writeOnly') return document
  if (extension === null && attribute.name === type.keys.active && isEmpty(value)) {
    // Neither revives a leaver nor makes anybody leave.
    if (reading.lenient) return document
    throw new ScimError('invalidValue', `${attribute.name} cannot be unassigned: it is true or false.`)
  }
  return withValue(document, change.target, value)
}

/** What the attribute is after the operation. */
function next(patching: Patching, change: Change, before: Json | undefined): Json {
  const { reading, budget } = patching
  const { attribute, selector, sub } = change.target
  if (!attribute.multiValued) return single(reading, change, before)
  const elements = elementsOf(before)
  budget.values -= elements.length
  if (budget.values < 0)
    throw new ScimError(413, 'The PATCH has too many operations on too many values; send it in parts.')
  if (selector !== null) return changeSelected(reading, change, selector, elements)
  return sub === null ? several(reading, change, elements) : everyone(reading, change, elements)
}

/**
 * Whether the operation may write at all. What a path names must not be readOnly (§3.5.2); among the values of an operation without a
 * path it is passed over, since Okta sends resources back as it got them, but another `id` there means another resource.
 */
function mayWrite({ type, reading, id }: Patching, { target, named, text, value }: Change): boolean {
  const { attribute, extension, sub } = target
  const readOnly = attribute.mutability === 'readOnly' || sub?.mutability === 'readOnly'
  if (!readOnly) return true
  if (extension === null && attribute.name === 'id' && !named && !isEmpty(value) && value !== id)
    throw new ScimError('mutability', `id is ${shown(value)}, but this ${type.name} is ${shown(id)} for ever.`)
  if (named || !reading.lenient)
    throw new ScimError(
      'mutability',
      `${shown(text)} is readOnly: the server alone sets it. Leave it out${instead(type, attribute)}.`,
    )
  return false
}

/** Where what an attribute shows is changed. */
function instead(type: ResourceType, { name }: Attribute): string {
  return name === type.memberOf ? ', and change the members of the group' : ''
}

/** `schemas` follows from the attributes that there are (RFC 7643 §3). */
function keepSchemas({ type, reading }: Patching, { op, value }: Change, document: Document): Document {
  if (reading.lenient) return document
  if (op !== 'add')
    throw new ScimError('mutability', 'schemas follows from the attributes; remove those of the extension instead.')
  const known = new Set(schemasOf(type).map((schema) => folded(schema.id)))
  for (const urn of Array.isArray(value) ? value : [value]) {
    if (typeof urn !== 'string' || !known.has(folded(urn)))
      throw new ScimError('invalidSyntax', `${shown(urn)} is no schema of a ${type.name}.`)
  }
  return document
}

function elementsOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : []
}

/** An attribute with a single value, or a part of it; `add` and `replace` are the same for what has no parts. */
function single(reading: Reading, { op, target, value = null }: Change, before: Json | undefined): Json {
  const { attribute, sub } = target
  if (attribute.type !== 'complex') return op === 'remove' ? null : readValue(attribute, value, reading)
  const old = isObject(before) ? before : {}
  if (sub !== null) {
    const parts = op === 'remove' ? removing(sub.name) : readPart(attribute, sub, value, reading)
    return merged(attribute, old, parts, op === 'add')
  }
  const parts = op === 'remove' ? null : readParts(attribute, value, reading)
  if (parts === null) return null
  // RFC 7644 §3.5.2.3 leaves parts that are not given as they are; the interoperability profile replaces them all.
  return op === 'replace' && !reading.lenient ? parts.given : merged(attribute, old, parts, op === 'add')
}

/** All values of an attribute that has several. */
function several(reading: Reading, { op, target, value }: Change, before: readonly Json[]): Json {
  const { attribute } = target
  if (op === 'remove') {
    if (value === undefined || value === null) return null
    return without(attribute, before, elementsOf(readValue(attribute, Array.isArray(value) ? value : [value], reading)))
  }
  const given = elementsOf(readValue(attribute, value ?? null, reading))
  return op === 'add' ? appended(attribute, before, given) : appended(attribute, [], given)
}

/** One part of every value, as in `emails.display`. */
function everyone(reading: Reading, { op, target, text, value = null }: Change, before: readonly Json[]): Json {
  const { attribute, sub } = target
  if (sub === null) return before
  if (op !== 'remove' && before.length > 1 && sub.name === 'value') {
    const which = `${attribute.name}[type eq "…"].${sub.name}`
    throw new ScimError(
      'invalidPath',
      `${shown(text)} could be any of ${before.length} values; name one of them: ${which}.`,
    )
  }
  const parts = op === 'remove' ? removing(sub.name) : readPart(attribute, sub, value, reading)
  if (parts.cleared.length > 0) {
    const rest = before.map((one) => (isObject(one) ? merged(attribute, one, parts, false) : one))
    return rest.filter((one) => !isBare(one))
  }
  if (before.length === 0) return [parts.given]
  const all = before.map((one) => (isObject(one) ? merged(attribute, one, parts, op === 'add') : one))
  return distinct(attribute, all)
}
