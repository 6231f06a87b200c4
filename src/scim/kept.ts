/** What a PUT cannot take away, though it replaces everything else. */
import type { Document } from './document.ts'
import { ScimError } from './error.ts'
import { keepImmutable, valueAt, withOwn, withValue } from './patch-place.ts'
import type { ResourceType } from './schema.ts'

/**
 * `active` as it was, where the body does not say: a PUT without it neither revives a leaver nor makes anybody leave; in a POST
 * (`before` is null) everybody is active. Strictly, a PUT has to say. Throws ScimError invalidValue.
 */
export function withActive(type: ResourceType, given: Document, before: Document | null, lenient: boolean): Document {
  const name = type.keys.active
  if (name === null || given[name] !== undefined) return given
  if (before !== null && !lenient) {
    throw new ScimError('invalidValue', `${name} is missing: a PUT replaces everything, so say true or false.`)
  }
  return withOwn(given, name, before?.[name] ?? true)
}

/**
 * What is immutable stays, once it has a value (RFC 7644 §3.5.1): leniently also where the body leaves it out. Throws ScimError
 * mutability.
 */
export function withImmutable(type: ResourceType, given: Document, before: Document, lenient: boolean): Document {
  let document = given
  for (const extension of [null, ...type.extensions.map((one) => one.schema)]) {
    for (const attribute of (extension ?? type.schema).attributes) {
      const place = { extension, attribute }
      const was = attribute.mutability === 'immutable' ? valueAt(before, place) : undefined
      const now = valueAt(document, place)
      if (was === undefined) continue
      if (now === undefined && lenient) document = withValue(document, place, was)
      else keepImmutable(attribute, was, now ?? null, attribute.name)
    }
  }
  return document
}
