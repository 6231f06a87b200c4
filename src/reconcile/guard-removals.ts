/** G1 and G5: removals, and suspensions within the same limits. A hold is one click; a lost member is a day. */
import { z } from 'zod'
import { number, percent } from './amount.ts'
import type { PlanFacts } from './guard-facts.ts'
import type { Finding, Verdict } from './model.ts'

const share = z.number().min(0).max(100)
const whole = z.int().min(0)

export const removalLimits = z.strictObject({
  floor: whole.default(5).describe('So many removals never hold a plan by themselves'),
  percent: share.default(10).describe('Hold above this share of the members'),
  number: whole.default(100).describe('Hold above this number, however many members there are'),
  half_from: whole
    .default(3)
    .describe('From so many removals on, hold also when more than half of the members would go'),
  refuse_percent: share.default(50).describe('Refuse above this share of the members'),
  refuse_from: whole.default(10).describe('Refuse only where there are at least so many members'),
})

type Limits = z.output<typeof removalLimits>

export const guardRemovals = (facts: PlanFacts, limits: Limits): Finding =>
  guardLoss('G1', 'Removals', facts.removes, facts.members, limits)

/** A status column that is read the wrong way round makes leavers of everybody: they would lose their access, if not their membership. */
export const guardSuspensions = (facts: PlanFacts, limits: Limits): Finding =>
  guardLoss('G5', 'Suspensions', facts.suspends ?? 0, facts.members, limits)

/** Holds above max(floor, min(percent of the members, number)), or where more than half would go; refuses above the larger share. */
function guardLoss(guard: string, what: string, removes: number, members: number, limits: Limits): Finding {
  const usual = Math.max(limits.floor, Math.min((members * limits.percent) / 100, limits.number))
  const half = removes >= limits.half_from ? members / 2 : Number.POSITIVE_INFINITY
  const holdAbove = Math.min(usual, half)
  const refuseAbove = members >= limits.refuse_from ? (members * limits.refuse_percent) / 100 : Number.POSITIVE_INFINITY
  const verdict: Verdict = removes > refuseAbove ? 'refuse' : removes > holdAbove ? 'hold' : 'pass'
  const limit = Math.floor(verdict === 'refuse' ? refuseAbove : holdAbove)
  const counted = `${what}: ${number(removes)} of ${number(members)} members = ${percent(removes, members)}`
  const bound = `limit ${number(limit)} (${percent(limit, members)})`
  const told: Record<Verdict, string> = {
    pass: `${counted}, ${bound}.`,
    hold: `${counted}, ${bound}. None of them was applied.`,
    refuse: `${counted}, above ${number(limit)} (${percent(limit, members)}) a plan is refused. None of them was applied.`,
  }
  return {
    guard,
    verdict,
    nature: 'amount',
    measured: removes,
    of: members,
    limit,
    scope: '',
    message: told[verdict],
  }
}
