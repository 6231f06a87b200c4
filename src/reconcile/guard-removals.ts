/** G1 and G5: removals, and suspensions, which are as bad for whoever is suspended. A hold is one click; a lost member is a day. */
import type { z } from 'zod'
import type { Gauge } from './gauge.ts'
import type { Amounts, PlanFacts } from './guard-facts.ts'
import { type Bounds, boundsOf, limitOf, whole } from './limit.ts'

export const removalLimits = limitOf('removals', 'the members', {
  floor: 5,
  percent: 10,
  number: 100,
  refuse_percent: 50,
  refuse_from: 10,
}).extend({
  half_from: whole
    .default(3)
    .describe('From so many removals on, hold also when more than half of the members would go'),
})

type Limits = z.output<typeof removalLimits>

export const removals = (facts: PlanFacts, limits: Limits): Gauge => loss('G1', 'Removals', 'remove', facts, limits)

/** A status column that is read the wrong way round makes leavers of everybody: they would lose their access, if not their membership. */
export const suspensions = (facts: PlanFacts, limits: Limits): Gauge =>
  loss('G5', 'Suspensions', 'suspend', facts, limits)

function loss(guard: string, what: string, kind: 'remove' | 'suspend', facts: PlanFacts, limits: Limits): Gauge {
  const of = (amounts: Amounts) => amounts[kind]
  return {
    guard,
    what,
    whole: 'members',
    kind,
    product: null,
    now: of(facts.plan),
    of: facts.members,
    day: of(facts.day),
    week: of(facts.week),
    bounds: (members, measured) => lossBounds(limits, members, measured),
  }
}

/** Held as well where more than half of a few members would go: in a team of five, the floor alone would let them. */
function lossBounds(limits: Limits, members: number, measured: number): Bounds {
  const { hold, refuse } = boundsOf(limits, members)
  return { hold: measured >= limits.half_from ? Math.min(hold, members / 2) : hold, refuse }
}
