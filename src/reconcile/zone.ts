import type { Instant } from './model.ts'

/** What a clock on the wall shows: a date of the calendar and a time, without a zone. Month is 1–12. */
export interface WallTime {
  year: number
  month: number
  day: number
  hour: number
  minute: number
}

const HOUR = 3_600_000
const formats = new Map<string, Intl.DateTimeFormat>()

function format(zone: string): Intl.DateTimeFormat {
  let found = formats.get(zone)
  if (found === undefined) {
    found = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(zone, found)
  }
  return found
}

/** What the wall clock of a zone shows at an instant, as milliseconds since 1970 on that wall. Throws RangeError for an unknown zone. */
function wallMillis(at: number, zone: string): number {
  const part: Record<string, string> = {}
  for (const { type, value } of format(zone).formatToParts(at)) part[type] = value
  const year = part['era'] === 'BC' ? 1 - Number(part['year']) : Number(part['year'])
  const whole = new Date(0)
  whole.setUTCFullYear(year, Number(part['month']) - 1, Number(part['day']))
  whole.setUTCHours(Number(part['hour']), Number(part['minute']), Number(part['second']), ((at % 1000) + 1000) % 1000)
  return whole.getTime()
}

/** The wall clock of an IANA zone at an instant. */
export function wallTime(at: Instant, zone: string): WallTime {
  const wall = new Date(wallMillis(Date.parse(at), zone))
  return {
    year: wall.getUTCFullYear(),
    month: wall.getUTCMonth() + 1,
    day: wall.getUTCDate(),
    hour: wall.getUTCHours(),
    minute: wall.getUTCMinutes(),
  }
}

/**
 * The instant at which the wall clock of a zone shows a time: the first one where clocks are set back and it is shown
 * twice; where clocks are set forward over it, the moment they are.
 */
export function instantAt(wall: WallTime, zone: string): Instant {
  const target = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute)
  const offsets = [-36, 36].map((hours) => wallMillis(target + hours * HOUR, zone) - (target + hours * HOUR))
  const exact = offsets
    .map((offset) => target - offset)
    .filter((at) => wallMillis(at, zone) === target)
    .sort((a, b) => a - b)[0]
  if (exact !== undefined) return new Date(exact).toISOString()
  let before = target - 36 * HOUR
  let after = target + 36 * HOUR
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (wallMillis(middle, zone) >= target) after = middle
    else before = middle
  }
  return new Date(after).toISOString()
}
