/**
 * Idempotency-Key: a client that got no answer sends its request again under the same key, and what it asked for is done once. A
 * repetition gets the first answer; a request that failed is forgotten, so that it can be put right and sent again.
 */
import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import { z } from 'zod'
import { RosterdError } from '../errors.ts'
import { forgetRequest, keepAnswer, takeRequest } from '../store/repeatable.ts'
import type { Parts } from '../sync/parts.ts'
import { LONG_PATIENCE_MS } from './patience.ts'

/** A request that is being worked on is asked for again after this time. */
const AGAIN_SECONDS = 2

/** The key of a request, null where it has none. */
export function keyOf(c: Context): string | null {
  const key = c.req.header('idempotency-key')
  if (key === undefined) return null
  if (/^[\x21-\x7e]{1,200}$/.test(key)) return key
  throw new RosterdError('INPUT_INVALID', {
    detail: 'header.idempotency-key must be 1 to 200 visible ASCII characters.',
  })
}

/** What was asked; a body that means the same in another order of fields, or with other white space, is the same. */
export function digestOf(method: string, path: string, body: unknown): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([method, path, body]))
    .digest()
}

interface Place {
  parts: Parts
  organization: number
  tokenId: number
  key: string
}

/**
 * Does the work, unless it has been done under this key.
 *
 * @param secret field of the answer that is kept for nobody: who repeats such a request is told what it made instead
 * @throws RosterdError IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_KEY_BUSY, SHOWN_ONCE, and what the work throws
 */
export async function answerOnce(
  { parts, organization, tokenId, key }: Place,
  { digest, secret }: { digest: Buffer; secret: string | undefined },
  work: () => Promise<string>,
): Promise<{ text: string; repeated: boolean }> {
  const { sql } = parts
  const asked = { digest, at: parts.now(), abandoned: LONG_PATIENCE_MS }
  const known = await takeRequest(sql, organization, { tokenId, key }, asked)
  if (known !== null) {
    if (!known.digest.equals(digest)) throw new RosterdError('IDEMPOTENCY_KEY_REUSED', { key })
    if (known.answer === null) throw new RosterdError('IDEMPOTENCY_KEY_BUSY', { key, seconds: AGAIN_SECONDS })
    if (secret !== undefined) throw new RosterdError('SHOWN_ONCE', made.parse(JSON.parse(known.answer)))
    return { text: known.answer, repeated: true }
  }
  let text: string
  try {
    text = await work()
  } catch (error) {
    await forgetRequest(sql, organization, { tokenId, key })
    throw error
  }
  await keepAnswer(sql, organization, { tokenId, key }, secret === undefined ? text : without(secret, text))
  return { text, repeated: false }
}

const made = z.object({ id: z.string() })
const fields = z.record(z.string(), z.unknown())

const without = (secret: string, json: string): string =>
  JSON.stringify({ ...fields.parse(JSON.parse(json)), [secret]: undefined })
