/** Ids of resources: uuids of version 7 (RFC 9562 §5.7), in the order of creation. */
import { randomFillSync } from 'node:crypto'

const TICKS = 4_096

const pool = Buffer.alloc(8 * 512)
let used = pool.length
let last = 0
let tick = 0

/** A new id that is greater than all that this process made before; `at`: milliseconds of the wall clock. */
export function makeId(at: number): string {
  if (at > last) {
    last = at
    tick = 0
  } else {
    tick += 1
    // More than 4,096 in one millisecond, or a clock that was put back: they borrow from the next ones.
    if (tick === TICKS) {
      last += 1
      tick = 0
    }
  }
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const time = last.toString(16).padStart(12, '0')
  const random = pool.toString('hex', used, used + 8)
  used += 8
  const variant = '89ab'[Number.parseInt(random[0] ?? '0', 16) & 3]
  const head = `${time.slice(0, 8)}-${time.slice(8)}-7${tick.toString(16).padStart(3, '0')}`
  return `${head}-${variant}${random.slice(1, 4)}-${random.slice(4)}`
}
