/** Something that is looked at again and again, and told of when it has changed: server-sent events (HTML, "Server-sent events"). */
import { setTimeout as sleep } from 'node:timers/promises'

/** At most two events a second; less where looking costs more than a tenth of the time. */
const PAUSE_MS = 500
const COST = 10
/** A comment, so that no proxy takes the silence for the end. */
const HEARTBEAT_MS = 15_000
/**
 * Then it ends, and whoever follows comes again by themselves, as clients of server-sent events do: whoever is signed out by then, holds
 * a token that was revoked or may look no more, is sent nothing further.
 */
const LONGEST_MS = 300_000

export interface Look {
  /** What there is to tell, sent when it differs from the time before; null where the end says it all. */
  now: string | null
  /** The last event; null while there may be more to tell. */
  end: string | null
}

interface Following {
  /** Aborted when the daemon stops. */
  stopping: AbortSignal | undefined
  /** Once the stream has begun no error can be answered any more. */
  brokeOff(error: unknown): void
}

/** Sends what `look` finds until that has ended or is gone (null), nobody listens, five minutes are over, or the daemon stops. */
export function eventStream(look: () => Promise<Look | null>, following: Following): Response {
  const { stopping, brokeOff } = following
  const gone = new AbortController()
  const signal = stopping === undefined ? gone.signal : AbortSignal.any([gone.signal, stopping])
  const events = follow(look, signal)
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done } = await events.next()
        if (gone.signal.aborted) return
        if (done === true) controller.close()
        else controller.enqueue(encoder.encode(value))
      } catch (error) {
        brokeOff(error)
        controller.error(error)
      }
    },
    cancel() {
      gone.abort()
    },
  })
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  })
}

async function* follow(look: () => Promise<Look | null>, signal: AbortSignal): AsyncGenerator<string> {
  let last: string | null = null
  const since = performance.now()
  let told = since
  while (!signal.aborted && performance.now() - since < LONGEST_MS) {
    const begun = performance.now()
    const found = await look()
    if (found === null) return
    const { now, end } = found
    const changed = now !== null && now !== last
    const silent = begun - told > HEARTBEAT_MS
    if (changed) yield now
    else if (silent && end === null) yield ': still here\n\n'
    if (changed || silent) told = begun
    if (end !== null) return yield end
    last = now
    const pause = Math.max(PAUSE_MS, COST * (performance.now() - begun))
    await sleep(pause, undefined, { signal }).catch(() => undefined)
  }
}

/** One event. A line break in the data begins another line of it (LF, CR or both; U+2028 is none there). */
export function eventOf(name: string, data: string): string {
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`)
  return `event: ${name}\n${lines.join('')}\n`
}
