/** Plans that wait side by side: each may be within the limits, and all of them together beyond. */
import { afterEach, expect, test } from 'vitest'
import { openWorld, type World } from '../support/pipeline.ts'

let world: World
afterEach(() => world?.close())

const roster = (from: number, to: number) => {
  const lines = Array.from({ length: to - from + 1 }, (_, n) => `${from + n},p${from + n}@acme.example,P,N${from + n}`)
  return `${['external_id,email,first_name,last_name', ...lines].join('\n')}\n`
}
const RULE = 'when: { everyone: true }, then: [{ member: member }]'
const TWO_SOURCES = {
  sources: 'hr: { kind: csv, approval: manual }\nother: { kind: csv, approval: manual }',
  rules: `one: { source: hr, ${RULE} }\ntwo: { source: other, ${RULE} }`,
}
const stops = async (id: number) => (await world.plan(id)).findings.filter((finding) => finding.verdict !== 'pass')

/** Two plans of a hundred members, of eight and seven removals, neither of which anybody has decided on; the limit is ten. */
async function twoWaiting(): Promise<[number, number]> {
  world = await openWorld({ ...TWO_SOURCES, more: 'limits: { snapshot: { hold_percent: 0, refuse_percent: 0 } }' })
  await world.sync('hr.csv', roster(1, 50))
  await world.sync('other.csv', roster(51, 100), 'other')
  await world.drop('hr-2.csv', roster(1, 42))
  const [eight = 0] = (await world.propose()).plans
  await world.drop('other-2.csv', roster(51, 93), 'other')
  // What is merely due replaces no plan that waits.
  const [seven = 0] = (await world.propose('due')).plans
  expect([(await world.plan(eight)).state, (await world.plan(seven)).state]).toEqual(Array(2).fill('awaiting_approval'))
  expect([...(await stops(eight)), ...(await stops(seven))]).toEqual([])
  return [eight, seven]
}

const SUM = 'Removals in 24 hours: 8 before and 7 in this plan = 15'

test('the second of two waiting plans is held at the sum, and needs its number', async () => {
  const [eight, seven] = await twoWaiting()
  await world.approve(eight)
  await expect(world.approve(seven)).rejects.toMatchObject({
    code: 'PLAN_HELD',
    message: expect.stringContaining(SUM),
  })
  expect(await world.plan(seven)).toMatchObject({ state: 'awaiting_approval', approvedBy: null })
  expect(await stops(seven)).toMatchObject([{ guard: 'G15', verdict: 'hold', nature: 'amount' }])
  const letters = await world.sql`select 1 from letters where plan_id = ${seven} and event = 'plan_held'`
  expect(letters).toHaveLength(1)
  expect(await world.run(eight)).toBe('applied')
  await expect(world.approve(seven, { count: 8, reason: 'as agreed' })).rejects.toMatchObject({
    code: 'COUNT_MISMATCH',
  })
  await world.approve(seven, { count: 7, reason: 'the office was sold' })
  expect(await world.run(seven)).toBe('applied')
  expect(await world.members()).toHaveLength(85)
})

test('the same once the first of them is applied', async () => {
  const [eight, seven] = await twoWaiting()
  await world.approve(eight)
  expect(await world.run(eight)).toBe('applied')
  await expect(world.approve(seven)).rejects.toMatchObject({
    code: 'PLAN_HELD',
    message: expect.stringContaining(SUM),
  })
})

test('of two people who approve them at the same moment, one is stopped', async () => {
  const plans = await twoWaiting()
  const answers = await Promise.allSettled(plans.map((plan) => world.approve(plan)))
  expect(answers.map((answer) => answer.status).sort()).toEqual(['fulfilled', 'rejected'])
  const states = await Promise.all(plans.map(async (plan) => (await world.plan(plan)).state))
  expect(states.sort()).toEqual(['approved', 'awaiting_approval'])
})

test('the invitations of a new source are looked at, not counted, also once something else was applied', async () => {
  world = await openWorld({ ...TWO_SOURCES, more: 'limits: { invite: { refuse_number: 10 } }' })
  await world.drop('hr.csv', roster(1, 20))
  const [first = 0] = (await world.propose()).plans
  await world.drop('other.csv', roster(51, 52), 'other')
  const [second = 0] = (await world.propose('due')).plans
  await world.approve(second)
  expect(await world.run(second)).toBe('applied')
  await world.approve(first)
  expect(await world.run(first)).toBe('applied')
})
