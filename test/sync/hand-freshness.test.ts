/** When a plan by hand is out of date as a whole, and when only some of it is. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PIN_DEFAULT } from '../../src/reconcile/operation.ts'
import { draft } from '../../src/sync/draft.ts'
import { KIM, openWorld, type World } from '../support/pipeline.ts'

const everybody = Array.from({ length: 40 }, (_, n) => `p${n + 1}@acme.example`)

let world: World
beforeEach(async () => {
  world = await openWorld({ products: 'vray: { name: V-Ray, seats: 50 }' })
  await world.sync('roster.csv', `email\n${everybody.join('\n')}\n`)
})
afterEach(() => world.close())

/** Gives V-Ray for good to the first so many, who have it until a day that changes for `changed` of them, and tells how that ended. */
async function prolonged(people: number, changed: number) {
  const users = everybody.slice(0, people)
  await asked(users, '2027-06-30T22:00:00.000Z')
  const plan = await asked(users, null, false)
  await world.sql`
    update assignments set version = version + 1, expires_at = '2030-01-01'
    where person_id in (select person_id from members where email = any(${users.slice(0, changed)}::text[]))`
  await world.sql`update organizations set revision = revision + 1`
  await world.approve(plan)
  const state = await world.run(plan)
  const outcomes = (await world.items(plan)).map((item) => item.state)
  const count = (of: string) => outcomes.filter((one) => one === of).length
  return { state, done: count('succeeded'), stale: count('skipped_stale'), why: (await world.plan(plan)).closedReason }
}

async function asked(users: string[], expiresAt: string | null, apply = true): Promise<number> {
  const operation = {
    verb: 'assign',
    allProducts: false,
    expiresAt,
    role: 'member',
    revokeFirst: false,
    wait: false,
    pin: PIN_DEFAULT,
    selection: { users },
  } as const
  const { plan } = await draft(world.parts, world.organization, {
    actor: KIM,
    operation: { ...operation, products: ['vray'] },
    quiet: true,
  })
  if (!apply) return plan
  await world.approve(plan)
  await world.run(plan)
  return plan
}

test('of fewer than ten, those that no longer fit are passed over and the others happen', async () => {
  expect(await prolonged(9, 8)).toMatchObject({ state: 'applied', done: 1, stale: 8 })
})

test('of which nothing fits any more, all of it is', async () => {
  expect(await prolonged(3, 3)).toMatchObject({
    state: 'stale',
    done: 0,
    why: expect.stringContaining('3 of its 3 items no longer fit the organization.'),
  })
})

test('of ten or more, one in ten is passed over', async () => {
  expect(await prolonged(10, 1)).toMatchObject({ state: 'applied', done: 9, stale: 1 })
})

test('of ten or more, more than one in ten are too many', async () => {
  expect(await prolonged(11, 2)).toMatchObject({ state: 'stale', done: 0 })
})
