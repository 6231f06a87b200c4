/** The port on which requests come in: each within limits of time and size, so that nobody's slowness is at the cost of others. */
import { createServer, type Server } from 'node:http'
import { getRequestListener, RequestError } from '@hono/node-server'
import { RosterdError } from './errors.ts'
import { answerNonsense, answerUnreadable, MOST_HEAD } from './unreadable.ts'

/** In milliseconds. */
export interface Patience {
  /** A request must have come whole by then; who sends one letter a minute holds a connection no longer. */
  requestWithin: number
  /** So often it is looked who has been too slow. */
  lookEvery: number
}

const PATIENCE: Patience = { requestWithin: 60_000, lookEvery: 15_000 }

type Fetch = Parameters<typeof getRequestListener>[0]

/** @throws RosterdError PORT_BUSY */
export async function openListener(
  { host, port }: { host: string; port: number },
  fetch: Fetch,
  { requestWithin, lookEvery }: Patience = PATIENCE,
): Promise<Server> {
  const limits = { requestTimeout: requestWithin, connectionsCheckingInterval: lookEvery, maxHeaderSize: MOST_HEAD }
  const answer = getRequestListener(fetch, {
    hostname: host,
    // What is no address of anything never comes to `fetch`: it is left for the line below. All else is answered there.
    errorHandler: (error) => (error instanceof RequestError ? undefined : new Response(null, { status: 500 })),
  })
  const server = createServer(limits, (incoming, outgoing) => {
    void answer(incoming, outgoing).then(() => {
      if (!outgoing.headersSent && outgoing.writable) answerNonsense(incoming.url, outgoing)
    })
  })
  server.on('clientError', answerUnreadable)
  server.listen(port, host)
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve)
    server.once('error', (error: NodeJS.ErrnoException) => {
      const busy = error.code === 'EADDRINUSE'
      reject(busy ? new RosterdError('PORT_BUSY', { port, host }, { cause: error }) : error)
    })
  })
  return server
}

/** Takes no more requests and resolves when those under way are answered, or after `drain` milliseconds without them. */
export async function closeListener(server: Server, drain: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const late = setTimeout(() => server.closeAllConnections(), drain)
  await closed
  clearTimeout(late)
}
