/** What holds of addresses and user names for every row of files, torn ones included. Through the real store and the real apply. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nameKey } from '../../src/reconcile/normalise.ts'
import { organizationsWithDue } from '../../src/store/due.ts'
import type { Proposed } from '../../src/sync/propose.ts'
import { anew } from '../support/anew.ts'
import { openWorld, type Setting, type World } from '../support/pipeline.ts'
import { EXPLORING } from '../support/property-seed.ts'
import { WIDE_LIMITS } from '../support/wide-limits.ts'

const SETTING: Setting = {
  products: 'vray: { name: V-Ray, seats: 100 }',
  more: WIDE_LIMITS,
}

const HEADER = 'external_id,email,user_name,first_name,groups,status'
const text = (rows: string[]) => `${[HEADER, ...rows].join('\n')}\n`

/** Few names for many ids, so that rows share them; an id at most once a file. */
const roster = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom('1', '2', '3', '4', '5', '6'),
    email: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'H'),
    user: fc.constantFrom('', '', '', 'u', 'v', 'W', 'x'),
    first: fc.constantFrom('Ada', 'Bob'),
    group: fc.constantFrom('', 'Artists'),
    status: fc.constantFrom('', '', '', 'leaver'),
  }),
  { selector: (row) => row.id, minLength: 1, maxLength: 6 },
)
type Row = Record<'id' | 'email' | 'user' | 'first' | 'group' | 'status', string>
const lineOf = ({ id, email, user, first, group, status }: Row) =>
  `${id},${email}@acme.example,${user},${first},${group},${status}`

let world: World
beforeAll(async () => {
  world = await openWorld(SETTING)
})
afterAll(() => world.close())

/** No two items of the proposal give one address, or one user name, to two people. */
async function expectOneEach({ plans }: Proposed): Promise<void> {
  const items = (await Promise.all(plans.map((plan) => world.items(plan)))).flat()
  const given = items.flatMap(({ after }) => [
    ...(after?.email === undefined ? [] : [`email ${nameKey(after.email)}`]),
    ...(after?.userName == null ? [] : [`user name ${nameKey(after.userName)}`]),
  ])
  expect(given.filter((value, at) => given.indexOf(value) !== at)).toEqual([])
}

/** Applies it all: what was foreseen comes true, and nothing else fails. */
async function expectForeseen(proposed: Proposed): Promise<number> {
  await world.applyAll(proposed)
  const items = (await Promise.all(proposed.plans.map((plan) => world.items(plan)))).flat()
  // Not the values: whoever is in the way may be renamed before, and the outcome calls them by their new address.
  expect(items.map(({ kind, email, state, code }) => [kind, email, state, code])).toEqual(
    items.map(({ kind, email, predicted, foreseen }) => [kind, email, predicted, foreseen?.code ?? null]),
  )
  return items.filter((item) => item.foreseen !== null).length
}

test('no plan gives one address to two members, and what fails was foreseen; what waits comes when it is due', async () => {
  const met = { foreseen: 0, shared: 0, waits: 0 }
  await fc.assert(
    fc.asyncProperty(fc.array(roster, { minLength: 2, maxLength: 4 }), async (rosters) => {
      await anew(world, SETTING)
      for (const [index, rows] of rosters.entries()) {
        await world.drop(`roster-${index}.csv`, text(rows.map(lineOf)))
        const proposed = await world.propose()
        await expectOneEach(proposed)
        const [beside] = await world.sql<{ shared: number; waits: number }[]>`
          select (select count(*)::int from decisions where state = 'open' and kind = 'shared') as shared,
            (select count(*)::int from waits where kind = 'address') as waits`
        met.shared += beside?.shared ?? 0
        met.waits += beside?.waits ?? 0
        met.foreseen += await expectForeseen(proposed)
        // Whoever waited for an address that this plan has freed; after that, only time or a person can change anything.
        const again = await world.propose('person')
        await expectOneEach(again)
        await expectForeseen(again)
        const kinds = (await Promise.all((await world.propose('person')).plans.map((plan) => world.items(plan)))).flat()
        expect(kinds.filter((item) => item.foreseen === null)).toEqual([])
        expect(await organizationsWithDue(world.sql, world.at)).toEqual([])
      }
    }),
    { numRuns: 25, endOnFailure: true },
  )
  if (!EXPLORING) expect(Math.min(met.foreseen, met.shared, met.waits)).toBeGreaterThan(0)
})

test('the order of torn rows does not matter: the same plans, to the hash', async () => {
  const plansOf = async (rows: Row[][]) => {
    await anew(world, SETTING)
    const found: string[] = []
    for (const [index, one] of rows.entries()) {
      const { plans } = await world.sync(`roster-${index}.csv`, text(one.map(lineOf)))
      for (const plan of plans) found.push((await world.plan(plan)).hash, ...(await world.actions(plan)))
    }
    return found
  }
  await fc.assert(
    fc.asyncProperty(fc.array(roster, { minLength: 1, maxLength: 3 }), async (rosters) => {
      expect(await plansOf(rosters.map((rows) => rows.toReversed()))).toEqual(await plansOf(rosters))
    }),
    { numRuns: 10, endOnFailure: true },
  )
})
