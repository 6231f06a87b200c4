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
