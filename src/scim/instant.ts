/** xsd:dateTime (RFC 7643 §2.3.5), in a form whose order as text is the order in time. */

const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))?$/i
const MINUTE = 60_000

/**
 * `YYYY-MM-DDTHH:mm:ss.nnnnnnnnnZ` of the same moment; digits of the fraction beyond the ninth are cut off, and a time without
 * zone is UTC. Null for text that is no dateTime, for a day that no calendar has, and outside the years 0001 to 9999.
 */
export function instantOf(text: string): string | null {
  if (text.length > 64) return null
  const parts = DATE_TIME.exec(text)
  if (parts === null) return null
  const number = (index: number): number => Number(parts[index] ?? 0)
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map(number)
  if (year === undefined || month === undefined || day === undefined) return null
  if (hour === undefined || minute === undefined || second === undefined) return null
  const fraction = (parts[7] ?? '').slice(0, 9).padEnd(9, '0')
  const midnight = hour === 24 && minute === 0 && second === 0 && /^0*$/.test(parts[7] ?? '')
  if ((hour > 23 && !midnight) || minute > 59 || second > 59 || number(9) > 14 || number(10) > 59) return null
  // Not Date.UTC, which takes the years 0 to 99 for 1900 to 1999.
  const moment = new Date(0)
  moment.setUTCFullYear(year, month - 1, day)
  if (moment.getUTCMonth() !== month - 1 || moment.getUTCDate() !== day) return null
  moment.setUTCHours(hour, minute, second)
  const east = (number(9) * 60 + number(10)) * (parts[8] === '-' ? -1 : 1)
  const utc = new Date(moment.getTime() - east * MINUTE)
  if (utc.getUTCFullYear() < 1 || utc.getUTCFullYear() > 9999) return null
  return `${utc.toISOString().slice(0, 19)}.${fraction}Z`
}
