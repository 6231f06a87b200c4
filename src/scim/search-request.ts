/** What a list is asked for, in a query or in the body of a search (RFC 7644 §3.4.2 and §3.4.3, RFC 9865). */
import type { Query } from './ask.ts'
import { type Dialect, isLenient } from './dialect.ts'
import { isObject } from './document.ts'
import { ScimError, type ScimType } from './error.ts'
import { DEFAULT_COUNT, MOST_COUNT } from './limits.ts'
import type { Names } from './project.ts'
import { folded } from './schema.ts'
import { shown, storable } from './simple-value.ts'

const SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest'

export interface SearchRequest {
  filter: string | undefined
  sortBy: string | undefined
  sortOrder: string | undefined
  /** From 1. */
  startIndex: number
  count: number
  /** Null: paged by index; empty: the first page by cursor. */
  cursor: string | null
  attributes: Names | undefined
  excludedAttributes: Names | undefined
}

/** Throws ScimError invalidValue or invalidCount for numbers that are none. */
export function readQuery(query: Query): SearchRequest {
  const cursor = query.get('cursor') ?? null
  const sortBy = query.get('sortby')
  if (sortBy !== undefined) storable(sortBy, 'sortBy')
  return {
    filter: query.get('filter'),
    sortBy,
    sortOrder: query.get('sortorder'),
    ...numbers(query.get('startindex'), query.get('count'), cursor),
    attributes: query.get('attributes'),
    excludedAttributes: query.get('excludedattributes'),
  }
}

/** The same from the body of a POST to `.search`. Throws ScimError. */
export function readSearch(body: unknown, dialect: Dialect): SearchRequest {
  if (!isObject(body)) throw new ScimError('invalidSyntax', `The body is ${shown(body)} but must be a SearchRequest.`)
  const given = new Map<string, unknown>()
  for (const [name, value] of Object.entries(body)) {
    if (given.has(folded(name))) throw new ScimError('invalidSyntax', `${shown(name)} stands twice in the body.`)
    given.set(folded(name), value)
  }
  checkSchemas(given.get('schemas'), SCHEMA, dialect)
  const cursor = textAt(given, 'cursor') ?? null
  return {
    filter: textAt(given, 'filter'),
    sortBy: textAt(given, 'sortBy'),
    sortOrder: textAt(given, 'sortOrder'),
    ...numbers(given.get('startindex'), given.get('count'), cursor),
    attributes: namesAt(given, 'attributes'),
    excludedAttributes: namesAt(given, 'excludedAttributes'),
  }
}

/** Whether a message says what it is; leniently it may say nothing. Throws ScimError invalidSyntax. */
export function checkSchemas(schemas: unknown, urn: string, dialect: Dialect): void {
  if ((schemas === undefined || schemas === null) && isLenient(dialect)) return
  const urns: unknown[] = Array.isArray(schemas) ? schemas : [schemas]
  if (urns.some((one) => typeof one === 'string' && folded(one) === folded(urn))) return
  throw new ScimError('invalidSyntax', `The body needs "schemas": ["${urn}"].`)
}

/** What is wrong with the characters of a filter, the filter itself says. */
function textAt(given: ReadonlyMap<string, unknown>, name: string): string | undefined {
  const value = given.get(folded(name))
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw new ScimError('invalidSyntax', `${name} is ${shown(value)} but must be text.`)
  if (name !== 'filter') storable(value, name)
  return value
}

function namesAt(given: ReadonlyMap<string, unknown>, name: string): Names | undefined {
  const value = given.get(folded(name))
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  const names: unknown[] = Array.isArray(value) ? value : [value]
  return names.map((one) => {
    if (typeof one === 'string') return one
    throw new ScimError('invalidSyntax', `${name} has ${shown(one)} but must be an array of names.`)
  })
}

function numbers(startIndex: unknown, count: unknown, cursor: string | null) {
  const wrong: ScimType = cursor === null ? 'invalidValue' : 'invalidCount'
  return {
    cursor,
    startIndex: Math.min(Math.max(integer('startIndex', startIndex, 'invalidValue') ?? 1, 1), Number.MAX_SAFE_INTEGER),
    count: Math.min(Math.max(integer('count', count, wrong) ?? DEFAULT_COUNT, 0), MOST_COUNT),
  }
}

function integer(name: string, given: unknown, wrong: ScimType): number | null {
  if (given === undefined || given === null || given === '') return null
  const number = typeof given === 'string' && /^[+-]?\d{1,100}$/.test(given.trim()) ? Number(given) : given
  if (typeof number === 'number' && Number.isInteger(number)) return number
  throw new ScimError(wrong, `${name} is ${shown(given)} but must be a whole number.`)
}
