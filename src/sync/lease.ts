/** Holding a lane while a plan runs. */
import { giveBackLane, type Lease, renewLane } from '../store/lanes.ts'
import type { Parts } from './parts.ts'

const RENEW_EVERY_MS = 5_000

/** A lease that renews itself. */
export interface KeptLease {
  /** Aborts when the caller's signal does, and when the lease was lost. */
  signal: AbortSignal
  /** Stops renewing and frees the lane, if it is still ours. */
  giveBack(): Promise<void>
}

/** Renews the lease every five seconds, a third of its life, until it is given back. */
export function keepLease(parts: Parts, lease: Lease, signal: AbortSignal): KeptLease {
  const lost = new AbortController()
  const renew = async (): Promise<void> => {
    try {
      if (!(await renewLane(parts.sql, lease))) lost.abort()
    } catch (error) {
      // One missed renewal is not a lost lease: there are two more chances, and every batch names the token anyway.
      parts.log.warn(
        { err: error, organizationId: lease.organizationId, lane: lease.lane },
        'a lease could not be renewed',
      )
    }
  }
  let renewing = Promise.resolve()
  const timer = setInterval(() => {
    renewing = renewing.then(renew)
  }, RENEW_EVERY_MS)
  timer.unref()
  return {
    signal: AbortSignal.any([signal, lost.signal]),
    async giveBack() {
      clearInterval(timer)
      await renewing
      await giveBackLane(parts.sql, lease)
    },
  }
}
