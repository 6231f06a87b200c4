/** What a person does while a proposal is being made, or while its plan waits, is the last word: no plan undoes what it did not know. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openConnection } from '../../src/store/connection.ts'
import { lockAwaiting } from '../../src/store/locks.ts'
import { byHand } from '../support/by-hand.ts'
import { until } from '../support/daemon.ts'
import { openWorld, type World } from '../support/pipeline.ts'

const ADA = 'ada@acme.example'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

async function done(verb: 'assign' | 'revoke', product: string): Promise<void> {
  const plan = await byHand(world, { verb }, [{ kind: verb, email: ADA, product }])
  await world.approve(plan)
  expect(await world.run(plan)).toBe('applied')
}

const productsOf = async (email: string) => (await world.members()).find((one) => one.email === email)?.products

test('a licence that is taken back between the evaluation and the comparison is not given again', async () => {
  await world.sync('1.csv', `email\n${ADA}\n`)
  await done('assign', 'vray')
  await world.propose('due')
  // Somebody new waits for approval: a proposal that is to take the place of that plan stands at it once everybody is evaluated.
  await world.drop('2.csv', `email\n${ADA}\ngrace@acme.example\n`)
  const waiting = await world.propose()
  expect(await world.actions(waiting.plans[0])).toEqual(['invite grace@acme.example'])
  const other = await openConnection(world.url)
  const revoke = await byHand(world, { verb: 'revoke' }, [{ kind: 'revoke', email: ADA, product: 'vray' }])
  await world.approve(revoke)
  const proposal = await other.begin(async (transaction) => {
    await lockAwaiting(transaction, world.organization)
    const proposed = world.propose()
    await until(async () => {
      const held = await world.sql`select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like '%for update%'`
      return held.length > 0
    }, 10_000)
    expect(await world.run(revoke)).toBe('applied')
    return { proposed }
  })
  const { plans } = await proposal.proposed
  await other.end()
  for (const plan of plans) expect(await world.actions(plan)).toEqual(['invite grace@acme.example'])
  await world.applyAll({ proposalId: null, plans, unchanged: 0 })
  expect(await productsOf(ADA)).toEqual([])
  // Once they are evaluated again there is nothing to do either.
  expect((await world.propose()).plans).toEqual([])
})

test("an approval and the proposal that is to take the place of its plan do not stand in each other's way", async () => {
  const people = (last: number) => Array.from({ length: last }, (_, n) => `${n},p${n}@acme.example\n`).join('')
  await world.sync('1.csv', `external_id,email\n${people(6)}`)
  await world.drop('2.csv', `external_id,email\n${people(5)}`)
  const [plan = 0] = (await world.propose()).plans
  expect(await world.actions(plan)).toEqual(['remove p5@acme.example'])
  await world.drop('3.csv', `external_id,email\n${people(4)}`)
  const other = await openConnection(world.url)
  const waiting = (many: number) =>
    until(async () => {
      const held = await world.sql`
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      return held.length >= many
    }, 10_000)
  const started = await other.begin(async (transaction) => {
    // The proposal has the plan by now, and is about to judge what it found.
    await transaction`lock table borrows in share mode`
    const proposed = Promise.allSettled([world.propose()])
    await waiting(1)
    const approved = Promise.allSettled([world.approve(plan)])
    await waiting(2)
    return { proposed, approved }
  })
  const [[proposed], [approved]] = await Promise.all([started.proposed, started.approved])
  await other.end()
  expect(approved).toMatchObject({ status: 'rejected', reason: { code: 'PLAN_STATE' } })
  expect(proposed).toMatchObject({ status: 'fulfilled' })
  expect(await world.plan(plan)).toMatchObject({ state: 'superseded' })
})

test('a licence that is given and taken back by hand while a plan is approved is not given by that plan', async () => {
  await world.sync('1.csv', `email,groups\n${ADA},\n`)
  await world.drop('2.csv', `email,groups\n${ADA},Artists\n`)
  const { plans } = await world.propose()
  const [plan = 0] = plans
  expect(await world.actions(plan)).toEqual([`assign ${ADA} vray`])
  await world.approve(plan)
  world.pass(1_000)
  await done('assign', 'vray')
  await done('revoke', 'vray')
  await world.run(plan)
  expect(await world.outcomes(plan)).toEqual([`assign ${ADA} vray skipped_stale STALE_ITEM`])
  expect(await productsOf(ADA)).toEqual([])
})
