/** Which of two files of one source is the newer, by what their writer says of them. */
import { momentIn } from './names.ts'

export interface Aged {
  name: string
  /** The writer's own number, from a manifest. */
  sequence: number | null
  /** When the file was last written. */
  modified: Date | null
  /** When it came. */
  seen: Date
}

/** A name that speaks of a day later than any zone has by now is a mistake, and would make every later file an old one. */
const AHEAD_MS = 2 * 24 * 3_600_000

/** Clocks of file systems count in steps, the coarsest in two seconds. */
const STEP_MS = 2_000

/** Below zero when `a` is older, by the first of these that both have: number in the manifest, moment in the name, time of the file. */
export function compareAge(a: Aged, b: Aged): number {
  const by = (left: number | null, right: number | null) => (left === null || right === null ? 0 : left - right)
  return by(a.sequence, b.sequence) || by(...moments(a, b)) || by(...times(a, b))
}

/** Whether `a` was made before `b`, beyond doubt; and by what, in words. */
export function olderThan(a: Aged, b: Aged): { a: string; b: string } | null {
  if (a.sequence !== null && b.sequence !== null && a.sequence !== b.sequence)
    return a.sequence < b.sequence ? { a: `number ${a.sequence}`, b: `number ${b.sequence}` } : null
  const [left, right] = moments(a, b)
  if (left !== null && right !== null && left !== right)
    return left < right ? { a: shown(left, ''), b: shown(right, '') } : null
  const [before, after] = times(a, b)
  if (before === null || after === null || after - before <= STEP_MS) return null
  return { a: shown(before, ' UTC'), b: shown(after, ' UTC') }
}

const moments = (a: Aged, b: Aged): [number | null, number | null] => [momentOf(a), momentOf(b)]

function momentOf({ name, seen }: Aged): number | null {
  const moment = momentIn(name)
  return moment !== null && moment - seen.getTime() > AHEAD_MS ? null : moment
}

const times = (a: Aged, b: Aged): [number | null, number | null] => [
  a.modified?.getTime() ?? null,
  b.modified?.getTime() ?? null,
]

/** `2026-11-22 02:30:00`, without a time of day where the name had none. */
function shown(at: number, zone: string): string {
  const text = new Date(at).toISOString()
  return zone === '' && text.endsWith('T00:00:00.000Z')
    ? text.slice(0, 10)
    : `${text.slice(0, 19).replace('T', ' ')}${zone}`
}
