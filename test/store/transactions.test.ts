/** A server that ends connections in the middle of transactions: the callers are told, the process lives, and the pool goes on. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openConnection, type Sql, type Transaction } from '../../src/store/connection.ts'
import { until } from '../support/daemon.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'

let database: FreshDatabase
/** Two connections: each of them must work again. */
let pool: Sql
const uncaught: unknown[] = []
const note = (error: unknown) => void uncaught.push(error)

beforeAll(async () => {
  database = await freshDatabase()
  await database.sql`create table written (what text)`
  pool = await openConnection(database.url, { max: 2 })
  process.on('uncaughtException', note)
})
afterAll(async () => {
  process.off('uncaughtException', note)
  await pool?.end({ timeout: 5 })
  await database?.drop()
})
beforeEach(async () => {
  await database.sql`truncate written`
})

const backend = async (transaction: Transaction) => {
  const [row] = await transaction<{ pid: number }[]>`select pg_backend_pid() as pid`
  return row?.pid ?? 0
}
async function end(pid: number): Promise<void> {
  await database.sql`select pg_terminate_backend(${pid})`
  await until(async () => (await database.sql`select from pg_stat_activity where pid = ${pid}`).length === 0)
}
const written = async () => (await database.sql`select what from written order by 1`).map((row) => row['what'])

/** Both connections answer, together. The driver tells the end of one to the next query on it as well: that one fails, no more. */
async function expectPool(): Promise<void> {
  const asked = async () =>
    await Promise.all([1, 2].map(async (n) => (await pool`select ${n}::int as n, pg_sleep(0.02)`)[0]?.['n']))
  const both = await asked().catch(asked)
  expect(both).toEqual([1, 2])
  expect(uncaught).toEqual([])
}

test('what succeeds is committed and what throws is rolled back, with its own value and error', async () => {
  expect(await pool.begin(async (sql) => (await sql`insert into written values ('kept') returning what`)[0])).toEqual({
    what: 'kept',
  })
  const mine = new Error('changed my mind')
  const failing = pool.begin(async (sql) => {
    await sql`insert into written values ('dropped')`
    throw mine
  })
  await expect(failing).rejects.toBe(mine)
  await expect(pool.begin((sql) => sql`select no_such_column`)).rejects.toMatchObject({ code: '42703' })
  expect(await pool.begin('read only', async (sql) => (await sql`show transaction_read_only`)[0])).toEqual({
    transaction_read_only: 'on',
  })
  expect(await written()).toEqual(['kept'])
  await expectPool()
})

test('ended while the work is elsewhere: nothing is committed, and nothing more is written for it', async () => {
  for (let round = 0; round < 6; round += 1) {
    const later: unknown[] = []
    const done = Promise.withResolvers<void>()
    const ended = pool.begin(async (sql) => {
      await sql`insert into written values ('lost')`
      await end(await backend(sql))
      // The driver tells the caller; the work itself goes on.
      await until(async () => told)
      for (const again of [1, 2]) {
        const answer = await (async () => await sql`select ${again}::int as again`)().catch((error: unknown) => error)
        later.push(answer)
      }
      done.resolve()
      if (round % 2 === 1) throw new Error('gave up')
    })
    let told = false
    const outcome = await ended.then(
      () => 'committed',
      (error: unknown) => error,
    )
    told = true
    expect(outcome).toMatchObject({ code: 'CONNECTION_CLOSED' })
    await done.promise
    expect(later).toEqual([outcome, outcome])
    await expectPool()
  }
  expect(await written()).toEqual([])
})

test('ended while a query is under way: the query and the transaction fail, and the pool goes on', async () => {
  for (let round = 0; round < 6; round += 1) {
    const known = Promise.withResolvers<number>()
    const ended = pool.begin(async (sql) => {
      await sql`insert into written values ('lost')`
      known.resolve(await backend(sql))
      await sql`select pg_sleep(60)`
    })
    const outcome = ended.catch((error: unknown) => error)
    await end(await known.promise)
    expect(await outcome).toMatchObject({ code: expect.stringMatching(/^(CONNECTION_CLOSED|57P01|ECONNRESET)$/) })
    await expectPool()
  }
  expect(await written()).toEqual([])
})

test('a transaction whose work loses another connection is told so, is rolled back, and gives its own connection back', async () => {
  const failing = pool.begin(async (outer) => {
    await outer`insert into written values ('dropped')`
    await pool.begin(async (inner) => {
      await end(await backend(inner))
      await inner`select 1`
    })
  })
  await expect(failing).rejects.toThrow()
  expect(await written()).toEqual([])
  // What the server says at the end of a connection counts for that one alone, wherever it is heard.
  const fatal = Object.assign(new Error('terminating connection'), { severity: 'FATAL' })
  const hearing = pool.begin(async (outer) => {
    await outer`insert into written values ('dropped')`
    throw fatal
  })
  await expect(hearing).rejects.toBe(fatal)
  expect(await written()).toEqual([])
  await expectPool()
})
