/** The members in a body: rows of their own in the store, so of each only its id counts. */
import { type Reading, readValue } from './coerce.ts'
import { isObject, type Json } from './document.ts'
import { ScimError } from './error.ts'
import type { Attribute } from './schema.ts'
import { shown, storable } from './simple-value.ts'

/**
 * The ids of members, in the order given, each once; null for null, which says nothing. `display`, `type` and `$ref` are known better by
 * the server. Throws ScimError invalidValue for a member without an id.
 */
export function readMembers(attribute: Attribute, given: Json | undefined, reading: Reading): string[] | null {
  if (given === null || given === undefined) return null
  if (Array.isArray(given) && given.length === 0) return []
  const ids = new Set<string>()
  const single: Attribute = { ...attribute, multiValued: false }
  for (const member of Array.isArray(given) ? given : [given]) {
    const id = idOf(single, member, reading)
    if (id === null) throw new ScimError('invalidValue', `${attribute.name} has ${shown(member)} without a "value".`)
    ids.add(id)
  }
  return [...ids]
}

function idOf(single: Attribute, member: Json, reading: Reading): string | null {
  // A hundred thousand members come in one body, and nearly all of them look like this.
  if (isObject(member) && Object.keys(member).length === 1) {
    const id = member['value']
    if (typeof id === 'string' && id !== '') {
      storable(id, `${single.name}.value`)
      return id
    }
  }
  const read = Array.isArray(member) ? null : readValue(single, member, reading)
  const id = isObject(read) ? read['value'] : null
  return typeof id === 'string' && id !== '' ? id : null
}
