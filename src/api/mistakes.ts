/** What is wrong with a request, as sentences that name the field: `query.state must be one of held, refused`. */
import type { z } from '@hono/zod-openapi'

type Issue = z.core.$ZodIssue

/** @param where `query` or `body`; @param value what was sent */
export function mistakes(issues: readonly Issue[], where: string, value: unknown): string {
  return `${issues.map((issue) => mistake(issue, where, value)).join('; ')}.`
}

function mistake(issue: Issue, where: string, value: unknown): string {
  const name = [where, ...issue.path.map(String)].join('.')
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => `${name}.${key} is not known here`).join('; ')
    case 'invalid_value':
      return missing(issue, value)
        ? `${name} is missing`
        : `${name} must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}`
    case 'invalid_type':
      return missing(issue, value) ? `${name} is missing` : `${name} must be ${TYPES[issue.expected] ?? issue.expected}`
    case 'too_small':
      return `${name} must be ${issue.minimum} or more`
    case 'too_big':
      return `${name} must ${issue.origin === 'string' ? `have ${issue.maximum} characters or less` : `be ${issue.maximum} or less`}`
    case 'invalid_format':
      return `${name} must be ${issue.format === 'datetime' ? 'a time such as 2027-06-30T00:00:00Z' : `written as ${issue.format}`}`
    default:
      return /^(?:must|holds|is) /.test(issue.message) ? `${name} ${issue.message}` : `${name}: ${issue.message}`
  }
}

function missing({ path }: Issue, value: unknown): boolean {
  const found = path.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null ? Object.getOwnPropertyDescriptor(inner, step)?.value : undefined,
    value,
  )
  return found === undefined
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}
