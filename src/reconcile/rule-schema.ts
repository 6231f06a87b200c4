/**
 * What a rule may look like in the config file or the API. Unknown keys are refused, and the messages name the word
 * that was meant, since a misspelt condition would otherwise silently match nobody.
 */
import { RE2JS } from 're2js'
import { z } from 'zod'
import { readExpiry } from './expiry.ts'
import type { Condition, Consequence, Rule } from './model.ts'

const CONDITION_WORDS = ['everyone', 'group', 'attribute', 'all', 'any', 'not'] as const
const CONSEQUENCE_WORDS = ['member', 'product', 'exclude', 'protect', 'suspend', 'manage_admins'] as const

const text = z.string().trim().min(1, 'must not be empty')

/** A regular expression of RE2: linear time, so without look-around and back-references. */
const pattern = text.superRefine((value, context) => {
  try {
    RE2JS.compile(value)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    context.addIssue({ code: 'custom', message: `is not a regular expression that can be used here (${why})` })
  }
})

export const conditionSchema: z.ZodType<Condition> = z.lazy(() =>
  z.union(
    [
      z.strictObject({ everyone: z.literal(true) }),
      z.strictObject({
        group: z.union(
          [z.strictObject({ name: text }), z.strictObject({ id: text }), z.strictObject({ matches: pattern })],
          { error: 'group takes exactly one of name, id and matches' },
        ),
      }),
      z.strictObject({ attribute: text, is: z.union([text, z.array(text).min(1)]) }),
      z.strictObject({ attribute: text, matches: pattern }),
      z.strictObject({ attribute: text, present: z.boolean() }),
      z.strictObject({ all: z.array(conditionSchema).min(1, 'needs at least one condition') }),
      z.strictObject({ any: z.array(conditionSchema).min(1, 'needs at least one condition') }),
      z.strictObject({ not: conditionSchema }),
    ],
    { error: (issue) => conditionMessage(issue.input) },
  ),
)

const end = z
  .string()
  .refine((value) => readExpiry(value, { zone: 'UTC' }).ok, 'expires must be a date such as 2027-06-30')

export const consequenceSchema: z.ZodType<Consequence> = z.union(
  [
    z.strictObject({ member: z.enum(['member', 'admin', 'owner']) }),
    z.strictObject({ product: text, expires: end.exactOptional() }),
    z.strictObject({ exclude: z.literal(true) }),
    z.strictObject({ protect: z.literal(true) }),
    z.strictObject({ suspend: z.literal(true) }),
    z.strictObject({ manage_admins: z.literal(true) }),
  ],
  { error: (issue) => consequenceMessage(issue.input) },
)

export const ruleSchema: z.ZodType<Rule> = z
  .strictObject({
    key: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'key must be lower-case letters, digits, - and _'),
    version: z.int().min(1).default(1),
    priority: z.int().min(1).max(1000).default(500),
    source: text.nullable().default(null),
    when: conditionSchema,
    // biome-ignore lint/suspicious/noThenProperty: the word of the config file; its value is a list, so nothing awaits it
    then: z.union(
      [
        z.array(consequenceSchema).min(1, 'then needs at least one consequence'),
        consequenceSchema.transform((one) => [one]),
      ],
      {
        error: (issue) => listMessage(issue.input),
      },
    ),
  })
  .superRefine((rule, context) => {
    const high = rule.then.find((one) => 'member' in one && one.member !== 'member')
    if (high === undefined || !('member' in high) || needsGroupId(rule.when)) return
    context.addIssue({
      code: 'custom',
      path: ['when'],
      message: `rule ${rule.key} gives the role ${high.member}, so its condition must name a group by id (group: { id: … }): a group's name can be taken by anybody who may create groups`,
    })
  })

/** True when nobody can match the condition without being in a group named by its id. */
function needsGroupId(condition: Condition): boolean {
  if ('group' in condition) return 'id' in condition.group
  if ('all' in condition) return condition.all.some(needsGroupId)
  if ('any' in condition) return condition.any.every(needsGroupId)
  return false
}

function keysOf(input: unknown): string[] {
  return typeof input === 'object' && input !== null && !Array.isArray(input) ? Object.keys(input) : []
}

function conditionMessage(input: unknown): string {
  const keys = keysOf(input)
  if (keys.includes('attribute')) return 'attribute takes exactly one of is, matches and present beside it'
  if (keys.length === 1 && keys[0] === 'group') return 'group takes exactly one of name, id and matches'
  return innerMessage(input) ?? message('condition', keys, CONDITION_WORDS)
}

/** Of a condition made of others, what is wrong is said of the innermost one. */
function innerMessage(input: unknown): string | null {
  const [entry, ...more] = typeof input === 'object' && input !== null ? Object.entries(input) : []
  if (entry === undefined || more.length > 0 || !['all', 'any', 'not'].includes(entry[0])) return null
  const wrong = [entry[1]]
    .flat()
    .map((child) => conditionSchema.safeParse(child))
    .find((read) => !read.success)
  return wrong?.error?.issues[0]?.message ?? null
}

function consequenceMessage(input: unknown): string {
  const keys = keysOf(input)
  if (keys.includes('member')) return 'member takes one of the roles member, admin and owner'
  if (keys.includes('product'))
    return 'product takes a product key, and beside it only expires: a date such as 2027-06-30'
  return message('consequence', keys, CONSEQUENCE_WORDS)
}

function listMessage(input: unknown): string {
  const wrong = (Array.isArray(input) ? input : [input]).find((one) => !consequenceSchema.safeParse(one).success)
  return wrong === undefined ? 'then needs at least one consequence' : consequenceMessage(wrong)
}

function message(what: string, keys: string[], words: readonly string[]): string {
  const unknown = keys.find((key) => !words.includes(key))
  if (unknown !== undefined) return `${unknown} is not a ${what}; use one of ${words.join(', ')}`
  if (keys.length === 0) return `a ${what} is needed: one of ${words.join(', ')}`
  if (keys.length > 1) return `one ${what} at a time: ${keys.join(' and ')} stand together`
  return `the value of ${keys[0]} cannot be used; look at the example of ${keys[0]} in the guide`
}
