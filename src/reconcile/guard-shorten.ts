/** G10: ends that come sooner. A column of dates that is read the wrong way round moves all of them at once. */
import type { z } from 'zod'
import type { Gauge } from './gauge.ts'
import type { PlanFacts } from './guard-facts.ts'
import { boundsOf, limitOf } from './limit.ts'

export const shortenLimits = limitOf('shortened assignments', 'all assignments', {
  floor: 5,
  percent: 15,
  number: null,
  refuse_percent: null,
  refuse_from: 0,
})

export const shortenings = (facts: PlanFacts, limits: z.output<typeof shortenLimits>): Gauge => ({
  guard: 'G10',
  what: 'Shortened assignments',
  whole: 'assignments',
  kind: 'shorten',
  product: null,
  now: facts.plan.shorten,
  of: facts.products.reduce((all, product) => all + product.holders, 0),
  day: facts.day.shorten,
  week: facts.week.shorten,
  bounds: (assignments) => boundsOf(limits, assignments),
})
