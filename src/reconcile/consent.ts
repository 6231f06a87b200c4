/** A refusal is lifted by two administrators with different e-mail addresses, who say the same of the same thing within a day. */
import type { Instant } from './model.ts'
import { readEmail } from './normalise.ts'

/** What the first of two administrators said. */
export interface Consent {
  /** As audit rows show them: an e-mail address, or `bootstrap token`. */
  by: string
  /** The number that they typed. */
  count: number
  at: Instant
}

const LASTS_MS = 24 * 3_600_000

/** Until when the second administrator may follow. */
export const consentEnds = (first: Consent): Instant => new Date(Date.parse(first.at) + LASTS_MS).toISOString()

/**
 * What another consent makes of it: the `first`, which waits for somebody else; the `second`, which lifts the refusal; or neither,
 * because the `same` administrator said it again, or because `nobody` in particular did: whoever holds the bootstrap token may be the
 * first administrator once more, so it is never the second.
 */
export function weigh(before: Consent | null, next: Consent): 'first' | 'second' | 'same' | 'nobody' {
  if (before === null || before.count !== next.count || next.at >= consentEnds(before)) return 'first'
  const person = readEmail(next.by)
  if (!person.ok) return before.by === next.by ? 'same' : 'nobody'
  const first = readEmail(before.by)
  return first.ok && first.key === person.key ? 'same' : 'second'
}
