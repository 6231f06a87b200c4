/** A server that ends right after it has let a connection in: whoever asked is told, the process lives, and the pool goes on. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openConnection, type Sql } from '../../src/store/connection.ts'
import { isDisconnection } from '../../src/store/disconnection.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'

let database: FreshDatabase
const uncaught: unknown[] = []
const note = (error: unknown) => void uncaught.push(error)

beforeAll(async () => {
  database = await freshDatabase()
  process.on('unhandledRejection', note)
  process.on('uncaughtException', note)
})
afterAll(async () => {
  process.off('unhandledRejection', note)
  process.off('uncaughtException', note)
  await database?.drop()
})

/** What the server says when its first process was killed. */
const FAREWELL = Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection due to unexpected postmaster exit\0\0')
const SIZE = Buffer.alloc(4)
SIZE.writeUInt32BE(FAREWELL.length + SIZE.length)

/** ReadyForQuery, outside of a transaction. */
const READY = Buffer.from('Z\0\0\0\u0005I')

type Ending = (client: Socket) => void
const ENDINGS: [name: string, Ending][] = [
  ['is reset', (client) => client.resetAndDestroy()],
  ['is closed', (client) => client.destroy()],
  ['says so and closes', (client) => client.end(Buffer.concat([Buffer.from('E'), SIZE, FAREWELL]))],
]

/** A way to the server on which, while `closed`, a connection ends with the first thing that is asked once it was let in. */
async function turnstile(url: string, end: Ending) {
  const way = { closed: false, ended: 0 }
  const [target, through] = [new URL(url), new URL(url)]
  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 5432), target.hostname)
    let isIn = false
    upstream.on('data', (chunk) => {
      isIn ||= chunk.includes(READY)
      client.write(chunk)
    })
    client.on('data', (chunk) => {
      if (!(way.closed && isIn)) return upstream.write(chunk)
      way.ended += 1
      end(client)
      return upstream.destroy()
    })
    client.on('error', () => upstream.destroy())
    client.on('close', () => upstream.destroy())
    upstream.on('error', () => client.destroy())
    upstream.on('close', () => client.end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port }: Pick<AddressInfo, 'port'> = Object.assign({ port: 0 }, server.address())
  through.port = String(port)
  return { way, url: through.href, close: () => server.close() }
}

const ASKING: [name: string, ask: (sql: Sql) => Promise<unknown>][] = [
  ['a query', (sql) => sql`select ${1}::int as one`],
  ['a transaction', (sql) => sql.begin((inner) => inner`select ${1}::int as one`)],
]

for (const [how, end] of ENDINGS) {
  test.each(ASKING)(`a connection that ${how}: %s`, async (_, ask) => {
    const { way, url, close } = await turnstile(database.url, end)
    // The first of them proves that the server is there; the others are opened when they are needed.
    const pool = await openConnection(url, { max: 3 })
    try {
      way.closed = true
      for (let round = 0; round < 4; round += 1) {
        const outcomes = await Promise.allSettled([ask(pool), ask(pool), ask(pool)])
        for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'rejected' })
        for (const outcome of outcomes)
          expect(outcome.status === 'rejected' && isDisconnection(outcome.reason)).toBe(true)
      }
      expect(way.ended).toBeGreaterThan(3)
      way.closed = false
      // The driver tells what ended a connection to the next query on it as well.
      await Promise.allSettled([ask(pool), ask(pool), ask(pool)])
      for (const one of await Promise.all([ask(pool), ask(pool), ask(pool)])) expect(one).toMatchObject([{ one: 1 }])
      expect(uncaught).toEqual([])
    } finally {
      await pool.end({ timeout: 1 })
      close()
    }
  })
}
