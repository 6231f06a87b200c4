/** What a guard found, as it travels. */
import { z } from '@hono/zod-openapi'
import { ACTION_KINDS, type Finding } from '../reconcile/model.ts'

const hold = z
  .object({
    kind: z.enum(ACTION_KINDS),
    product: z.string().nullable().openapi({ description: 'Key of the product; null: whatever the product.' }),
    items: z.int().openapi({ description: 'How many of them the plan has.' }),
    administrators: z.boolean().openapi({ description: 'Only those that concern an administrator or owner.' }),
    domains: z
      .array(z.string())
      .nullable()
      .openapi({ description: 'Only those that give an address of these domains; null: whatever the address.' }),
    sources: z
      .array(z.string())
      .nullable()
      .openapi({ description: 'Only those that one of these sources (by key) asks for; null: whatever the source.' }),
  })
  .openapi('Hold')

export const finding = z
  .object({
    guard: z.string(),
    verdict: z.enum(['pass', 'hold', 'refuse']),
    nature: z.enum(['look', 'amount']),
    measured: z.number(),
    of: z.number(),
    limit: z.number(),
    scope: z.string(),
    message: z.string(),
    holds: z.array(hold).openapi({
      description:
        'The items of the plan that the guard speaks of: where it did not pass, no policy approves them. Empty for files.',
    }),
  })
  .openapi('Finding')

/** @param sources keys by id */
export function showFinding(one: Finding, sources: ReadonlyMap<number, { key: string }>): z.input<typeof finding> {
  const holds = (one.holds ?? []).map(({ kind, product, items, administrators, domains, sources: ids }) => ({
    kind,
    product,
    items,
    administrators: administrators === true,
    domains: domains ?? null,
    sources: ids?.flatMap((id) => sources.get(id)?.key ?? []) ?? null,
  }))
  return { ...one, holds }
}
