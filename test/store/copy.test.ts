/** COPY says what went wrong, whenever the server says it: a copy that waits for ever would keep its locks for ever. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { copyInto } from '../../src/store/copy.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
  await database.sql`create table copied (number int primary key)`
})
afterAll(() => database.drop())

const numbers = (from: number, count: number) => Array.from({ length: count }, (_, n) => `${from + n}\n`).join('')

test.each([
  ['a row twice, said after the last byte', ['1\n1\n'], 'duplicate key value violates unique constraint "copied_pkey"'],
  ['a text where a number belongs', ['x\n'], 'invalid input syntax for type integer: "x"'],
  ['a column too many', ['1\t2\n'], 'extra data after last expected column'],
  [
    'a row twice, said while more is sent',
    [numbers(0, 1_000), numbers(0, 1_000), ...Array.from({ length: 100 }, (_, n) => numbers(5_000 * n, 5_000))],
    'duplicate key value violates unique constraint "copied_pkey"',
  ],
])('%s ends the transaction', async (_, lines, message) => {
  const copying = database.sql.begin((transaction) => copyInto(transaction, 'copied', ['number'], lines))
  await expect(copying).rejects.toThrow(message)
  expect(await database.sql`select from copied`).toHaveLength(0)
})

test('a connection that ends in the middle ends the copy', async () => {
  const copying = database.sql.begin(async (transaction) => {
    const [own] = await transaction<{ pid: number }[]>`select pg_backend_pid() as pid`
    const lines = async function* () {
      yield numbers(0, 1_000)
      await database.sql`select pg_terminate_backend(${own?.pid ?? 0})`
      for (let n = 1; n < 100; n += 1) yield numbers(5_000 * n, 5_000)
    }
    await copyInto(transaction, 'copied', ['number'], lines())
  })
  await expect(copying).rejects.toThrow()
  expect(await database.sql`select from copied`).toHaveLength(0)
})
