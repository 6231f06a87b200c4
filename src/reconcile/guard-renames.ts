/** G6: e-mail addresses that change, and names that wander from one person to another: what a shifted column of a file looks like. */
import type { z } from 'zod'
import { count, number } from './amount.ts'
import { type Gauge, noneOf } from './gauge.ts'
import type { PlanFacts } from './guard-facts.ts'
import { boundsOf, limitOf, whole } from './limit.ts'
import type { Finding } from './model.ts'

export const renameLimits = limitOf('changed e-mail addresses', 'the members', {
  floor: 5,
  percent: 10,
  number: null,
  refuse_percent: 50,
  refuse_from: 10,
}).extend({
  swapped_names: whole
    .default(3)
    .describe('Hold when more people than this get the name of another, or swap first and last'),
})

type Limits = z.output<typeof renameLimits>

export const renames = (facts: PlanFacts, limits: Limits): Gauge => ({
  guard: 'G6',
  what: 'Changed e-mail addresses',
  whole: 'members',
  kind: 'update_identity',
  product: null,
  now: facts.plan.rename,
  of: facts.members,
  day: facts.day.rename,
  week: facts.week.rename,
  bounds: (members) => boundsOf(limits, members),
})

/** Whose name becomes that of somebody else of the same plan, or whose first and last names change places. */
export function guardSwappedNames(facts: PlanFacts, limits: Limits): Finding[] {
  const { swappedNames: swapped, kinds, members } = facts
  if (swapped <= limits.swapped_names) return []
  const held = (['update_identity', 'update_profile'] as const)
    .map((kind) => ({ kind, product: null, items: kinds[kind] ?? 0 }))
    .filter((hold) => hold.items > 0)
  const items = held.reduce((sum, hold) => sum + hold.items, 0)
  const message = `Swapped names: ${count(swapped, 'person', 'people')} would get the name of another, or swap first and last name, limit ${number(limits.swapped_names)}: a column of the file may be shifted. ${noneOf(items)}`
  return [
    {
      guard: 'G6',
      verdict: 'hold',
      nature: 'amount',
      measured: swapped,
      of: members,
      limit: limits.swapped_names,
      scope: 'names',
      message,
      holds: held,
    },
  ]
}
