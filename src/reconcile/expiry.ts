import type { Instant } from './model.ts'
import { clean, fold } from './normalise.ts'
import { instantAt, wallTime } from './zone.ts'

/** How to read the dates of one file or column. */
export interface DateReading {
  /** IANA zone of the organization. */
  zone: string
  /** Declared order of day and month for `30.06.2027` and `06/30/2027`; without it such dates are refused. */
  order?: 'dmy' | 'mdy'
  /** Where the order can be declared, for a person whose date is refused for the want of it. */
  declare?: string
  /** The date in that zone, `YYYY-MM-DD`, that decides what is over. Absent: nothing is over. */
  today?: string
}

export type ExpiryReading =
  /** `expiresAt` is exclusive; null = never. `far`: more than ten years from today, worth a warning. */
  | { ok: true; expiresAt: Instant | null; far: boolean }
  | DateRefused
  | { ok: false; code: 'EXPIRY_IN_PAST'; params: { date: string } }

/** `why` where the text says enough to tell; `date` is what the number of a spreadsheet would mean. */
interface DateRefused {
  ok: false
  code: 'EXPIRY_INVALID'
  params: { v: string; why?: string; date?: string }
}

type DayReading = { date: string } | { at: Instant } | { serial: string } | null

const NEVER = new Set(
  [
    'never',
    'none',
    'unlimited',
    'nie',
    'unbegrenzt',
    'jamais',
    'nunca',
    'mai',
    'nooit',
    'nigdy',
    '無期限',
    '永久',
    '永不',
    '없음',
    '무기한',
  ].map(fold),
)

/** Whether a cell says in a word that there is no end; an empty one says nothing. */
export function saysNever(text: string): boolean {
  return NEVER.has(fold(clean(text)))
}

/**
 * Reads the end of an assignment. A date `D` lasts through that day: the instant is the start of `D + 1` in the
 * organization's zone. A date-time with an offset (RFC 3339) is that instant. Empty and `never` mean no end.
 * A number between 20000 and 80000 is a spreadsheet's serial date: refused, with the date it would mean in `date`.
 */
export function readExpiry(text: string, reading: DateReading): ExpiryReading {
  const value = clean(text)
  if (value === '' || saysNever(value)) return { ok: true, expiresAt: null, far: false }
  const day = readDay(value, reading.order)
  if (day === null || 'serial' in day) return refused(value, reading, day?.serial)
  const date = 'date' in day ? day.date : dateIn(day.at, reading.zone)
  if (reading.today !== undefined && date < reading.today)
    return { ok: false, code: 'EXPIRY_IN_PAST', params: { date } }
  const far = reading.today !== undefined && date > addDays(reading.today, 3653)
  return { ok: true, expiresAt: 'at' in day ? day.at : startOfDay(addDays(date, 1), reading.zone), far }
}

/**
 * The end that a checked date text of a rule means (`2027-06-30`, RFC 3339, `never`), exclusive; null = never.
 * Throws RangeError for any other text: configuration is checked before it gets here.
 */
export function expiryOf(text: string, zone: string): Instant | null {
  const reading = readExpiry(text, { zone })
  if (!reading.ok) throw new RangeError(`not a date: ${text}`)
  return reading.expiresAt
}

export type StartReading = { ok: true; startAt: Instant | null } | DateRefused

/** Reads a start date: 06:00 of that day in the organization's zone. A date-time with an offset is that instant. */
export function readStart(text: string, reading: DateReading): StartReading {
  const value = clean(text)
  if (value === '') return { ok: true, startAt: null }
  const day = readDay(value, reading.order)
  if (day === null || 'serial' in day) return refused(value, reading, day?.serial)
  return { ok: true, startAt: 'at' in day ? day.at : startOfDay(day.date, reading.zone, 6) }
}

/** The instant at which a date (`YYYY-MM-DD`) begins in a zone, or at which a later hour of it strikes. */
export function startOfDay(date: string, zone: string, hour = 0): Instant {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  return instantAt({ year, month, day, hour, minute: 0 }, zone)
}

/** The date (`YYYY-MM-DD`) that a calendar in the zone shows at an instant. */
export function dateIn(at: Instant, zone: string): string {
  const { year, month, day } = wallTime(at, zone)
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

/**
 * The end as a person reads it after "until": the last day that is covered, `30 Jun 2027 (Europe/Berlin)`; with the
 * time when it ends in the middle of a day, `30 Jun 2027, 14:00 (Europe/Berlin)`.
 */
export function formatEnd(expiresAt: Instant, zone: string): string {
  const wholeDays = startOfDay(dateIn(expiresAt, zone), zone) === expiresAt
  const shown = wallTime(wholeDays ? new Date(Date.parse(expiresAt) - 1).toISOString() : expiresAt, zone)
  const date = inWords(shown)
  return wholeDays ? `${date} (${zone})` : `${date}, ${two(shown.hour)}:${two(shown.minute)} (${zone})`
}

/** The day of an instant as a person reads it: `23 Nov 2026`. */
export const formatDay = (at: Instant, zone: string): string => inWords(wallTime(at, zone))

const inWords = ({ day, month, year }: { day: number; month: number; year: number }): string =>
  `${day} ${MONTHS[month - 1] ?? ''} ${year}`

/** The end as a file writes it, so that `readExpiry` gives it back: the last day that is covered, or the instant within a day. */
export function lastDay(expiresAt: Instant, zone: string): string {
  const date = dateIn(expiresAt, zone)
  return startOfDay(date, zone) === expiresAt ? addDays(date, -1) : expiresAt
}

/** The start as a file writes it, so that `readStart` gives it back. */
export function startDay(startAt: Instant, zone: string): string {
  const date = dateIn(startAt, zone)
  return startOfDay(date, zone, 6) === startAt ? date : startAt
}

/** A date so many days later (or earlier), by the calendar. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

function two(n: number): string {
  return String(n).padStart(2, '0')
}

const RFC3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:\d{2})$/

const DAY_AND_MONTH = /^(\d{1,2})([./-])(\d{1,2})\2(\d{4})$/

function readDay(value: string, order: 'dmy' | 'mdy' | undefined): DayReading {
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value)
  if (iso) return calendarDate(iso[1], iso[2], iso[3])
  if (RFC3339.test(value)) {
    if (calendarDate(value.slice(0, 4), value.slice(5, 7), value.slice(8, 10)) === null) return null
    const at = Date.parse(value.replace(' ', 'T').toUpperCase())
    return Number.isNaN(at) ? null : { at: new Date(at).toISOString() }
  }
  const parts = DAY_AND_MONTH.exec(value)
  if (parts && order !== undefined) {
    return order === 'dmy' ? calendarDate(parts[4], parts[3], parts[1]) : calendarDate(parts[4], parts[1], parts[3])
  }
  const serial = /^\d{5}(?:[.,]0+)?$/.test(value) ? Number.parseInt(value, 10) : 0
  return serial >= 20_000 && serial <= 80_000 ? { serial: addDays('1899-12-30', serial) } : null
}

function refused(value: string, { order, declare }: DateReading, serial: string | undefined): DateRefused {
  const v = value.slice(0, 100).toWellFormed()
  if (serial !== undefined) {
    const why = `as the number of a day in a spreadsheet it would be ${serial}`
    return { ok: false, code: 'EXPIRY_INVALID', params: { v, why, date: serial } }
  }
  const undeclared = order === undefined && DAY_AND_MONTH.test(value)
  const why = `day or month first? ${declare ?? 'date_order of the source says which'}`
  return { ok: false, code: 'EXPIRY_INVALID', params: undeclared ? { v, why } : { v } }
}

function calendarDate(year = '', month = '', day = ''): { date: string } | null {
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const at = new Date(`${date}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) &&
    at.toISOString().startsWith(date) &&
    Number(year) >= 1900 &&
    Number(year) <= 9998
    ? { date }
    : null
}
