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
 */
export async function dial({ host, port, path }: Address): Promise<Socket> {
  if (path) return await connected(connect(path))
  let failure: unknown
  for (const [index, name] of host.entries()) {
    const number = port[index] ?? port[0] ?? 5432
    try {
      // The driver reads host and port of the socket when it asks for TLS.
      return Object.assign(await connected(connect({ host: name, port: number, noDelay: true })), {
        host: name,
        port: number,
      })
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

async function connected(socket: Socket): Promise<Socket> {
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(WITHIN_MS) })
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}
