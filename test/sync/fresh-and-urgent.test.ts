/** What happens between an approval and its start, beside a plan that waits, and to plans that nobody decides on. */
import { afterEach, expect, test } from 'vitest'
import { listMembers } from '../../src/store/member-list.ts'
import { sweep } from '../../src/sync/sweep.ts'
import { openWorld, type Setting, type World } from '../support/pipeline.ts'

let world: World | null = null
async function open(setting: Setting = {}): Promise<World> {
  world = await openWorld(setting)
  return world
}
afterEach(async () => {
  await world?.close()
  world = null
})

const HOUR = 3_600_000
const DAY = 24 * HOUR
const roster = (...lines: string[]) => `external_id,email,first_name,last_name,products,expires\n${lines.join('\n')}\n`
const people = (from: number, to: number, more = ',') =>
  Array.from({ length: to - from + 1 }, (_, n) => `${from + n},p${from + n}@acme.example,P,N${from + n},${more}`)

test('an end whose day has come waits for no plan: it runs in the urgent lane, in the name of the system', async () => {
  const world = await open()
  await world.sync('roster.csv', roster(...people(1, 1, 'vray,2026-11-25'), ...people(2, 9)))
  await world.drop('less.csv', roster(...people(2, 9)))
  const [waiting = 0] = (await world.propose()).plans
  expect(await world.actions(waiting)).toEqual(['revoke p1@acme.example vray', 'remove p1@acme.example'])
  world.at = new Date('2026-11-25T23:00:01.000Z')
  const [urgent = 0] = (await world.propose('due')).plans
  expect(await world.plan(urgent)).toMatchObject({
    lane: 'urgent',
    part: 'foreseen',
    state: 'approved',
    approvedBy: 'system',
    findings: [],
  })
  // It stands in a plan of its own now, and is not proposed again.
  expect((await world.propose('due')).plans).toEqual([])
  expect(await world.run(urgent)).toBe('applied')
  expect(await world.outcomes(urgent)).toEqual(['revoke p1@acme.example vray succeeded'])
  const [counted] = await world.sql`select kind, count from applied_amounts`
  expect(counted).toEqual({ kind: 'revoke', count: 1 })
  // The older plan finds that done, and does the rest.
  await world.approve(waiting)
  expect(await world.run(waiting)).toBe('applied')
  expect(await world.outcomes(waiting)).toEqual([
    'revoke p1@acme.example vray noop',
    'remove p1@acme.example succeeded',
  ])
})

test('an approved plan is out of date once its source sends a smaller file', async () => {
  const world = await open()
  await world.drop('roster.csv', roster(...people(1, 20)))
  const [plan = 0] = (await world.propose()).plans
  await world.approve(plan)
  await world.drop('fewer.csv', roster(...people(1, 18)))
  expect(await world.run(plan)).toBe('stale')
  expect((await world.plan(plan)).closedReason).toBe('hr has sent a smaller file since: 18 people instead of 20.')
  expect(await world.members()).toEqual([])
})

test('and once the rules are others', async () => {
  const world = await open()
  await world.drop('roster.csv', roster(...people(1, 3)))
  const [plan = 0] = (await world.propose()).plans
  await world.approve(plan)
  await world.configure({ rules: 'some: { source: hr, when: { group: { name: X } }, then: [{ member: member }] }' })
  expect(await world.run(plan)).toBe('stale')
  expect((await world.plan(plan)).closedReason).toBe('The rules have changed since it was made.')
})

test('administrators are reminded after a day and on the last day, each once', async () => {
  const world = await open()
  await world.drop('roster.csv', roster(...people(1, 3)))
  const [plan = 0] = (await world.propose()).plans
  const events = async () => {
    await sweep(world.parts)
    const rows = await world.sql<{ event: string }[]>`select event from letters where plan_id = ${plan} order by id`
    return rows.map((row) => row.event)
  }
  expect(await events()).toEqual(['plan_waits'])
  world.pass(DAY)
  expect(await events()).toEqual(['plan_waits', 'plan_still_waits'])
  world.pass(DAY)
  expect(await events()).toEqual(['plan_waits', 'plan_still_waits'])
  world.pass(4 * DAY)
  expect(await events()).toEqual(['plan_waits', 'plan_still_waits', 'plan_expires'])
  world.pass(DAY)
  expect(await events()).toHaveLength(3)
  expect((await world.plan(plan)).state).toBe('expired')
})

test('the list of who is on the way out says when they lose what', async () => {
  const world = await open({ sources: 'hr: { kind: csv, approval: within_limits }' })
  const leaving = async () => {
    const filter = {
      states: ['invited', 'active', 'suspended'],
      search: null,
      at: world.at,
      after: null,
      limit: 9,
    } as const
    const rows = await listMembers(world.sql, world.organization, { ...filter, leaving: true })
    return rows.map(({ email, leaving }) => [email, leaving])
  }
  for (const last of [8, 9, 10]) await world.sync(`roster${last}.csv`, roster(...people(1, last)))
  expect(await leaving()).toEqual([])
  await world.drop('less.csv', roster(...people(2, 10)))
  await world.propose()
  const since = world.at
  const after = (days: number) => new Date(since.getTime() + days * DAY).toISOString()
  const gone = { since: since.toISOString(), accessEndsAt: after(1), membershipEndsAt: after(14) }
  expect(await leaving()).toEqual([['p1@acme.example', gone]])
  world.pass(2 * DAY)
  await world.drop('again.csv', roster(...people(2, 10)))
  for (const plan of (await world.propose()).plans) await world.run(plan)
  await world.propose('due')
  expect(await leaving()).toEqual([['p1@acme.example', { ...gone, accessEndsAt: null }]])
})
