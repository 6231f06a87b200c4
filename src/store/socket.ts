/** How a connection to PostgreSQL is dialled. */
import { once } from 'node:events'
import { Socket } from 'node:net'

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
  if (path) return new Line().connect(path)
  const to = (index: number) => {
    const name = host[index] ?? 'localhost'
    const number = port[index] ?? port[0] ?? 5432
    // The driver reads host and port of the socket when it asks for TLS.
    return Object.assign(new Line().setNoDelay().connect(number, name), { host: name, port: number })
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

/**
 * Once it was connected, a line only ever closes, and lines that break at the same moment close together, before anybody whose query
 * was under way hears of it. The driver takes an error for the end of those queries and gives the same connection the next ones, which
 * it forgets when it hears of a close that was due to an error: whoever asked them waits for ever, or is given the rows of another.
 * And what it was about to write on a line that closes keeps that connection from being made again for as long as the driver has patience.
 *
 * With TLS the driver listens to the socket that it puts around this one, and hears what it would hear of any.
 */
class Line extends Socket {
  static readonly #broken = new Set<Line>()
  #wasConnected = false

  override emit(event: string | symbol, ...given: unknown[]): boolean {
    if (event === 'connect') this.#wasConnected = true
    if (!this.#wasConnected) return super.emit(event, ...given)
    if (event === 'error') return true
    if (event !== 'close') return super.emit(event, ...given)
    Line.#closeBroken()
    return true
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.#wasConnected) {
      Line.#broken.add(this)
      // What was written before it broke leaves the driver first.
      setImmediate(Line.#closeBroken)
    }
    super._destroy(error, done)
  }

  static readonly #closeBroken = (): void => {
    const broken = [...Line.#broken]
    Line.#broken.clear()
    for (const line of broken) line.#close()
  }

  #close(): void {
    super.emit('close', false)
  }
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
