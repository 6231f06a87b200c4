/**
 * What a seal of the audit is over. Each row is a line of canonical JSON (RFC 8785), and after the rows of a seal comes one line about
 * the seal itself, with the digest of the seal before: its digest is the SHA-256 of exactly these lines, each with its newline.
 * Everything that leads to the bytes is written down here, and nothing of it is left to how a database shows a value.
 */
import { createHash } from 'node:crypto'
import { canonicalJson } from './canonical.ts'

/** A row of the audit. `at` is UTC with milliseconds, as in `2026-11-22T10:00:00.000Z`. */
export interface SealedRow {
  id: number
  at: string
  actor: string
  act: string
  object: string
  planId: number | null
  requestId: string | null
  tokenId: number | null
  before: unknown
  after: unknown
}

/** One link of the chain: the rows of an organization with ids above `from`, up to `to`. */
export interface Seal {
  organization: number
  /** From 1, without a gap. */
  number: number
  /** The `to` of the seal before; 0 for the first. */
  from: number
  /** The id of its last row. */
  to: number
  rows: number
  /** As in a row. */
  at: string
}

/** What the first seal has in place of the digest of the one before. */
export const GENESIS = '0'.repeat(64)

export function rowLine(row: SealedRow): string {
  const { id, at, actor, act, object, planId: plan, requestId: request, tokenId: token, before, after } = row
  return `${line({ id, at, actor, act, object, plan, request, token, before, after })}\n`
}

/** @param before digest of the seal before, as 64 hex digits */
export function sealLine(seal: Seal, before: string): string {
  const { organization, number, from, to, rows, at } = seal
  return `${canonicalJson({ organization, seal: number, from, to, rows, at, before })}\n`
}

/** What is signed of a seal, without a newline; `digest` as 64 hex digits. */
export function headText({ organization, number, at }: Pick<Seal, 'organization' | 'number' | 'at'>, digest: string) {
  return canonicalJson({ organization, seal: number, at, digest })
}

/** A number that only somebody at the database can have written, too large to be one here, is as all readers see it: null. */
function line(fields: Record<string, unknown>): string {
  try {
    return canonicalJson(fields)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return canonicalJson(JSON.parse(JSON.stringify(fields)))
  }
}

/** The digest of one seal, row by row in the order of their ids. */
export class SealDigest {
  readonly #hash = createHash('sha256')
  #rows = 0

  add(row: SealedRow): void {
    this.#hash.update(rowLine(row))
    this.#rows += 1
  }

  get rows(): number {
    return this.#rows
  }

  /** The digest as 64 hex digits; nothing can be added after. */
  close(seal: Seal, before: string): string {
    return this.#hash.update(sealLine(seal, before)).digest('hex')
  }
}

/** A head is signed with the first seal of each day of UTC: `before` is the seal before, null at the beginning. */
export function opensDay(at: string, before: string | null): boolean {
  return before === null || at.slice(0, 10) !== before.slice(0, 10)
}
