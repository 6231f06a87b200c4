/** A licence taken offline on a device: it cannot be called back before it is returned or its time is over. */
import { formatEnd } from './expiry.ts'
import type { Instant } from './model.ts'

export interface Borrow {
  personId: number
  productId: number
  /** The product's name. */
  product: string
  /** As whoever registered it calls the device. */
  device: string
  until: Instant
  /** IANA name of the zone in which its end is told. */
  zone: string
}

/** The clocks of devices differ: a licence counts as borrowed for so long after its end. Milliseconds. */
export const BORROW_SLACK_MS = 3_600_000

/** When what waits for this borrow may happen without a return. */
export function backAt(borrow: Pick<Borrow, 'until'>): Instant {
  return new Date(Date.parse(borrow.until) + BORROW_SLACK_MS).toISOString()
}

/** The one that ends last, and of several the first by device; null for none. */
export function lastOf(borrows: Borrow[]): Borrow | null {
  return borrows.reduce<Borrow | null>((last, one) => (last === null || isLater(one, last) ? one : last), null)
}

function isLater(one: Borrow, last: Borrow): boolean {
  return one.until > last.until || (one.until === last.until && one.device < last.device)
}

/** What the sentence of BORROWED_OFFLINE says of it. */
export function borrowParams({ product, device, until, zone }: Borrow): Record<string, string> {
  return { product, device, until, date: formatEnd(until, zone) }
}
