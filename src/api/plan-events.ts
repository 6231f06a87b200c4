/** A plan as server-sent events (HTML, "Server-sent events"): how far it is, and how it ended. */
import { z } from '@hono/zod-openapi'
import { eventOf, eventStream, type Look } from '../event-stream.ts'
import { showId } from '../reconcile/identifiers.ts'
import { hasEnded } from '../reconcile/review.ts'
import { tally } from '../reconcile/tally.ts'
import { countPeople } from '../store/people-tally.ts'
import { progress, readPlan } from '../store/plans.ts'
import type { Parts } from '../sync/parts.ts'
import { type Door, route } from './openapi.ts'
import { planOf } from './plan.ts'

export function planEventRoutes(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/plans/{plan}/events',
      noun: 'plans',
      summary:
        'Its progress as server-sent events: `progress` from draft on, and `ended` with the numbers once it has ended. A stream lasts five minutes at most; whoever follows comes again',
      role: 'viewer',
      answer: z.never(),
      files: ['text/event-stream'],
    },
    async (where) => {
      const { id } = await planOf(where)
      const { parts, organization } = where
      return eventStream(() => look(parts, organization.id, id), {
        stopping: door.context.stopping,
        brokeOff: (err) => parts.log.warn({ err, plan: id }, 'the events of a plan broke off'),
      })
    },
  )
}

/** How far it is, until it has ended; then the numbers that it ended with. Null: there is no such plan any more. */
async function look(parts: Parts, organization: number, plan: number): Promise<Look | null> {
  // The state first: what it ended with is there when it says that it has.
  const row = await readPlan(parts.sql, organization, plan)
  if (row === null) return null
  const { items, states } = await progress(parts.sql, organization, plan)
  const now = { id: showId('pln', plan), state: row.state, itemCount: items, states }
  if (!hasEnded(row.state)) return { now: eventOf('progress', JSON.stringify(now)), end: null }
  const people = await countPeople(parts.sql, organization, plan)
  return { now: null, end: eventOf('ended', JSON.stringify({ ...now, ...tally(states), people })) }
}
