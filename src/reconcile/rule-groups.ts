/** The groups of the directory that a condition asks for: rules that ask for none are no mapping of a group. */
import { RE2JS } from 're2js'
import type { Condition } from './model.ts'
import { nameKey } from './normalise.ts'

/** Names (or ids, or patterns) in the order of the condition; what it excludes with `not` gives nobody anything. */
export function groupsOf(condition: Condition): string[] {
  if ('group' in condition) {
    const { group } = condition
    return ['name' in group ? group.name : 'id' in group ? group.id : group.matches]
  }
  if ('all' in condition) return condition.all.flatMap(groupsOf)
  if ('any' in condition) return condition.any.flatMap(groupsOf)
  return []
}

/** Whether a condition asks for this group, by its id, its name or a pattern. */
export function asksFor(condition: Condition, { id, name }: { id: string; name: string }): boolean {
  if ('group' in condition) {
    const { group } = condition
    if ('id' in group) return group.id === id
    if ('name' in group) return nameKey(group.name) === nameKey(name)
    return RE2JS.compile(group.matches, RE2JS.CASE_INSENSITIVE).testExact(name)
  }
  if ('all' in condition) return condition.all.some((one) => asksFor(one, { id, name }))
  if ('any' in condition) return condition.any.some((one) => asksFor(one, { id, name }))
  return 'not' in condition && asksFor(condition.not, { id, name })
}

/** The parts of a condition that ask for a group; what it excludes with `not` gives nobody anything. */
export function groupConditions(condition: Condition): Extract<Condition, { group: unknown }>[] {
  if ('group' in condition) return [condition]
  if ('all' in condition) return condition.all.flatMap(groupConditions)
  if ('any' in condition) return condition.any.flatMap(groupConditions)
  return []
}
