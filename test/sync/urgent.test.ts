/** Whoever an identity provider deactivates loses access at once, and an accident of it stops at the limits. */
import { afterEach, describe, expect, test } from 'vitest'
import { listDecisions } from '../../src/store/decision-list.ts'
import { listPlans } from '../../src/store/plans.ts'
import { approve } from '../../src/sync/approve.ts'
import { answer, reject } from '../../src/sync/decide.ts'
import { proposePushed } from '../../src/sync/push.ts'
import { KIM, type Setting, type World } from '../support/pipeline.ts'
import { openScene, type Scene, SETTING } from '../support/pushing.ts'

let world: World | null = null
afterEach(async () => {
  await world?.close()
  world = null
})

async function open(setting: Setting = {}): Promise<Scene> {
  const scene = await openScene(setting)
  world = scene.world
  return scene
}

/** So many people, all members, and all of what a first plan has to be looked at for. */
async function populate({ world, idp, jobs }: Scene, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, n) => `p${String(n).padStart(4, '0')}`)
  const ids = await Promise.all(names.map((name) => idp.user(name)))
  const proposed = await world.propose('person')
  await world.applyAll(proposed)
  await jobs.work()
  return ids
}

const states = async ({ world }: Scene) => {
  const rows = await world.sql<{ state: string; n: number }[]>`
    select state, count(*)::int as n from members where organization_id = ${world.organization} group by 1`
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]))
}
const plansOf = ({ world }: Scene, lane: 'urgent' | 'sync') =>
  listPlans(world.sql, world.organization, { lane, limit: 1_000 })
const openPlans = async (scene: Scene, lane: 'urgent' | 'sync') =>
  (await plansOf(scene, lane)).filter((plan) => plan.state === 'awaiting_approval')
const stateOf = async ({ world }: Scene, name: string) =>
  (await world.members()).find((member) => member.email === `${name}@acme.example`)?.state

/** A second of the urgent lane. */
async function urgent({ world, jobs }: Scene): Promise<void> {
  world.pass(1_000)
  await world.parts.jobs.propose(world.organization, 'urgent')
  await jobs.work()
}

test('a leaver is suspended, and their licences are free, in a plan of the urgent lane', async () => {
  const scene = await open()
  const [ada = ''] = await populate(scene, 9)
  await scene.idp.group('Artists', [ada])
  await scene.world.applyAll(await scene.world.propose('pushed'))
  await scene.idp.deactivate(ada)
  await urgent(scene)
  const [plan] = await plansOf(scene, 'urgent')
  expect(plan).toMatchObject({ lane: 'urgent', part: 'free', state: 'applied', approvedBy: 'policy within_limits' })
  expect(await scene.world.actions(plan?.id)).toEqual(['suspend p0000@acme.example', 'revoke p0000@acme.example vray'])
  // And is asked about again: the week to the end of the membership has begun, and nothing is left to do.
  expect(scene.jobs.done.slice(-3)).toEqual(['propose urgent', 'execute urgent', 'propose urgent'])
  const [wait] = await scene.world.sql`select kind from waits`
  expect(wait).toEqual({ kind: 'grace' })
  expect((await scene.world.sql`select from pushed_people`).length).toBe(0)
})

test('5,000 deactivations in portions of 50: the limit is suspended, one held plan names the rest, and its count does them', async () => {
  const scene = await open({ more: 'limits: { invite: { floor: 10000 } }' })
  const { world, idp } = scene
  const ids = await populate(scene, 6_000)
  expect(await states(scene)).toEqual({ invited: 6_000 })
  for (let from = 0; from < 5_000; from += 50) {
    await Promise.all(ids.slice(from, from + 50).map((id) => idp.deactivate(id)))
    await urgent(scene)
    await proposePushed(world.parts)
    await scene.jobs.work()
  }
  expect(await states(scene)).toEqual({ invited: 5_900, suspended: 100 })
  world.pass(10_000)
  await proposePushed(world.parts)
  await scene.jobs.work()
  const held = await openPlans(scene, 'urgent')
  expect(held.map((plan) => plan.counts)).toEqual([{ suspend: 4_900 }])
  expect(held[0]?.findings.find((one) => one.guard === 'G5')).toMatchObject({ verdict: 'refuse', measured: 4_900 })
  // More than half of everybody: two administrators, each with the count.
  const [plan] = held
  if (!plan) throw new Error('no plan')
  const approval = { hash: plan.hash, override: { count: 4_900, reason: 'The studio closes.' }, start: true }
  const lee = { ...KIM, name: 'lee@acme.example' }
  await expect(
    approve(world.parts, world.organization, plan.id, {
      ...approval,
      actor: KIM,
      override: { count: 4_899, reason: 'x' },
    }),
  ).rejects.toMatchObject({ code: 'COUNT_MISMATCH' })
  expect(await approve(world.parts, world.organization, plan.id, { ...approval, actor: KIM })).toBe('consented')
  expect(await approve(world.parts, world.organization, plan.id, { ...approval, actor: lee })).toBe('approved')
  await scene.jobs.work()
  expect(await states(scene)).toEqual({ invited: 1_000, suspended: 5_000 })
}, 240_000)

test('a leaver does not wait for a plan that awaits approval, in which they stand', async () => {
  const scene = await open()
  const ids = await populate(scene, 9)
  const { world, idp } = scene
  // Everybody gets a product at once by a changed rule, which a person has to look at.
  await world.configure({
    ...SETTING,
    rules: `${SETTING.rules}\nall: { source: idp, when: { everyone: true }, then: [{ product: houdini }] }`,
  })
  const [waiting = 0] = (await world.propose('rules')).plans
  expect((await world.plan(waiting)).state).toBe('awaiting_approval')
  await idp.deactivate(ids[0] ?? '')
  await urgent(scene)
  expect(await stateOf(scene, 'p0000')).toBe('suspended')
  // The older plan finds them changed, does everybody else, and takes nothing back.
  await world.approve(waiting)
  await world.run(waiting)
  const outcomes = await world.outcomes(waiting)
  expect(outcomes.filter((line) => line.includes('p0000'))).toEqual([
    'assign p0000@acme.example houdini skipped_stale STALE_ITEM',
  ])
  expect(outcomes.filter((line) => line.endsWith('succeeded'))).toHaveLength(8)
})

test('nor for a plan that is being applied, in which they stand', async () => {
  const scene = await open()
  const ids = await populate(scene, 9)
  const { world, idp } = scene
  await idp.group('Artists', ids)
  const [plan = 0] = (await world.propose('pushed')).plans
  await world.sql`update plans set state = 'applying' where id = ${plan}`
  await idp.deactivate(ids[3] ?? '')
  await urgent(scene)
  expect(await stateOf(scene, 'p0003')).toBe('suspended')
  await world.run(plan)
  const held = (await world.members()).filter((member) => member.products.length > 0)
  expect(held).toHaveLength(8)
})

test('what is in no hurry leaves them to the urgent lane, also where it reads of them first', async () => {
  const scene = await open({ sources: 'idp: { kind: scim, approval: manual }' })
  const { world, idp } = scene
  const ids = await populate(scene, 9)
  await idp.deactivate(ids[0] ?? '')
  await idp.change(ids[1] ?? '', { displayName: 'One' })
  const [plan = 0] = (await world.propose('person')).plans
  expect(await world.actions(plan)).toEqual(['update_profile p0001@acme.example'])
  await urgent(scene)
  const [own] = await openPlans(scene, 'urgent')
  expect(await world.actions(own?.id)).toEqual(['suspend p0000@acme.example'])
})

test('while a plan is held, whoever passes the guards goes; the others are held back and join it', async () => {
  const scene = await open()
  const { world, idp, jobs } = scene
  const ids = await populate(scene, 40)
  const leave = async (from: number, to: number) => {
    for (const id of ids.slice(from, to)) await idp.deactivate(id)
    await urgent(scene)
  }
  await leave(0, 8)
  const [first] = await openPlans(scene, 'urgent')
  expect(first?.counts).toEqual({ suspend: 8 })
  await leave(8, 10)
  expect(await states(scene)).toEqual({ invited: 38, suspended: 2 })
  await leave(10, 15)
  expect(await states(scene)).toEqual({ invited: 38, suspended: 2 })
  expect(await openPlans(scene, 'urgent')).toEqual([first])
  // Two more pass by themselves: those who are held back do not count for them.
  await leave(15, 17)
  expect(await states(scene)).toEqual({ invited: 36, suspended: 4 })
  world.pass(5_000)
  await proposePushed(world.parts)
  expect(jobs.waiting).toEqual([])
  world.pass(5_000)
  await proposePushed(world.parts)
  await jobs.work()
  const [second, ...more] = await openPlans(scene, 'urgent')
  expect(more).toEqual([])
  expect(second?.counts).toEqual({ suspend: 13 })
  expect(await world.plan(first?.id)).toMatchObject({ state: 'superseded', supersededBy: second?.id })
  // Nobody new: the plan stays as it is.
  world.pass(60_000)
  await proposePushed(world.parts)
  await urgent(scene)
  expect(await openPlans(scene, 'urgent')).toEqual([second])
})

test('without a quiet moment the held plan is replaced after five minutes', async () => {
  const scene = await open()
  const { world, idp, jobs } = scene
  const ids = await populate(scene, 60)
  for (const id of ids.slice(0, 10)) await idp.deactivate(id)
  await urgent(scene)
  const sizes = new Set<number>()
  for (let n = 0; n < 40; n += 1) {
    for (const id of ids.slice(10 + n, 11 + n)) await idp.deactivate(id)
    world.pass(8_000)
    await proposePushed(world.parts)
    await urgent(scene)
    await jobs.work()
    for (const plan of await openPlans(scene, 'urgent')) sizes.add(plan.items)
  }
  // Six may go by themselves; whoever follows is held back until then.
  expect([...sizes].length).toBeGreaterThan(1)
  expect([...sizes].length).toBeLessThan(4)
})

test('whoever is active again is left out of the plan that takes the place of a held one', async () => {
  const scene = await open()
  const { world, idp, jobs } = scene
  const ids = await populate(scene, 40)
  for (const id of ids.slice(0, 10)) await idp.deactivate(id)
  await urgent(scene)
  await idp.change(ids[0] ?? '', { active: true })
  for (const id of ids.slice(10, 20)) await idp.deactivate(id)
  await urgent(scene)
  world.pass(10_000)
  await proposePushed(world.parts)
  await jobs.work()
  const [plan] = await openPlans(scene, 'urgent')
  expect(plan?.counts).toEqual({ suspend: 19 })
  expect(await world.actions(plan?.id)).not.toContain('suspend p0000@acme.example')
})

test('whoever is active again before the held plan is approved keeps their access', async () => {
  const scene = await open()
  const { world, idp, jobs } = scene
  const ids = await populate(scene, 40)
  for (const id of ids.slice(0, 10)) await idp.deactivate(id)
  await urgent(scene)
  const [plan] = await openPlans(scene, 'urgent')
  await idp.change(ids[0] ?? '', { active: true })
  world.pass(10_000)
  await world.propose('pushed')
  await world.approve(plan?.id ?? 0, { count: 10, reason: 'They left.' })
  await world.run(plan?.id ?? 0)
  expect((await world.outcomes(plan?.id)).filter((line) => !line.endsWith('succeeded'))).toEqual([
    'suspend p0000@acme.example skipped_stale STALE_ITEM',
  ])
  await jobs.work()
  expect(await states(scene)).toEqual({ invited: 31, suspended: 9 })
  expect((await world.sql`select from pushed_people`).length).toBe(0)
})

test('a rejected urgent plan is not proposed again until the source says something new of its people', async () => {
  const scene = await open({ sources: 'idp: { kind: scim, approval: manual }' })
  const { world, idp } = scene
  const ids = await populate(scene, 9)
  await idp.deactivate(ids[0] ?? '')
  await urgent(scene)
  const [plan] = await openPlans(scene, 'urgent')
  await reject(world.parts, world.organization, plan?.id ?? 0, { actor: KIM })
  await urgent(scene)
  await world.propose('person')
  expect(await openPlans(scene, 'urgent')).toEqual([])
  expect(await openPlans(scene, 'sync')).toEqual([])
  world.pass(1_000)
  await idp.remove(ids[0] ?? '')
  await urgent(scene)
  const [again] = await openPlans(scene, 'urgent')
  expect(await world.actions(again?.id)).toEqual(['remove p0000@acme.example'])
})

describe('a leaver of whom a plan that awaits approval wants something', () => {
  const sources = 'idp: { kind: scim, approval: manual }'
  const later = async ({ world, jobs }: Scene) => {
    for (let n = 0; n < 4; n += 1) {
      world.pass(6 * 3_600_000)
      await proposePushed(world.parts)
      await jobs.work()
    }
  }

  test.each(['deactivate', 'remove'] as const)('is not invited once it is approved: %s', async (leave) => {
    const scene = await open({ sources })
    const { world, idp } = scene
    const [ada = '', bob = ''] = [await idp.user('ada'), await idp.user('bob')]
    await idp.group('Artists', [ada, bob])
    const [waiting = 0] = (await world.propose('pushed')).plans
    world.pass(60_000)
    await idp[leave](ada)
    await urgent(scene)
    world.pass(60_000)
    await world.approve(waiting)
    await world.run(waiting)
    expect((await world.outcomes(waiting)).filter((line) => line.includes('ada'))).toEqual([
      'invite ada@acme.example skipped_stale STALE_ITEM',
      'assign ada@acme.example vray skipped_stale STALE_ITEM',
    ])
    await later(scene)
    expect(await world.members()).toEqual([{ email: 'bob@acme.example', state: 'invited', products: ['vray'] }])
    expect(await world.sql`select from pushed_people`).toHaveLength(0)
  })

  test('is not reactivated', async () => {
    const scene = await open({ sources })
    const { world, idp, jobs } = scene
    const [ada = ''] = await populate(scene, 2)
    await idp.deactivate(ada)
    world.pass(1_000)
    await world.applyAll(await world.propose('urgent'))
    await jobs.work()
    world.pass(1_000)
    await idp.change(ada, { active: true })
    const [waiting = 0] = (await world.propose('pushed')).plans
    expect(await world.actions(waiting)).toEqual(['reactivate p0000@acme.example'])
    world.pass(1_000)
    await idp.deactivate(ada)
    await urgent(scene)
    await world.approve(waiting)
    await world.run(waiting)
    await later(scene)
    expect(await stateOf(scene, 'p0000')).toBe('suspended')
    expect(await world.sql`select from pushed_people`).toHaveLength(0)
  })

  test('nor given anything while their own plan is held, which does its part all the same', async () => {
    const scene = await open({ sources })
    const { world, idp, jobs } = scene
    const [ada = ''] = await populate(scene, 2)
    const group = await idp.group('Artists', [ada])
    const [waiting = 0] = (await world.propose('pushed')).plans
    world.pass(1_000)
    await idp.deactivate(ada)
    await urgent(scene)
    await idp.members(group, { op: 'remove', values: [ada] })
    world.pass(11_000)
    await world.propose('pushed')
    await urgent(scene)
    await world.approve(waiting)
    await world.run(waiting)
    await jobs.work()
    expect(await world.outcomes(waiting)).toEqual(['assign p0000@acme.example vray skipped_stale STALE_ITEM'])
    const [held] = await openPlans(scene, 'urgent')
    await world.approve(held?.id ?? 0)
    await world.run(held?.id ?? 0)
    expect(await world.outcomes(held?.id)).toEqual(['suspend p0000@acme.example succeeded'])
  })
})

test('what is said of a leaver later, as that they are in no group any more, takes nothing from the plan that was approved', async () => {
  const scene = await open({ sources: 'idp: { kind: scim, approval: manual }' })
  const { world, idp, jobs } = scene
  const [ada = ''] = await populate(scene, 5)
  const group = await idp.group('Artists', [ada])
  await world.applyAll(await world.propose('pushed'))
  await jobs.work()
  world.pass(1_000)
  await idp.deactivate(ada)
  await urgent(scene)
  await idp.members(group, { op: 'remove', values: [ada] })
  await idp.change(ada, { title: 'Left' })
  world.pass(11_000)
  await world.parts.jobs.propose(world.organization, 'pushed')
  await jobs.work()
  world.pass(1_000)
  const [plan] = await openPlans(scene, 'urgent')
  await world.approve(plan?.id ?? 0)
  await world.run(plan?.id ?? 0)
  expect(await world.outcomes(plan?.id)).toEqual([
    'suspend p0000@acme.example succeeded',
    'revoke p0000@acme.example vray succeeded',
  ])
})

test('nor does it take whoever is held back out from under the guards', async () => {
  const scene = await open()
  const { world, idp, jobs } = scene
  const ids = await populate(scene, 40)
  for (const id of ids.slice(0, 10)) await idp.deactivate(id)
  await urgent(scene)
  for (const id of ids.slice(10, 20)) await idp.deactivate(id)
  await urgent(scene)
  expect(await states(scene)).toEqual({ invited: 40 })
  for (const id of ids.slice(10, 12)) await idp.change(id, { displayName: 'Left' })
  world.pass(1_000)
  await world.parts.jobs.propose(world.organization, 'pushed')
  await jobs.work()
  await urgent(scene)
  expect(await states(scene)).toEqual({ invited: 40 })
})

test('what another source gave a leaver is taken when that source says so, and by its approval', async () => {
  const scene = await open({
    sources: 'hr: { kind: csv, approval: manual }\nidp: { kind: scim, approval: within_limits }',
    rules: `staff: { source: hr, when: { everyone: true }, then: [{ member: member }] }
sims: { source: hr, when: { attribute: department, is: Simulation }, then: [{ product: houdini }] }
${SETTING.rules}`,
  })
  const { world, idp, jobs } = scene
  const others = ['bob', 'cem', 'dee', 'eve', 'fay']
  const file = (department: string) =>
    [
      'email,first_name,department',
      `ada@acme.example,Ada,${department}`,
      ...others.map((name) => `${name}@acme.example,${name},Office`),
    ].join('\n')
  await world.sync('one.csv', file('Simulation'))
  const ada = await idp.user('ada')
  await idp.group('Artists', [ada])
  await world.applyAll(await world.propose('person'))
  const [question] = await listDecisions(world.sql, world.organization, {
    states: ['open'],
    id: null,
    before: null,
    limit: 9,
  })
  await answer(world.parts, world.organization, question?.id ?? 0, { actor: KIM, choice: 'link' })
  await world.applyAll(await world.propose('person'))
  await jobs.work()
  await idp.deactivate(ada)
  await urgent(scene)
  const products = async () => (await world.members()).find(({ email }) => email === 'ada@acme.example')?.products
  expect(await products()).toEqual(['houdini'])
  world.pass(86_400_000)
  await world.drop('two.csv', file('Office'))
  const [plan = 0] = (await world.propose('snapshot')).plans
  await jobs.work()
  expect(await world.plan(plan)).toMatchObject({ part: 'waiting', state: 'awaiting_approval' })
  expect(await world.actions(plan)).toEqual(['revoke ada@acme.example houdini'])
  expect(await products()).toEqual(['houdini'])
})

test('changed rules keep no leaver waiting, as no rule decides about them', async () => {
  const scene = await open()
  const { world, idp } = scene
  const ids = await populate(scene, 9)
  await world.configure({
    ...SETTING,
    rules: `${SETTING.rules}\nmore: { source: idp, when: { group: { name: More } }, then: [{ product: vray }] }`,
  })
  await idp.deactivate(ids[0] ?? '')
  await urgent(scene)
  expect(await stateOf(scene, 'p0000')).toBe('suspended')
})
