/** In which order files that may be taken are taken, and which of them is too old to be read. */
import { type Aged, compareAge, olderThan } from './age.ts'
import type { Problem } from './claim.ts'
import type { DropFile } from './claiming.ts'

export interface Arrived extends DropFile, Aged {
  /** It speaks only of the people in it. */
  delta: boolean
  /** A full file whose head can be read: what cannot be is refused, and takes no other file's place. */
  roster: boolean
}

/**
 * The oldest first. Of several full files only the newest is read; each says all that there is to say. Files of changes are all read,
 * in their order, unless one of them has failed: then those wait, except the one that comes again under its name.
 */
export function inOrder(arrived: Arrived[], blockedBy: string | null): { ready: DropFile[]; blocked: string[] } {
  const sorted = arrived.toSorted((a, b) => compareAge(a, b) || (a.name < b.name ? -1 : 1))
  const newest = sorted.findLast((one) => one.roster && !one.problem)
  const ready: DropFile[] = []
  const blocked: string[] = []
  for (const one of sorted) {
    if (one.delta && blockedBy !== null && one.name !== blockedBy) blocked.push(one.name)
    else if (newest && one.roster && !one.problem && one !== newest)
      ready.push({ ...one, problem: staleBeside(one, newest) })
    else ready.push(one)
  }
  return { ready, blocked }
}

function staleBeside(one: Aged, newest: Aged): Problem {
  const older = olderThan(one, newest) ?? { a: 'of the same time', b: 'later by its name' }
  return { code: 'FILE_STALE', params: { ...older, file: newest.name } }
}
