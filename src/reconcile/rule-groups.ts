/** The groups of the directory that a condition asks for: rules that ask for none are no mapping of a group. */
import type { Condition } from './model.ts'

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
