/**
 * Reconciling a source by its schedule: everybody whom it shows or holds is evaluated anew and compared with the members, whatever
 * files came. What somebody changed in the database, or what a crash or a mistake left behind, is found then.
 *
 * When a source was last reconciled stands in the database. Runs that were missed while nothing ran are one run, and of several
 * daemons one does it.
 */
import { markSourceDirty } from '../store/dirty.ts'
import { lastReconciled, noteReconciled, scheduledSources } from '../store/schedules.ts'
import type { Worker } from './jobs.ts'
import { type Parts, SYSTEM } from './parts.ts'
import { endAtSchedule } from './pin-ends.ts'
import { type Proposed, propose } from './propose.ts'
import { nextRun, type Schedule } from './schedule.ts'
import { scheduleOf } from './source-settings.ts'

/** A run that is noted further ahead than this was noted by a clock that was wrong. */
const WRONG_CLOCK_MS = 86_400_000

/** Sends a job for every source whose time has come, and notes the first day of those that are new. */
export async function fireSchedules(parts: Parts, worker: Pick<Worker, 'reconcile'>): Promise<void> {
  const at = parts.now()
  for (const { organizationId, sourceId, settings, reconciledAt } of await scheduledSources(parts.sql)) {
    const schedule = scheduleOf(settings)
    if (schedule === null) continue
    if (reconciledAt === null || reconciledAt.getTime() - at.getTime() > WRONG_CLOCK_MS) {
      await noteReconciled(parts.sql, organizationId, sourceId, reconciledAt, at)
    } else if (isOver(schedule, reconciledAt, at)) {
      await worker.reconcile(organizationId, sourceId, schedule)
    }
  }
}

/**
 * The work of one firing. It is noted when it is done, so that one that was cut off is begun again.
 *
 * @returns null when it was not due any more: another daemon did it
 */
export async function reconcile(
  parts: Parts,
  organization: number,
  source: number,
  schedule: Schedule,
): Promise<Proposed | null> {
  const at = parts.now()
  const before = await lastReconciled(parts.sql, organization, source)
  if (before === null || !isOver(schedule, before, at)) return null
  await markSourceDirty(parts.sql, organization, source)
  await endAtSchedule(parts, organization, source)
  const proposed = await propose(parts, organization, { actor: SYSTEM, because: 'schedule' })
  await noteReconciled(parts.sql, organization, source, before, at)
  parts.log.info({ organization, source, since: before, plans: proposed.plans }, 'reconciled by schedule')
  return proposed
}

function isOver(schedule: Schedule, since: Date, at: Date): boolean {
  const next = nextRun(schedule, since.toISOString())
  return next !== null && Date.parse(next) <= at.getTime()
}
