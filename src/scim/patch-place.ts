/** Where a PATCH writes: one attribute of a document, in the core or in an extension. Nothing is changed in place. */
import { comparableValue } from './comparable.ts'
import { type Document, isObject, type Json } from './document.ts'
import { ScimError } from './error.ts'
import type { Target } from './patch-path.ts'
import type { Attribute } from './schema.ts'
import { shown } from './simple-value.ts'

type Place = Pick<Target, 'extension' | 'attribute'>

/** A property of its own; a schema of the configuration may name an attribute `constructor`, which every object inherits. */
export function own(values: Document, name: string): Json | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined
}

/** The value of the attribute; undefined when it is unassigned. */
export function valueAt(document: Document, { extension, attribute }: Place): Json | undefined {
  const values = extension === null ? document : own(document, extension.id)
  return isObject(values) ? own(values, attribute.name) : undefined
}

/**
 * The document with another value there; null unassigns. Throws ScimError mutability for an immutable attribute that has another
 * value already (RFC 7643 §2.2).
 */
export function withValue(document: Document, place: Place, value: Json): Document {
  const { extension, attribute } = place
  keepImmutable(attribute, valueAt(document, place), value, attribute.name)
  if (extension === null) return withOwn(document, attribute.name, value)
  const before = own(document, extension.id)
  return withOwn(document, extension.id, withOwn(isObject(before) ? before : {}, attribute.name, value))
}

/** The object with another value under the name, or without it, when there is nothing in the value. */
export function withOwn(values: Document, name: string, value: Json): Document {
  if (!isEmpty(value)) return { ...values, [name]: value }
  return Object.fromEntries(Object.entries(values).filter(([other]) => other !== name))
}

/** Null, an empty array and an empty object all mean unassigned (RFC 7643 §2.5). */
export function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true
  if (Array.isArray(value)) return value.length === 0
  return isObject(value) && Object.keys(value).length === 0
}

/** Throws ScimError mutability when what is immutable would change; the same again, compared without regard to case, is no change. */
export function keepImmutable(attribute: Attribute, before: Json | undefined, after: Json, where: string): void {
  if (attribute.mutability !== 'immutable' || before === undefined) return
  if (JSON.stringify(comparableValue(attribute, before)) === JSON.stringify(comparableValue(attribute, after))) return
  throw new ScimError('mutability', `${where} is ${shown(before)} for ever and cannot become ${shown(after)}.`)
}
