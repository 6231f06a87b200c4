/** What a plan that somebody asked for does, in the few words of a question or of the button that lets it happen. */
import { count } from './amount.ts'
import type { Verb } from './operation.ts'

/** `See failed removals`. */
export const NOUN_OF: Readonly<Record<Verb, string>> = {
  invite: 'invitations',
  remove: 'removals',
  assign: 'assignments',
  revoke: 'revokes',
}

interface AskedFor {
  operation: { verb: Verb } | null
  /** Items by kind, without those that change nothing. */
  counts: Readonly<Record<string, number | undefined>>
  /** One entry for each product of the plan. */
  seats: readonly unknown[]
}

/**
 * `Remove 12 users`, `Assign to 5 users`; null for what no person asked for, and where nothing of it would change anybody.
 *
 * @param people whom it is about
 */
export function operationWords({ operation, counts, seats }: AskedFor, people: number): string | null {
  if (operation === null) return null
  const items = (...kinds: string[]) => kinds.reduce((sum, kind) => sum + (counts[kind] ?? 0), 0)
  const users = count(people, 'user')
  const invites = items('invite', 'reactivate')
  if (operation.verb === 'invite' && invites > 0) return `Send ${count(invites, 'invite')}`
  if (operation.verb === 'remove' && items('remove') > 0) return `Remove ${count(items('remove'), 'user')}`
  if (operation.verb === 'revoke' && items('revoke') > 0)
    return `Revoke ${count(seats.length, 'product')} from ${users}`
  return items('assign', 'extend', 'shorten') > 0 ? `Assign to ${users}` : null
}
