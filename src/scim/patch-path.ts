/** Paths of PATCH operations (RFC 7644 §3.5.2): `attrPath`, or `attrPath[filter]` and perhaps `.subAttribute`. */
import { findPath, named } from './attribute-path.ts'
import { type Dialect, isLenient } from './dialect.ts'
import { ScimError } from './error.ts'
import { readSelector, type Selector } from './patch-selector.ts'
import { type Attribute, folded, type ResourceType, type Schema } from './schema.ts'
import { shown } from './simple-value.ts'

/** What an operation changes. */
export interface Target {
  /** The extension that the attribute belongs to; null for the core schema and for what every resource has. */
  readonly extension: Schema | null
  readonly attribute: Attribute
  readonly sub: Attribute | null
  /** Which values of a multi-valued attribute; null for all of them. */
  readonly selector: Selector | null
}

/** A path may also address everything in one schema; null is the core schema, which is the resource itself. */
export type PatchPath = Target | { readonly extension: Schema | null; readonly attribute: null }

/** As for filters: longer than anything that people or identity providers write. */
const LONGEST = 4096

/** `nameChar` of RFC 7643 §2.1, and what clients are known to begin a name with besides. */
const NAME = '\\$?[A-Za-z_][\\w$-]*'
const ATTRIBUTE = new RegExp(`^${NAME}(?:\\.${NAME})?$`)
const URN = /^urn:[^\s[\]"\\]*[^\s[\]"\\.:]$/i
const SUB = new RegExp(`^\\.(${NAME})$`)

/**
 * Finds what a path addresses; null where the type has no such attribute. A key of a value that is no path at all (`@odata.type`) is
 * just a name that no attribute has.
 *
 * @throws ScimError invalidPath for what is no path; invalidFilter for a bad filter between the brackets
 */
export function readPath(type: ResourceType, text: string, dialect: Dialect, { key = false } = {}): PatchPath | null {
  const { front, filter, sub } = split(isLenient(dialect) ? text.trim() : text)
  if (!isAttribute(front)) {
    if (key && filter === null) return null
    throw noPath(text, 'write an attribute such as userName, name.familyName or emails[type eq "work"].value')
  }
  const whole = filter === null && folded(front) === folded(type.schema.id)
  const found = findPath(type, front, isLenient(dialect))
  if (whole || (found !== null && found.attribute === null)) {
    if (filter !== null) throw noPath(text, 'a filter belongs behind an attribute with several values, not a schema')
    return { extension: found?.extension ?? null, attribute: null }
  }
  if (found === null || found.attribute === null) return null
  const { extension, attribute } = found
  if (filter === null) return { extension, attribute, sub: found.sub, selector: null }
  if (found.sub !== null || !attribute.multiValued)
    throw noPath(text, `a filter in brackets needs an attribute with several values, such as emails`)
  const wanted = sub === null ? null : named(attribute.subAttributes, sub)
  if (sub !== null && wanted === null) return null
  return { extension, attribute, sub: wanted, selector: readSelector(type, attribute, filter, dialect) }
}

function isAttribute(text: string): boolean {
  return text.length <= LONGEST && !text.includes('..') && (ATTRIBUTE.test(text) || URN.test(text))
}

/** Cuts at the brackets; one inside a quoted string is none. */
function split(text: string): { front: string; filter: string | null; sub: string | null } {
  const open = text.indexOf('[')
  if (open < 0) return { front: text, filter: null, sub: null }
  const close = closing(text, open)
  if (close < 0) throw noPath(text, 'the bracket [ is not closed')
  const rest = text.slice(close + 1)
  const sub = SUB.exec(rest)?.[1] ?? null
  if (rest !== '' && sub === null)
    throw noPath(text, 'behind the bracket ] there may only be a dot and the name of one sub-attribute')
  return { front: text.slice(0, open), filter: text.slice(open + 1, close), sub }
}

function closing(text: string, open: number): number {
  let quoted = false
  for (let at = open + 1; at < text.length; at++) {
    const sign = text[at]
    if (quoted && sign === '\\') at++
    else if (sign === '"') quoted = !quoted
    else if (sign === ']' && !quoted) return at
  }
  return -1
}

function noPath(text: string, why: string): ScimError {
  return new ScimError('invalidPath', `${shown(text)} is not a path: ${why}.`)
}
