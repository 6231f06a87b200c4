/** Counts of items and moments, as letters say them. */
import { count, number } from '../reconcile/amount.ts'
import type { ItemCounts } from '../reconcile/letter.ts'
import type { ActionKind, Instant } from '../reconcile/model.ts'
import type { Verb } from '../reconcile/operation.ts'
import type { PeopleTally, Verdict } from '../reconcile/people-tally.ts'

/** One and several of each kind; the order is the order in which a subject names them. */
const NOUNS: Record<ActionKind, [one: string, several: string]> = {
  invite: ['invite', 'invites'],
  remove: ['removal', 'removals'],
  assign: ['assignment', 'assignments'],
  revoke: ['revoke', 'revokes'],
  suspend: ['suspension', 'suspensions'],
  reactivate: ['reactivation', 'reactivations'],
  extend: ['extension', 'extensions'],
  shorten: ['earlier end', 'earlier ends'],
  update_role: ['role change', 'role changes'],
  update_identity: ['address change', 'address changes'],
  update_profile: ['profile update', 'profile updates'],
  link: ['match with somebody known', 'matches with somebody known'],
  release_claim: ['released claim', 'released claims'],
}

/** What a person asked for, in the words of the page on which they did, and what became of the people for whom it succeeded. */
const VERBS: Record<Verb, [title: string, done: string]> = {
  invite: ['Invite users', 'invited'],
  remove: ['Remove users', 'removed'],
  assign: ['Assign products', 'assigned'],
  revoke: ['Revoke products', 'revoked'],
}

export const titleOf = (verb: Verb): string => VERBS[verb][0]

/** `11 removed, 2 failed`: the people of an operation, in numbers that add up to all of them. */
export function peopleInWords(verb: Verb, people: PeopleTally): string {
  const words: [Verdict, string][] = [
    ['succeeded', VERBS[verb][1]],
    ['noChange', 'already so'],
    ['waiting', people.waiting === 1 ? 'waits' : 'wait'],
    ['stale', 'out of date'],
    ['leftOut', 'left out'],
    ['cancelled', 'cancelled'],
    ['toDo', 'to do'],
    ['failed', 'failed'],
  ]
  const parts = words.flatMap(([verdict, word]) =>
    people[verdict] > 0 || verdict === 'succeeded' ? [`${number(people[verdict])} ${word}`] : [],
  )
  return parts.join(', ')
}

const KINDS = Object.keys(NOUNS).filter((kind): kind is ActionKind => kind in NOUNS)

export const nounOf = (kind: ActionKind): string => NOUNS[kind][0]

export const totalOf = (counts: ItemCounts): number => KINDS.reduce((sum, kind) => sum + (counts[kind] ?? 0), 0)

/** `40 invites, 4 removals and 2 others`: at most `most` kinds by name, the rest as one number, so that it adds up. */
export function itemsInWords(counts: ItemCounts, most = KINDS.length): string {
  const present = KINDS.filter((kind) => (counts[kind] ?? 0) > 0)
  const named = present.length > most ? present.slice(0, most) : present
  const parts = named.map((kind) => count(counts[kind] ?? 0, ...NOUNS[kind]))
  const others = totalOf(counts) - named.reduce((sum, kind) => sum + (counts[kind] ?? 0), 0)
  if (others > 0) parts.push(count(others, 'other', 'others'))
  return parts.length === 0 ? 'no items' : enumerate(parts)
}

/** `a`, `a and b`, `a, b and c`. */
export function enumerate(parts: string[]): string {
  const last = parts.at(-1) ?? ''
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`
}

/** `22 Nov 2026, 14:30 (Europe/Berlin)`: a moment. */
export function momentInWords(at: Instant, zone: string): string {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const parts = format.formatToParts(new Date(at))
  const part = (type: string) => parts.find((entry) => entry.type === type)?.value ?? ''
  return `${part('day')} ${part('month')} ${part('year')}, ${part('hour')}:${part('minute')} (${zone})`
}
