/** The condition of a rule as a function over one row of the mirror, compiled once and asked for every person. */
import { RE2JS } from 're2js'
import type { Condition, DirectoryRow } from './model.ts'
import { nameKey } from './normalise.ts'

/** Tells why a row matches, in words such as `group Engineering`; null when it does not match. */
export type Test = (row: DirectoryRow) => string | null

/** Answers are remembered per distinct text: groups and departments are few, people are many. */
const REMEMBERED = 10_000

/** Compiles a condition that has passed `conditionSchema`; a broken regular expression throws what RE2 says. */
export function compileCondition(condition: Condition): Test {
  if ('everyone' in condition) return () => 'everyone'
  if ('group' in condition) return groupTest(condition.group)
  if ('attribute' in condition) return attributeTest(condition)
  if ('all' in condition) {
    const tests = condition.all.map(compileCondition)
    return (row) => {
      const found = tests.map((test) => test(row))
      return found.every((one) => one !== null) ? found.join(' and ') : null
    }
  }
  if ('any' in condition) {
    const tests = condition.any.map(compileCondition)
    return (row) => first(tests, (test) => test(row))
  }
  const test = compileCondition(condition.not)
  return (row) => (test(row) === null ? `not ${describeCondition(condition.not)}` : null)
}

/** A condition in words, for the sentence that says why somebody matches or no longer does. */
export function describeCondition(condition: Condition): string {
  if ('everyone' in condition) return 'everyone'
  if ('group' in condition) {
    const { group } = condition
    return 'name' in group
      ? `group ${group.name}`
      : 'id' in group
        ? `group ${group.id}`
        : `a group like ${group.matches}`
  }
  if ('attribute' in condition) {
    if ('is' in condition) return `${condition.attribute} ${[condition.is].flat().join(' or ')}`
    if ('matches' in condition) return `${condition.attribute} like ${condition.matches}`
    return condition.present ? `any ${condition.attribute}` : `no ${condition.attribute}`
  }
  if ('all' in condition) return condition.all.map(describeCondition).join(' and ')
  if ('any' in condition) return condition.any.map(describeCondition).join(' or ')
  return `not ${describeCondition(condition.not)}`
}

function groupTest(group: { name: string } | { id: string } | { matches: string }): Test {
  if ('id' in group) {
    return (row) => {
      const at = row.groups.indexOf(group.id)
      return at < 0 ? null : `group ${row.groupNames[at] ?? group.id}`
    }
  }
  const matches = 'name' in group ? sameAs([group.name]) : fullMatch(group.matches, RE2JS.CASE_INSENSITIVE)
  return (row) => first(row.groupNames, (name) => (matches(name) ? `group ${name}` : null))
}

function attributeTest(condition: Extract<Condition, { attribute: string }>): Test {
  const name = headerKey(condition.attribute)
  if ('present' in condition) {
    const because = describeCondition(condition)
    return (row) => (present(attributeOf(row, name)) === condition.present ? because : null)
  }
  const matches = 'is' in condition ? sameAs([condition.is].flat()) : fullMatch(condition.matches, 0)
  return (row) => {
    const value = attributeOf(row, name)
    return present(value) && matches(value) ? `${condition.attribute} ${value}` : null
  }
}

function present(value: string | null | undefined): value is string {
  return value !== undefined && value !== null && value.trim() !== ''
}

/** The fields that every row has are attributes too; then the other columns, however their header was written. */
function attributeOf(row: DirectoryRow, name: string): string | null | undefined {
  switch (name) {
    case 'email':
      return row.profile.email
    case 'username':
      return row.profile.userName
    case 'firstname':
      return row.profile.firstName
    case 'lastname':
      return row.profile.lastName
    case 'displayname':
      return row.profile.displayName
    case 'language':
      return row.profile.language
    case 'status':
      return row.status
  }
  const direct = row.attributes[name]
  if (direct !== undefined) return direct
  for (const [header, value] of Object.entries(row.attributes)) if (headerKey(header) === name) return value
  // An attribute of a SCIM extension may be asked for by its whole name, though nothing else is called so.
  return name.startsWith('urn:') ? row.attributes[name.slice(name.lastIndexOf(':') + 1)] : undefined
}

/** The name of an attribute as it is compared: without case, blanks, dots, dashes and underscores. */
export const headerKey = (name: string) => nameKey(name).replace(/[\s._-]+/g, '')

function sameAs(values: string[]): (value: string) => boolean {
  const wanted = new Set(values.map((value) => nameKey(value)))
  return remembered((value) => wanted.has(nameKey(value)))
}

function fullMatch(pattern: string, flags: number): (value: string) => boolean {
  const compiled = RE2JS.compile(pattern, flags)
  return remembered((value) => compiled.testExact(value))
}

function remembered(ask: (value: string) => boolean): (value: string) => boolean {
  const known = new Map<string, boolean>()
  return (value) => {
    const before = known.get(value)
    if (before !== undefined) return before
    const answer = ask(value)
    if (known.size < REMEMBERED) known.set(value, answer)
    return answer
  }
}

function first<T>(items: T[], ask: (item: T) => string | null): string | null {
  for (const item of items) {
    const answer = ask(item)
    if (answer !== null) return answer
  }
  return null
}
