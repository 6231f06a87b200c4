/** The rules of one source, compiled: in the order in which a scalar (the role) is decided. */
import { compileCondition, describeCondition, type Test } from './condition.ts'
import type { Consequence, DirectoryRow, Rule } from './model.ts'

export { conditionSchema, consequenceSchema, ruleSchema } from './rule-schema.ts'

export interface CompiledRule {
  key: string
  priority: number
  consequences: Consequence[]
  /** Why the row matches, in words; null when it does not. */
  matches: Test
  /** The condition in words. */
  condition: string
}

export interface CompiledRules {
  sourceKey: string
  /** Lowest priority number first, ties by key. */
  rules: CompiledRule[]
  /** Some rule lets this source change people whose role is above member. */
  managesAdmins: boolean
}

/**
 * Picks and compiles the rules that speak of a source, given by its key. A rule without a source speaks of every source
 * but `manual`: what a person did by hand is not widened by rules that were written for a directory.
 * The rules must have passed `ruleSchema`; a broken regular expression throws what RE2 says of it.
 */
export function compile(rules: Rule[], sourceKey: string): CompiledRules {
  const own = rules
    .filter((rule) => (rule.source === null ? sourceKey !== 'manual' : rule.source === sourceKey))
    .sort((a, b) => a.priority - b.priority || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  return {
    sourceKey,
    rules: own.map((rule) => ({
      key: rule.key,
      priority: rule.priority,
      consequences: rule.then,
      matches: compileCondition(rule.when),
      condition: describeCondition(rule.when),
    })),
    managesAdmins: own.some((rule) => rule.then.some((one) => 'manage_admins' in one)),
  }
}

/** Why a rule matches a row, in words; null when it does not match or is gone. */
export function becauseOf(rules: CompiledRules | undefined, key: string, row: DirectoryRow | undefined): string | null {
  if (row === undefined) return null
  return rules?.rules.find((rule) => rule.key === key)?.matches(row) ?? null
}
