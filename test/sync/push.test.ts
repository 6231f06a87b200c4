/** What identity providers push is planned soon, for those alone whom it concerns, and what is in doubt waits. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { lockProposals } from '../../src/store/locks.ts'
import { listPlans } from '../../src/store/plans.ts'
import { proposeDue } from '../../src/sync/clock.ts'
import { reject } from '../../src/sync/decide.ts'
import { goLive } from '../../src/sync/go-live.ts'
import { createPush, proposePushed } from '../../src/sync/push.ts'
import { IdentityProvider } from '../support/identity-provider.ts'
import { KIM, type Setting, type World } from '../support/pipeline.ts'
import { openScene, type Scene, SETTING } from '../support/pushing.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
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

/** People who are members already, and in these groups. */
async function populate(scene: Scene, names: string[], groups: Record<string, string[]> = {}) {
  const { world, idp, jobs } = scene
  const ids = new Map<string, string>()
  for (const name of names) ids.set(name, await idp.user(name))
  const made = new Map<string, string>()
  for (const [group, members] of Object.entries(groups))
    made.set(
      group,
      await idp.group(
        group,
        members.map((name) => ids.get(name) ?? ''),
      ),
    )
  await world.applyAll(await world.propose('person'))
  await jobs.work()
  jobs.done.length = 0
  const find = (known: Map<string, string>) => (name: string) => known.get(name) ?? ''
  return { person: find(ids), group: find(made) }
}

const products = async ({ world }: Scene, name: string) =>
  (await world.members()).find((member) => member.email === `${name}@acme.example`)?.products
const listed = async ({ world }: Scene) =>
  (await world.sql`select person_id, urgent, held from pushed_people order by 1`).length
const newest = async ({ world }: Scene) => (await listPlans(world.sql, world.organization, { limit: 1 }))[0]

/** Plans what was pushed, and applies it. */
async function push({ world, jobs }: Scene, because: 'pushed' | 'urgent' = 'pushed'): Promise<void> {
  await world.parts.jobs.propose(world.organization, because)
  await jobs.work()
}

/** A minute of the clock. */
async function minute({ world, jobs }: Scene): Promise<void> {
  world.pass(MINUTE)
  await proposeDue(world.parts)
  await proposePushed(world.parts)
  await jobs.work()
}

describe('a proposal of what was pushed', () => {
  test('names whom it concerns and nobody else who drifts', async () => {
    const scene = await open()
    const { person } = await populate(scene, ['ada', 'bob', 'cem'])
    await scene.world.sql`update members set first_name = 'Wrong' where email = 'bob@acme.example'`
    await scene.idp.change(person('ada'), { displayName: 'Ada L.' })
    await push(scene)
    const plan = await newest(scene)
    expect(await scene.world.actions(plan?.id)).toEqual(['update_profile ada@acme.example'])
    expect(plan).toMatchObject({ lane: 'sync', state: 'applied' })
    expect(await listed(scene)).toBe(0)
    // A schedule compares everybody.
    expect(await scene.world.actions((await scene.world.propose('schedule')).plans[0])).toEqual([
      'update_profile bob@acme.example',
    ])
  })

  test('replaces no plan that awaits approval, and leaves its people until that is over', async () => {
    const scene = await open({ sources: 'idp: { kind: scim, approval: manual }' })
    const { world, idp, jobs } = scene
    const { person } = await populate(scene, ['ada', 'bob'])
    await idp.change(person('ada'), { displayName: 'Ada' })
    const [first = 0] = (await world.propose('pushed')).plans
    world.pass(1_000)
    await idp.change(person('ada'), { displayName: 'Ada L.' })
    await idp.change(person('bob'), { displayName: 'Bob' })
    const [second = 0, ...more] = (await world.propose('pushed')).plans
    expect(more).toEqual([])
    expect(await world.actions(second)).toEqual(['update_profile bob@acme.example'])
    expect((await world.plan(first)).state).toBe('awaiting_approval')
    expect(await listed(scene)).toBe(1)
    // Approved, it finds that she has changed; what is left of her is planned next.
    await world.approve(first)
    await world.run(first)
    expect(await world.outcomes(first)).toEqual(['update_profile ada@acme.example skipped_stale STALE_ITEM'])
    await jobs.work()
    const third = await newest(scene)
    expect((await world.items(third?.id ?? 0)).map((item) => item.after)).toEqual([{ displayName: 'Ada L.' }])
    expect(await listed(scene)).toBe(0)
  })

  test('and after a rejection: whoever was left is found within a minute', async () => {
    const scene = await open({ sources: 'idp: { kind: scim, approval: manual }' })
    const { world, idp } = scene
    const { person } = await populate(scene, ['ada'])
    await idp.change(person('ada'), { displayName: 'Ada' })
    const [first = 0] = (await world.propose('pushed')).plans
    world.pass(1_000)
    await idp.change(person('ada'), { displayName: 'Ada L.' })
    await world.propose('pushed')
    await reject(world.parts, world.organization, first, { actor: KIM })
    // What the source has said since the plan was made, the rejection did not speak of.
    await minute(scene)
    expect((await world.items((await newest(scene))?.id ?? 0)).map((item) => item.after)).toEqual([
      { displayName: 'Ada L.' },
    ])
  })

  test('gives a newcomer no address that somebody has, and asks about somebody known', async () => {
    const scene = await open({
      sources: 'idp: { kind: scim, approval: within_limits }\nhr: { kind: csv, approval: manual, trust: 200 }',
      rules: `${SETTING.rules}\nstaff: { source: hr, when: { everyone: true }, then: [{ member: member }] }`,
    })
    const { world, idp } = scene
    await populate(scene, ['ada'])
    await world.drop('hr.csv', 'external_id,email,role\n1,kim@acme.example,member\n')
    await world.applyAll(await world.propose())
    await world.sql`update members set role = 'admin' where email = 'kim@acme.example'`
    await idp.user('kim')
    await push(scene)
    const [question] = await world.sql`select kind, state from decisions`
    expect(question).toEqual({ kind: 'adopt', state: 'open' })
    expect(await world.sql`select kind from waits where kind = 'decision'`).toHaveLength(1)
    // A later push is about others, and takes the question back as little as it asks it again.
    await idp.user('zoe')
    await push(scene)
    expect(await world.sql`select from decisions`).toHaveLength(1)
    expect(await world.sql`select kind from waits where kind = 'decision'`).toHaveLength(1)
    expect((await world.members()).map((member) => member.email)).toContain('zoe@acme.example')
  })

  test('of two who exchange their names in two requests: both change in one plan', async () => {
    const scene = await open()
    const { person } = await populate(scene, ['ada', 'bob'])
    const email = (name: string) => ({
      userName: `${name}@acme.example`,
      emails: [{ value: `${name}@acme.example`, type: 'work', primary: true }],
    })
    await scene.idp.change(person('ada'), email('tmp'))
    await scene.idp.change(person('bob'), email('ada'))
    await scene.idp.change(person('ada'), email('bob'))
    await push(scene)
    const names = await scene.world.sql<{ email: string; first: string }[]>`
      select email, first_name as first from members order by email`
    expect(names.map(({ email, first }) => [email, first])).toEqual([
      ['ada@acme.example', 'bob'],
      ['bob@acme.example', 'ada'],
    ])
  })

  test('whoever waits for a seat comes before whoever is pushed later', async () => {
    const scene = await open({ products: 'vray: { name: V-Ray, seats: 1 }\nhoudini: { name: Houdini, seats: 1 }' })
    const { world, idp } = scene
    const { person, group } = await populate(scene, ['ada', 'bob', 'cem'], { Artists: ['ada'] })
    await idp.members(group('Artists'), { op: 'add', values: [person('bob')] })
    await push(scene)
    expect([...(await world.sql`select kind from waits`)]).toEqual([{ kind: 'seat' }])
    world.pass(1_000)
    await idp.members(
      group('Artists'),
      { op: 'remove', values: [person('ada')] },
      { op: 'add', values: [person('cem')] },
    )
    await push(scene)
    world.pass(HOUR)
    await minute(scene)
    await minute(scene)
    expect([await products(scene, 'ada'), await products(scene, 'bob'), await products(scene, 'cem')]).toEqual([
      [],
      ['vray'],
      [],
    ])
  })
})

test('a seat that an open plan promises is promised to nobody else, and is free again where that plan is rejected', async () => {
  const scene = await open({
    sources: 'idp: { kind: scim, approval: manual }',
    products: 'vray: { name: V-Ray, seats: 1 }\nhoudini: { name: Houdini, seats: 9 }',
  })
  const { world, idp } = scene
  const { person, group } = await populate(scene, ['ada', 'bob', 'cem', 'dee'], { Artists: [] })
  const ask = async (name: string) => {
    await idp.members(group('Artists'), { op: 'add', values: [person(name)] })
    world.pass(MINUTE)
    const [plan = 0] = (await world.propose('pushed')).plans
    return { plan, predicted: (await world.items(plan)).map((item) => item.predicted) }
  }
  const ada = await ask('ada')
  expect(ada.predicted).toEqual(['succeeded'])
  const bob = await ask('bob')
  expect(bob.predicted).toEqual(['waiting_seat'])
  // Also while the plan is being applied, and no more than once when it was.
  await world.sql`update plans set state = 'applying' where id = ${ada.plan}`
  const cem = await ask('cem')
  expect(cem.predicted).toEqual(['waiting_seat'])
  await world.sql`update plans set state = 'awaiting_approval' where id = ${ada.plan}`
  for (const { plan } of [ada, bob, cem]) await reject(world.parts, world.organization, plan, { actor: KIM })
  expect((await ask('dee')).predicted).toEqual(['succeeded'])
})

test('a seat that a plan frees for somebody whom it names takes none from others, and replacing it promises it again', async () => {
  const scene = await open({
    sources: 'idp: { kind: scim, approval: manual }',
    products: 'vray: { name: V-Ray, seats: 2 }\nhoudini: { name: Houdini, seats: 9 }',
  })
  const { world, idp } = scene
  const { person, group } = await populate(scene, ['ada', 'bob', 'cem'], { Artists: ['ada'] })
  await idp.members(group('Artists'), { op: 'remove', values: [person('ada')] }, { op: 'add', values: [person('bob')] })
  await world.propose('pushed')
  world.pass(MINUTE)
  await idp.members(group('Artists'), { op: 'add', values: [person('cem')] })
  const [plan = 0] = (await world.propose('pushed')).plans
  expect((await world.items(plan)).map((item) => item.predicted)).toEqual(['succeeded'])
  const [whole = 0] = (await world.propose('person')).plans
  expect((await world.items(whole)).map((item) => item.predicted)).toEqual(['succeeded', 'succeeded', 'succeeded'])
})

describe('a group that somebody leaves', () => {
  test('people who are moved in two requests gain at once and lose nothing on the way', async () => {
    const scene = await open()
    const { idp, world } = scene
    const { person, group } = await populate(scene, ['ada', 'bob'], { Artists: ['ada', 'bob'], Lighting: [] })
    await idp.members(group('Artists'), { op: 'remove', values: [person('ada')] })
    await push(scene)
    expect(await products(scene, 'ada')).toEqual(['vray'])
    await idp.members(group('Lighting'), { op: 'add', values: [person('ada')] })
    await push(scene)
    expect(await products(scene, 'ada')).toEqual(['houdini', 'vray'])
    // And back: nothing was ever lost, and nothing waits any more.
    await idp.members(group('Artists'), { op: 'add', values: [person('ada')] })
    await push(scene)
    expect(await world.sql`select from waits`).toHaveLength(0)
    world.pass(2 * HOUR)
    await minute(scene)
    expect(await products(scene, 'ada')).toEqual(['houdini', 'vray'])
  })

  test('what it gave is revoked after an hour, in a plan about that person alone', async () => {
    const scene = await open()
    const { idp, world, jobs } = scene
    const { person, group } = await populate(scene, ['ada', 'bob'], { Artists: ['ada', 'bob'] })
    await idp.members(group('Artists'), { op: 'remove', values: [person('ada')] })
    await push(scene)
    expect(await world.sql`select kind, until - since as wait from waits`).toMatchObject([{ kind: 'group_loss' }])
    world.pass(58 * MINUTE)
    await minute(scene)
    expect(await products(scene, 'ada')).toEqual(['vray'])
    jobs.done.length = 0
    await minute(scene)
    expect(await products(scene, 'ada')).toEqual([])
    expect(jobs.done).toEqual(['propose pushed', 'execute sync', 'propose pushed'])
    expect(await world.sql`select from waits`).toHaveLength(0)
    expect(await products(scene, 'bob')).toEqual(['vray'])
  })

  test('what an entitlement gave is revoked at once, as it is no group', async () => {
    const scene = await open()
    const { idp, world } = scene
    const { person } = await populate(scene, ['ada', 'bob'], {})
    await idp.change(person('ada'), { entitlements: [{ value: 'vray' }, { value: 'houdini' }] })
    await push(scene)
    expect(await products(scene, 'ada')).toEqual(['houdini', 'vray'])
    await idp.change(person('ada'), { entitlements: [{ value: 'houdini' }] })
    await push(scene)
    expect(await products(scene, 'ada')).toEqual(['houdini'])
    const plan = await newest(scene)
    expect(plan).toMatchObject({ lane: 'sync', state: 'applied' })
    expect((await world.items(plan?.id ?? 0)).map((item) => item.reason.params['because'])).toEqual([
      'no entitlement names it any more',
    ])
    await idp.change(person('ada'), { entitlements: undefined })
    await push(scene)
    expect(await products(scene, 'ada')).toEqual([])
    expect(await world.sql`select from waits`).toHaveLength(0)
  })

  test('where a person approves, it is proposed at once', async () => {
    const scene = await open({ sources: 'idp: { kind: scim, approval: additive_auto }' })
    const { idp, world } = scene
    const { person, group } = await populate(scene, ['ada', 'bob'], { Artists: ['ada', 'bob'] })
    await idp.members(group('Artists'), { op: 'remove', values: [person('ada')] })
    await push(scene)
    const plan = await newest(scene)
    expect(plan?.state).toBe('awaiting_approval')
    expect(await world.actions(plan?.id)).toEqual(['revoke ada@acme.example vray'])
  })

  test('the wait is the one of the configuration', async () => {
    const scene = await open({ sources: 'idp: { kind: scim, approval: within_limits, group_loss_wait: 5m }' })
    const { idp, world } = scene
    const { person, group } = await populate(scene, ['ada', 'bob'], { Artists: ['ada', 'bob'] })
    await idp.members(group('Artists'), { op: 'remove', values: [person('ada')] })
    await push(scene)
    world.pass(4 * MINUTE)
    await minute(scene)
    expect(await products(scene, 'ada')).toEqual([])
  })
})

test('a leaver is removed a week later, in a plan about that person alone', async () => {
  const scene = await open()
  const { idp, world, jobs } = scene
  const { person } = await populate(scene, ['ada', 'bob', 'cem', 'dee', 'eve'])
  await idp.deactivate(person('ada'))
  await push(scene, 'urgent')
  world.pass(7 * DAY)
  jobs.done.length = 0
  await minute(scene)
  expect(jobs.done[0]).toBe('propose pushed')
  expect(jobs.done).not.toContain('propose due')
  expect((await world.members()).map((member) => member.email)).not.toContain('ada@acme.example')
})

test('before it goes live everything is one plan that is only shown; afterwards it is looked at and applied', async () => {
  const scene = await open()
  const { world, idp, jobs } = scene
  await world.sql`update sources set live_at = null`
  const ada = await idp.user('ada')
  await push(scene)
  await idp.user('bob')
  await push(scene)
  await idp.deactivate(ada)
  await idp.user('cem')
  await push(scene, 'urgent')
  await push(scene)
  const drafts = await listPlans(world.sql, world.organization, { states: ['draft'], limit: 9 })
  expect(drafts).toHaveLength(1)
  expect(await world.actions(drafts[0]?.id)).toEqual(['invite bob@acme.example', 'invite cem@acme.example'])
  expect(await world.members()).toEqual([])
  expect(await listed(scene)).toBe(0)
  await goLive(world.parts, world.organization, 'idp', KIM)
  await jobs.work()
  const plan = await newest(scene)
  expect(plan?.state).toBe('awaiting_approval')
  await world.approve(plan?.id ?? 0)
  await world.run(plan?.id ?? 0)
  expect((await world.members()).map((member) => member.email)).toEqual(['bob@acme.example', 'cem@acme.example'])
})

test('what was only shown does not stay open beside what is to be looked at, where the daemon died as the source went live', async () => {
  const scene = await open()
  const { world, idp, jobs } = scene
  await world.sql`update sources set live_at = null`
  await idp.user('ada')
  await push(scene)
  const propose = world.parts.jobs.propose
  world.parts.jobs.propose = () => Promise.reject(new Error('killed'))
  world.pass(1_000)
  await expect(goLive(world.parts, world.organization, 'idp', KIM)).rejects.toThrow('killed')
  world.parts.jobs.propose = propose
  await minute(scene)
  const plans = await listPlans(world.sql, world.organization, { limit: 9 })
  expect(plans.map((plan) => plan.state)).toEqual(['awaiting_approval', 'superseded'])
  // Once: from then on a push is about whom it concerns.
  await world.approve(plans[0]?.id ?? 0)
  await world.run(plans[0]?.id ?? 0)
  await jobs.work()
  await world.sql`update members set first_name = 'Wrong'`
  await idp.user('bob')
  await push(scene)
  expect(await world.actions((await newest(scene))?.id)).toEqual(['invite bob@acme.example'])
})

test('beside a source that is not live yet, a push is about whom it concerns until that source knows somebody', async () => {
  const sources = `${SETTING.sources}\nnext: { kind: scim, approval: within_limits }`
  const rules = `${SETTING.rules}\nnexts: { source: next, when: { everyone: true }, then: [{ member: member }] }`
  const scene = await open({ sources, rules })
  const { world, idp } = scene
  const { person } = await populate(scene, ['ada', 'bob'])
  const next = await IdentityProvider.open(world, 'next')
  await world.sql`update sources set live_at = null where key = 'next'`
  await world.sql`update members set first_name = 'Wrong' where email = 'bob@acme.example'`
  await idp.change(person('ada'), { displayName: 'Ada L.' })
  await push(scene)
  expect(await world.actions((await newest(scene))?.id)).toEqual(['update_profile ada@acme.example'])
  await next.user('cem')
  await push(scene)
  expect(await listPlans(world.sql, world.organization, { states: ['draft'], limit: 9 })).toHaveLength(1)
})

test('a proposal that had to wait is of the moment at which its turn came: what it reads is later than the plan before', async () => {
  const scene = await open({ sources: 'idp: { kind: scim, approval: manual }' })
  const { world, idp } = scene
  await idp.user('ada')
  let waiting = Promise.resolve<Awaited<ReturnType<World['propose']>> | null>(null)
  await world.sql.begin(async (transaction) => {
    await lockProposals(transaction, world.organization, 'sync')
    waiting = world.propose('pushed')
    await sleep(200)
    world.pass(MINUTE)
  })
  expect((await world.plan((await waiting)?.plans[0])).createdAt).toEqual(world.at)
})

test('a source that went live is planned also where its proposal was never asked for, and going live again asks for it', async () => {
  const scene = await open()
  const { world, idp, jobs } = scene
  await world.sql`update sources set live_at = null`
  for (const name of ['ada', 'bob']) await idp.user(name)
  await push(scene)
  const { propose } = world.parts.jobs
  world.parts.jobs.propose = async () => Promise.reject(new Error('the database was gone'))
  await expect(goLive(world.parts, world.organization, 'idp', KIM)).rejects.toThrow('was gone')
  world.parts.jobs.propose = propose
  world.pass(MINUTE)
  await proposePushed(world.parts)
  await jobs.work()
  // A person looks at the first plan.
  await world.approve((await newest(scene))?.id ?? 0)
  await jobs.work()
  await world.run((await newest(scene))?.id ?? 0)
  expect(await world.members()).toHaveLength(2)
  jobs.waiting.length = 0
  expect(await goLive(world.parts, world.organization, 'idp', KIM)).toBe(false)
  expect(jobs.waiting).toEqual([{ propose: 'rules' }])
})

describe('when it is planned', () => {
  test('whoever loses access after a second; the rest after ten without another request, and after five minutes at most', async () => {
    const scene = await open()
    const { world, idp, jobs } = scene
    const { person } = await populate(scene, ['ada', 'bob'])
    const look = async () => {
      jobs.waiting.length = 0
      await proposePushed(world.parts)
      return jobs.waiting.map((job) => ('propose' in job ? job.propose : 'execute'))
    }
    expect(await look()).toEqual([])
    await idp.change(person('ada'), { displayName: 'A' })
    await idp.deactivate(person('bob'))
    expect(await look()).toEqual([])
    // Two seconds are left to the daemon that took the request.
    world.pass(3_000)
    expect(await look()).toEqual(['urgent'])
    await world.propose('urgent')
    expect(await look()).toEqual([])
    for (let n = 0; n < 36; n += 1) {
      world.pass(8_000)
      await idp.change(person('ada'), { displayName: `A${n}` })
      expect(await look()).toEqual([])
    }
    world.pass(9_000)
    await idp.change(person('ada'), { displayName: 'B' })
    world.pass(2_000)
    expect(await look()).toEqual(['pushed'])
    await world.propose('pushed')
    expect(await look()).toEqual([])
    await idp.change(person('ada'), { displayName: 'C' })
    world.pass(11_000)
    expect(await look()).toEqual([])
    world.pass(1_000)
    expect(await look()).toEqual(['pushed'])
  })

  test('whom a crash left on the list, is found', async () => {
    const scene = await open()
    const { world, idp, jobs } = scene
    const { person } = await populate(scene, ['ada', 'bob'])
    await idp.change(person('ada'), { displayName: 'A' })
    await idp.deactivate(person('bob'))
    // Read, and not planned.
    await idp.read()
    expect(await listed(scene)).toBe(2)
    world.pass(3_000)
    await proposePushed(world.parts)
    expect(jobs.waiting).toEqual([{ propose: 'urgent' }, { propose: 'pushed' }])
    await jobs.work()
    expect(await listed(scene)).toBe(0)
  })

  test('the daemon that took the request knows at once, and asks once for many', async () => {
    const scene = await open({
      sources: 'idp: { kind: scim, approval: within_limits, urgent_quiet: 100ms, quiet: 200ms, longest_wait: 500ms }',
    })
    const { world } = scene
    const asked: [string, number][] = []
    const began = performance.now()
    world.parts.jobs.propose = async (_, because) => void asked.push([because, performance.now() - began])
    const push = createPush(world.parts)
    const ending = new AbortController()
    const running = push.run(ending.signal)
    await sleep(150)
    asked.length = 0
    const first = performance.now() - began
    for (let n = 0; n < 60; n += 1) {
      push.pushed(world.organization, false)
      if (n < 10) push.pushed(world.organization, true)
      await sleep(10)
    }
    while (asked.length < 2) await sleep(10)
    const times = Object.fromEntries(asked.slice(0, 2))
    expect(Object.keys(times)).toEqual(['urgent', 'pushed'])
    expect((times['urgent'] ?? 0) - first).toBeGreaterThanOrEqual(99)
    expect((times['pushed'] ?? 0) - first).toBeGreaterThanOrEqual(499)
    ending.abort()
    await running
    // Stopped: nothing more is asked for.
    asked.length = 0
    push.pushed(world.organization, true)
    await sleep(250)
    expect(asked).toEqual([])
  })
})
