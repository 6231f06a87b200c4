/** Rules: what the configuration makes of groups and attributes. */
import { z } from '@hono/zod-openapi'
import { RosterdError } from '../errors.ts'
import { describeCondition } from '../reconcile/condition.ts'
import type { Rule } from '../reconcile/model.ts'
import { listRules } from '../store/organizations.ts'
import { type Door, route } from './openapi.ts'

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
  })
  .openapi('Rule')

const showRule = (row: Rule): z.input<typeof rule> => ({
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
}
