/** Connections that break at the same moment, as they do when the server is killed: whoever asks again at once is answered, and soon. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openConnection, type Sql } from '../../src/store/connection.ts'
import { isDisconnection } from '../../src/store/disconnection.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(async () => {
  await database?.drop()
})

const ROUNDS = 40
/** Less than the driver waits for a connection that it does not make. */
const SOON_MS = 4_000
const NUMBERS = [1, 2, 3, 4, 5]

/** A way to the server, and the connections on it. */
async function crossing(url: string) {
  const [target, through] = [new URL(url), new URL(url)]
  const clients = new Set<Socket>()
  const server = createServer((client) => {
    clients.add(client)
    const upstream = connect(Number(target.port || 5432), target.hostname)
    client.pipe(upstream)
    upstream.pipe(client)
    // Whoever is cut off says so.
    for (const socket of [client, upstream]) socket.on('error', () => undefined)
    client.on('close', () => {
      clients.delete(client)
      upstream.destroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  through.port = String(Object.assign({ port: 0 }, server.address()).port)
  return { url: through.href, clients, close: () => server.close() }
}

const ask = async (sql: Sql, n: number) => (await sql`select pg_sleep(0.01), ${n}::int as n`)[0]?.['n']
const late = async () => await sleep(SOON_MS, 'nobody was answered in time', { ref: false })

test.each<[how: string, cut: (client: Socket) => unknown]>([
  ['reset', (client) => client.resetAndDestroy()],
  ['closed', (client) => client.destroy()],
])('all are %s', async (_, cut) => {
  const { url, clients, close } = await crossing(database.url)
  const sql = await openConnection(url, { max: NUMBERS.length })
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      expect(await Promise.race([Promise.all(NUMBERS.map((n) => ask(sql, n))), late()])).toEqual(NUMBERS)
      // Whoever hears of it first asks again while the others still break.
      const again = sql`select pg_sleep(60)`.then(
        () => 'slept',
        () => Promise.allSettled(NUMBERS.map((n) => ask(sql, n))),
      )
      await sleep(5)
      for (const client of clients) cut(client)
      const outcomes = await Promise.race([again, late()])
      if (typeof outcomes === 'string') throw new Error(outcomes)
      const answers = outcomes.map((outcome, index) => {
        if (outcome.status === 'fulfilled') return outcome.value
        // It may have been given a connection that was about to break, and is told so.
        return isDisconnection(outcome.reason) ? NUMBERS[index] : outcome.reason
      })
      expect(answers).toEqual(NUMBERS)
    }
  } finally {
    await sql.end({ timeout: 1 })
    close()
  }
})
