/** What a policy may do alone: nothing, what only adds, all that passes the guards, or only show what it would do. */
import { afterEach, expect, test } from 'vitest'
import { approve } from '../../src/sync/approve.ts'
import { sweep } from '../../src/sync/sweep.ts'
import { tidyEverything } from '../../src/sync/tidy.ts'
import { KIM, openWorld, type Setting, type World } from '../support/pipeline.ts'

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
const roster = (...lines: string[]) => `external_id,email,first_name,last_name,groups,status\n${lines.join('\n')}\n`
const people = (from: number, to: number, group = 'Artists') =>
  Array.from({ length: to - from + 1 }, (_, n) => `${from + n},p${from + n}@acme.example,P,N${from + n},${group},`)
const PRODUCTS = 'vray: { name: V-Ray, seats: 50 }'
const approval = (mode: string, more = '') => ({
  products: PRODUCTS,
  sources: `hr: { kind: csv, approval: ${mode}${more} }`,
})

/** Twelve artists, and three plans that a person approved: the next may be a policy's. */
async function settled(setting: Setting): Promise<World> {
  const world = await open(setting)
  await world.sync('roster.csv', roster(...people(1, 12)))
  for (let more = 0; more < 2; more += 1)
    await world.sql`
      insert into plans (organization_id, proposal_id, lane, part, state, hash, header, headline, counts, source_ids, findings, items,
        revision, created_by, created_at, expires_at, approved_at)
      select organization_id, proposal_id, lane, part, state, hash, header, headline, counts, source_ids, findings, items, revision,
        created_by, created_at, expires_at, approved_at from plans limit 1`
  return world
}

/** What a proposal does without a person, as the daemon would: every plan that a policy approved is run. */
async function byItself(world: World, because: 'snapshot' | 'due' = 'snapshot'): Promise<string[]> {
  const done: string[] = []
  for (const id of (await world.propose(because)).plans) {
    if ((await world.plan(id)).state !== 'approved') continue
    await world.run(id)
    done.push(...(await world.outcomes(id)))
  }
  return done.sort()
}

const absences = async (world: World) =>
  await world.sql<{ kind: string; until: Date | null }[]>`select kind, until from waits order by kind`

test('within_limits: an absence is certain after a second file and a day, and the membership ends after two weeks', async () => {
  const world = await settled(approval('within_limits'))
  await world.drop('less.csv', roster(...people(2, 12), ...people(13, 13)))
  const first = world.at
  expect(await byItself(world)).toEqual(['assign p13@acme.example vray succeeded', 'invite p13@acme.example succeeded'])
  expect(await absences(world)).toEqual([{ kind: 'absence', until: new Date(first.getTime() + DAY) }])
  // A day alone is not enough, and neither is a second file alone.
  world.pass(2 * DAY)
  expect(await byItself(world, 'due')).toEqual([])
  await world.drop('again.csv', roster(...people(2, 13)))
  expect(await byItself(world)).toEqual(['revoke p1@acme.example vray succeeded', 'suspend p1@acme.example succeeded'])
  expect(await byItself(world, 'due')).toEqual([])
  expect(await absences(world)).toContainEqual({ kind: 'grace', until: new Date(first.getTime() + 14 * DAY) })
  world.at = new Date(first.getTime() + 14 * DAY)
  expect(await byItself(world, 'due')).toEqual(['remove p1@acme.example succeeded'])
  expect((await world.propose('due')).plans).toEqual([])
  expect(await absences(world)).toEqual([])
})

test('within_limits: the same file again within the day confirms, and the day is waited for', async () => {
  const world = await settled(approval('within_limits'))
  const less = roster(...people(2, 12))
  await world.drop('less.csv', less)
  expect(await byItself(world)).toEqual([])
  world.pass(HOUR)
  expect((await world.drop('same.csv', less)).state).toBe('confirmed')
  expect(await byItself(world)).toEqual([])
  world.pass(DAY)
  expect(await byItself(world, 'due')).toEqual([
    'revoke p1@acme.example vray succeeded',
    'suspend p1@acme.example succeeded',
  ])
})

test('within_limits: a second file in which their row is broken says nothing of them', async () => {
  const world = await settled(approval('within_limits'))
  await world.drop('less.csv', roster(...people(2, 12)))
  expect(await byItself(world)).toEqual([])
  world.pass(2 * DAY)
  const broken = roster(...people(2, 12), '1,no address,P,N1,,')
  await world.drop('broken.csv', broken)
  expect(await byItself(world)).toEqual([])
  // The same file says no more of them, nor does it once nobody knows any more which row was broken.
  expect((await world.drop('same.csv', broken)).state).toBe('admitted')
  expect(await byItself(world)).toEqual([])
  world.pass(91 * DAY)
  await tidyEverything(world.parts, { observe: async () => undefined })
  expect(await world.sql`select from row_errors`).toEqual([])
  expect(await byItself(world, 'due')).toEqual([])
  await world.drop('whole.csv', roster(...people(2, 12)))
  expect(await byItself(world)).toContain('suspend p1@acme.example succeeded')
})

test('within_limits: who is back is not spoken of, before they lost anything and after', async () => {
  const world = await settled(approval('within_limits'))
  await world.drop('less.csv', roster(...people(2, 12)))
  expect(await byItself(world)).toEqual([])
  await world.drop('back.csv', roster(...people(1, 12)))
  expect((await world.propose()).plans).toEqual([])
  expect(await absences(world)).toEqual([])
  // Missing once more is a first time again, however long ago the other was.
  world.pass(3 * DAY)
  await world.drop('less again.csv', roster(...people(2, 12)))
  expect(await byItself(world)).toEqual([])
  world.pass(2 * DAY)
  await world.drop('twice.csv', roster(...people(2, 12), '13,p13@acme.example,P,N13,,'))
  expect((await byItself(world)).slice(0, 3)).toContain('suspend p1@acme.example succeeded')
  await world.drop('home.csv', roster(...people(1, 12), '13,p13@acme.example,P,N13,,'))
  expect(await byItself(world)).toEqual([
    'assign p1@acme.example vray succeeded',
    'reactivate p1@acme.example succeeded',
  ])
  expect(await absences(world)).toEqual([])
})

test('within_limits: a lost group takes the product after two files and a day', async () => {
  const world = await settled(approval('within_limits'))
  await world.drop('moved.csv', roster(...people(1, 1, 'Board'), ...people(2, 12)))
  expect(await byItself(world)).toEqual([])
  world.pass(DAY + HOUR)
  await world.drop('still.csv', roster(...people(1, 1, 'Board'), ...people(2, 13)))
  expect(await byItself(world)).toContain('revoke p1@acme.example vray succeeded')
  expect(await byItself(world, 'due')).toEqual([])
  expect(await absences(world)).toEqual([])
})

test('within_limits: who says that they leave loses access now, and more than the limit waits for a person', async () => {
  const world = await settled(approval('within_limits'))
  const leaver = (to: number) => people(1, 12).map((line, n) => (n < to ? `${line}leaver` : line))
  await world.drop('one.csv', roster(...leaver(1)))
  expect(await byItself(world)).toEqual(['revoke p1@acme.example vray succeeded', 'suspend p1@acme.example succeeded'])
  await world.drop('many.csv', roster(...leaver(9)))
  expect(await byItself(world)).toEqual([])
})

test('the times of a source are settings', async () => {
  const world = await settled(approval('within_limits', ', absence_wait: 2h, absence_grace: 1d, leaver_grace: 0d'))
  await world.drop('less.csv', roster(...people(2, 12)))
  expect(await byItself(world)).toEqual([])
  world.pass(3 * HOUR)
  await world.drop('same.csv', roster(...people(2, 12)))
  expect(await byItself(world)).toHaveLength(2)
  expect(await byItself(world, 'due')).toEqual([])
  world.pass(DAY)
  expect(await byItself(world, 'due')).toEqual(['remove p1@acme.example succeeded'])
})

test('additive_auto and manual: a person is asked about an absence at once, and it is done at once', async () => {
  for (const mode of ['additive_auto', 'manual']) {
    const world = await settled(approval(mode))
    await world.drop('less.csv', roster(...people(2, 12)))
    const { plans } = await world.propose()
    expect(await world.actions(plans[0])).toEqual(['revoke p1@acme.example vray', 'remove p1@acme.example'])
    expect((await world.plan(plans[0])).state).toBe('awaiting_approval')
    expect(await absences(world)).toEqual([])
    await world.close()
  }
  world = null
})

test('within_limits: what a file of changes says in so many words is done in that plan', async () => {
  const world = await settled(approval('within_limits'))
  await world.drop('gone.delta.csv', 'action,external_id,email\nremove,1,p1@acme.example\n')
  expect(await byItself(world)).toEqual(['remove p1@acme.example succeeded', 'revoke p1@acme.example vray succeeded'])
})

test('within_limits: the actor of an approval names the policy', async () => {
  const world = await settled(approval('within_limits'))
  await world.drop('more.csv', roster(...people(1, 13)))
  const [plan] = (await world.propose()).plans
  expect(await world.plan(plan)).toMatchObject({ state: 'approved', approvedBy: 'policy within_limits' })
  const [row] = await world.sql`select actor from audit where act = 'plan.approved' and plan_id = ${plan ?? 0}`
  expect(row).toEqual({ actor: 'policy within_limits' })
})

test('observe: what a source would do is shown, replaced by the next, and never applied', async () => {
  const world = await open(approval('observe'))
  await world.drop('roster.csv', roster(...people(1, 3)))
  const [first = 0] = (await world.propose()).plans
  expect(await world.plan(first)).toMatchObject({ state: 'draft', part: 'observed', counts: { invite: 3, assign: 3 } })
  const { hash } = await world.plan(first)
  await expect(
    approve(world.parts, world.organization, first, { actor: KIM, hash, start: true }),
  ).rejects.toMatchObject({ code: 'PLAN_STATE' })
  expect(await world.run(first)).toBe('draft')
  expect((await world.propose('due')).plans).toEqual([first])
  await world.drop('more.csv', roster(...people(1, 4)))
  const [second = 0] = (await world.propose()).plans
  expect(await world.plan(first)).toMatchObject({ state: 'superseded', supersededBy: second })
  expect(await world.members()).toEqual([])
  await world.configure(approval('manual'))
  const live = await world.propose('rules')
  expect(await world.plan(second)).toMatchObject({ state: 'superseded' })
  await world.applyAll(live)
  expect(await world.members()).toHaveLength(4)
})

test('observe beside a source that is not: neither counts with the other, nor takes its seats', async () => {
  const world = await open({
    products: 'vray: { name: V-Ray, seats: 2 }',
    sources: 'hr: { kind: csv, approval: manual }\nlab: { kind: csv, approval: observe }',
    rules: `staff: { source: hr, when: { everyone: true }, then: [{ member: member }, { product: vray }] }
lab: { source: lab, when: { everyone: true }, then: [{ member: member }, { product: vray }] }`,
  })
  await world.drop('lab.csv', roster(...people(21, 23)), 'lab')
  await world.drop('hr.csv', roster(...people(1, 2)))
  const proposed = await world.propose()
  const [real, shown] = await Promise.all(proposed.plans.map((id) => world.plan(id)))
  expect([real?.state, real?.counts]).toEqual(['awaiting_approval', { invite: 2, assign: 2 }])
  expect([shown?.state, shown?.counts]).toEqual(['draft', { invite: 3, assign: 3 }])
  expect(shown?.seats).toMatchObject([{ used: 0, after: 2, waiting: 1 }])
  await world.approve(real?.id ?? 0)
  await world.run(real?.id ?? 0)
  expect((await world.members()).flatMap((member) => member.products)).toEqual(['vray', 'vray'])
  await sweep(world.parts)
})
