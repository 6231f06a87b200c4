/** Who gets the last seats, as a pure function: what the store's one statement is compared with. */
import type { SeatOrder } from '../../src/reconcile/model.ts'
import { compareSeatOrder } from '../../src/reconcile/seats.ts'

/** What an assign needs to take its place; an `Action` of kind assign is one. */
interface SeatRequest {
  productId: number | null
  seatOrder: SeatOrder | null
}

interface FreeSeats {
  /** Seats that are free now, or freed by an earlier step of the same plan; less the reserve. */
  free: number
  /** Seats that only revokes of the waiting plan would free: shown, never promised. */
  freedByWaiting: number
}

interface Allocation<T> {
  request: T
  /** `freed_by_waiting`: there is a seat once the waiting plan is applied. */
  seat: 'free' | 'freed_by_waiting' | 'none'
  /** Place in the product's waiting list, from 1; null when there is a free seat. */
  position: number | null
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
