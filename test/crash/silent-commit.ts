/** A way to a PostgreSQL on which the answer to one COMMIT gets lost: whoever waits for it does not know that it was done. */
import { connect, createServer } from 'node:net'

/** Long enough to find a text that arrives in two pieces. */
const OVERLAP = 100

/**
 * Listens on a free port and passes everything on to the server of `url`. On the first connection that sends `text`, the answer that
 * the next COMMIT is done, and everything after it, is kept back.
 */
export async function silentCommit(url: string, text: string) {
  const target = new URL(url)
  const kept = Promise.withResolvers<void>()
  let used = false
  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 5432), target.hostname)
    let [asked, answered] = ['', '']
    let [found, silent] = [false, false]
    client.on('data', (chunk) => {
      upstream.write(chunk)
      asked = asked.slice(-OVERLAP) + chunk.toString('latin1')
      if (!used && asked.includes(text)) {
        used = true
        found = true
        answered = ''
      }
    })
    upstream.on('data', (chunk) => {
      answered = answered.slice(-OVERLAP) + chunk.toString('latin1')
      if (found && answered.includes('COMMIT\0')) {
        silent = true
        kept.resolve()
      }
      if (!silent) client.write(chunk)
    })
    // Whoever is killed resets the connection.
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const through = new URL(url)
  through.hostname = '127.0.0.1'
  through.port = String(typeof address === 'object' && address !== null ? address.port : 0)
  return {
    url: through.href,
    /** Settles when the answer was kept back. */
    kept: kept.promise,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
