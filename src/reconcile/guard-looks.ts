/** G16, G18 and G19: plans that somebody should have seen, whatever they amount to. */
import { z } from 'zod'
import { count, number } from './amount.ts'
import { look, noneOf } from './gauge.ts'
import type { PlanFacts } from './guard-facts.ts'
import { whole } from './limit.ts'
import { ACTION_KINDS, type Finding, type Hold } from './model.ts'

/** G16: rules and limits decide about everybody; the first plan after a change shows whether they do what was meant. */
export function guardChanges(facts: PlanFacts): Finding[] {
  const { rules, settings } = facts.changed
  if (!rules && !settings) return []
  const what = rules && settings ? 'rules and settings' : rules ? 'rules' : 'settings'
  const message = `Changed ${what}: this is the first plan since. Look whether it does what the change was made for.`
  return [look('G16', everything(facts), facts.members, message, allKinds(facts))]
}

/** G18: nobody has ever seen what this source wants. */
export function guardFirstPlan(facts: PlanFacts): Finding[] {
  const { newSources } = facts
  if (newSources.length === 0) return []
  const names = newSources.map((source) => source.name).join(' and ')
  const sources = newSources.map((source) => source.id)
  const message = `First plan of ${names}: nobody has approved one yet. Look whether what it says is read as it is meant.`
  const holds = allKinds(facts).map((hold) => ({ ...hold, sources }))
  return [look('G18', everything(facts), facts.members, message, holds)]
}

export const namesakeLimits = z.strictObject({
  number: whole.default(3).describe('Hold when more full names than this are removed and invited in the same plan'),
})

/** G19: people without a lasting id who got new addresses look like leavers and joiners of the same names. */
export function guardNamesakes(facts: PlanFacts, limits: z.output<typeof namesakeLimits>): Finding[] {
  const { namesakes, kinds, members } = facts
  if (namesakes <= limits.number) return []
  const holds: Hold[] = (['remove', 'invite'] as const).map((kind) => ({
    kind,
    product: null,
    items: kinds[kind] ?? 0,
  }))
  const items = holds.reduce((sum, hold) => sum + hold.items, 0)
  const message = `Same names: ${count(namesakes, 'full name is', 'full names are')} removed and invited in this plan, limit ${number(limits.number)}. They may be the same people with new addresses. ${noneOf(items)}`
  return [{ ...look('G19', namesakes, members, message, holds), limit: limits.number }]
}

function allKinds({ kinds }: PlanFacts): Hold[] {
  return ACTION_KINDS.flatMap((kind) => {
    const items = kinds[kind] ?? 0
    return items === 0 ? [] : [{ kind, product: null, items }]
  })
}

function everything({ kinds }: PlanFacts): number {
  return ACTION_KINDS.reduce((sum, kind) => sum + (kinds[kind] ?? 0), 0)
}
