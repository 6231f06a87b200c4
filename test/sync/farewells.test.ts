/** Owners, administrators and protected people whom an identity provider says are gone: a person is asked, and told of it. */
import { afterEach, expect, test } from 'vitest'
import { makeLinkSecret } from '../../src/auth.ts'
import { writeLetter } from '../../src/notify/letters.ts'
import { type DecisionListRow, listDecisions } from '../../src/store/decision-list.ts'
import { listMembers } from '../../src/store/member-list.ts'
import { createLetterBox } from '../../src/store/outbox.ts'
import { listPlans } from '../../src/store/plans.ts'
import { answer } from '../../src/sync/decide.ts'
import { KIM, type Setting, type World } from '../support/pipeline.ts'
import { openScene, type Scene, SETTING } from '../support/pushing.ts'

let world: World | null = null
afterEach(async () => {
  await world?.close()
  world = null
})

const DAY = 86_400_000
const PROTECTED = { more: 'protected: [ada@acme.example]' }

/** Ada holds V-Ray, and there are eight others. */
async function open(setting: Setting = PROTECTED): Promise<Scene & { ada: string; others: string[] }> {
  const scene = await openScene(setting)
  world = scene.world
  const ada = await scene.idp.user('ada')
  const others = await Promise.all(Array.from({ length: 8 }, (_, n) => scene.idp.user(`p${n}`)))
  await scene.idp.group('Artists', [ada])
  await scene.world.applyAll(await scene.world.propose('person'))
  await scene.jobs.work()
  await scene.world.sql`delete from letters`
  return { ...scene, ada, others }
}

async function urgent({ world, jobs }: Scene): Promise<void> {
  world.pass(1_000)
  await world.parts.jobs.propose(world.organization, 'urgent')
  await jobs.work()
}

const questions = ({ world }: Scene): Promise<DecisionListRow[]> =>
  listDecisions(world.sql, world.organization, { states: ['open'], id: null, before: null, limit: 99 })
const decide = async (scene: Scene, choice: string, actor = KIM) => {
  const [question] = await listDecisions(scene.world.sql, scene.world.organization, {
    states: ['open', 'decided'],
    id: null,
    before: null,
    limit: 1,
  })
  await answer(scene.world.parts, scene.world.organization, question?.id ?? 0, { actor, choice })
  await scene.jobs.work()
}
const ada = async ({ world }: Scene) => (await world.members()).find((one) => one.email === 'ada@acme.example')
const leaving = async ({ world }: Scene) => {
  const filter = {
    states: ['invited', 'active', 'suspended'] as const,
    search: null,
    leaving: true,
    at: world.at,
    after: null,
    limit: 99,
  }
  return (await listMembers(world.sql, world.organization, filter)).map((member) => member.email)
}
const letters = async ({ world }: Scene) =>
  (await createLetterBox(world.sql, makeLinkSecret).take(99, world.at))
    .filter((one) => one.audience === 'administrator' && one.event.kind === 'decision_waits')
    .map((one) => writeLetter(one, 'http://localhost'))

test.each(['deactivate', 'remove'] as const)(
  'whoever is protected is asked about, and a letter goes out: %s',
  async (leave) => {
    const scene = await open()
    await scene.idp[leave](scene.ada)
    await urgent(scene)
    expect(await questions(scene)).toMatchObject([
      { kind: 'gone', source: 'idp', person: { email: 'ada@acme.example' }, why: expect.stringContaining('protected') },
    ])
    expect(await ada(scene)).toMatchObject({ state: 'invited', products: ['vray'] })
    const [letter, ...more] = await letters(scene)
    expect(more).toEqual([])
    expect(letter?.subject).toBe('[rosterd] Acme: ada@acme.example left; you decide about their access')
    expect(letter?.text).toMatch(/rosterd decide dec_\d+ end_access/)
    // Asked once, however often everything is compared.
    await urgent(scene)
    await scene.world.propose('person')
    expect(await questions(scene)).toHaveLength(1)
    expect(await letters(scene)).toEqual([])
  },
)

test('owners are asked about, and administrators whom no rule lets a source change', async () => {
  const scene = await open({})
  await scene.world.sql`update members set role = case email when 'ada@acme.example' then 'owner' else 'admin' end
    where email in ('ada@acme.example', 'p0@acme.example')`
  await scene.idp.deactivate(scene.ada)
  await scene.idp.deactivate(scene.others[0] ?? '')
  await scene.idp.deactivate(scene.others[1] ?? '')
  await urgent(scene)
  expect((await questions(scene)).map((one) => one.person.email).sort()).toEqual([
    'ada@acme.example',
    'p0@acme.example',
  ])
  // One letter names both, and nobody waits for them.
  expect(await letters(scene)).toHaveLength(1)
  const [plan] = await listPlans(scene.world.sql, scene.world.organization, { lane: 'urgent', limit: 1 })
  expect(await scene.world.actions(plan?.id)).toEqual(['suspend p1@acme.example'])
  expect(plan?.findings).toContainEqual(
    expect.objectContaining({
      guard: 'GONE_BUT_KEPT',
      measured: 2,
      message: expect.stringContaining('rosterd decisions'),
    }),
  )
})

test('an answer that ends access takes what anybody would lose, to the end of the membership', async () => {
  const scene = await open()
  await scene.idp.deactivate(scene.ada)
  await urgent(scene)
  expect(await leaving(scene)).toEqual([])
  await decide(scene, 'end_access')
  expect(await ada(scene)).toMatchObject({ state: 'suspended', products: [] })
  expect(await leaving(scene)).toEqual(['ada@acme.example'])
  scene.world.pass(8 * DAY)
  await scene.world.propose('schedule')
  await scene.jobs.work()
  scene.world.pass(8 * DAY)
  await scene.world.propose('schedule')
  await scene.jobs.work()
  expect(await ada(scene)).toBeUndefined()
})

test('letters keep a quarter of an hour apart, and the next one names whoever was asked about meanwhile', async () => {
  const scene = await open({ more: 'protected: [ada@acme.example, p0@acme.example, p1@acme.example]' })
  await scene.idp.deactivate(scene.ada)
  await urgent(scene)
  expect(await letters(scene)).toHaveLength(1)
  for (const id of scene.others.slice(0, 2)) {
    await scene.idp.deactivate(id)
    await urgent(scene)
  }
  expect(await letters(scene)).toEqual([])
  scene.world.pass(15 * 60_000)
  expect((await letters(scene)).map((letter) => letter.subject)).toEqual([
    '[rosterd] Acme: 3 people left; you decide about their access',
  ])
})

test('that of an owner still waits for an approval, as everything that touches administrators', async () => {
  const scene = await open({})
  await scene.world.sql`update members set role = 'owner', state = 'active' where email = 'ada@acme.example'`
  await scene.world
    .sql`update members set role = 'owner', state = 'active' where email in ('p0@acme.example', 'p1@acme.example')`
  await scene.idp.deactivate(scene.ada)
  await urgent(scene)
  await decide(scene, 'end_access')
  const [plan] = await listPlans(scene.world.sql, scene.world.organization, { states: ['awaiting_approval'], limit: 1 })
  expect(await scene.world.actions(plan?.id)).toEqual(['suspend ada@acme.example', 'revoke ada@acme.example vray'])
  await scene.world.approve(plan?.id ?? 0)
  await scene.world.run(plan?.id ?? 0)
  expect(await ada(scene)).toMatchObject({ state: 'suspended', products: [] })
})

test('whoever is kept is not asked about again while they are gone, and may be let go of later', async () => {
  const scene = await open()
  await scene.idp.deactivate(scene.ada)
  await urgent(scene)
  await decide(scene, 'keep')
  await scene.world.propose('schedule')
  await scene.jobs.work()
  expect(await questions(scene)).toEqual([])
  expect(await ada(scene)).toMatchObject({ state: 'invited', products: ['vray'] })
  await decide(scene, 'end_access')
  expect(await ada(scene)).toMatchObject({ state: 'suspended' })
})

test('whoever is back is asked about no more, and anew when they leave again', async () => {
  const scene = await open()
  const come = async (active: boolean) => {
    scene.world.pass(1_000)
    await scene.idp.change(scene.ada, { active })
    await scene.world.parts.jobs.propose(scene.world.organization, active ? 'pushed' : 'urgent')
    await scene.jobs.work()
  }
  await come(false)
  await decide(scene, 'end_access')
  expect(await ada(scene)).toMatchObject({ state: 'suspended' })
  await come(true)
  expect(await ada(scene)).toMatchObject({ state: 'invited', products: ['vray'] })
  expect(await questions(scene)).toEqual([])
  await come(false)
  expect(await ada(scene)).toMatchObject({ state: 'invited', products: ['vray'] })
  expect(await questions(scene)).toHaveLength(1)
})

test('only an admin ends the access of somebody who is protected, and who they are is no choice there', async () => {
  const scene = await open()
  await scene.idp.deactivate(scene.ada)
  await urgent(scene)
  await expect(decide(scene, 'end_access', { ...KIM, role: 'operator' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await expect(decide(scene, 'link')).rejects.toMatchObject({ code: 'CHOICE_UNKNOWN' })
  await decide(scene, 'keep', { ...KIM, role: 'operator' })
  expect(await questions(scene)).toEqual([])
})

test('a source that is only shown asks nobody', async () => {
  const scene = await open({ ...PROTECTED, sources: SETTING.sources })
  await scene.world.sql`update sources set live_at = null`
  await scene.idp.deactivate(scene.ada)
  await scene.world.propose('person')
  expect(await questions(scene)).toEqual([])
  expect(await letters(scene)).toEqual([])
})
