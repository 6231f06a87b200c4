/** What else people decide about a plan: reject, submit, let go, start, cancel the rest, ask for it again. */

import { showId } from '../../reconcile/identifiers.ts'
import type { PlanRow } from '../../store/plans.ts'
import { again } from '../../sync/again.ts'
import { cancel } from '../../sync/cancel.ts'
import { reject, start } from '../../sync/decide.ts'
import { discard, submit } from '../../sync/submit.ts'
import type { Door } from '../door.ts'
import { type AskedToDo, action, type Go } from '../route.ts'
import { planAskRoutes } from './ask-first.tsx'
import { conflict } from './conflict.tsx'
import { planOf, planPath } from './plan.ts'

type Verb = (asked: AskedToDo<'plan'>, plan: number, row: PlanRow) => Promise<Go>

const done = ({ at }: AskedToDo<'plan'>, plan: number, text: (name: string) => string): Go => ({
  go: at(planPath(plan)),
  notice: { kind: 'done', text: text(`Plan ${showId('pln', plan)}`) },
})

const VERBS: Record<string, Verb> = {
  reject: async (asked, plan) => {
    const { parts, organization, actor, form } = asked
    const [reason, hash] = [form.text('reason').slice(0, 2_000), form.text('hash')]
    await reject(parts, organization.id, plan, { actor, hash, ...(reason !== '' && { reason }) })
    return done(asked, plan, (name) => `${name} is rejected. Nothing of it was done.`)
  },
  submit: async (asked, plan) => {
    const { parts, organization, actor, form } = asked
    await submit(parts, organization.id, plan, { actor, hash: form.text('hash') })
    return done(
      asked,
      plan,
      (name) => `${name} waits for somebody to approve it. The administrators get a mail with a link.`,
    )
  },
  discard: async (asked, plan, row) => {
    const { parts, organization, actor, form, at } = asked
    // Somebody has edited it since, or it was never looked at: what would be lost is said first.
    if (form.text('hash') !== row.hash) return { go: at(planPath(plan, '/discard')) }
    await discard(parts, organization.id, plan, { actor })
    return done(asked, plan, (name) => `${name} is let go. Nothing of it was done.`)
  },
  start: async (asked, plan) => {
    const { parts, organization, actor } = asked
    await start(parts, organization.id, plan, { actor })
    return done(asked, plan, (name) => `${name} starts now.`)
  },
  cancel: async (asked, plan) => {
    const { parts, organization, actor } = asked
    await cancel(parts, organization.id, plan, { actor })
    return done(asked, plan, (name) => `${name} is cancelled. What was done already stays done.`)
  },
  again: async (asked, plan) => {
    const { parts, organization, actor } = asked
    const drafted = await again(parts, organization.id, plan, { actor })
    return done(asked, drafted.plan, (name) => `${name} asks for the same once more, with people as they are now.`)
  },
}

export function planDecideRoutes(door: Door): void {
  planAskRoutes(door)
  for (const [verb, act] of Object.entries(VERBS))
    action(door, { path: `/plans/:plan/${verb}`, role: 'operator' }, async (asked) => {
      const row = await planOf(asked)
      try {
        return await act(asked, row.id, row)
      } catch (error) {
        return await conflict(asked, error)
      }
    })
}
