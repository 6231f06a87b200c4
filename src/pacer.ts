/**
 * How fast one client may ask: a bucket each that fills steadily, so that a client in a loop slows down itself and nobody else. Each
 * daemon counts for itself; several behind one address let through several times as much.
 */

/** `rate` requests a second for as long as one likes, `burst` at once after a rest. */
export interface Flow {
  rate: number
  burst: number
}

/** Full buckets are dropped when there are more than this: a full one and none are the same. */
const MOST_BUCKETS = 1_000

/**
 * Takes one request of a key; gives the milliseconds to wait where the bucket is empty, else 0. `own`: the flow of this key, where it
 * is another than that of all. `now`: a steady clock, in milliseconds.
 */
export function pacer(usual: Flow, now: () => number): (key: number, own?: Flow) => number {
  const buckets = new Map<number, { left: number; at: number; flow: Flow }>()
  const filled = (bucket: { left: number; at: number }, { rate, burst }: Flow, at: number) =>
    Math.min(burst, bucket.left + ((at - bucket.at) / 1_000) * rate)
  return (key, flow = usual) => {
    const at = now()
    const known = buckets.get(key)
    if (known === undefined && buckets.size > MOST_BUCKETS) {
      for (const [other, bucket] of buckets)
        if (filled(bucket, bucket.flow, at) >= bucket.flow.burst) buckets.delete(other)
    }
    const left = known === undefined ? flow.burst : filled(known, flow, at)
    const after = left >= 1 ? left - 1 : left
    if (known === undefined) buckets.set(key, { left: after, at, flow })
    else Object.assign(known, { left: after, at, flow })
    return left >= 1 ? 0 : ((1 - left) / flow.rate) * 1_000
  }
}
