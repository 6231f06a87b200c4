/** Whoever waits for a lock holds no connection, so that whoever has it finds one. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openConnection, type Sql } from '../../src/store/connection.ts'
import { lockProposals } from '../../src/store/locks.ts'
import { inTurn } from '../../src/store/turns.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'

let database: FreshDatabase
let sql: Sql
beforeAll(async () => {
  database = await freshDatabase()
  sql = await openConnection(database.url, { max: 8 })
})
afterAll(async () => {
  await sql?.end()
  await database?.drop()
})

const turn = (organization: number, work: () => Promise<void>) =>
  inTurn(sql, `proposals ${organization} sync`, async (transaction) => {
    await lockProposals(transaction, organization, 'sync')
    await work()
  })

test('thirty who want the same lock, and other locks, are served one after the other, and each finds connections', async () => {
  let inside = 0
  const done: number[] = []
  await Promise.all(
    Array.from({ length: 30 }, (_, n) =>
      turn(1 + (n % 10), async () => {
        inside += 1
        expect(inside).toBeLessThanOrEqual(6)
        // What is done under the lock asks for connections of its own.
        await Promise.all([sql`select pg_sleep(0.01)`, sql.begin(async (other) => other`select pg_sleep(0.01)`)])
        inside -= 1
        done.push(n)
      }),
    ),
  )
  expect(done.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, n) => n))
}, 20_000)

test('whoever fails leaves the turn to the next, and is told why', async () => {
  const failing = turn(1, async () => {
    throw new Error('on purpose')
  })
  const next = turn(1, async () => undefined)
  await expect(failing).rejects.toThrow('on purpose')
  await next
})
