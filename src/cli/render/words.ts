/** Numbers, moments and people as every command says them. */

import { count, number } from '../../reconcile/amount.ts'
import { formatEnd } from '../../reconcile/expiry.ts'

export { count, number }

const formats = new Map<string, Intl.DateTimeFormat>()

/** `22 Nov 2026, 14:30` on the wall clock of the organization's zone. */
export function moment(at: string, zone: string): string {
  let format = formats.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
    formats.set(zone, format)
  }
  return format.format(new Date(at))
}

/** The last day of something that ends, `30 Jun 2027`; empty for what has no end. */
export function lastDay(end: string | null, zone: string): string {
  return end === null ? '' : formatEnd(end, zone).replace(` (${zone})`, '')
}

/** `awaiting_approval` is `awaiting approval`. */
export const plainly = (code: string): string => code.replaceAll('_', ' ')

/** `Ada Lovelace <ada@acme.example>`, or whichever of the two is known. */
export function person(one: { name: string | null; email: string | null }): string {
  if (one.name === null || one.name === '') return one.email ?? 'somebody'
  return one.email === null ? one.name : `${one.name} <${one.email}>`
}
