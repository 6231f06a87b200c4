import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from '../support/pipeline.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

test('a roster becomes a plan, the plan is applied, and planning again finds nothing', async () => {
  await world.drop(
    'roster.csv',
    'external_id,email,first_name,last_name,groups\n1,ada@acme.example,Ada,Lovelace,Artists\n2,bob@acme.example,Bob,Ross,\n',
  )
  const proposed = await world.propose()
  expect(proposed.plans).toHaveLength(1)
  const plan = await world.plan(proposed.plans[0])
  expect(plan.counts).toEqual({ invite: 2, assign: 1 })
  expect(await world.applyAll(proposed)).toEqual(['applied'])
  expect(await world.members()).toEqual([
    { email: 'ada@acme.example', state: 'invited', products: ['vray'] },
    { email: 'bob@acme.example', state: 'invited', products: [] },
  ])
  expect((await world.propose()).plans).toEqual([])
})
