/** G2 and G3: revokes of one product, so that one wrong rule cannot empty a product while members stay; and of all products together. */
import type { z } from 'zod'
import type { Gauge } from './gauge.ts'
import type { PlanFacts } from './guard-facts.ts'
import { boundsOf, limitOf } from './limit.ts'

export const revokeLimits = limitOf('revokes of a product', 'the holders of a product', {
  floor: 5,
  percent: 15,
  number: null,
  refuse_percent: 60,
  refuse_from: 20,
})

export const allRevokesLimits = limitOf('revokes', 'all assignments', {
  floor: 10,
  percent: 15,
  number: 300,
  refuse_percent: 60,
  refuse_from: 20,
})

/** One for each product of the plan, by product key. */
export function productRevokes(facts: PlanFacts, limits: z.output<typeof revokeLimits>): Gauge[] {
  const known = new Map(facts.products.map((product) => [product.key, product]))
  return Object.keys(facts.plan.revoke)
    .sort()
    .map((key) => ({
      guard: 'G2',
      what: `Revokes of ${known.get(key)?.name ?? key}`,
      whole: 'holders',
      kind: 'revoke' as const,
      product: key,
      now: facts.plan.revoke[key] ?? 0,
      of: known.get(key)?.holders ?? 0,
      day: facts.day.revoke[key] ?? 0,
      week: facts.week.revoke[key] ?? 0,
      bounds: (holders: number) => boundsOf(limits, holders),
    }))
}

/** Many products that each lose a little lose much together. */
export function allRevokes(facts: PlanFacts, limits: z.output<typeof allRevokesLimits>): Gauge {
  const sum = (revokes: Readonly<Record<string, number>>) => Object.values(revokes).reduce((all, one) => all + one, 0)
  return {
    guard: 'G3',
    what: 'Revokes of all products',
    whole: 'assignments',
    kind: 'revoke',
    product: null,
    now: sum(facts.plan.revoke),
    of: facts.products.reduce((all, product) => all + product.holders, 0),
    day: sum(facts.day.revoke),
    week: sum(facts.week.revoke),
    bounds: (assignments) => boundsOf(limits, assignments),
  }
}
