/** A plan while it runs, as server-sent events (HTML, "Server-sent events"): how far it is, and how it ended. */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from '@hono/zod-openapi'
import { showId } from '../reconcile/identifiers.ts'
import type { PlanState } from '../reconcile/model.ts'
import { tally } from '../reconcile/tally.ts'
import { countPeople } from '../store/people-tally.ts'
import { progress, readPlan } from '../store/plans.ts'
import type { Parts } from '../sync/parts.ts'
import { type Door, route } from './openapi.ts'
import { planOf } from './plan.ts'

/** At most two events a second; less where looking costs more than a tenth of the time. */
const PAUSE_MS = 500
const COST = 10
/** A comment, so that no proxy takes the silence for the end. */
const HEARTBEAT_MS = 15_000
const RUNNING: ReadonlySet<PlanState> = new Set<PlanState>(['approved', 'applying', 'paused'])

export function planEventRoutes(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/plans/{plan}/events',
      noun: 'plans',
      summary:
        'Its progress as server-sent events: `progress` while it runs, `ended` with the numbers once it does not, and no more',
      role: 'viewer',
      answer: z.never(),
      files: ['text/event-stream'],
    },
    async (where) => {
      const { id } = await planOf(where)
      return eventStream(where.parts, where.organization.id, id, door.context.stopping)
    },
  )
}

function eventStream(parts: Parts, organization: number, plan: number, stopping?: AbortSignal): Response {
  const gone = new AbortController()
  const signal = stopping === undefined ? gone.signal : AbortSignal.any([gone.signal, stopping])
  const events = follow(parts, organization, plan, signal)
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done } = await events.next()
        if (gone.signal.aborted) return
        if (done === true) controller.close()
        else controller.enqueue(encoder.encode(value))
      } catch (error) {
        parts.log.warn({ err: error, plan }, 'the events of a plan broke off')
        controller.error(error)
      }
    },
    cancel() {
      gone.abort()
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' } })
}

/** Lines of the stream, until the plan has ended or the signal comes. An event is sent when a number has changed. */
async function* follow(parts: Parts, organization: number, plan: number, signal: AbortSignal): AsyncGenerator<string> {
  let last = ''
  let told = performance.now()
  while (!signal.aborted) {
    const begun = performance.now()
    // The state first: what it ended with is there when it says that it has.
    const row = await readPlan(parts.sql, organization, plan)
    if (row === null) return
    const { items, states } = await progress(parts.sql, organization, plan)
    const now = { id: showId('pln', plan), state: row.state, itemCount: items, states }
    if (!RUNNING.has(row.state)) {
      const people = await countPeople(parts.sql, organization, plan)
      yield event('ended', { ...now, ...tally(states), people })
      return
    }
    const text = event('progress', now)
    if (text !== last) yield text
    else if (begun - told > HEARTBEAT_MS) yield ': still here\n\n'
    if (text !== last || begun - told > HEARTBEAT_MS) told = begun
    last = text
    const pause = Math.max(PAUSE_MS, COST * (performance.now() - begun))
    await sleep(pause, undefined, { signal }).catch(() => undefined)
  }
}

const event = (name: 'progress' | 'ended', data: unknown) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
