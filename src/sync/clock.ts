/**
 * The clock: every few seconds what nobody runs is started and schedules fire, and once a minute what has come due is proposed. It
 * looks at the time and waits for none: a clock that was set, or a machine that slept, changes only when the next look comes.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { organizationsWithDue, pushDue, rememberDue } from '../store/due.ts'
import type { Worker } from './jobs.ts'
import type { Parts } from './parts.ts'
import { fireSchedules } from './reconcile.ts'
import { sweep } from './sweep.ts'

const SWEEP_MS = 5_000
const DUE_EVERY = 12

/** Runs until the signal aborts. Safe on every daemon at once: jobs have keys, and expiring is one guarded UPDATE. */
export async function startClock(parts: Parts, worker: Pick<Worker, 'reconcile'>, signal: AbortSignal): Promise<void> {
  for (let tick = 0; !signal.aborted; tick += 1) {
    try {
      await sweep(parts)
      await fireSchedules(parts, worker)
      if (tick % DUE_EVERY === 0) {
        await proposeDue(parts)
        await parts.jobs.tidy()
      }
    } catch (error) {
      parts.log.error({ err: error }, 'the clock could not do its round; it goes on')
    }
    await sleep(SWEEP_MS, undefined, { signal }).catch(() => undefined)
  }
}

/** Asks for plans where something has come due. It is noted as tried only after that, so that a crash in between asks again. */
export async function proposeDue(parts: Parts): Promise<void> {
  const at = parts.now()
  const due = await organizationsWithDue(parts.sql, at)
  const pushed = await pushDue(parts.sql, at)
  await Promise.all(due.map((organization) => parts.jobs.propose(organization, 'due')))
  await Promise.all(pushed.map((organization) => parts.jobs.propose(organization, 'pushed')))
  await rememberDue(parts.sql, at)
}
