/**
 * The bytes that are approved. JSON is written as RFC 8785 has it (keys by UTF-16 code units, numbers as ECMAScript
 * writes them, nothing between tokens). A plan is hashed as its header and, line by line, the digest of each item, so a million
 * stream, and what is sorted and stored on the way is 64 characters an item.
 */
import { createHash, hash as digestOf } from 'node:crypto'
import type { Action } from './model.ts'
import type { Operation } from './operation.ts'

/** RFC 8785. A property that is undefined is absent; anything JSON cannot hold throws a TypeError. */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoted(value)
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${value} has no canonical form`)
      return JSON.stringify(value)
    case 'boolean':
      return String(value)
    case 'object':
      if (Array.isArray(value)) return list(value)
      return isRecord(value) ? record(value) : 'null'
    default:
      throw new TypeError(`a value of type ${typeof value} has no canonical form`)
  }
}

/** Printable ASCII without quote and backslash stands for itself: nearly every text of a plan, and nothing needs to be escaped. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

function quoted(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`
  if (!text.isWellFormed()) throw new TypeError('a lone surrogate has no canonical form')
  return JSON.stringify(text)
}

function list(values: unknown[]): string {
  let text = '['
  for (const value of values) text += text.length > 1 ? `,${canonicalJson(value)}` : canonicalJson(value)
  return `${text}]`
}

/** Concatenation, since a plan of a million items comes through here. */
function record(fields: Record<string, unknown>): string {
  let text = '{'
  for (const key of sortedKeys(fields)) {
    const field = fields[key]
    if (field !== undefined) text += `${text.length > 1 ? ',' : ''}${quoted(key)}:${canonicalJson(field)}`
  }
  return `${text}}`
}

/** By UTF-16 code units, as comparing strings does. Most objects are written in that order already. */
function sortedKeys(fields: Record<string, unknown>): string[] {
  const keys = Object.keys(fields)
  let last = ''
  for (const key of keys) {
    if (key < last) return keys.sort()
    last = key
  }
  return keys
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** What a plan rests on: the first line of the hashed text. */
export interface PlanHeader {
  schema: number
  organization: string
  baseRevision: number
  /** Digests of the snapshots it rests on, sorted. */
  snapshots: string[]
  rulesetVersion: number
  settingsVersion: number
  /** What a person asked for; absent for what sync made, so that its hash is what it always was. */
  operation?: Operation
}

export interface PlanHash {
  /** Adds one item, as `itemDigest` gives it, in the order of the plan. */
  item(digest: string): void
  /** The hash as 64 hex digits; nothing can be added after. */
  hex(): string
}

/** Begins the hash of a plan. */
export function hashHeader(header: PlanHeader): PlanHash {
  const hash = createHash('sha256').update(`${canonicalJson(header)}\n`)
  return {
    item(digest) {
      hash.update(`${digest}\n`)
    },
    hex: () => hash.digest('hex'),
  }
}

/** Keys by database id: ids differ between databases, the same plan must not. */
export interface Keys {
  product(id: number): string
  source(id: number): string
}

/** SHA-256, as hex, over the text of one item. */
export function itemDigest(action: Action, keys: Keys): string {
  return digestOf('sha256', itemText(action, keys), 'hex')
}

/**
 * One item as a line of the hashed text. Lines stand in the order of the plan, which numbers them. Where a fact was read and
 * what was predicted are left out: they are advice, not what is approved, and the order of a file's rows must not matter.
 */
export function itemText(action: Action, keys: Keys): string {
  return canonicalJson({
    kind: action.kind,
    effect: action.effect,
    subject: action.subject,
    product: action.productId === null ? null : keys.product(action.productId),
    before: action.before,
    after: action.after,
    reason: action.reason,
    sources: action.sourceIds.map((id) => keys.source(id)).sort(),
    precondition: action.precondition,
  })
}
