/** Arrays come back as they were sent, whatever is in them. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { teachArrays } from '../../src/store/arrays.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(async () => {
  await database?.drop()
})

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }).filter((it) => !it.includes('\0') && it.isWellFormed()),
  fc.constantFrom('', 'NULL', 'null', '{}', '{a,b}', '"', '\\', '\\"', ',', ' a ', 'a\nb', "d'e", '\\x00'),
)
const integer = fc.integer({ min: -2_147_483_648, max: 2_147_483_647 })
const instant = fc.date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })

test.each<[type: string, element: fc.Arbitrary<string | number>]>([
  ['text', text],
  ['varchar', text],
  ['integer', integer],
  ['smallint', fc.integer({ min: -32_768, max: 32_767 })],
  ['bigint', fc.maxSafeInteger()],
  ['double precision', fc.double({ noNaN: true, noDefaultInfinity: true }).map((it) => it + 0)],
  ['uuid', fc.uuid()],
])('%s[]', async (type, element) => {
  const { sql } = database
  const values = fc.array(fc.option(element), { maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(values, async (sent) => {
      const [row] = await sql`select ${sent}::${sql.unsafe(type)}[] as got`
      expect(row?.['got']).toEqual(sent)
    }),
  )
})

test('instants and truths, which are read and not sent', async () => {
  const { sql } = database
  await fc.assert(
    fc.asyncProperty(fc.array(instant, { maxLength: 4 }), fc.array(fc.boolean()), async (instants, truths) => {
      const texts = [instants.map((one) => one.toISOString()), truths.map(String)]
      const [row] =
        await sql`select ${texts[0] ?? []}::text[]::timestamptz[] as instants, ${texts[1] ?? []}::text[]::boolean[] as truths`
      expect(row).toEqual({ instants, truths })
    }),
  )
})

test('arrays of arrays, and a literal that was written as text', async () => {
  const { sql } = database
  const table = [
    ['a', '"'],
    [null, '{,}'],
  ]
  const [row] = await sql`select ${table}::text[] as table, ${'{1,2}'}::int[] as literal, '{}'::text[] as nothing`
  expect(row).toEqual({ table, literal: [1, 2], nothing: [] })
})

test('an undefined element is an error, as anywhere else', () => {
  const pool: Parameters<typeof teachArrays>[0] = { parsers: {}, serializers: {} }
  teachArrays(pool)
  expect(() => pool.serializers[1009]?.(['a', undefined])).toThrow('undefined')
  expect(pool.serializers[1009]?.(['a', null])).toBe('{"a",NULL}')
})

test('every array in a table of the schema is of a type that is known', async () => {
  const { sql } = database
  const columns = await sql<{ name: string; type: number }[]>`
    select attrelid::regclass || '.' || attname as name, atttypid::int as type
    from pg_attribute join pg_type on pg_type.oid = atttypid
    where typcategory = 'A' and attnum > 0 and attrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)`
  expect(columns.length).toBeGreaterThan(3)
  expect(columns.filter(({ type }) => !(type in sql.options.parsers))).toEqual([])
})
