/** G4: a group of the directory that lost most of its people, while the rest of the directory may look as always. */
import { z } from 'zod'
import { number, percent } from './amount.ts'
import { noneOf } from './gauge.ts'
import type { GroupLoss, PlanFacts } from './guard-facts.ts'
import { whole } from './limit.ts'
import type { Finding, Verdict } from './model.ts'

export const groupLimits = z.strictObject({
  floor: whole.default(5).describe('So many people who left a group never hold a plan by themselves'),
  percent: z.number().min(0).max(100).default(50).describe('Hold when a group lost more than this share of its people'),
  refuse_emptied_from: whole
    .default(10)
    .describe('A group of at least so many people that is empty now needs two administrators'),
})

type Limits = z.output<typeof groupLimits>

/** One finding for each group that shrank so far that it matters; of others nobody counts how many stay. */
export function guardGroups(facts: PlanFacts, limits: Limits): Finding[] {
  return facts.groups
    .filter((group) => group.lost > limits.floor)
    .map((group) => guardGroup(group, limits))
    .filter((finding) => finding.verdict !== 'pass')
}

/** Of how many who stay it is enough to know, for each who goes, to be sure that a group passes. */
export function enoughToPass({ percent }: Limits): number {
  return percent === 0 ? 1_000_000 : (100 - percent) / percent
}

function guardGroup(group: GroupLoss, limits: Limits): Finding {
  const { lost, left, items, product } = group
  const before = lost + left
  const share = (before * limits.percent) / 100
  const limit = Math.floor(Math.max(limits.floor, share))
  const emptied = left === 0 && before >= limits.refuse_emptied_from
  const verdict: Verdict = emptied ? 'refuse' : lost > share ? 'hold' : 'pass'
  const what = product === null ? 'their membership' : (group.productName ?? product)
  const counted = `Group ${group.groups} (rule ${group.rule}): ${number(lost)} of ${number(before)} people would lose ${what} = ${percent(lost, before)}`
  const told: Record<Verdict, string> = {
    pass: `${counted}, limit ${number(limit)} (${limits.percent} %).`,
    hold: `${counted}, limit ${number(limit)} (${limits.percent} %). ${noneOf(items)}`,
    refuse: `${counted}: the group is empty, and two administrators have to agree. ${noneOf(items)}`,
  }
  const holds = [{ kind: product === null ? ('remove' as const) : ('revoke' as const), product, items }]
  const scope = `${group.rule}${product === null ? '' : `/${product}`}`
  return {
    guard: 'G4',
    verdict,
    nature: 'amount',
    measured: lost,
    of: before,
    limit,
    scope,
    message: told[verdict],
    holds,
  }
}
