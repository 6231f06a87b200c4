/** What all writes share: rows for the store, what is said when a key is taken, and another try when two writers met. */
import { findConflicts, type MirrorRow } from '../store/mirror.ts'
import { isId } from '../store/mirror-columns.ts'
import { MembersMissing } from '../store/mirror-members.ts'
import type { Ask } from './ask.ts'
import { comparableOf } from './comparable.ts'
import type { Document } from './document.ts'
import { ScimError } from './error.ts'
import { keysOf } from './keys.ts'
import { MOST_BYTES } from './limits.ts'
import type { ResourceType } from './schema.ts'
import { shown } from './simple-value.ts'

/** So often a write is tried that others were faster than. */
export const TRIES = 5

/** Throws ScimError 413 for a resource that is too large, whether it came at once or grew. */
export function rowOf(type: ResourceType, id: string, document: Document): MirrorRow {
  const text = JSON.stringify(document)
  const bytes = Buffer.byteLength(text)
  if (bytes > MOST_BYTES) {
    const [large, most] = [bytes, MOST_BYTES].map((one) => one.toLocaleString('en'))
    throw new ScimError(
      413,
      `The ${type.name} would have ${large} bytes, but may have at most ${most}, members not counted. Leave out what is large, such as photos or certificates.`,
    )
  }
  return {
    id,
    document: text,
    comparable: JSON.stringify(comparableOf(type, document)),
    ...keysOf(type, document),
  }
}

/** Resource types that members of this type may have: those that the `$ref` of its members leads to. */
export function memberTypes({ members, schema }: ResourceType): string[] {
  const attribute = members === null ? undefined : schema.attributes.find((one) => one.name === members)
  const reference = attribute?.subAttributes?.find((one) => one.name === '$ref')
  return [...(reference?.referenceTypes ?? [])]
}

/** By id: why a resource could not be written whose key an index found taken. */
export async function conflicts(
  { parts, caller }: Ask,
  type: ResourceType,
  rows: { id: string; document: Document }[],
): Promise<Map<string, ScimError>> {
  const keys = rows.map(({ id, document }) => ({ id, ...keysOf(type, document) }))
  const found = await findConflicts(parts.sql, caller.scope, type.name, keys)
  return new Map(
    rows.map(({ id, document }) => {
      const name = found.get(id) === 'external' ? 'externalId' : (type.keys.unique ?? 'externalId')
      const detail = `Another ${type.name} has the ${name} ${shown(document[name] ?? null)} already; look it up by that and change it instead.`
      return [id, new ScimError('uniqueness', detail)]
    }),
  )
}

export async function conflict(ask: Ask, type: ResourceType, id: string, document: Document): Promise<ScimError> {
  const found = (await conflicts(ask, type, [{ id, document }])).get(id)
  return found ?? new ScimError('uniqueness', `Another ${type.name} has the same key.`)
}

/** Does one write, again where the database broke a knot of writers that waited for each other; tells of missing members. */
export async function written<T>(type: ResourceType, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (error instanceof MembersMissing) throw noMember(type, error.ids)
      const code = codeOf(error)
      if (code !== '40P01' && code !== '40001') throw error
      if (attempt === TRIES) throw overtaken()
    }
  }
}

/** Whether an index found a key taken. */
export function isTaken(error: unknown): boolean {
  return codeOf(error) === '23505'
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}

function noMember(type: ResourceType, ids: readonly string[]): ScimError {
  const kinds = memberTypes(type).join(' or ')
  const which = ids.map((id) => shown(id)).join(', ')
  return new ScimError(
    'invalidValue',
    `${type.members ?? 'members'}: there is no ${kinds} with the id ${which}; nothing was changed.`,
  )
}

/** Ids that can belong to somebody. Throws ScimError invalidValue for one that cannot. */
export function memberIds(type: ResourceType, values: readonly string[]): string[] {
  const wrong = values.filter((value) => !isId(value))
  if (wrong.length > 0) throw noMember(type, wrong.slice(0, 10))
  return [...values]
}

export function notThere(type: ResourceType, id: string): ScimError {
  return new ScimError(
    404,
    `There is no ${type.name} with the id ${shown(id)}. It may have been deleted; look it up with a filter.`,
  )
}

export function overtaken(): ScimError {
  return new ScimError(412, 'Others changed the resource at the same time, again and again; read it again and repeat.')
}

/** Tells whoever reads the mirror on that it changed; `urgent`: that somebody lost access. */
export function pushed({ parts, caller }: Ask, urgent: boolean): void {
  parts.pushed?.(caller.scope.organization, urgent)
}

const NOTED = new Set<string>()
const MOST_NOTED = 1_000

/** Logs names that no schema knows, each once for its source. */
export function noteIgnored({ caller, log, requestId }: Ask, type: ResourceType, ignored: readonly string[]): void {
  for (const name of ignored) {
    const key = `${caller.scope.organization}/${caller.scope.source} ${type.name} ${name}`
    if (NOTED.has(key) || NOTED.size >= MOST_NOTED) continue
    NOTED.add(key)
    log.info(
      { requestId, source: caller.sourceKey, type: type.name, attribute: name },
      'an attribute that no schema knows is ignored',
    )
  }
}
