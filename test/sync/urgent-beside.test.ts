/** Whoever loses access does not wait for everybody else to be looked at: the urgent lane runs beside a proposal of the other. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openConnection, type Sql } from '../../src/store/connection.ts'
import { lockJudgement, lockProposals } from '../../src/store/locks.ts'
import { until } from '../support/daemon.ts'
import type { World } from '../support/pipeline.ts'
import { openScene, type Scene } from '../support/pushing.ts'

let scene: Scene
let world: World
/** Whoever works beside. */
let other: Sql
let ada = ''
beforeEach(async () => {
  scene = await openScene()
  world = scene.world
  other = await openConnection(world.url)
  ada = (await Promise.all(['ada', 'bob', 'cem'].map((name) => scene.idp.user(name))))[0] ?? ''
  await world.applyAll(await world.propose('person'))
  await scene.jobs.work()
})
afterEach(async () => {
  await other?.end()
  await world?.close()
})

const states = async () => (await world.members()).map(({ state }) => state)

async function hurry(): Promise<void> {
  world.pass(1_000)
  await world.parts.jobs.propose(world.organization, 'urgent')
  await scene.jobs.work()
}

test('a leaver goes while a proposal about everybody is being made', async () => {
  await other.begin(async (transaction) => {
    await lockProposals(transaction, world.organization, 'sync')
    await scene.idp.deactivate(ada)
    world.pass(1_000)
    const { plans } = await world.propose('urgent')
    expect(await world.actions(plans[0])).toEqual(['suspend ada@acme.example'])
    expect(await world.run(plans[0] ?? 0)).toBe('applied')
  })
  expect(await states()).toContain('suspended')
})

test('what they are allowed is decided one after the other, so that their limits count what both take', async () => {
  await scene.idp.deactivate(ada)
  world.pass(1_000)
  let proposed: ReturnType<World['propose']> | null = null
  await other.begin(async (transaction) => {
    await lockJudgement(transaction, world.organization)
    proposed = world.propose('urgent')
    await until(async () => {
      const waiting = await world.sql`
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'advisory'`
      return waiting.length > 0
    }, 10_000)
    expect(await world.sql`select from plans where lane = 'urgent'`).toHaveLength(0)
  })
  const done = await (proposed ?? world.propose('urgent'))
  expect(await world.actions(done.plans[0])).toEqual(['suspend ada@acme.example'])
})

test('somebody whom another one evaluates just now is waited for, and not passed over', async () => {
  await scene.idp.deactivate(ada)
  world.pass(1_000)
  // Read, so that there is a mark; the other one takes it and dies.
  const [person] = await world.sql<
    { id: number }[]
  >`select person_id as id from members where email = 'ada@acme.example'`
  await world.sql`insert into dirty_people (organization_id, person_id) values (${world.organization}, ${person?.id ?? 0}) on conflict do nothing`
  const held = other.begin(async (transaction) => {
    await transaction`select from dirty_people where person_id = ${person?.id ?? 0} for update`
    await sleep(700)
  })
  await sleep(100)
  await hurry()
  await held
  expect(await states()).toContain('suspended')
})

test('both at once over the same people end as they should, and do nothing twice', async () => {
  const ids = await Promise.all(Array.from({ length: 30 }, (_, n) => scene.idp.user(`p${n}`)))
  await world.applyAll(await world.propose('person'))
  await scene.jobs.work()
  for (const id of ids.slice(0, 4)) await scene.idp.deactivate(id)
  await Promise.all(Array.from({ length: 10 }, (_, n) => scene.idp.user(`new${n}`)))
  world.pass(1_000)
  const [all, some] = await Promise.all([world.propose('person'), world.propose('urgent')])
  for (const plan of [...all.plans, ...some.plans]) {
    if ((await world.plan(plan)).state === 'awaiting_approval') await world.approve(plan)
    await world.run(plan)
  }
  await hurry()
  await world.applyAll(await world.propose('person'))
  await scene.jobs.work()
  expect((await states()).filter((state) => state === 'suspended')).toHaveLength(4)
  expect((await world.members()).filter(({ email }) => email.startsWith('new'))).toHaveLength(10)
  expect((await world.propose('person')).plans).toEqual([])
})
