/**
 * Who gets the last seats. The store does this with one window query per product; `allocate` is the same answer as a
 * pure function, for the free and the waiting plan and as the oracle in tests.
 */
import { createHash } from 'node:crypto'
import type { SeatOrder } from './model.ts'

/** What an assign needs to take its place; an `Action` of kind assign is one. */
export interface SeatRequest {
  productId: number | null
  seatOrder: SeatOrder | null
}

export interface FreeSeats {
  /** Seats that are free now, or freed by an earlier step of the same plan; less the reserve. */
  free: number
  /** Seats that only revokes of the waiting plan would free: shown, never promised. */
  freedByWaiting: number
}

export interface Allocation<T> {
  request: T
  /** `freed_by_waiting`: there is a seat once the waiting plan is applied. */
  seat: 'free' | 'freed_by_waiting' | 'none'
  /** Place in the product's waiting list, from 1; null when there is a free seat. */
  position: number | null
}

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

/** Gives each request its seat or its place in the waiting list of its product, in seat order whatever the input's order. */
export function allocate<T extends SeatRequest>(requests: T[], free: ReadonlyMap<number, FreeSeats>): Allocation<T>[] {
  const queues = new Map<number, T[]>()
  for (const request of requests) {
    if (request.productId === null || request.seatOrder === null) continue
    const queue = queues.get(request.productId)
    if (queue === undefined) queues.set(request.productId, [request])
    else queue.push(request)
  }
  return [...queues.entries()]
    .sort(([a], [b]) => a - b)
    .flatMap(([productId, queue]) => serve(queue, free.get(productId) ?? { free: 0, freedByWaiting: 0 }))
}

function serve<T extends SeatRequest>(queue: T[], seats: FreeSeats): Allocation<T>[] {
  const free = Math.max(0, seats.free)
  const soon = Math.max(free, seats.free + seats.freedByWaiting)
  return queue
    .sort((a, b) => (a.seatOrder === null || b.seatOrder === null ? 0 : compareSeatOrder(a.seatOrder, b.seatOrder)))
    .map((request, index) => ({
      request,
      seat: index < free ? 'free' : index < soon ? 'freed_by_waiting' : 'none',
      position: index < free ? null : index - free + 1,
    }))
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
