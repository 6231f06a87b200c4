/** The body of a POST or PUT, read by the schema of its type: what it says becomes a document, and what the server knows better is left out. */
import { findPath, named } from './attribute-path.ts'
import { ignore, once, type Reading, readValue } from './coerce.ts'
import { type Dialect, isLenient } from './dialect.ts'
import { type Document, isObject, type Json } from './document.ts'
import { ScimError } from './error.ts'
import { withActive, withImmutable } from './kept.ts'
import { readMembers } from './members.ts'
import { type Attribute, COMMON, type ResourceType, type Schema } from './schema.ts'
import { checkSchemas, loosely, sameUrn } from './schemas.ts'
import { shown } from './simple-value.ts'
import { checkComplete } from './validate.ts'

export interface ReadResource {
  document: Document
  /** Ids in the order given, each once; null when the body says nothing of members. */
  members: string[] | null
  /** Names that no schema knows and that were therefore ignored. */
  ignored: readonly string[]
}

interface How {
  dialect: Dialect
  /** What a PUT replaces; null for a POST. An absent `active` is true in a POST, and in a PUT stays what it was. */
  before: Document | null
}

/** What stands in its place counts before what was found elsewhere. */
interface Found {
  value: Json
  misplaced: boolean
}
/** By the attribute, which belongs to one schema alone. */
type Values = Map<Attribute, Found>

/**
 * Reads the body of a POST or PUT. Names and URNs have no case; `id`, `meta`, readOnly attributes and passwords are left out. Leniently,
 * attributes are found under the URN of the core, without the URN of their extension, and by dotted paths, and unknown ones are
 * ignored. Throws ScimError invalidSyntax (no object, unknown names under `strict`, a name twice), invalidValue (a wrong type, something
 * required missing), mutability (an immutable attribute would change).
 */
export function readResource(type: ResourceType, body: unknown, { dialect, before }: How): ReadResource {
  if (!isObject(body)) {
    throw new ScimError('invalidSyntax', `The body is ${shown(body)} but must be a JSON object: one ${type.name}.`)
  }
  const reading: Reading = { lenient: isLenient(dialect), ignored: [] }
  if (!reading.lenient) checkSchemas(type, body)
  const values: Values = new Map()
  const members = takeCore(type, body, reading, values, false)
  const given = withActive(type, assembled(type, values), before, reading.lenient)
  const document = before === null ? given : withImmutable(type, given, before, reading.lenient)
  checkComplete(type, document)
  return { document, members, ignored: reading.ignored }
}

function takeCore(
  type: ResourceType,
  body: Document,
  reading: Reading,
  values: Values,
  inside: boolean,
): string[] | null {
  let members: string[] | null = null
  const seen = new Set<string>()
  for (const [name, given] of Object.entries(body)) {
    const own = named(type.schema.attributes, name) ?? named(COMMON, name)
    if (own !== null) {
      once(seen, own.name, 'the body')
      if (own.name === type.members) members = readMembers(own, given, reading) ?? members
      else take(own, given, reading, values, inside)
      continue
    }
    const extension = type.extensions.find((one) => sameUrn(one.schema.id, name, reading))?.schema
    if (extension !== undefined) {
      once(seen, extension.id, 'the body')
      takeExtension(extension, given, reading, values)
    } else if (reading.lenient && !inside && loosely(type.schema.id) === loosely(name) && isObject(given)) {
      members = takeCore(type, given, reading, values, true) ?? members
    } else takeElsewhere(type, name, given, reading, values)
  }
  return members
}

function takeExtension(schema: Schema, given: Json, reading: Reading, values: Values): void {
  if (given === null) return
  if (!isObject(given)) {
    throw new ScimError('invalidValue', `${schema.id} is ${shown(given)} but must be an object of its attributes.`)
  }
  const seen = new Set<string>()
  for (const [name, value] of Object.entries(given)) {
    const own = named(schema.attributes, name)
    if (own === null) {
      ignore(reading, `${schema.id}:${name}`)
      continue
    }
    once(seen, own.name, schema.id)
    take(own, value, reading, values, false)
  }
}

/** `department` without the URN of its extension, `urn:…:User:department`, `name.givenName`. */
function takeElsewhere(type: ResourceType, name: string, given: Json, reading: Reading, values: Values): void {
  const path = reading.lenient && name.length <= 1000 ? findPath(type, name, true) : null
  if (path === null || path.attribute === null || path.attribute.name === type.members) ignore(reading, name)
  else if (path.sub === null) take(path.attribute, given, reading, values, true)
  else if (path.attribute.multiValued) ignore(reading, name)
  else take(path.attribute, { [path.sub.name]: given }, reading, values, true)
}

function take(attribute: Attribute, given: Json, reading: Reading, values: Values, misplaced: boolean): void {
  if (attribute.mutability === 'readOnly' || attribute.name === 'schemas') return
  const value = readValue(attribute, given, reading)
  if (value === null || attribute.mutability === 'writeOnly') return
  const other = values.get(attribute)
  if (other === undefined) values.set(attribute, { value, misplaced })
  else if (isObject(value) && isObject(other.value)) {
    const [first, second] = other.misplaced ? [value, other.value] : [other.value, value]
    values.set(attribute, { value: { ...second, ...first }, misplaced: misplaced && other.misplaced })
  } else if (other.misplaced) values.set(attribute, { value, misplaced })
}

function assembled(type: ResourceType, values: Values): Document {
  const document = pick(type.schema.attributes, values, pick(COMMON, values, {}))
  for (const { schema } of type.extensions) {
    const extension = pick(schema.attributes, values, {})
    if (Object.keys(extension).length > 0) document[schema.id] = extension
  }
  return document
}

function pick(attributes: readonly Attribute[], values: Values, into: Record<string, Json>): Record<string, Json> {
  for (const attribute of attributes) {
    const found = values.get(attribute)
    if (found !== undefined) into[attribute.name] = found.value
  }
  return into
}
