/** Parts of a page that keep themselves up to date, as server-sent events (HTML, "Server-sent events"). */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Child } from 'hono/jsx'
import { type Here, HereProvider } from './here.ts'
import type { Asked } from './route.ts'

/** A comment, so that no proxy takes the silence for the end. */
const HEARTBEAT_MS = 15_000
const PAUSE_MS = 500
/** Then it ends, and the browser comes again by itself: whoever is signed out by then, or may look no more, is sent nothing further. */
const LONGEST_MS = 300_000
/** Looking takes at most a tenth of the time. */
const COST = 10

export interface Look {
  /** Elements with ids: each takes the place of the one with its id. */
  parts: Child
  /** Nothing will change any more; the browser loads the page anew. */
  ended: boolean
}

/** Answers a page's `data-live` address: looks again and again, and sends what differs from the last time, until it has ended. */
export function live({ stopping, here, parts: { log } }: Asked, look: () => Promise<Look>): Response {
  const gone = new AbortController()
  const signal = stopping === undefined ? gone.signal : AbortSignal.any([gone.signal, stopping])
  const events = follow(look, here, signal)
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done } = await events.next()
        if (gone.signal.aborted) return
        if (done === true) controller.close()
        else controller.enqueue(encoder.encode(value))
      } catch (error) {
        log.warn({ err: error }, 'a page that follows something broke off')
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

async function* follow(look: () => Promise<Look>, here: Here, signal: AbortSignal): AsyncGenerator<string> {
  let last = ''
  const since = performance.now()
  let told = since
  while (!signal.aborted && performance.now() - since < LONGEST_MS) {
    const begun = performance.now()
    const { parts, ended } = await look()
    const text = String(await (<HereProvider value={here}>{parts}</HereProvider>).toString())
    if (text !== last) yield event('part', text)
    else if (begun - told > HEARTBEAT_MS) yield ': still here\n\n'
    if (text !== last || begun - told > HEARTBEAT_MS) told = begun
    if (ended) return yield event('end', 'ended')
    last = text
    const pause = Math.max(PAUSE_MS, COST * (performance.now() - begun))
    await sleep(pause, undefined, { signal }).catch(() => undefined)
  }
}

/** A line break in the data begins another line of it (LF, CR or both; U+2028 is none there). */
const event = (name: string, data: string) =>
  `event: ${name}\n${data
    .split(/\r\n|\r|\n/)
    .map(dataLine)
    .join('')}\n`
const dataLine = (line: string): string => `data: ${line}\n`
