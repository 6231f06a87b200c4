/** Deciding about plans: propose now, approve by hash, reject, start. */
import { z } from '@hono/zod-openapi'
import { ROLES } from '../reconcile/roles.ts'
import { readBeside } from '../store/beside.ts'
import { readPlan } from '../store/plans.ts'
import { approve } from '../sync/approve.ts'
import { reject, start } from '../sync/decide.ts'
import { propose } from '../sync/propose.ts'
import { words } from './fields.ts'
import { type Door, route } from './openapi.ts'
import { LONG_PATIENCE_MS } from './patience.ts'
import { plan, planOf, shownPlan, showPlan, sourceNames } from './plan.ts'

export function planVerbRoutes(door: Door): void {
  const noun = 'plans'
  route(
    door,
    {
      method: 'post',
      path: '/plans',
      noun,
      summary: 'Compare what sources want with what is, and propose plans now',
      role: 'operator',
      body: z.strictObject({ because: z.literal('person').default('person') }),
      patience: LONG_PATIENCE_MS,
      answer: z.object({
        items: z.array(plan),
        unchanged: z.int().openapi({ description: 'People for whom there is nothing to do.' }),
        waiting: z.int().openapi({
          description: 'People who wait: for a seat, a date, a decision, or another file.',
        }),
      }),
    },
    async ({ parts, organization, actor, body }) => {
      const proposed = await propose(parts, organization.id, { actor, because: body.because })
      const names = await sourceNames(parts, organization)
      const rows = await Promise.all(proposed.plans.map((id) => readPlan(parts.sql, organization.id, id)))
      const items = rows.flatMap((row) => (row === null ? [] : showPlan(row, names)))
      const { waits, openFarewells } = await readBeside(parts.sql, organization.id)
      const waiting = waits.reduce((sum, wait) => sum + wait.people, openFarewells)
      return { items, unchanged: proposed.unchanged, waiting }
    },
  )

  route(
    door,
    {
      method: 'post',
      path: '/plans/{plan}/approve',
      noun,
      summary:
        'Approve the plan with this hash, and start it unless told not to; a refused one needs two administrators with different e-mail addresses',
      role: 'operator',
      body: z.strictObject({
        hash: words(200).openapi({ description: 'Of the plan as it was reviewed.' }),
        override: z
          .strictObject({ count: z.int().min(0), reason: words(2_000) })
          .optional()
          .openapi({
            description: `Passes what guards hold or refuse, by the number shown; needs the role ${ROLES[2]}.`,
          }),
        start: z.boolean().default(true),
      }),
      // It may have to wait for a proposal, so that what guards add up is the same for both.
      patience: LONG_PATIENCE_MS,
      answer: plan,
    },
    async (where) => {
      const { hash, override, start: atOnce } = where.body
      const { id } = await planOf(where)
      await approve(where.parts, where.organization.id, id, {
        actor: where.actor,
        hash,
        start: atOnce,
        ...(override === undefined ? {} : { override }),
      })
      return shownPlan(where)
    },
  )

  route(
    door,
    {
      method: 'post',
      path: '/plans/{plan}/reject',
      noun,
      summary: 'Reject a plan; its people are left alone until a source repeats itself',
      role: 'operator',
      body: z.strictObject({
        hash: words(200).optional().openapi({ description: 'Of the plan as it was reviewed.' }),
        reason: words(2_000).optional(),
      }),
      answer: plan,
    },
    async (where) => {
      const { hash, reason } = where.body
      const { id } = await planOf(where)
      const by = {
        actor: where.actor,
        ...(reason === undefined ? {} : { reason }),
        ...(hash === undefined ? {} : { hash }),
      }
      await reject(where.parts, where.organization.id, id, by)
      return shownPlan(where)
    },
  )

  route(
    door,
    {
      method: 'post',
      path: '/plans/{plan}/apply',
      noun,
      summary: 'Start an approved plan; one that runs or has ended is left as it is',
      role: 'operator',
      body: z.strictObject({}),
      answer: plan,
    },
    async (where) => {
      const { id } = await planOf(where)
      await start(where.parts, where.organization.id, id, { actor: where.actor })
      return shownPlan(where)
    },
  )
}
