/** The body of a Bulk (RFC 7644 §3.7): operations, each on a resource that exists or that another operation makes. */
import { Refusal } from './answer.ts'
import type { ScimCaller } from './caller.ts'
import { type Document, isObject, type Json } from './document.ts'
import { ScimError } from './error.ts'
import { MOST_OPERATIONS } from './limits.ts'
import { folded, type ResourceType } from './schema.ts'
import { checkSchemas } from './search-request.ts'
import { shown } from './simple-value.ts'

const SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'
const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'] as const
export type BulkMethod = (typeof METHODS)[number]

export interface BulkOperation {
  /** As the client wrote it, for the answer. */
  method: string
  bulkId: string | null
  /** Null: the client may change whatever version there is. */
  version: string | null
  /** What is wrong with it already; null when it can be done. */
  wrong: ScimError | null
  work: { method: BulkMethod; type: ResourceType; id: string | null; data: Json | undefined } | null
}

export interface BulkRequest {
  /** So many errors end it; null: none do. */
  failOnErrors: number | null
  operations: BulkOperation[]
}

/** Throws ScimError invalidSyntax for what is no BulkRequest, 413 for too many operations. */
export function readBulk(body: unknown, { dialect, types }: Pick<ScimCaller, 'dialect' | 'types'>): BulkRequest {
  if (!isObject(body)) throw new ScimError('invalidSyntax', `The body is ${shown(body)} but must be a BulkRequest.`)
  const given = lowered(body)
  checkSchemas(given.get('schemas'), SCHEMA, dialect)
  const operations = given.get('operations')
  if (!Array.isArray(operations)) {
    throw new ScimError('invalidSyntax', 'A BulkRequest needs "Operations", an array of operations.')
  }
  if (operations.length > MOST_OPERATIONS) {
    const most = MOST_OPERATIONS.toLocaleString('en')
    const detail = `The request has ${operations.length} operations, but may have at most ${most} (maxOperations); send it in parts.`
    throw new Refusal(413, detail, {})
  }
  const taken = new Set<string>()
  return {
    failOnErrors: limitIn(given.get('failonerrors')),
    operations: operations.map((one: Json) => readOperation(one, types, taken)),
  }
}

function limitIn(given: Json | undefined): number | null {
  if (given === undefined || given === null) return null
  if (typeof given === 'number' && Number.isInteger(given) && given >= 0) return given === 0 ? null : given
  throw new ScimError('invalidValue', `failOnErrors is ${shown(given)} but must be a whole number, 1 or more.`)
}

function readOperation(given: Json, types: readonly ResourceType[], taken: Set<string>): BulkOperation {
  const operation = { method: textIn(given, 'method') ?? '', bulkId: textIn(given, 'bulkId') }
  const version = textIn(given, 'version')
  try {
    if (!isObject(given)) {
      throw new ScimError('invalidSyntax', `An operation is an object with "method" and "path", not ${shown(given)}.`)
    }
    const work = workOf(lowered(given), types)
    if (work.method === 'POST') claim(operation.bulkId, taken)
    return { ...operation, version, work, wrong: null }
  } catch (error) {
    if (!(error instanceof ScimError)) throw error
    return { ...operation, version, work: null, wrong: error }
  }
}

function claim(bulkId: string | null, taken: Set<string>): void {
  if (bulkId === null || bulkId === '')
    throw new ScimError(
      'invalidSyntax',
      'A POST in a Bulk needs a "bulkId": any text that no other POST of the request has.',
    )
  if (taken.has(bulkId))
    throw new ScimError(
      'invalidValue',
      `Another POST of this request has the bulkId ${shown(bulkId)}; give each its own.`,
    )
  taken.add(bulkId)
}

function workOf(fields: ReadonlyMap<string, Json>, types: readonly ResourceType[]): NonNullable<BulkOperation['work']> {
  const [text, path] = [fields.get('method'), fields.get('path')]
  const method = METHODS.find((one) => typeof text === 'string' && one === text.toUpperCase())
  if (method === undefined) {
    throw new ScimError('invalidSyntax', `"method" is ${shown(text ?? null)} but must be POST, PUT, PATCH or DELETE.`)
  }
  if (typeof path !== 'string') {
    throw new ScimError('invalidSyntax', `"path" is ${shown(path ?? null)} but must be one such as "/Users".`)
  }
  const [endpoint, id, ...more] = path.replace(/^\/?(?:scim\/)?(?:v2\/)?/, '').split('/')
  const type = types.find((one) => one.endpoint === `/${endpoint}`)
  if (type === undefined || more.length > 0) {
    const right = types.map((one) => `${one.endpoint}`).join(', ')
    throw new ScimError(404, `There is nothing to change at ${shown(path)}; a "path" begins with one of ${right}.`)
  }
  const named = id !== undefined && id !== ''
  if (method === 'POST' && named) {
    throw new ScimError('invalidSyntax', `A POST goes to ${shown(type.endpoint)}, not to ${shown(path)}.`)
  }
  if (method !== 'POST' && !named) {
    throw new ScimError('invalidSyntax', `${method} needs the id of a resource in its "path": ${type.endpoint}/ID.`)
  }
  const data = fields.get('data')
  if (method !== 'DELETE' && data === undefined)
    throw new ScimError(
      'invalidSyntax',
      `${method} ${shown(path)} needs "data": what the request would have as its body.`,
    )
  return { method, type, id: named ? id : null, data }
}

/** A text of an operation, which may be wrong otherwise: the answer says what it was about. */
function textIn(given: Json, name: string): string | null {
  if (!isObject(given)) return null
  const [, value] = Object.entries(given).find(([other]) => folded(other) === folded(name)) ?? []
  return typeof value === 'string' ? value : null
}

/** Names have no case (RFC 7643 §2.1). */
function lowered(object: Document): Map<string, Json> {
  const fields = new Map<string, Json>()
  for (const [name, value] of Object.entries(object)) {
    const low = folded(name)
    if (fields.has(low))
      throw new ScimError('invalidSyntax', `${shown(name)} stands twice, in different case; send it once.`)
    fields.set(low, value)
  }
  return fields
}
