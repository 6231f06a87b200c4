/** Looking at plans: the list, one of them, its items, and how far it has come. */
import { z } from '@hono/zod-openapi'
import { RosterdError } from '../errors.ts'
import { showId } from '../reconcile/identifiers.ts'
import { ACTION_KINDS, LANES, OUTCOME_STATES, PLAN_STATES, WAIT_KINDS } from '../reconcile/model.ts'
import { VERDICTS } from '../reconcile/people-tally.ts'
import { readBeside } from '../store/beside.ts'
import { failureFiles } from '../store/failures.ts'
import { countPeople } from '../store/people-tally.ts'
import { listPlans, progress, readItems } from '../store/plans.ts'
import { cursor, idPlace, instant, itemPlace, limit, page, pageOf, readCursor, shown } from './fields.ts'
import { ITEM_STATES, item, showItem } from './items.ts'
import { type Door, route } from './openapi.ts'
import { plan, planOf, showPlan, sourceNames } from './plan.ts'

const beside = z.object({
  openDecisions: z.int(),
  waits: z.array(
    z.object({
      kind: z.enum(WAIT_KINDS),
      product: z.string().nullable(),
      productName: z.string().nullable(),
      people: z.int(),
      until: instant.nullable(),
    }),
  ),
})
const planWhole = plan
  .extend({
    beside,
    rowErrors: z.int().openapi({ description: 'Rows of its files that could not be read and never became an item.' }),
  })
  .openapi('PlanWhole')

export function planRoutes(door: Door): void {
  const noun = 'plans'
  route(
    door,
    {
      method: 'get',
      path: '/plans',
      noun,
      summary: 'Plans, newest first',
      role: 'viewer',
      query: z.strictObject({ state: z.enum(PLAN_STATES).optional(), lane: z.enum(LANES).optional(), limit, cursor }),
      answer: pageOf(plan),
    },
    async ({ parts, organization, query }) => {
      const rows = await listPlans(parts.sql, organization.id, {
        states: query.state === undefined ? undefined : [query.state],
        lane: query.lane,
        before: readCursor(idPlace, query.cursor) ?? undefined,
        limit: query.limit + 1,
      })
      const names = await sourceNames(parts, organization)
      return page(
        rows,
        query.limit,
        (row) => row.id,
        (row) => showPlan(row, names),
      )
    },
  )

  route(
    door,
    {
      method: 'get',
      path: '/plans/{plan}',
      noun,
      summary: 'One plan: counts, seats, guards, and what stands beside it',
      role: 'viewer',
      answer: planWhole,
    },
    async (where) => {
      const { parts, organization } = where
      const row = await planOf(where)
      const [names, { openDecisions, waits }, files] = await Promise.all([
        sourceNames(parts, organization),
        readBeside(parts.sql, organization.id),
        failureFiles(parts.sql, organization.id, row.id),
      ])
      return {
        ...showPlan(row, names),
        rowErrors: files.reduce((sum, file) => sum + file.errors, 0),
        beside: { openDecisions, waits: waits.map((wait) => ({ ...wait, until: shown(wait.until) })) },
      }
    },
  )

  route(
    door,
    {
      method: 'get',
      path: '/plans/{plan}/items',
      noun,
      summary: 'Items in the order in which they run, with their reasons and outcomes',
      role: 'viewer',
      query: z.strictObject({
        kind: z.enum(ACTION_KINDS).optional(),
        state: z.enum(ITEM_STATES).optional(),
        predicted: z.enum(OUTCOME_STATES).optional(),
        limit,
        cursor,
      }),
      answer: pageOf(item),
    },
    async (where) => {
      const { query, parts, organization } = where
      const { id } = await planOf(where)
      const [rows, names] = await Promise.all([
        readItems(parts.sql, organization.id, id, {
          after: readCursor(itemPlace, query.cursor) ?? 0,
          limit: query.limit + 1,
          kind: query.kind,
          state: query.state,
          predicted: query.predicted,
        }),
        sourceNames(parts, organization),
      ])
      return page(
        rows,
        query.limit,
        (row) => row.number,
        (row) => showItem(row, names),
      )
    },
  )

  route(
    door,
    {
      method: 'get',
      path: '/plans/{plan}/items/{item}',
      noun,
      summary: 'One item',
      role: 'viewer',
      answer: item,
    },
    async (where) => {
      const { param, parts, organization } = where
      const { id } = await planOf(where)
      const given = param('item')
      const number = /^[1-9]\d{0,8}$/.test(given) ? Number(given) : 0
      const [rows, names] = await Promise.all([
        readItems(parts.sql, organization.id, id, { after: number - 1, limit: 1 }),
        sourceNames(parts, organization),
      ])
      const [row] = rows
      if (row?.number !== number) throw new RosterdError('ITEM_NOT_FOUND', { id: showId('pln', id), item: given })
      return showItem(row, names)
    },
  )

  route(
    door,
    {
      method: 'get',
      path: '/plans/{plan}/progress',
      noun,
      summary: 'How many items have come to what, and what became of how many people',
      role: 'viewer',
      answer: z.object({
        id: z.string(),
        state: z.enum(PLAN_STATES),
        itemCount: z.int(),
        states: z.record(z.string(), z.int()),
        people: z.record(z.enum(VERDICTS), z.int()).openapi({
          description:
            'Each person once, by the worst that became of one of their items; the numbers add up to the people of the plan.',
        }),
      }),
    },
    async (where) => {
      const row = await planOf(where)
      const { sql } = where.parts
      const [{ items, states }, people] = await Promise.all([
        progress(sql, where.organization.id, row.id),
        countPeople(sql, where.organization.id, row.id),
      ])
      return { id: showId('pln', row.id), state: row.state, itemCount: items, states, people }
    },
  )
}
