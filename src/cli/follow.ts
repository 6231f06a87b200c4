/** Stays with a plan while it runs, and says how it ended. Leaving early changes nothing: the daemon goes on. */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { isRosterdError } from '../errors.ts'
import { NOUN_OF } from '../reconcile/operation-words.ts'
import { typed } from '../typed.ts'
import { failure, type Plan, type Progress, planWhole, progress } from './answers.ts'
import { eventsOf } from './events.ts'
import { CliError, DONE, FAILED, INCOMPLETE, typeable, WAITS } from './exit.ts'
import { bar, ending, peopleLines, tally } from './render/progress.ts'
import { safe } from './render/text.ts'
import { count, person } from './render/words.ts'
import type { Session } from './session.ts'

/** Between one stream of events and the next, where one broke off. */
const PAUSE_MS = 250
const RUNNING = new Set(['approved', 'applying'])

/** Shows the progress of a started plan until it has ended, then its outcome. */
export async function follow(session: Session, id: string): Promise<number> {
  const { terminal, client } = session
  const look = () => client.get(`/plans/${id}/progress`, progress).catch(explained(id))
  let now = await look()
  while (RUNNING.has(now.state)) {
    try {
      for await (now of eventsOf(client, id)) {
        if (!RUNNING.has(now.state)) break
        if (terminal.redraws) terminal.err(`\r\u001b[K${bar(now)}`)
      }
    } catch (error) {
      // A stream that breaks off says nothing of the plan: the next look does.
      if (error instanceof CliError) throw error
    }
    if (RUNNING.has(now.state)) await sleep(PAUSE_MS)
    now = await look()
  }
  if (terminal.redraws) terminal.err('\r\u001b[K')
  return report(session, id, now)
}

/** The plan is not lost with the daemon: the next start goes on with it. */
const explained = (id: string) => (error: unknown) => {
  if (!isRosterdError(error) || error.code !== 'DAEMON_UNREACHABLE') throw error
  const next = `Once it runs again it goes on by itself; to see how it ends: ${typed(`apply ${id}`)}`
  throw new CliError(error.code, `rosterd stopped while plan ${id} was being applied.`, next)
}

const MOST_FAILURES = 10
/** Says how a plan ended; the exit code follows from it. */
export async function report(session: Session, id: string, end: Progress): Promise<number> {
  const { client, paint } = session
  const plan = await client.get(`/plans/${id}`, planWhole)
  const exit = exitFor(end, plan.rowErrors)
  if (session.json) {
    session.show({ ...plan, states: end.states }, '')
    return exit
  }
  const lines = [exit === DONE ? paint.good(ending(id, end)) : paint.warn(ending(id, end))]
  if (plan.operation !== null) lines.push(...peopleLines(end, plan.operation.rows))
  if (plan.operation !== null && end.state === 'stale') lines.push(`To ask for it anew: ${typed(`again ${id}`)}`)
  if (exit === INCOMPLETE) {
    const { items, more } = await client.get(
      `/plans/${id}/failures`,
      z.object({ items: z.array(failure), more: z.boolean() }),
    )
    for (const one of items.slice(0, MOST_FAILURES)) {
      const who = one.email === null && one.name === null ? `line ${one.line ?? '?'}` : person(one)
      lines.push(`  ${paint.bad('failed')}  ${safe(typeable(`${who}: ${one.reason} ${one.nextStep}`))}`)
    }
    const left = items.length - MOST_FAILURES
    if (left > 0 || more) lines.push(`  and ${more ? 'many' : count(left, 'more', 'more')}.`)
    const file = typed(`failures ${id} --csv --output failures.csv`)
    lines.push(
      plan.operation === null
        ? `All of them, as a file that can be put right and dropped again: ${file}`
        : `See failed ${NOUN_OF[plan.operation.verb]}, as a file that can be put right and uploaded again: ${file}`,
    )
  }
  session.show(plan, `${lines.join('\n')}\n`)
  return exit
}

function exitFor({ state, states }: Progress, rowErrors: number): number {
  if (state === 'awaiting_approval' || state === 'draft' || state === 'paused') return WAITS
  if (state === 'partially_failed' || state === 'failed' || tally(states).failed > 0) return INCOMPLETE
  if (state !== 'applied') return FAILED
  return rowErrors > 0 ? INCOMPLETE : DONE
}

/** Has a plan ended in a way that `apply` can only report? */
export const hasEnded = (plan: Plan): boolean => ['applied', 'partially_failed', 'failed'].includes(plan.state)
