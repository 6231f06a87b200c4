/** What a SCIM document says beside who somebody is, flattened so that conditions of rules can ask for it. */
import { headerKey } from './condition.ts'

type Json = unknown

/** What a directory row has a column for, or what nobody decides by: pictures, keys, numbers to call. */
const ELSEWHERE = new Set([
  'username',
  'displayname',
  'preferredlanguage',
  'locale',
  'active',
  'emails',
  'entitlements',
  'groups',
  'phonenumbers',
  'ims',
  'photos',
  'x509certificates',
])
/** Longer text is no department and no cost center. */
const LONGEST = 1_000
const ENTERPRISE = headerKey('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User')

/**
 * Attributes by the name that a condition asks for, without case, blanks, dots and dashes: `department`, `namemiddlename`,
 * `addressescountry`. An attribute of an extension has its short name, and its name under the URN where something else is called so.
 * Of several values that have no primary one, `work` counts, else the first; simple values stand in one text, in order.
 */
export function mirrorAttributes(document: Readonly<Record<string, Json>>): Record<string, string> {
  const found = new Map<string, string>()
  for (const [name, value] of sorted(document)) {
    if (isUrn(name) || ELSEWHERE.has(headerKey(name))) continue
    for (const [key, text] of flatten(headerKey(name), value)) found.set(key, text)
  }
  const extensions = sorted(document)
    .filter(([name]) => isUrn(name))
    .sort(([a], [b]) => Number(headerKey(b) === ENTERPRISE) - Number(headerKey(a) === ENTERPRISE))
  for (const [urn, extension] of extensions) {
    if (!isObject(extension)) continue
    const own = sorted(extension).flatMap(([name, value]) => flatten(headerKey(name), value))
    for (const [key, text] of own) found.set(found.has(key) ? `${headerKey(urn)}:${key}` : key, text)
  }
  const usable = [...found].filter(([, text]) => text !== '' && text.length <= LONGEST)
  return Object.fromEntries(usable.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function flatten(name: string, value: Json): [name: string, text: string][] {
  if (Array.isArray(value)) {
    const simple = value.flatMap((one: Json) => textOf(isObject(one) ? one['value'] : one) ?? [])
    if (simple.length > 0) return [[name, [...new Set(simple)].sort().join('; ')]]
    const objects = value.filter(isObject)
    return flatten(name, objects.find((one) => one['primary'] === true) ?? objects.find(isWork) ?? objects[0])
  }
  if (!isObject(value)) return textOf(value) === null ? [] : [[name, textOf(value) ?? '']]
  const own = textOf(value['value'])
  if (own !== null) return [[name, own]]
  return sorted(value).flatMap(([sub, inner]): [string, string][] => {
    const text = textOf(inner)
    return text === null || sub === 'type' || sub === 'primary' ? [] : [[name + headerKey(sub), text]]
  })
}

const isUrn = (name: string) => /^urn:/i.test(name)
const isWork = (one: Readonly<Record<string, Json>>) => one['type'] === 'work'

function isObject(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: Json): string | null {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
}

const sorted = (object: Readonly<Record<string, Json>>): [string, Json][] =>
  Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1))
