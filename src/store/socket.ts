/** How a connection to PostgreSQL is dialled. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const WITHIN_MS = 5_000

/** What the driver hands over: the hosts and ports of the URL, or the path of a Unix socket. */
interface Address {
  host: string[]
  port: number[]
  path?: string | false
}

/**
 * Dials the first host that answers, with TCP_NODELAY. Left to Nagle's algorithm, the end of every COPY and every second message of a
 * query would wait for the other side's delayed acknowledgement: 40 ms each, which is most of the time of a large plan.
 *
 * The last host is handed over while it is still being dialled, so that its failure reaches the driver as one of the socket. A
 * rejection would be as final: the driver counts that connection as being made for ever, and when all of its pool have met a database
 * that was away, every query waits for ever.
 */
export async function dial({ host, port, path }: Address): Promise<Socket> {
  if (path) return connect(path)
  const to = (index: number) => {
    const name = host[index] ?? 'localhost'
    const number = port[index] ?? port[0] ?? 5432
    // The driver reads host and port of the socket when it asks for TLS.
    return Object.assign(connect({ host: name, port: number, noDelay: true }), { host: name, port: number })
  }
  const last = host.length - 1
  for (let index = 0; index < last; index += 1) {
    try {
      return await connected(to(index))
    } catch {
      // The next one may answer; what the last one says is told.
    }
  }
  return to(last)
}

async function connected<S extends Socket>(socket: S): Promise<S> {
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(WITHIN_MS) })
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}
