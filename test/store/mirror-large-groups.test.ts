/** Members of a group among very many users: what is looked at grows with what is asked. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Transaction } from '../../src/store/connection.ts'
import { analyzePushed } from '../../src/store/statistics.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'

const USERS = 40_000
const AT_ONCE = 2_000
const GROUP = '0190b0c0-0000-7000-8000-999999999999'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
  const { sql } = database
  // As if the server had not come to it yet.
  for (const table of ['mirror_resources', 'mirror_members'])
    await sql`alter table ${sql(table)} set (autovacuum_enabled = false)`
  await sql`
    insert into mirror_resources (organization_id, source_id, type, id, document, comparable, unique_key, active, version, created_at, modified_at)
    select 1, 1, 'User', ('0190b0c0-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, '{}'::json, '{}'::jsonb, 'u' || n, true, n, now(), now()
    from generate_series(1, ${USERS}::int) n
    union all select 1, 1, 'Group', ${GROUP}::uuid, '{}'::json, '{}'::jsonb, null, true, 0, now(), now()`
})
afterAll(() => database?.drop())

const idOf = (n: number): string => `0190b0c0-0000-7000-8000-${String(n).padStart(12, '0')}`

/** Adds so many that are in no group yet, and tells how many rows were read for it. */
async function add(transaction: Transaction, first: number): Promise<number> {
  const ids = Array.from({ length: AT_ONCE }, (_, index) => idOf(first + index))
  const before = await rowsRead(transaction)
  const [added] = await transaction`
    select mirror_add_members(1, 1, ${GROUP}::uuid, ${ids}::uuid[], ${['User', 'Group']}::text[], now()) as count`
  expect(added?.['count']).toBe(AT_ONCE)
  return (await rowsRead(transaction)) - before
}

async function rowsRead(transaction: Transaction): Promise<number> {
  const [row] = await transaction<{ read: number }[]>`
    select sum(seq_tup_read + idx_tup_fetch)::int as read from pg_stat_xact_user_tables
    where relname in ('mirror_resources', 'mirror_members')`
  return row?.read ?? 0
}

test('where nobody has counted the tables, all of them are read once at the most, and not for each who is added', async () => {
  const started = performance.now()
  await database.sql.begin(async (transaction) => {
    // The plan that is made once for all follows those that are made for each.
    for (let turn = 0; turn < 8; turn += 1)
      expect(await add(transaction, 1 + turn * AT_ONCE)).toBeLessThanOrEqual(2 * (USERS + 8 * AT_ONCE))
  })
  // Each with each would be 640 million comparisons.
  expect(performance.now() - started).toBeLessThan(8_000)
})

test('once they are counted, each who is added is looked up, and nobody else is read', async () => {
  await database.sql`select pg_stat_force_next_flush()`
  await expect
    .poll(
      async () => {
        await analyzePushed(database.sql)
        const [row] = await database.sql<{ many: number }[]>`
      select reltuples::int as many from pg_class where relname = 'mirror_resources'`
        return row?.many
      },
      { timeout: 20_000 },
    )
    .toBeGreaterThan(USERS / 2)
  await database.sql.begin(async (transaction) => {
    for (let turn = 8; turn < 16; turn += 1)
      expect(await add(transaction, 1 + turn * AT_ONCE)).toBeLessThanOrEqual(4 * AT_ONCE)
  })
})
