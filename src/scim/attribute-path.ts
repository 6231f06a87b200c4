/** Paths to attributes: `userName`, `name.familyName`, `urn:…:2.0:User:manager.value` (RFC 7644 §3.10), without filters. */
import { type Attribute, COMMON, folded, type ResourceType, type Schema, schemasOf } from './schema.ts'

export interface AttributePath {
  /** The extension that the attribute belongs to; null for the core schema and for what every resource has. */
  readonly extension: Schema | null
  /** Null: the extension as a whole. */
  readonly attribute: Attribute | null
  readonly sub: Attribute | null
}

/** Names of one schema, or of one complex attribute, folded. */
type Names = ReadonlyMap<string, Attribute>
const REMEMBERED = new WeakMap<readonly Attribute[], Names>()

/** The attribute of this name, whatever its case. */
export function named(attributes: readonly Attribute[] | undefined, name: string): Attribute | null {
  if (attributes === undefined) return null
  let names = REMEMBERED.get(attributes)
  if (names === undefined) {
    names = new Map(attributes.map((one) => [folded(one.name), one]))
    REMEMBERED.set(attributes, names)
  }
  return names.get(folded(name)) ?? null
}

/**
 * Finds the attribute that a path names; null for one that the type does not have. The version in a URN (`2.0`) holds a dot, so the
 * URN is taken off first. `lenient`: an attribute of an extension is found without its URN too, where the core has none of the name.
 */
export function findPath(type: ResourceType, text: string, lenient: boolean): AttributePath | null {
  const split = takeSchema(type, text)
  if (split === null) return null
  if (split.rest === '') return split.extension === null ? null : { ...split, attribute: null, sub: null }
  const [name = '', ...more] = split.rest.split('.')
  if (more.length > 1) return null
  const attributes = split.extension?.attributes ?? type.schema.attributes
  const own = named(attributes, name) ?? (split.extension === null ? named(COMMON, name) : null)
  if (own !== null) return withSub(split.extension, own, more[0])
  if (!lenient || split.extension !== null || split.qualified) return null
  for (const { schema } of type.extensions) {
    const found = named(schema.attributes, name)
    if (found !== null) return withSub(schema, found, more[0])
  }
  return null
}

function withSub(extension: Schema | null, attribute: Attribute, name: string | undefined): AttributePath | null {
  if (name === undefined) return { extension, attribute, sub: null }
  const sub = named(attribute.subAttributes, name)
  return sub === null ? null : { extension, attribute, sub }
}

/** Takes the URN of one of the type's schemas off the front; null when the text begins with any other URN. */
function takeSchema(
  type: ResourceType,
  text: string,
): { extension: Schema | null; rest: string; qualified: boolean } | null {
  const low = folded(text)
  if (!low.startsWith('urn:')) return { extension: null, rest: text, qualified: false }
  // One URN may be the beginning of another: the longest that fits is meant.
  const fitting = schemasOf(type).filter(({ id }) => low === folded(id) || low.startsWith(`${folded(id)}:`))
  const [schema] = fitting.sort((a, b) => b.id.length - a.id.length)
  if (schema === undefined) return null
  return { extension: schema === type.schema ? null : schema, rest: text.slice(schema.id.length + 1), qualified: true }
}
