/** What became of the items of a plan. */
import { z } from '@hono/zod-openapi'
import { outcomeText } from '../reconcile/describe.ts'
import { showId } from '../reconcile/identifiers.ts'
import { ACTION_KINDS, OUTCOME_STATES } from '../reconcile/model.ts'
import { listOutcomes, type OutcomeListRow } from '../store/outcome-list.ts'
import { cursor, instant, itemPlace, limit, page, pageOf, readCursor, text } from './fields.ts'
import { type Door, route } from './openapi.ts'
import { planOf } from './plan.ts'

const outcome = z
  .object({
    number: z.int().openapi({ description: 'Of the item.' }),
    kind: z.string().openapi({ enum: [...ACTION_KINDS] }),
    personId: z.string(),
    email: z.string(),
    product: z.string().nullable(),
    state: z.enum(OUTCOME_STATES),
    code: z.string().nullable().openapi({ description: 'Of the failure reasons.' }),
    message: z.string().nullable().openapi({ description: 'Why it did not simply succeed.' }),
    nextStep: z.string().nullable(),
    at: instant,
  })
  .openapi('Outcome')

function showOutcome({ params, ...row }: OutcomeListRow): z.input<typeof outcome> {
  const told = outcomeText({ code: row.code, params })
  return {
    ...row,
    personId: showId('per', row.personId),
    message: told?.message ?? null,
    nextStep: told?.next ?? null,
    at: row.at.toISOString(),
  }
}

export function outcomeRoutes(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/plans/{plan}/outcomes',
      noun: 'plans',
      summary: 'What became of its items; those that are still to do are not among them',
      role: 'viewer',
      query: z.strictObject({
        state: z.enum(OUTCOME_STATES).optional(),
        code: text(100).optional().openapi({ description: 'Of the failure reasons, such as `SEATS_EXHAUSTED`.' }),
        limit,
        cursor,
      }),
      answer: pageOf(outcome),
    },
    async (where) => {
      const { query, parts, organization } = where
      const { id } = await planOf(where)
      const rows = await listOutcomes(parts.sql, organization.id, id, {
        after: readCursor(itemPlace, query.cursor) ?? 0,
        limit: query.limit + 1,
        state: query.state ?? null,
        code: query.code ?? null,
      })
      return page(rows, query.limit, (row) => row.number, showOutcome)
    },
  )
}
