/**
 * A refusal is lifted by two administrators with different e-mail addresses, who say the same of the same thing within a day. Whoever
 * made somebody's token has held it, so what is said with it counts as said by both; and nobody makes the second administrator themselves.
 */
import type { Instant } from './model.ts'
import { readEmail } from './normalise.ts'

/** What the first of two administrators said. */
export interface Consent {
  /** As audit rows show them: an e-mail address, or `bootstrap token`. */
  by: string
  /** Who else may have held the token that it was said with, as `by`; the bootstrap token among them is nobody. */
  makers?: string[]
  /** Who made them an administrator here, as `by`: somebody's second mailbox is not a second person. */
  inviters?: string[]
  /** The number that they typed. */
  count: number
  at: Instant
}

const LASTS_MS = 24 * 3_600_000

/** Until when the second administrator may follow. */
export const consentEnds = (first: Consent): Instant => new Date(Date.parse(first.at) + LASTS_MS).toISOString()

/**
 * What another consent makes of it: the `first`, which waits for somebody else; the `second`, which lifts the refusal; or neither,
 * because the `same` administrator said it again, because one person may have held both tokens (`together`), because one made
 * the other an administrator (`invited`), or because
 * `nobody` said it: the bootstrap token belongs to the machine, and whoever reads it there may have a token of their own.
 */
export function weigh(
  before: Consent | null,
  next: Consent,
): 'first' | 'second' | 'same' | 'together' | 'invited' | 'nobody' {
  const person = keyOf(next.by)
  if (person === null) return 'nobody'
  const first = waiting(before, next)
  if (first === null) return 'first'
  if (keyOf(first.by) === person) return 'same'
  const held = handsOf(first)
  if (handsOf(next).some((one) => held.includes(one))) return 'together'
  return invited(first, next) || invited(next, first) ? 'invited' : 'second'
}

/** Who is missing, after a consent that does not count: whole sentences. */
export function whoIsMissing(before: Consent | null, next: Consent): string {
  const weight = weigh(before, next)
  const first = waiting(before, next)
  const bootstrap = weight === 'nobody' ? 'The bootstrap token is nobody in particular and does not count. ' : ''
  if (first === null)
    return `${bootstrap}Two administrators with different e-mail addresses have to say that it is right, each with a token of their own.`
  const together =
    weight === 'together'
      ? `The token of ${next.by} and that of ${first.by} do not count as two, because one administrator made a token for the other, or for both. `
      : ''
  const invitation =
    weight === 'invited'
      ? `${next.by} and ${first.by} do not count as two, because one of them made the other an administrator. `
      : ''
  return `${bootstrap}${together}${invitation}${first.by} has said that it is right; a second administrator with another e-mail address has to say the same.`
}

/** The first consent, as long as it says the same and lasts. */
function waiting(before: Consent | null, next: Consent): Consent | null {
  if (before === null || before.count !== next.count || next.at >= consentEnds(before)) return null
  return keyOf(before.by) === null ? null : before
}

/** Whether whoever may have said the one made whoever said the other an administrator. */
function invited(by: Consent, { inviters = [] }: Consent): boolean {
  const hands = handsOf(by)
  return inviters.map(keyOf).some((one) => one !== null && hands.includes(one))
}

/** Keys of the addresses of those who may have held the token; the bootstrap token among them is nobody. */
export function handsOf({ by, makers = [] }: Pick<Consent, 'by' | 'makers'>): string[] {
  return [by, ...makers].map(keyOf).filter((key) => key !== null)
}

/** Null for whoever has no address: the bootstrap token. */
function keyOf(name: string): string | null {
  const email = readEmail(name)
  return email.ok ? email.key : null
}
