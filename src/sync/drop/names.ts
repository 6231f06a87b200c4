/** What a name in `in/` says: a file of people, something that belongs to one, or nothing that concerns us. */
import { matchesGlob } from 'node:path'

/** Names under which programs write before they are done (rsync's begin with a dot), and what desktops leave behind. */
const UNFINISHED = /^\.|^~\$|\.(?:tmp|part|filepart|incomplete|partial|crdownload)$|^Thumbs\.db$/i

/** What a writer puts beside `X.csv` to say that it is complete. */
const COMPANIONS = {
  manifest: /^(.+)\.manifest\.json$/i,
  checksum: /^(.+)\.(?:sha256|md5)$/i,
  trigger: /^(.+)\.(?:done|ok|ready|trg|fin)$/i,
} as const
export type CompanionKind = keyof typeof COMPANIONS

export type Name =
  | { is: 'file' | 'unfinished' | 'stranger'; name: string }
  /** Belongs to the file `of`, which may not be there yet, or no longer. */
  | { is: CompanionKind; name: string; of: string }

export function nameOf(name: string, glob: string[]): Name {
  if (UNFINISHED.test(name)) return { is: 'unfinished', name }
  const isRead = (one: string) => glob.some((pattern) => matchesGlob(one, pattern))
  for (const [is, pattern] of Object.entries(COMPANIONS)) {
    const of = pattern.exec(name)?.[1]
    if (of !== undefined && isRead(of) && isCompanion(is)) return { is, name, of }
  }
  return { is: isRead(name) ? 'file' : 'stranger', name }
}

function isCompanion(kind: string): kind is CompanionKind {
  return Object.hasOwn(COMPANIONS, kind)
}

/** `20261122`, `2026-11-22`, with or without a time of day behind it, and nothing but a year 20.. counts as one. */
const MOMENT =
  /(?<!\d)(20\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?:[-_.T ]?([01]\d|2[0-3])[-_.:h]?([0-5]\d)(?:[-_.:m]?([0-5]\d))?)?(?!\d)/

/** The moment in the name of a file, as a number that can only be compared with another; null without one. The writer's own zone. */
export function momentIn(name: string): number | null {
  const found = MOMENT.exec(name)
  if (found === null) return null
  const [, year, , month, day, hour = '0', minute = '0', second = '0'] = found
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
  // The 31st of June is a number and no day.
  return new Date(at).getUTCDate() === Number(day) ? at : null
}

/** A delta says so in its name. */
export const saysDelta = (name: string): boolean => name.includes('.delta.')
