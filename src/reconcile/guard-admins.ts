/** G9: whoever can administer the organization is never changed without a person who looked. */
import { count } from './amount.ts'
import { look } from './gauge.ts'
import type { PlanFacts } from './guard-facts.ts'
import { ACTION_KINDS, type Finding } from './model.ts'

export function guardAdministrators(facts: PlanFacts): Finding[] {
  const holds = ACTION_KINDS.flatMap((kind) => {
    const items = facts.administrators[kind] ?? 0
    return items === 0 ? [] : [{ kind, product: null, items, administrators: true as const }]
  })
  const items = holds.reduce((sum, hold) => sum + hold.items, 0)
  if (items === 0) return []
  const words = count(items, 'item removes, suspends, renames or demotes', 'items remove, suspend, rename or demote')
  return [
    look('G9', items, facts.members, `Administrators: ${words} an administrator or owner of the organization.`, holds),
  ]
}
