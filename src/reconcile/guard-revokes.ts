/** G2: revokes of one product, so that one wrong rule cannot empty a product while members stay. */
import { z } from 'zod'
import { number, percent } from './amount.ts'
import type { PlanFacts } from './guard-facts.ts'
import type { Finding, Verdict } from './model.ts'

const share = z.number().min(0).max(100)
const whole = z.int().min(0)

export const revokeLimits = z.strictObject({
  floor: whole.default(5).describe('So many revokes of a product never hold a plan by themselves'),
  percent: share.default(15).describe('Hold above this share of the holders of a product'),
  refuse_percent: share.default(60).describe('Refuse above this share of the holders of a product'),
  refuse_from: whole.default(20).describe('Refuse only where a product has at least so many holders'),
})

/** One finding per product of the plan, by product key. */
export function guardRevokes(facts: PlanFacts, limits: z.output<typeof revokeLimits>): Finding[] {
  return [...facts.revokes]
    .sort((a, b) => (a.product < b.product ? -1 : 1))
    .map((revoke) => guardProduct(revoke, limits))
}

function guardProduct(revoke: PlanFacts['revokes'][number], limits: z.output<typeof revokeLimits>): Finding {
  const { product, count, holders } = revoke
  const holdAbove = Math.max(limits.floor, (holders * limits.percent) / 100)
  const refuseAbove = holders >= limits.refuse_from ? (holders * limits.refuse_percent) / 100 : Number.POSITIVE_INFINITY
  const verdict: Verdict = count > refuseAbove ? 'refuse' : count > holdAbove ? 'hold' : 'pass'
  const limit = Math.floor(verdict === 'refuse' ? refuseAbove : holdAbove)
  const counted = `Revokes of ${revoke.name ?? product}: ${number(count)} of ${number(holders)} holders = ${percent(count, holders)}`
  const bound = `${number(limit)} (${percent(limit, holders)})`
  const told: Record<Verdict, string> = {
    pass: `${counted}, limit ${bound}.`,
    hold: `${counted}, limit ${bound}. None of them was applied.`,
    refuse: `${counted}, above ${bound} a plan is refused. None of them was applied.`,
  }
  return {
    guard: 'G2',
    verdict,
    nature: 'amount',
    measured: count,
    of: holders,
    limit,
    scope: product,
    message: told[verdict],
  }
}
