/** Parts of a page that keep themselves up to date. */
import type { Child } from 'hono/jsx'
import { eventOf, eventStream } from '../event-stream.ts'
import { HereProvider } from './here.ts'
import type { Asked } from './route.ts'

export interface Look {
  /** Elements with ids: each takes the place of the one with its id. */
  parts: Child
  /** Nothing will change any more; the browser loads the page anew. */
  ended: boolean
}

/** Answers a page's `data-live` address: looks again and again, and sends what differs from the last time, until it has ended. */
export function live({ stopping, here, parts: { log } }: Asked, look: () => Promise<Look>): Response {
  const drawn = async () => {
    const { parts, ended } = await look()
    const text = String(await (<HereProvider value={here}>{parts}</HereProvider>).toString())
    return { now: eventOf('part', text), end: ended ? eventOf('end', 'ended') : null }
  }
  return eventStream(drawn, {
    stopping,
    brokeOff: (err) => log.warn({ err }, 'a page that follows something broke off'),
  })
}
