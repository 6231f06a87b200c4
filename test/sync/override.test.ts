/** Numbers that a person types to let an amount through: they belong to a plan that is held, and to nothing else. */
import { afterEach, expect, test } from 'vitest'
import { approve } from '../../src/sync/approve.ts'
import { KIM, openWorld, type World } from '../support/pipeline.ts'

let world: World
afterEach(() => world?.close())

const people = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => `${from + n},p${from + n}@acme.example,P,N${from + n}`)
const roster = (from: number, to: number) =>
  `${['external_id,email,first_name,last_name', ...people(from, to)].join('\n')}\n`

const audited = () => world.sql`select act from audit where act = 'plan.approved'`

test('where nothing is held a number is refused: whoever types one believes something else of the plan', async () => {
  world = await openWorld()
  await world.drop('roster.csv', roster(1, 4))
  const [id = 0] = (await world.propose()).plans
  await expect(world.approve(id, { count: 4, reason: 'as agreed' })).rejects.toMatchObject({
    code: 'COUNT_MISMATCH',
    message: expect.stringContaining('You confirmed 4, but it is 0.'),
  })
  expect(await world.plan(id)).toMatchObject({ state: 'awaiting_approval', override: null, approvedBy: null })
  expect(await audited()).toEqual([])
  await world.approve(id)
  expect(await world.run(id)).toBe('applied')
  expect(await world.members()).toHaveLength(4)
})

test('where removals are held: neither silence, nor another number, nor an operator lets them through', async () => {
  world = await openWorld({ more: 'limits: { snapshot: { hold_percent: 0, refuse_percent: 0 } }' })
  await world.sync('roster.csv', roster(1, 40))
  await world.drop('less.csv', roster(1, 30))
  const [id = 0] = (await world.propose()).plans
  const plan = await world.plan(id)
  const before = await audited()
  const by = async (role: 'operator' | 'admin', count?: number) => {
    const given = { actor: { ...KIM, role }, hash: plan.hash, start: false }
    const override = count === undefined ? {} : { override: { count, reason: 'as agreed' } }
    await approve(world.parts, world.organization, id, { ...given, ...override })
  }
  await expect(by('admin')).rejects.toMatchObject({ code: 'PLAN_HELD', message: expect.stringContaining('10') })
  await expect(by('admin', 9)).rejects.toMatchObject({ code: 'COUNT_MISMATCH' })
  await expect(by('operator', 10)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  expect((await world.plan(id)).state).toBe('awaiting_approval')
  expect(await audited()).toEqual(before)
  await by('admin', 10)
  expect(await world.plan(id)).toMatchObject({ state: 'approved', override: { count: 10, reason: 'as agreed' } })
  expect(await world.run(id)).toBe('applied')
  expect(await world.members()).toHaveLength(30)
})
