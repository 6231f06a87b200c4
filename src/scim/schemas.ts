/** The `schemas` of a body, and URNs as clients spell them. */
import type { Reading } from './coerce.ts'
import type { Document } from './document.ts'
import { ScimError } from './error.ts'
import { folded, type ResourceType, schemasOf } from './schema.ts'
import { shown } from './simple-value.ts'

/** Entra's documentation writes `…enterprise:2.0User` for `…enterprise:2.0:User`. */
export function loosely(urn: string): string {
  return folded(urn).replaceAll(':', '')
}

/** Whether a name is this URN; leniently also with a colon too few or too many. */
export function sameUrn(urn: string, name: string, reading: Reading): boolean {
  if (folded(urn) === folded(name)) return true
  return reading.lenient && folded(name).startsWith('urn:') && loosely(urn) === loosely(name)
}

/**
 * What `strict` asks of `schemas` (RFC 7643 §3): the type's own URN, no other than its extensions', each once, and one for every
 * extension in the body. Throws ScimError invalidSyntax.
 */
export function checkSchemas(type: ResourceType, body: Document): void {
  const names = Object.keys(body)
  const given = body[names.find((name) => folded(name) === 'schemas') ?? 'schemas']
  if (!Array.isArray(given) || given.length === 0) {
    throw new ScimError('invalidSyntax', `schemas is ${shown(given)} but must be an array with "${type.schema.id}".`)
  }
  const known = new Map(schemasOf(type).map((schema) => [folded(schema.id), schema.id]))
  const listed = new Set<string>()
  for (const urn of given) {
    const id = typeof urn === 'string' ? known.get(folded(urn)) : undefined
    if (id === undefined) {
      throw new ScimError('invalidSyntax', `schemas has ${shown(urn)}, which is no schema of a ${type.name}.`)
    }
    if (listed.has(id)) throw new ScimError('invalidSyntax', `schemas has "${id}" twice; send it once.`)
    listed.add(id)
  }
  for (const id of [type.schema.id, ...names.flatMap((name) => known.get(folded(name)) ?? [])]) {
    if (!listed.has(id)) throw new ScimError('invalidSyntax', `schemas does not have "${id}", but the body needs it.`)
  }
}
