/**
 * How fast one token may ask: a bucket each that fills steadily, so that a client in a loop slows down itself and nobody else. Each
 * daemon counts for itself; several behind one address let through several times as much.
 */
import type { MiddlewareHandler } from 'hono'
import type { Pace } from '../config/index.ts'
import { RosterdError } from '../errors.ts'
import type { DoorEnv } from './openapi.ts'

/** Full buckets are dropped when there are more than this: a full one and none are the same. */
const MOST_BUCKETS = 1_000

/** Takes one request of a key; gives the milliseconds to wait where the bucket is empty, else 0. `now`: a steady clock, in milliseconds. */
export function pacer({ rate, burst }: Pace, now: () => number): (key: number) => number {
  const buckets = new Map<number, { left: number; at: number }>()
  const filled = (bucket: { left: number; at: number }, at: number) =>
    Math.min(burst, bucket.left + ((at - bucket.at) / 1_000) * rate)
  return (key) => {
    const at = now()
    if (buckets.size > MOST_BUCKETS) {
      for (const [other, bucket] of buckets) if (filled(bucket, at) >= burst) buckets.delete(other)
    }
    const known = buckets.get(key)
    const left = known === undefined ? burst : filled(known, at)
    buckets.set(key, { left: left >= 1 ? left - 1 : left, at })
    return left >= 1 ? 0 : ((1 - left) / rate) * 1_000
  }
}

/** @throws RosterdError RATE_LIMITED */
export function paced(pace: Pace, now: () => number = () => performance.now()): MiddlewareHandler<DoorEnv> {
  const take = pacer(pace, now)
  return async (c, next) => {
    // Token ids are given once in the whole database; the bootstrap token has none.
    const wait = take(c.var.caller.tokenId ?? 0)
    if (wait > 0) throw new RosterdError('RATE_LIMITED', { ...pace, seconds: Math.ceil(wait / 1_000) })
    await next()
  }
}
