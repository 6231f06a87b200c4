/** How fast one token may ask the admin API. */
import type { MiddlewareHandler } from 'hono'
import type { Pace } from '../config/index.ts'
import { RosterdError } from '../errors.ts'
import { pacer } from '../pacer.ts'
import type { DoorEnv } from './openapi.ts'

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
