/** The numbers of a plan's headline: they add up over everything that was proposed together. */
import { afterEach, expect, test } from 'vitest'
import { invite } from '../../src/sync/by-hand.ts'
import { KIM, openWorld, type World } from '../support/pipeline.ts'

let world: World | null = null
afterEach(async () => {
  await world?.close()
  world = null
})

const people = (...numbers: number[]) => `id,email\n${numbers.map((n) => `${n},p${n}@acme.example\n`).join('')}`

test('both plans of a proposal say how many members neither touches', async () => {
  world = await openWorld({
    sources: 'hr: { kind: csv, approval: manual }\nadds: { kind: csv, mode: delta, approval: additive_auto }',
    rules: `everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }
added: { source: adds, when: { everyone: true }, then: [{ member: member }] }`,
  })
  await world.sync('roster.csv', people(1, 2, 3, 4, 5, 6))
  await world.sync('first.csv', people(9), 'adds')
  await world.drop('less.csv', people(1, 2, 3, 4, 5))
  await world.drop('adds.csv', people(7, 8), 'adds')
  const { plans, unchanged } = await world.propose()
  const [free, waiting] = await Promise.all(plans.map((id) => world?.plan(id)))
  expect([free?.part, free?.headline]).toEqual(['free', 'Invite 2 — 6 unchanged'])
  expect([waiting?.part, waiting?.headline]).toEqual(['waiting', 'Remove 1 — 6 unchanged'])
  expect(unchanged).toBe(6)
})

test('newcomers are no members yet, and a second look at a plan that waits says the same', async () => {
  world = await openWorld()
  await world.sync('roster.csv', people(1, 2, 3))
  await world.drop('more.csv', people(1, 2, 3, 4, 5))
  const { plans, unchanged } = await world.propose()
  expect((await world.plan(plans[0])).headline).toBe('Invite 2 — 3 unchanged')
  expect([unchanged, (await world.propose('person')).unchanged]).toEqual([3, 3])
})

test('whoever is invited by hand as a member already is said to be one', async () => {
  world = await openWorld()
  await world.sync('roster.csv', people(1, 2))
  const again = await invite(world.parts, world.organization, { actor: KIM, email: 'p2@acme.example' })
  expect((await world.plan(again)).headline).toBe(
    'p2@acme.example is already a member. Nothing changes: they stay for as long as their sources want them.',
  )
  expect((await world.items(again)).map((item) => item.predicted)).toEqual(['noop'])
  const first = await invite(world.parts, world.organization, { actor: KIM, email: 'p3@acme.example' })
  expect((await world.plan(first)).headline).toBe('Invite 1; 1 person gets one mail')
  expect((await world.items(first)).map((item) => item.predicted)).toEqual(['succeeded'])
})
