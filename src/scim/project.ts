/** Which attributes an answer shows (RFC 7644 §3.4.2.5 and §3.9). */
import { findPath, named } from './attribute-path.ts'
import { type Document, isObject, type Json } from './document.ts'
import { ScimError } from './error.ts'
import { type Attribute, COMMON, type ResourceType, type Schema, schemasOf } from './schema.ts'

/** Names as a query has them (`userName, name.familyName`), or as the body of a search does. */
export type Names = string | readonly string[]

/** Names of the sub-attributes that are meant; `all` for the attribute as it is. */
type Parts = 'all' | ReadonlySet<string>

export interface Selection {
  /** What is shown, of every schema; an attribute that is missing is not. */
  readonly shows: ReadonlyMap<Attribute, Parts>
  /** Whether an attribute of the core schema, or a part of it, is shown: what is not need not be loaded. */
  wants(attributeName: string): boolean
}

/** What a request names: either all that it wants, or what it does not want, or nothing. */
interface Asked {
  readonly kind: 'only' | 'without' | 'default'
  readonly attributes: ReadonlyMap<Attribute, Parts>
  /** Extensions as a whole. */
  readonly extensions: ReadonlySet<Schema>
}

/**
 * Reads `attributes` and `excludedAttributes`: lists with commas and blanks, or arrays; names without case, with or without URN and
 * sub-attribute. Unknown names select nothing. `written`: the document that the request itself set, whose attributes are shown even when
 * they are returned only on request (RFC 7643 §7). Throws ScimError invalidValue when both are given, since they exclude each other.
 */
export function readSelection(
  type: ResourceType,
  query: { attributes?: Names | undefined; excludedAttributes?: Names | undefined },
  written: Document | null = null,
): Selection {
  const only = listed(query.attributes)
  const without = listed(query.excludedAttributes)
  if (only.length > 0 && without.length > 0) {
    throw new ScimError('invalidValue', 'attributes and excludedAttributes exclude each other; send one of them.')
  }
  const kind = only.length > 0 ? 'only' : without.length > 0 ? 'without' : 'default'
  const asked = { kind, ...found(type, [...only, ...without]) } as const
  const shows = new Map<Attribute, Parts>()
  for (const schema of [null, ...schemasOf(type)]) {
    const whole = schema !== null && asked.extensions.has(schema)
    for (const attribute of schema?.attributes ?? COMMON) {
      const returned = sets(written, schema, attribute) ? ON_WRITE[attribute.returned] : attribute.returned
      const parts = partsOf(attribute, returned, asked, whole)
      if (parts !== null) shows.set(attribute, parts)
    }
  }
  return {
    shows,
    wants(attributeName) {
      const attribute = named(type.schema.attributes, attributeName) ?? named(COMMON, attributeName)
      return attribute !== null && shows.has(attribute)
    },
  }
}

/** When an attribute is shown in the answer to the request that set it. */
const ON_WRITE = { always: 'always', never: 'never', default: 'default', request: 'default' } as const

function sets(written: Document | null, schema: Schema | null, { name }: Attribute): boolean {
  const extension = schema === null ? undefined : written?.[schema.id]
  return (written !== null && Object.hasOwn(written, name)) || (isObject(extension) && Object.hasOwn(extension, name))
}

function found(type: ResourceType, names: readonly string[]): Pick<Asked, 'attributes' | 'extensions'> {
  const attributes = new Map<Attribute, 'all' | Set<string>>()
  const extensions = new Set<Schema>()
  for (const name of names) {
    const path = name.length > 1000 ? null : findPath(type, name, true)
    if (path === null) continue
    if (path.attribute === null) {
      if (path.extension !== null) extensions.add(path.extension)
    } else if (path.sub === null) attributes.set(path.attribute, 'all')
    else {
      const parts = attributes.get(path.attribute) ?? new Set()
      if (parts !== 'all') attributes.set(path.attribute, parts.add(path.sub.name))
    }
  }
  return { attributes, extensions }
}

function listed(names: Names | undefined): string[] {
  const texts = names === undefined ? [] : typeof names === 'string' ? [names] : names
  return texts.flatMap((text) => text.split(',')).flatMap((name) => (name.trim() === '' ? [] : [name.trim()]))
}

/** The resource with nothing but what the selection shows, in the order of its schemas; what is never returned is in no selection. */
export function project(type: ResourceType, resource: Document, { shows }: Selection): Document {
  const shown = shownOf(BEFORE, resource, shows)
  Object.assign(shown, shownOf(type.schema.attributes, resource, shows))
  for (const { schema } of type.extensions) {
    const values = resource[schema.id]
    if (!isObject(values)) continue
    const extension = shownOf(schema.attributes, values, shows)
    if (Object.keys(extension).length > 0) shown[schema.id] = extension
  }
  return Object.assign(shown, shownOf(AFTER, resource, shows))
}

const BEFORE = COMMON.filter((one) => one.name !== 'meta')
const AFTER = COMMON.filter((one) => one.name === 'meta')

function shownOf(attributes: readonly Attribute[], values: Document, shows: Selection['shows']): Record<string, Json> {
  const shown: Record<string, Json> = {}
  for (const attribute of attributes) {
    const value = Object.hasOwn(values, attribute.name) ? values[attribute.name] : undefined
    const parts = value === undefined ? undefined : shows.get(attribute)
    if (value === undefined || parts === undefined) continue
    const rest = parts === 'all' ? value : pruned(value, parts)
    if (rest !== null) shown[attribute.name] = rest
  }
  return shown
}

/** What of an attribute is shown: null for nothing. `whole`: its extension was named as a whole. */
function partsOf(
  attribute: Attribute,
  returned: Attribute['returned'],
  { kind, attributes }: Asked,
  whole: boolean,
): Parts | null {
  const subs = attribute.subAttributes
  const asked = attributes.get(attribute) ?? (whole ? 'all' : undefined)
  // Whoever selects attributes still wants to know which version of the resource they are of.
  const usual = returned === 'default' && (kind !== 'only' || attribute.name === 'meta')
  switch (true) {
    case returned === 'never':
    case kind === 'without' && asked === 'all' && returned !== 'always':
      return null
    case kind === 'only' && asked instanceof Set:
      return kept(subs, (sub) => sub.returned === 'always' || asked.has(sub.name))
    case kind === 'without' && asked instanceof Set && (usual || returned === 'always'):
      return kept(subs, (sub) => sub.returned === 'always' || (sub.returned === 'default' && !asked.has(sub.name)))
    case usual || returned === 'always' || (kind === 'only' && asked === 'all'):
      return kept(subs, (sub) => sub.returned === 'always' || sub.returned === 'default')
    default:
      return null
  }
}

function kept(subs: readonly Attribute[] | undefined, shows: (sub: Attribute) => boolean): Parts | null {
  if (subs === undefined) return 'all'
  const names = subs.filter((sub) => sub.returned !== 'never' && shows(sub)).map((sub) => sub.name)
  return names.length === subs.length ? 'all' : names.length === 0 ? null : new Set(names)
}

function pruned(value: Json, parts: ReadonlySet<string>): Json {
  if (Array.isArray(value)) {
    const elements = value.flatMap((one: Json) => pruned(one, parts) ?? [])
    return elements.length === 0 ? null : elements
  }
  if (!isObject(value)) return value
  const entries = Object.entries(value).filter(([name]) => parts.has(name))
  return entries.length === 0 ? null : Object.fromEntries(entries)
}
