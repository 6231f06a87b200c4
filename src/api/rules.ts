/** Rules: what becomes of groups and attributes. */
import { z } from '@hono/zod-openapi'
import { RosterdError } from '../errors.ts'
import { describeCondition } from '../reconcile/condition.ts'
import { listRules, type RuleRow } from '../store/organizations.ts'
import { retireRule, setRule } from '../sync/set-rule.ts'
import { managed, setterOf } from './managed.ts'
import { type Door, route } from './openapi.ts'
import { LONG_PATIENCE_MS } from './patience.ts'

const part = z.looseObject({})
const rule = z
  .object({
    key: z.string(),
    version: z.int(),
    priority: z.int().openapi({ description: 'Smaller is stronger.' }),
    source: z
      .string()
      .nullable()
      .openapi({ description: 'Key of the source it speaks of; null: of each but `manual`.' }),
    when: part.openapi({ description: 'The condition, as the configuration writes it.' }),
    condition: z.string().openapi({ description: 'The same in words.' }),
    // biome-ignore lint/suspicious/noThenProperty: the word of the config file; its value is a list, so nothing awaits it
    then: z.array(part).openapi({ description: 'What follows, as the configuration writes it.' }),
    managed,
  })
  .openapi('Rule')

const setting = z.looseObject({}).openapi({
  description:
    'As the configuration file writes a rule: `when`, `then`, `priority` (1 to 1000, smaller is stronger, 500 when absent) and `source` (which may be absent where there is only one).',
  // biome-ignore lint/suspicious/noThenProperty: the word of the config file; its value is a list, so nothing awaits it
  example: { source: 'hr', when: { group: { name: 'Artists' } }, then: [{ product: 'vray' }] },
})

const showRule = (row: RuleRow): z.input<typeof rule> => ({
  ...row,
  when: { ...row.when },
  condition: describeCondition(row.when),
  // biome-ignore lint/suspicious/noThenProperty: the word of the config file; its value is a list, so nothing awaits it
  then: row.then.map((one) => ({ ...one })),
})

export function ruleRoutes(door: Door): void {
  const noun = 'rules'
  route(
    door,
    {
      method: 'get',
      path: '/rules',
      noun,
      summary: 'Rules in the order of their priority',
      role: 'viewer',
      answer: z.object({ items: z.array(rule) }),
    },
    async ({ parts, organization }) => ({ items: (await listRules(parts.sql, organization.id)).map(showRule) }),
  )

  route(
    door,
    { method: 'get', path: '/rules/{rule}', noun, summary: 'One rule', role: 'viewer', answer: rule },
    async ({ parts, organization, param }) => {
      const key = param('rule')
      const found = (await listRules(parts.sql, organization.id)).find((one) => one.key === key)
      if (found === undefined) throw new RosterdError('RULE_NOT_FOUND', { rule: key })
      return showRule(found)
    },
  )

  route(
    door,
    {
      method: 'put',
      path: '/rules/{rule}',
      noun,
      summary:
        'Create a rule, or change all of it; not where the configuration file has it. A person looks at the next plan',
      role: 'admin',
      body: setting,
      answer: rule,
      patience: LONG_PATIENCE_MS,
    },
    async ({ parts, organization, actor, param, body }) =>
      showRule(await setRule(parts, organization, { key: param('rule'), given: body }, setterOf(door, actor))),
  )

  route(
    door,
    {
      method: 'delete',
      path: '/rules/{rule}',
      noun,
      summary: 'Retire a rule: what it alone gave is taken away by a plan that a person looks at',
      role: 'admin',
      answer: rule,
      patience: LONG_PATIENCE_MS,
    },
    async ({ parts, organization, actor, param }) =>
      showRule(await retireRule(parts, organization, param('rule'), setterOf(door, actor))),
  )
}
