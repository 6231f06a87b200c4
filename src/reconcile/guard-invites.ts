/** G7 and G8: a blast of invitations, and addresses of a domain that nobody here has: it may be a misspelt one. */
import { z } from 'zod'
import { count, number } from './amount.ts'
import { judged, look } from './gauge.ts'
import type { PlanFacts } from './guard-facts.ts'
import { whole } from './limit.ts'
import type { Finding, Hold } from './model.ts'

export const inviteLimits = z.strictObject({
  floor: whole.default(50).describe('So many invitations never hold a plan by themselves'),
  percent: z.number().min(0).default(25).describe('Hold above this share of the members'),
  refuse_number: whole
    .default(5_000)
    .describe('Above this number two administrators are needed; the first plan of a source is only looked at'),
})

/** What a new source brings is looked at as a whole; what known sources bring counts. */
export function guardInvites(facts: PlanFacts, limits: z.output<typeof inviteLimits>): Finding[] {
  const invites = facts.kinds.invite ?? 0
  if (invites === 0) return []
  const holds: Hold[] = [{ kind: 'invite', product: null, items: invites }]
  const measured = invites - facts.firstInvites
  if (measured === 0) {
    const first = facts.members === 0 ? 'the first people of this organization' : 'the first of a source'
    const message = `Invitations: ${number(invites)}, ${first}. Look whether they are the right people.`
    return [look('G7', invites, facts.members, message, holds)]
  }
  const bounds = { hold: Math.max(limits.floor, (facts.members * limits.percent) / 100), refuse: limits.refuse_number }
  const counted = `Invitations: ${number(measured)} to ${count(facts.members, 'member')}`
  return [judged({ guard: 'G7', counted, measured, of: facts.members, bounds, items: invites, holds, scope: null })]
}

const NAMED = 3
/** More new domains than this are no typing mistakes; then every invitation and rename is looked at. */
const TOLD_APART = 100

/** Only the invitations and renames to such a domain are held. */
export function guardDomains(facts: PlanFacts): Finding[] {
  const { newDomains } = facts
  if (newDomains.length === 0) return []
  const sum = (of: 'invites' | 'renames') => newDomains.reduce((all, one) => all + one[of], 0)
  const domains = newDomains.map((one) => one.domain)
  const more = domains.length > NAMED ? ` and ${number(domains.length - NAMED)} more` : ''
  const people = sum('invites') + sum('renames')
  const one = domains.length === 1
  const message = `New domains: ${count(people, 'address', 'addresses')} at ${domains.slice(0, NAMED).join(', ')}${more}, which nobody here has yet. Look whether ${one ? 'it is' : 'they are'} spelt right.`
  const only = domains.length > TOLD_APART ? {} : { domains }
  const holds: Hold[] = [
    { kind: 'invite' as const, product: null, items: sum('invites'), ...only },
    { kind: 'update_identity' as const, product: null, items: sum('renames'), ...only },
  ].filter((hold) => hold.items > 0)
  return [look('G8', people, domains.length, message, holds)]
}
