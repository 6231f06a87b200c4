/** What people change of a plan that they asked for: leave out, put back, submit, cancel, discard, once more. */
import { z } from '@hono/zod-openapi'
import { editWords } from '../reconcile/edit-words.ts'
import { readId } from '../reconcile/identifiers.ts'
import { readPlan } from '../store/plans.ts'
import { again } from '../sync/again.ts'
import { cancel } from '../sync/cancel.ts'
import { type Editing, edit } from '../sync/edit.ts'
import { discard, submit } from '../sync/submit.ts'
import { text, words } from './fields.ts'
import { type Door, route } from './openapi.ts'
import { LONG_PATIENCE_MS } from './patience.ts'
import { plan, planOf, shownPlan, showPlan, sourceNames } from './plan.ts'

const MOST_NAMED = 1_000
const noun = 'plans'
const hash = words(200).openapi({ description: 'Of the plan as it was reviewed.' })

const choice = z.strictObject({
  hash,
  people: z.array(text(1_000)).max(MOST_NAMED).default([]).openapi({ description: 'Ids (`per_7`) or addresses.' }),
  items: z.array(z.int().min(1)).max(MOST_NAMED).default([]).openapi({ description: 'Numbers of items.' }),
  products: z.array(words(200)).max(MOST_NAMED).default([]).openapi({ description: 'Keys of products.' }),
})

const edited = plan
  .extend({
    edited: z.object({
      items: z.int(),
      people: z.int(),
      also: z.int().openapi({ description: 'How many of the items were not named, and go along with one that was.' }),
      alsoItems: z.array(z.int()).openapi({ description: 'The numbers of the first 100 of these.' }),
      message: z.string(),
    }),
  })
  .openapi('EditedPlan')

const EDITS = [
  {
    path: '/plans/{plan}/leave-out',
    act: 'leave_out',
    summary: 'Leave people, items or products out of a plan that nobody has approved yet',
  },
  { path: '/plans/{plan}/put-back', act: 'put_back', summary: 'Put back what was left out' },
] as const

export function planEditRoutes(door: Door): void {
  for (const { path, act, summary } of EDITS) editRoute(door, path, act, summary)
  decisionRoutes(door)

  route(
    door,
    {
      method: 'post',
      path: '/plans/{plan}/again',
      noun,
      summary: 'Draft what was asked for once more, as people are now',
      role: 'operator',
      body: z.strictObject({}),
      patience: LONG_PATIENCE_MS,
      answer: plan,
    },
    async (where) => {
      const { parts, organization, actor } = where
      const { id } = await planOf(where)
      const drafted = await again(parts, organization.id, id, { actor })
      const row = await readPlan(parts.sql, organization.id, drafted.plan)
      if (row === null) throw new Error('a draft that is gone')
      return showPlan(row, await sourceNames(parts, organization))
    },
  )
}

function editRoute(door: Door, path: (typeof EDITS)[number]['path'], act: Editing['act'], summary: string): void {
  route(
    door,
    { method: 'post', path, noun, summary, role: 'operator', body: choice, patience: LONG_PATIENCE_MS, answer: edited },
    async (where) => {
      const { items, people, products, hash: reviewed } = where.body
      const { id } = await planOf(where)
      const moved = await edit(where.parts, where.organization.id, id, {
        actor: where.actor,
        act,
        hash: reviewed,
        items,
        products,
        people: people.flatMap((one) => readId('per', one) ?? []),
        emails: people.filter((one) => readId('per', one) === null),
      })
      return { ...(await shownPlan(where)), edited: { ...moved, message: editWords(act, moved) } }
    },
  )
}

function decisionRoutes(door: Door): void {
  route(
    door,
    {
      method: 'post',
      path: '/plans/{plan}/submit',
      noun,
      summary: 'Put a draft before those who may approve it',
      role: 'operator',
      body: z.strictObject({ hash: hash.optional() }),
      answer: plan,
    },
    async (where) => {
      const { id } = await planOf(where)
      const reviewed = where.body.hash
      await submit(where.parts, where.organization.id, id, {
        actor: where.actor,
        ...(reviewed !== undefined && { hash: reviewed }),
      })
      return shownPlan(where)
    },
  )
  for (const { path, verb, summary } of ENDS)
    route(
      door,
      {
        method: 'post',
        path,
        noun,
        summary,
        role: 'operator',
        body: z.strictObject({}),
        patience: LONG_PATIENCE_MS,
        answer: plan,
      },
      async (where) => {
        const { id } = await planOf(where)
        await verb(where.parts, where.organization.id, id, { actor: where.actor })
        return shownPlan(where)
      },
    )
}

const ENDS = [
  { path: '/plans/{plan}/discard', verb: discard, summary: 'Let a draft go' },
  {
    path: '/plans/{plan}/cancel',
    verb: cancel,
    summary: 'Stop an approved plan, also while it runs: within 5 seconds nothing more is done',
  },
] as const
