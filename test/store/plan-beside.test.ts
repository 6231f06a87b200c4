/** Items of plans in groups, and of two plans beside each other: whatever they hold, the same numbers as counted one by one. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Sql } from '../../src/store/connection.ts'
import { CHANGES, countCompared, readCompared } from '../../src/store/plan-compare.ts'
import { GROUPINGS } from '../../src/store/plan-filter.ts'
import { type GroupPlace, groupItems } from '../../src/store/plan-groups.ts'
import { readPeopleItems } from '../../src/store/plan-people.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'

const ORGANIZATION = 1
const [BEFORE, NOW] = [901, 902]

let database: FreshDatabase
let sql: Sql
beforeAll(async () => {
  database = await freshDatabase()
  sql = database.sql
})
afterAll(async () => await database.drop())

const SOURCED = ['HR', 'Students'].map((source) => ({ code: 'absent', params: { source } }))
const RULED = ['artists', 'all'].flatMap((rule) =>
  SOURCED.map(({ params }) => ({ code: 'matched_rule', params: { ...params, rule, product: 'V-Ray' } })),
)
const REASONS = [...SOURCED, ...RULED, { code: 'removed_by_hand', params: { actor: 'kim' } }]

const item = fc.record({
  person: fc.nat({ max: 4 }),
  kind: fc.constantFrom('assign', 'revoke', 'remove'),
  product: fc.constantFrom(null, 1, 2),
  predicted: fc.constantFrom('succeeded', 'succeeded', 'noop', 'waiting_seat', 'failed_permanent'),
  excluded: fc.boolean(),
  end: fc.constantFrom('2027-01-01T00:00:00.000Z', null),
  reason: fc.nat({ max: REASONS.length - 1 }),
  pinned: fc.boolean(),
})
type Item = typeof item extends fc.Arbitrary<infer T> ? T : never
const keyOf = ({ person, kind, product }: Item) => `${person} ${kind} ${product}`
/** A plan never holds the same twice. */
const plan = fc.uniqueArray(item, { maxLength: 14, selector: keyOf })

async function write(number: number, items: Item[]): Promise<void> {
  await sql`delete from plan_items where plan_id = ${number}`
  for (const [at, one] of items.entries()) {
    const { code, params } = REASONS[one.reason] ?? { code: 'joined', params: {} }
    const reason = { code, params: { ...params, ...(one.pinned && { pinned: `day ${at}` }) } }
    await sql`
      insert into plan_items (organization_id, plan_id, number, wave, kind, effect, person_id, product_id, subject_key, subject_email,
        after, reason, source_ids, precondition, predicted, excluded)
      values (${ORGANIZATION}, ${number}, ${at + 1}, 1, ${one.kind}, 'additive', ${one.person}, ${one.product}, 'k', ${`p${one.person}@a.test`},
        ${JSON.stringify({ expiresAt: one.end })}::text::jsonb, ${JSON.stringify(reason)}::text::jsonb, '{1}', '{}', ${one.predicted}, ${one.excluded})`
  }
}

const counts = (items: Item[]) => items.filter(({ predicted, excluded }) => predicted !== 'noop' && !excluded)

test('what came, went and stayed is what a comparison one by one finds, page by page', async () => {
  await fc.assert(
    fc.asyncProperty(plan, plan, async (before, now) => {
      await write(BEFORE, before)
      await write(NOW, now)
      const [was, is] = [counts(before), counts(now)]
      const inBoth = (one: Item, others: Item[]) => others.find((other) => keyOf(other) === keyOf(one))
      const wanted = {
        came: is.filter((one) => !inBoth(one, was)),
        went: was.filter((one) => !inBoth(one, is)),
        stayed: is.filter((one) => inBoth(one, was)),
      }
      const counted = await countCompared(sql, ORGANIZATION, { before: BEFORE, now: NOW })
      for (const change of CHANGES) {
        expect(counted.reduce((sum, row) => sum + row[change], 0)).toBe(wanted[change].length)
        const seen: string[] = []
        for (let after = 0; ; ) {
          const asked = { change, after, limit: 3 }
          const page = await readCompared(sql, ORGANIZATION, { before: BEFORE, now: NOW }, asked)
          seen.push(
            ...page.map((one) => `${one.personId} ${one.kind} ${one.productId} ${one.differs ? 'other' : 'same'}`),
          )
          const last = page.at(-1)
          if (last === undefined) break
          after = last.lead
        }
        const said = (one: Item) => (change === 'stayed' && inBoth(one, was)?.end !== one.end ? 'other' : 'same')
        expect(seen).toEqual(wanted[change].map((one) => `${keyOf(one)} ${said(one)}`))
      }
    }),
    { numRuns: 40 },
  )
}, 60_000)

test('groups hold every item once, the largest first, and each is found by its first', async () => {
  const keys = {
    product: ({ product }: Item) => String(product),
    rule: ({ reason }: Item) => {
      const { code, params } = REASONS[reason] ?? { code: '', params: {} }
      if ('actor' in params) return String(params.actor)
      return `${'source' in params ? params.source : code} ${'rule' in params ? params.rule : ''}`
    },
    reason: ({ reason }: Item) => String(reason),
  }
  await fc.assert(
    fc.asyncProperty(plan, async (items) => {
      await write(NOW, items)
      for (const by of GROUPINGS) {
        const wanted = new Map<string, number>()
        for (const one of items) wanted.set(keys[by](one), (wanted.get(keys[by](one)) ?? 0) + 1)
        const seen: { items: number; first: number }[] = []
        for (let after: GroupPlace | null = null; ; ) {
          const page = await groupItems(sql, ORGANIZATION, NOW, { by, after, limit: 2 })
          seen.push(...page)
          const last = page.at(-1)
          if (last === undefined) break
          after = { items: last.items, first: last.first }
        }
        expect(seen.map((group) => group.items)).toEqual([...wanted.values()].sort((a, b) => b - a))
        for (const { first, items: many } of seen) {
          const asked = { after: 0, limit: 99, alike: { by, item: first } }
          const found = await readPeopleItems(sql, ORGANIZATION, NOW, asked)
          const head = items[first - 1]
          const meant = head && keys[by](head)
          expect(found.map((one) => one.number).sort((a, b) => a - b)).toEqual(
            items.flatMap((one, at) => (keys[by](one) === meant ? [at + 1] : [])),
          )
          expect(found).toHaveLength(many)
        }
      }
    }),
    { numRuns: 40 },
  )
}, 60_000)
