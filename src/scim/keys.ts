/** What the store keeps in columns of their own, to look resources up by and to keep them apart. */
import { named } from './attribute-path.ts'
import { comparableValue } from './comparable.ts'
import { type Document, isObject, type Json } from './document.ts'
import { type Attribute, COMMON, type ResourceType } from './schema.ts'

export interface Keys {
  /** What no two live resources of the type may share. */
  uniqueKey: string | null
  externalId: string | null
  displayNameKey: string | null
  /** True for a type that knows no such thing. */
  active: boolean
  /** Each once, in the order of the document. */
  emailKeys: string[]
}

/** Characters that a key may have. */
export const LONGEST_KEY = 512
/**
 * Bytes that it may have as it is compared: PostgreSQL refuses index entries beyond a third of a page (2,704 bytes), and composing
 * makes six bytes of some single characters.
 */
export const LONGEST_FOLDED = 2_560

/** The keys of a document, in the form in which they are compared. Empty text is no key: nobody is found by it, and many may have it. */
export function keysOf(type: ResourceType, document: Document): Keys {
  const { keys } = type
  const active = keys.active === null ? undefined : document[keys.active]
  return {
    uniqueKey: textOf(type, document, keys.unique),
    externalId: textOf(type, document, 'externalId'),
    displayNameKey: textOf(type, document, keys.displayName),
    active: active !== false,
    emailKeys: [...new Set(valuesOf(type, document, keys.emails))],
  }
}

const KEY_ATTRIBUTES = new WeakMap<ResourceType, readonly Attribute[]>()

/** Attributes whose values are keys: for complex ones, their `value` is. */
export function keyAttributes(type: ResourceType): readonly Attribute[] {
  let found = KEY_ATTRIBUTES.get(type)
  if (found === undefined) {
    const { unique, displayName, emails } = type.keys
    const names = new Set(['externalId', unique, displayName, emails])
    found = [...names].flatMap((name) => (name === null ? [] : (topOf(type, name) ?? [])))
    KEY_ATTRIBUTES.set(type, found)
  }
  return found
}

function topOf(type: ResourceType, name: string): Attribute | null {
  return named(type.schema.attributes, name) ?? named(COMMON, name)
}

function textOf(type: ResourceType, document: Document, name: string | null): string | null {
  const attribute = name === null ? null : topOf(type, name)
  const value = attribute === null ? undefined : document[attribute.name]
  const key = attribute === null || value === undefined ? null : comparableValue(attribute, value)
  return typeof key === 'string' && key !== '' ? key : null
}

function valuesOf(type: ResourceType, document: Document, name: string | null): string[] {
  const attribute = name === null ? null : topOf(type, name)
  const own = attribute === null ? null : named(attribute.subAttributes, 'value')
  const elements: Json | undefined = attribute === null ? undefined : document[attribute.name]
  if (own === null || !Array.isArray(elements)) return []
  return elements.flatMap((element: Json) => {
    const value = isObject(element) ? element['value'] : undefined
    const key = value === undefined ? null : comparableValue(own, value)
    return typeof key === 'string' && key !== '' ? [key] : []
  })
}
