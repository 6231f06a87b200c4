/** Silence: a source from which no file has come for longer than it usually takes. A missing file is never an empty file. */
import { arrivals, lastHeard } from '../store/drops.ts'
import type { SourceRow } from '../store/organizations.ts'
import { writeAdministratorLetter } from '../store/outbox.ts'
import type { Parts } from './parts.ts'
import { readSourceSettings } from './source-settings.ts'

export interface Silence {
  /** When a file last came. */
  since: Date
  /** Milliseconds within which the next one is expected. */
  within: number
  /** It has not come. */
  silent: boolean
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** A file a day, and two hours for its writer to be late. */
const DAILY_MS = 26 * HOUR_MS
const LEARNED_FROM_MS = 30 * DAY_MS
/** A cadence is known after so many pauses, over a week at least: weekends belong to it. */
const PAUSES = 8
const SPAN_MS = 7 * DAY_MS
/** So much later than ever before is late. */
const LATE = 13 / 12

/** The longest pause so far and a twelfth more, so that a source that rests at weekends may; a day and two hours while little is known. */
export function learnedWithin(arrived: Date[]): number {
  const times = arrived.map((at) => at.getTime()).sort((a, b) => a - b)
  const pauses = times.slice(1).map((at, index) => at - (times[index] ?? at))
  const span = (times.at(-1) ?? 0) - (times[0] ?? 0)
  if (pauses.length < PAUSES || span < SPAN_MS) return DAILY_MS
  return Math.max(HOUR_MS, Math.max(...pauses) * LATE)
}

/**
 * How long each source has been silent, by its id. Not of sources from which nothing ever came, of those whose silence means nothing
 * (`silent_after: never`), and of sources of changes, unless they say how often they speak.
 */
export async function silences(
  parts: Parts,
  organization: number,
  sources: SourceRow[],
): Promise<Map<number, Silence>> {
  const at = parts.now()
  const heard = new Map((await lastHeard(parts.sql, organization)).map((one) => [one.sourceId, one]))
  const found = new Map<number, Silence>()
  for (const source of sources) {
    const last = heard.get(source.id)
    if (source.kind !== 'csv' || !source.connected || !last) continue
    const within = await expectedWithin(parts, organization, source, at)
    if (within !== null)
      found.set(source.id, { since: last.at, within, silent: at.getTime() - last.at.getTime() > within })
  }
  return found
}

async function expectedWithin(parts: Parts, organization: number, source: SourceRow, at: Date): Promise<number | null> {
  const { silentAfter } = readSourceSettings(source.settings)
  if (silentAfter !== 'learned') return silentAfter === 'never' ? null : silentAfter
  if (source.mode === 'delta') return null
  return learnedWithin(await arrivals(parts.sql, organization, source.id, new Date(at.getTime() - LEARNED_FROM_MS)))
}

/** Writes one letter for each silence: the letter hangs on the file after which it began. */
export async function tellSilence(parts: Parts, organization: number, sources: SourceRow[]): Promise<void> {
  const all = await silences(parts, organization, sources)
  if (![...all.values()].some((one) => one.silent)) return
  for (const { sourceId, snapshotId } of await lastHeard(parts.sql, organization)) {
    if (!all.get(sourceId)?.silent) continue
    const letter = { event: 'source_silent', snapshotId } as const
    await writeAdministratorLetter(parts.sql, organization, letter, parts.now())
    await parts.jobs.deliver()
  }
}
