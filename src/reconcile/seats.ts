/** Who comes first when seats are few. The store gives them out in this order, with one window query for all products. */
import { createHash } from 'node:crypto'
import type { SeatOrder } from './model.ts'

/**
 * The order of the last seats: the rule's priority, the row's seat priority (1 is best in both), who has waited longer,
 * who needs it longer (an end that comes sooner is served last, no end first), then a hash that no one can influence.
 */
export function compareSeatOrder(a: SeatOrder, b: SeatOrder): number {
  return (
    a.rulePriority - b.rulePriority ||
    a.seatPriority - b.seatPriority ||
    nullsLast(a.waitingSince, b.waitingSince) ||
    laterFirst(a.expiresAt, b.expiresAt) ||
    compareText(a.tieBreak, b.tieBreak)
  )
}

/** The last tie-break: SHA-256, as hex, over what names the person and the product in every database alike. */
export function seatTieBreak(subjectKey: string, productKey: string): string {
  return createHash('sha256').update(`${subjectKey}\n${productKey}`).digest('hex')
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

function nullsLast(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null)
  return compareText(a, b)
}

function laterFirst(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(b === null) - Number(a === null)
  return compareText(b, a)
}
