/** What becomes of people over several files: waits, decisions, rejections, leavers, policies, sources that come and go. */
import { afterEach, expect, test } from 'vitest'
import { invite } from '../../src/sync/by-hand.ts'
import { answer, reject } from '../../src/sync/decide.ts'
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

const DAY = 86_400_000
const HEADER = 'external_id,email,first_name,last_name,groups,status,start_date'
const roster = (...lines: string[]) => `${[HEADER, ...lines].join('\n')}\n`
const people = (from: number, to: number, group = '') =>
  Array.from({ length: to - from + 1 }, (_, n) => `${from + n},p${from + n}@acme.example,P,N${from + n},${group},,`)

test('whoever waits for a seat gets it once the configuration owns more, and nobody is proposed twice before', async () => {
  const one = 'vray: { name: V-Ray, seats: 1 }\nhoudini: { name: Houdini, seats: 10 }'
  const world = await open({ products: one })
  await world.sync('roster.csv', roster(...people(1, 3, 'Artists')))
  expect((await world.members()).flatMap((member) => member.products)).toHaveLength(1)
  expect((await world.propose('due')).plans).toEqual([])
  await world.configure({ products: one.replace('seats: 1 ', 'seats: 2 ') })
  const proposed = await world.propose('rules')
  expect((await world.actions(proposed.plans[0])).map((action) => action.split(' ')[0])).toEqual(['assign'])
  await world.applyAll(proposed)
  expect((await world.members()).flatMap((member) => member.products)).toHaveLength(2)
  expect((await world.propose('due')).plans).toEqual([])
})

test('a rejected plan is not proposed again until the source repeats itself', async () => {
  const world = await open()
  await world.sync('roster.csv', roster(...people(1, 6)))
  await world.drop('less.csv', roster(...people(1, 5)))
  const proposed = await world.propose()
  const [plan = 0] = proposed.plans
  expect(await world.actions(plan)).toEqual(['remove p6@acme.example'])
  await expect(reject(world.parts, world.organization, plan, { actor: KIM, hash: 'another' })).rejects.toThrow(
    'is not the plan',
  )
  const { hash } = await world.plan(plan)
  await reject(world.parts, world.organization, plan, { actor: KIM, hash, reason: 'on holiday' })
  expect((await world.propose('person')).plans).toEqual([])
  await world.drop('again.csv', roster(...people(1, 5)))
  expect(await world.actions((await world.propose()).plans[0])).toEqual(['remove p6@acme.example'])
})

test('an explicit leaver loses products and access at once, and the membership seven days later', async () => {
  const world = await open()
  await world.sync('roster.csv', roster(...people(1, 9, 'Artists')))
  const leaving = people(1, 9, 'Artists').map((line) => (line.startsWith('3,') ? line.replace(',,', ',leaver,') : line))
  await world.drop('leaver.csv', roster(...leaving))
  const first = await world.propose()
  expect((await world.actions(first.plans[0])).sort()).toEqual([
    'revoke p3@acme.example vray',
    'suspend p3@acme.example',
  ])
  await world.applyAll(first)
  expect((await world.propose('due')).plans).toEqual([])
  world.pass(6 * DAY)
  expect((await world.propose('due')).plans).toEqual([])
  world.pass(1 * DAY + 60_000)
  const second = await world.propose('due')
  expect(await world.actions(second.plans[0])).toEqual(['remove p3@acme.example'])
  await world.applyAll(second)
  expect((await world.propose('due')).plans).toEqual([])
})

test('somebody who starts next week is invited on that morning', async () => {
  const world = await open()
  await world.drop('roster.csv', roster('1,ada@acme.example,Ada,Lovelace,,,2026-11-27'))
  expect((await world.propose()).plans).toEqual([])
  expect((await world.propose('due')).plans).toEqual([])
  world.at = new Date('2026-11-27T05:00:01Z')
  const proposed = await world.propose('due')
  expect(await world.actions(proposed.plans[0])).toEqual(['invite ada@acme.example'])
  await world.applyAll(proposed)
  expect((await world.propose('due')).plans).toEqual([])
  // A wait that has served its purpose would be due at every tick of the clock.
  expect(await world.sql`select kind from waits`).toEqual([])
})

test('a newcomer whose address an administrator must look at waits for a decision, and the answer links them', async () => {
  const sources = 'hr: { kind: csv, approval: manual, trust: 500 }\nlab: { kind: csv, approval: manual, trust: 500 }'
  const rules = `staff: { source: hr, when: { everyone: true }, then: [{ member: member }] }
lab: { source: lab, when: { everyone: true }, then: [{ member: member }, { product: houdini }] }`
  const world = await open({ sources, rules })
  await world.sync('hr.csv', roster(...people(1, 2)))
  await world.drop('lab.csv', roster('L1,p1@acme.example,P,N1,,,'), 'lab')
  expect((await world.propose()).plans).toEqual([])
  const [decision] = await world.sql<
    { id: number; kind: string; candidates: number[] }[]
  >`select id, kind, candidates from decisions`
  expect(decision).toMatchObject({ kind: 'adopt' })
  await answer(world.parts, world.organization, decision?.id ?? 0, { actor: KIM, choice: 'link' })
  const proposed = await world.propose('person')
  expect(await world.actions(proposed.plans[0])).toEqual(['link p1@acme.example', 'assign p1@acme.example houdini'])
  expect(await world.applyAll(proposed)).toEqual(['applied'])
  expect(await world.members()).toEqual([
    { email: 'p1@acme.example', state: 'invited', products: ['houdini'] },
    { email: 'p2@acme.example', state: 'invited', products: [] },
  ])
  expect((await world.propose('person')).plans).toEqual([])
})

test('additive_auto: after three plans that a person approved, what only adds goes by itself and removals wait', async () => {
  const world = await open({ sources: 'hr: { kind: csv, approval: additive_auto }' })
  for (const [index, last] of [10, 11, 12].entries()) {
    const { plans } = await world.sync(`roster${index}.csv`, roster(...people(1, last)))
    expect((await world.plan(plans[0])).part).toBe('waiting')
  }
  await world.drop('mixed.csv', roster(...people(2, 14)))
  const proposed = await world.propose()
  const [free, waiting] = [await world.plan(proposed.plans[0]), await world.plan(proposed.plans[1])]
  expect(free).toMatchObject({
    part: 'free',
    state: 'approved',
    approvedBy: 'policy additive_auto',
    counts: { invite: 2 },
  })
  expect(waiting).toMatchObject({ part: 'waiting', state: 'awaiting_approval', counts: { remove: 1 } })
  expect(free.proposalId).toBe(waiting.proposalId)
})

test('a new snapshot supersedes the plan that awaits; one that says the same keeps it', async () => {
  const world = await open()
  await world.drop('one.csv', roster(...people(1, 3)))
  const [first = 0] = (await world.propose()).plans
  expect((await world.propose('person')).plans).toEqual([first])
  await world.drop('two.csv', roster(...people(1, 4)))
  const [second = 0] = (await world.propose()).plans
  expect(await world.plan(first)).toMatchObject({ state: 'superseded', supersededBy: second })
})

test('row 40: a source that is gone from the configuration is disconnected, and nobody loses anything', async () => {
  const world = await open({
    sources: 'hr: { kind: csv, approval: manual }\nlab: { kind: csv, approval: manual }',
    rules: `staff: { source: hr, when: { everyone: true }, then: [{ member: member }] }
lab: { source: lab, when: { everyone: true }, then: [{ member: member }, { product: houdini }] }`,
  })
  await world.sync('hr.csv', roster(...people(1, 2)))
  await world.sync('lab.csv', roster(...people(11, 12)), 'lab')
  const before = await world.members()
  await world.configure({
    sources: 'hr: { kind: csv, approval: manual }',
    rules: 'staff: { source: hr, when: { everyone: true }, then: [{ member: member }] }',
  })
  expect((await world.propose('rules')).plans).toEqual([])
  expect(await world.members()).toEqual(before)
})

test('people whose rows are in error are frozen, never absent', async () => {
  const world = await open()
  await world.sync('roster.csv', roster(...people(1, 10)))
  await world.drop('broken.csv', roster(...people(1, 8), '9,not-an-address,P,N9,,,'))
  const proposed = await world.propose()
  expect(await world.actions(proposed.plans[0])).toEqual(['remove p10@acme.example'])
})

test('where a broken row names nobody, nobody is absent', async () => {
  const world = await open()
  await world.sync('roster.csv', roster(...people(1, 10)))
  await world.drop('broken.csv', roster(...people(1, 8), ',,P,N9,,,'))
  expect((await world.propose()).plans).toEqual([])
})

test('a rehire is the same member again', async () => {
  const world = await open()
  await world.sync('roster.csv', roster(...people(1, 6)))
  const id = async () =>
    (await world.sql<{ id: number }[]>`select id from members where email = 'p6@acme.example'`)[0]?.id
  const before = await id()
  await world.sync('less.csv', roster(...people(1, 5)))
  expect(await world.members()).toHaveLength(5)
  await world.drop('back.csv', roster(...people(1, 6)))
  const proposed = await world.propose()
  expect(await world.actions(proposed.plans[0])).toEqual(['reactivate p6@acme.example'])
  await world.applyAll(proposed)
  expect(await world.members()).toHaveLength(6)
  expect(await id()).toBe(before)
})

test('lines that disagree about one person freeze them, and the failure file shows what the lines said', async () => {
  const world = await open()
  await world.sync('roster.csv', roster(...people(1, 9)))
  await world.drop('torn.csv', roster(...people(1, 9), '9,p9@acme.example,Q,Other,,,'))
  expect((await world.propose()).plans).toEqual([])
  const errors = await world.sql`select line, code, cells from row_errors order by line`
  expect(errors).toEqual([
    { line: 10, code: 'ROW_CONFLICT', cells: ['9', 'p9@acme.example', 'P', 'N9', '', 'active', ''] },
    { line: 11, code: 'ROW_CONFLICT', cells: ['9', 'p9@acme.example', 'Q', 'Other', '', 'active', ''] },
  ])
})

test('somebody who was invited by hand and removed can be invited by hand again, as the same member', async () => {
  const world = await open()
  const inviteZoe = async () => {
    const plan = await invite(world.parts, world.organization, { actor: KIM, email: 'zoe@acme.example' })
    await world.approve(plan)
    return [await world.run(plan), await world.outcomes(plan)]
  }
  expect(await inviteZoe()).toEqual(['applied', ['invite zoe@acme.example succeeded']])
  // No verb removes by hand yet: this is what such a removal leaves behind.
  await world.sql`update claims set to_change = 0`
  await world.sql`update members set state = 'removed', removed_at = ${world.at}`
  expect(await inviteZoe()).toEqual(['applied', ['reactivate zoe@acme.example succeeded']])
  expect(await world.members()).toMatchObject([{ email: 'zoe@acme.example', state: 'invited' }])
  expect((await world.propose('person')).plans).toEqual([])
})

test('a file whose reading was put off is read before one that was claimed after it, and undoes nothing', async () => {
  const world = await open()
  await world.sync('roster.csv', roster(...people(1, 10)))
  await world.claim('late.csv', roster(...people(1, 9)))
  expect((await world.drop('newer.csv', roster(...people(1, 10), ...people(11, 11)))).state).toBe('admitted')
  const snapshots = await world.sql`select file, state from snapshots order by id`
  expect(snapshots.map((one) => `${one['file']} ${one['state']}`)).toEqual([
    'roster.csv admitted',
    'late.csv admitted',
    'newer.csv admitted',
  ])
  expect(await world.actions((await world.propose()).plans[0])).toEqual(['invite p11@acme.example'])
})

test('whoever is invited by hand while a source has them stays what that source makes of them', async () => {
  const world = await open()
  await world.sync('roster.csv', roster(...people(1, 6)))
  const plan = await invite(world.parts, world.organization, { actor: KIM, email: 'p6@acme.example' })
  await world.approve(plan)
  expect(await world.run(plan)).toBe('applied')
  expect(await world.outcomes(plan)).toEqual(['invite p6@acme.example noop ALREADY_MEMBER'])
  await world.drop('less.csv', roster(...people(1, 5)))
  expect(await world.actions((await world.propose()).plans[0])).toEqual(['remove p6@acme.example'])
})

test('a trailer that promises more rows than there are refuses the file', async () => {
  const world = await open()
  await world.sync('roster.csv', roster(...people(1, 10)))
  const observed = await world.drop('cut.csv', `${roster(...people(1, 9))}#END 10\n`)
  expect(observed).toMatchObject({ state: 'unreadable', findings: [{ guard: 'FILE_INCOMPLETE' }] })
  expect((await world.propose()).plans).toEqual([])
  expect((await world.drop('whole.csv', `${roster(...people(1, 10))}#END 10\n`)).state).toBe('admitted')
})

test('a plan that changed nothing is not followed by another: what fails for good is not tried for ever', async () => {
  const world = await open()
  await world.sync('roster.csv', roster(...people(1, 4)))
  const asked: string[] = []
  world.parts.jobs.propose = async (_, because) => void asked.push(because)
  await world.drop('taken.csv', roster(...people(1, 3), '4,p3@acme.example,P,N4,,,'))
  const { plans } = await world.propose()
  expect(await world.applyAll({ proposalId: null, plans, unchanged: 0 })).toEqual(['failed'])
  expect(asked.filter((because) => because === 'due')).toEqual([])
})
