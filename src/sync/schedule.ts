/**
 * When a source is due by its schedule: five fields of cron, read on the clock on the wall of a zone. node-cron reads the fields; its
 * timers are not used, because they know nothing of runs that were missed while no daemon ran.
 */
import { type ParsedFields, parse } from 'node-cron'
import type { Instant } from '../reconcile/model.ts'
import { instantAt, wallTime } from '../reconcile/zone.ts'

/** `cron` has five fields (minute, hour, day, month, weekday); the zone is an IANA name. */
export interface Schedule {
  cron: string
  zone: string
}

const HOURS = 24
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** The 29th of February comes again within eight years, also over 2100. */
const DAYS_AHEAD = 8 * 366

/**
 * The first run after an instant; null when there is none within eight years. The calendar is the one on the wall: a time that is
 * shown twice, when clocks are set back, runs once, unless it is of every hour; one that is passed over, when they are set forward,
 * runs at that moment.
 */
export function nextRun({ cron, zone }: Schedule, after: Instant): Instant | null {
  const fields = parse(cron)
  const soon = fields.hour.length === HOURS ? withinTheHour(fields, zone, after) : null
  if (soon !== null) return soon
  const wall = wallTime(after, zone)
  const first = Date.UTC(wall.year, wall.month - 1, wall.day)
  const passed = wall.hour * 60 + wall.minute
  for (let ahead = 0; ahead <= DAYS_AHEAD; ahead += 1) {
    const day = new Date(first + ahead * DAY_MS)
    if (!isDay(fields, day)) continue
    for (const time of timesOf(fields)) {
      if (ahead === 0 && time < passed) continue
      const run = instantAt({ ...dateOf(day), hour: Math.floor(time / 60), minute: time % 60 }, zone)
      if (Date.parse(run) > Date.parse(after)) return run
    }
  }
  return null
}

/** What runs every hour goes by the hours that pass, not by those that are shown. */
function withinTheHour(fields: ParsedFields, zone: string, after: Instant): Instant | null {
  const next = Math.floor(Date.parse(after) / MINUTE_MS) + 1
  for (let ahead = 0; ahead < 60; ahead += 1) {
    const at = new Date((next + ahead) * MINUTE_MS).toISOString()
    const { year, month, day, minute } = wallTime(at, zone)
    if (fields.minute.includes(minute) && isDay(fields, new Date(Date.UTC(year, month - 1, day)))) return at
  }
  return null
}

/** The minutes of a day at which it runs, in order. */
function timesOf({ hour, minute }: ParsedFields): number[] {
  return hour.flatMap((h) => minute.map((m) => h * 60 + m)).sort((a, b) => a - b)
}

const dateOf = (day: Date) => ({ year: day.getUTCFullYear(), month: day.getUTCMonth() + 1, day: day.getUTCDate() })

/** As cron has always had it: where day and weekday are both named, either will do. */
function isDay({ dayOfMonth, month, dayOfWeek }: ParsedFields, day: Date): boolean {
  if (!month.includes(day.getUTCMonth() + 1)) return false
  const byDate = dayOfMonth.includes(day.getUTCDate())
  const byName = dayOfWeek.some((one) => Number(one) % 7 === day.getUTCDay())
  const everyDate = dayOfMonth.length >= 31
  const everyName = dayOfWeek.length >= 7
  if (everyDate || everyName) return byDate && byName
  return byDate || byName
}
