/** The clock: every few seconds what nobody runs is started, and once a minute what has come due is proposed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { organizationsWithDue } from '../store/due.ts'
import type { Parts } from './parts.ts'
import { sweep } from './sweep.ts'

const SWEEP_MS = 5_000
const DUE_EVERY = 12

/** Runs until the signal aborts. Safe on every daemon at once: jobs have keys, and expiring is one guarded UPDATE. */
export async function startClock(parts: Parts, signal: AbortSignal): Promise<void> {
  for (let tick = 0; !signal.aborted; tick += 1) {
    try {
      await sweep(parts)
      if (tick % DUE_EVERY === 0) {
        const due = await organizationsWithDue(parts.sql, parts.now())
        await Promise.all(due.map((organization) => parts.jobs.propose(organization, 'due')))
        await parts.jobs.tidy()
      }
    } catch (error) {
      parts.log.error({ err: error }, 'the clock could not do its round; it goes on')
    }
    await sleep(SWEEP_MS, undefined, { signal }).catch(() => undefined)
  }
}
