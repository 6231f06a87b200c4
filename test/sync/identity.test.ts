/** Who has which address: rows that share one, addresses that are held, left, swapped and handed on. Through files, store and apply. */
import { afterEach, describe, expect, test } from 'vitest'
import { organizationsWithDue } from '../../src/store/due.ts'
import { answer } from '../../src/sync/decide.ts'
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
const HEADER = 'external_id,email,user_name,first_name,last_name,groups,status'
const roster = (...lines: string[]) => `${[HEADER, ...lines].join('\n')}\n`
const row = (id: string, name: string, over: { user?: string; first?: string; group?: string; status?: string } = {}) =>
  `${id},${name}@acme.example,${over.user ?? ''},${over.first ?? `P${id}`},X,${over.group ?? ''},${over.status ?? ''}`
/** Enough people who stay that nobody doubts a file in which one leaves. */
const CROWD = Array.from({ length: 8 }, (_, n) => row(`c${n}`, `crowd${n}`))

interface Question {
  id: number
  kind: string
  why: string
}
const questions = (world: World) =>
  world.sql<
    Question[]
  >`select id, kind, evidence->>'why' as why from decisions where state = 'open' order by evidence->>'anchor'`
const waits = async (world: World) =>
  (
    await world.sql<{ line: string }[]>`
      select w.kind || ' ' || coalesce(d.email, '') as line from waits w
      left join desired_members d on d.organization_id = w.organization_id and d.person_id = w.person_id order by 1`
  ).map((wait) => wait.line)
const emails = async (world: World) => (await world.members()).map((member) => member.email.split('@')[0])
const planned = async (world: World, because: 'due' | 'person' = 'person') => {
  const proposed = await world.propose(because)
  const actions = await Promise.all(proposed.plans.map((plan) => world.actions(plan)))
  return { proposed, actions: actions.flat().sort() }
}
const isDue = async (world: World) => (await organizationsWithDue(world.sql, world.at)).includes(world.organization)

describe('rows that share an address or a user name', () => {
  test.each([
    ['address', row('1', 'ada'), row('2', 'ada'), 'have the address ada@acme.example'],
    ['user name', row('1', 'ada', { user: 'al' }), row('2', 'bob', { user: 'AL' }), 'have the user name al'],
  ])(
    'two new rows with one %s: neither is invited, the others are, and the corrected file settles it',
    async (...given) => {
      const [, one, two, what] = given
      const world = await open()
      await world.drop('torn.csv', roster(one, two, row('3', 'cy')))
      const first = await planned(world)
      expect(first.actions).toEqual(['invite cy@acme.example'])
      await world.applyAll(first.proposed)
      const asked = await questions(world)
      expect(asked.map((question) => question.kind)).toEqual(['shared', 'shared'])
      expect(asked[0]?.why).toBe(
        `P1 X (hr 1) and P2 X (hr 2) ${what}. Correct it in hr; or link them, if they are one person.`,
      )
      expect((await planned(world)).actions).toEqual([])

      await world.drop('corrected.csv', roster(one, row('2', 'bob', { user: 'bob' }), row('3', 'cy')))
      const second = await planned(world)
      expect(second.actions).toEqual(['invite ada@acme.example', 'invite bob@acme.example'])
      expect(await questions(world)).toEqual([])
      expect(await waits(world)).toEqual([])
      expect(await world.applyAll(second.proposed)).toEqual(['applied'])
    },
  )

  const sharing = async () => {
    const world = await open()
    await world.sync('roster.csv', roster(row('1', 'ada', { group: 'Artists' }), ...CROWD))
    await world.drop('torn.csv', roster(row('1', 'ada'), row('9', 'ada', { first: 'Same' }), row('3', 'cy'), ...CROWD))
    const found = await planned(world)
    expect(found.actions).toEqual(['invite cy@acme.example'])
    await world.applyAll(found.proposed)
    const [question] = await questions(world)
    return { world, question: question?.id ?? 0 }
  }

  test('a new row with the address of a member whose row has it too: both are left as they are', async () => {
    const { world, question } = await sharing()
    expect(await waits(world)).toEqual(['decision ada@acme.example', 'decision ada@acme.example'])
    expect((await world.members())[0]).toEqual({ email: 'ada@acme.example', state: 'invited', products: ['vray'] })
    await answer(world.parts, world.organization, question, { actor: KIM, choice: 'ignore' })
    const found = await planned(world)
    expect(found.actions).toEqual(['revoke ada@acme.example vray'])
    expect(await world.applyAll(found.proposed)).toEqual(['applied'])
    expect((await planned(world)).actions).toEqual([])
  })

  test('answered to be one person, both rows are theirs', async () => {
    const { world, question } = await sharing()
    await answer(world.parts, world.organization, question, { actor: KIM, choice: 'link' })
    const found = await planned(world)
    expect(found.actions).toContain('link ada@acme.example')
    expect(await world.applyAll(found.proposed)).toEqual(['applied'])
    expect((await emails(world)).filter((name) => name === 'ada')).toHaveLength(1)
    expect((await planned(world)).actions).toEqual([])
    expect(await waits(world)).toEqual([])

    const both = ['1', '9'].map((id) => row(id, 'ada', { first: 'Ada', group: 'Artists' }))
    const { plans } = await world.sync('both.csv', roster(...both, row('3', 'cy'), ...CROWD))
    expect(await world.actions(plans[0])).toContain('assign ada@acme.example vray')
    expect((await planned(world)).actions).toEqual([])
  })

  test('two new rows answered to be one person are one invitation', async () => {
    const world = await open()
    await world.drop('torn.csv', roster(row('1', 'ada', { group: 'Artists' }), row('2', 'ada', { group: 'Artists' })))
    expect((await planned(world)).actions).toEqual([])
    const [question] = await questions(world)
    await answer(world.parts, world.organization, question?.id ?? 0, { actor: KIM, choice: 'link' })
    const found = await planned(world)
    expect(found.actions).toEqual(['assign ada@acme.example vray', 'invite ada@acme.example', 'link ada@acme.example'])
    expect(await world.applyAll(found.proposed)).toEqual(['applied'])
    expect(await questions(world)).toEqual([])
    expect((await planned(world)).actions).toEqual([])
  })

  test('answered to be somebody new, the invitation is planned with the failure that it will have', async () => {
    const { world, question } = await sharing()
    await answer(world.parts, world.organization, question, { actor: KIM, choice: 'create_new' })
    const { proposed } = await planned(world)
    const items = await world.items(proposed.plans[0] ?? 0)
    expect(items.map((item) => [item.kind, item.predicted, item.foreseen])).toEqual([
      [
        'invite',
        'failed_permanent',
        { code: 'EMAIL_IN_USE', params: { v: 'ada@acme.example', other: 'ada@acme.example' } },
      ],
      ['revoke', 'succeeded', null],
    ])
    expect(await world.applyAll(proposed)).toEqual(['partially_failed'])
    expect(await world.outcomes(proposed.plans[0])).toEqual([
      'invite ada@acme.example failed_permanent EMAIL_IN_USE',
      'revoke ada@acme.example vray succeeded',
    ])
  })

  test('rows of two sources that cannot be one person wait for an answer, too', async () => {
    const world = await open({
      sources: 'hr: { kind: csv, approval: manual, trust: 700 }\nlab: { kind: csv, approval: manual, trust: 300 }',
      rules: `staff: { source: hr, when: { everyone: true }, then: [{ member: member }] }
visitors: { source: lab, when: { everyone: true }, then: [{ member: member }] }`,
    })
    await world.sync('lab.csv', roster(row('L1', 'ada'), ...CROWD), 'lab')
    await world.sync('hr.csv', roster(row('1', 'ada')), 'hr')
    await world.drop('lab2.csv', roster(row('L1', 'ada'), row('L2', 'ada'), row('L3', 'cy'), ...CROWD), 'lab')
    const found = await planned(world)
    expect(found.actions).toEqual(['invite cy@acme.example'])
    expect((await questions(world)).map((question) => question.kind)).toEqual(['shared'])
  })
})

describe('an address that somebody else has', () => {
  test('and keeps: the review says that the rename will fail, and nothing else of the person is blocked', async () => {
    const world = await open()
    await world.sync('roster.csv', roster(row('1', 'ada'), row('2', 'bob')))
    await world.drop('taken.csv', roster(row('1', 'ada'), row('2', 'ada', { first: 'Robert', group: 'Artists' })))
    const proposed = await world.propose()
    const items = await world.items(proposed.plans[0] ?? 0)
    expect(items.map((item) => [item.kind, item.email, item.predicted, item.foreseen?.code ?? null])).toEqual([
      ['update_identity', 'bob@acme.example', 'failed_permanent', 'EMAIL_IN_USE'],
      ['update_profile', 'bob@acme.example', 'succeeded', null],
      ['assign', 'bob@acme.example', 'succeeded', null],
    ])
    expect(await world.applyAll(proposed)).toEqual(['partially_failed'])
    expect(await world.outcomes(proposed.plans[0])).toEqual([
      'update_identity bob@acme.example failed_permanent EMAIL_IN_USE',
      'update_profile bob@acme.example succeeded',
      'assign bob@acme.example vray succeeded',
    ])
  })

  test('a policy approves nothing of which it is known that it fails', async () => {
    const world = await open({ sources: 'hr: { kind: csv, approval: additive_auto }' })
    for (const n of [1, 2, 3]) await world.sync(`roster${n}.csv`, roster(row('1', 'ada'), ...CROWD.slice(0, n + 4)))
    await world.drop('taken.csv', roster(row('1', 'ada'), row('c0', 'ada', { first: 'Cy' }), ...CROWD.slice(1)))
    const proposed = await world.propose()
    const parts = await Promise.all(
      proposed.plans.map(async (plan) => [(await world.plan(plan)).part, (await world.actions(plan)).sort()]),
    )
    expect(parts).toEqual([
      ['free', ['invite crowd7@acme.example', 'update_profile crowd0@acme.example']],
      ['waiting', ['update_identity crowd0@acme.example']],
    ])
  })

  test('and is suspended with it until the grace is over: the newcomer waits, once, and is then invited', async () => {
    const world = await open()
    await world.sync('roster.csv', roster(row('1', 'ada'), ...CROWD))
    const left = row('1', 'ada.gone', { status: 'leaver' })
    await world.sync('leaver.csv', roster(left, ...CROWD))
    expect((await world.members())[0]).toMatchObject({ email: 'ada@acme.example', state: 'suspended' })
    await world.drop('newcomer.csv', roster(left, row('2', 'ada'), ...CROWD))
    expect((await planned(world)).actions).toEqual([])
    expect(await waits(world)).toContain('address ada@acme.example')
    expect((await planned(world)).actions).toEqual([])
    expect(await isDue(world)).toBe(false)

    world.pass(7 * DAY + 60_000)
    const removal = await planned(world, 'due')
    expect(removal.actions).toEqual(['remove ada@acme.example'])
    await world.applyAll(removal.proposed)
    expect(await isDue(world)).toBe(true)
    const second = await planned(world, 'due')
    expect(second.actions).toEqual(['invite ada@acme.example'])
    expect(await world.applyAll(second.proposed)).toEqual(['applied'])
    expect(await waits(world)).toEqual([])
    expect(await isDue(world)).toBe(false)
  })

  test('and leaves in the same file: the rename waits for the removal, and the rest of the person does not', async () => {
    const world = await open()
    await world.sync('roster.csv', roster(row('1', 'ada'), row('2', 'bob'), ...CROWD))
    await world.drop('handed-on.csv', roster(row('2', 'ada', { first: 'Robert' }), ...CROWD))
    const first = await planned(world)
    expect(first.actions).toEqual(['remove ada@acme.example', 'update_profile bob@acme.example'])
    expect(await world.applyAll(first.proposed)).toEqual(['applied'])
    expect(await isDue(world)).toBe(true)
    const second = await planned(world, 'due')
    expect(second.actions).toEqual(['update_identity bob@acme.example'])
    expect(await world.applyAll(second.proposed)).toEqual(['applied'])
    expect((await planned(world)).actions).toEqual([])
    expect(await waits(world)).toEqual([])
  })

  test('and is renamed in a file by which somebody new gets it: one plan', async () => {
    const world = await open()
    await world.sync('roster.csv', roster(row('1', 'ada')))
    const { plans } = await world.sync('renamed.csv', roster(row('1', 'ada.king'), row('2', 'ada')))
    expect(await world.outcomes(plans[0])).toEqual([
      'update_identity ada@acme.example succeeded',
      'invite ada@acme.example succeeded',
    ])
  })

  test('row 11: A and B swap addresses in one plan', async () => {
    const world = await open()
    await world.sync('roster.csv', roster(row('1', 'ada', { user: 'a' }), row('2', 'bob', { user: 'b' })))
    const swapped = roster(row('1', 'bob', { user: 'b' }), row('2', 'ada', { user: 'a' }))
    const { plans } = await world.sync('swapped.csv', swapped)
    expect(await world.outcomes(plans[0])).toEqual([
      'update_identity ada@acme.example succeeded',
      'update_identity bob@acme.example succeeded',
    ])
    expect((await planned(world)).actions).toEqual([])
  })

  test('row 11: a chain of three moves along in one plan, and not at all where its end is held', async () => {
    const world = await open()
    await world.sync('roster.csv', roster(row('1', 'a'), row('2', 'b'), row('3', 'c')))
    const { plans } = await world.sync('moved.csv', roster(row('1', 'b'), row('2', 'c'), row('3', 'd')))
    expect(await world.outcomes(plans[0])).toEqual([
      'update_identity a@acme.example succeeded',
      'update_identity b@acme.example succeeded',
      'update_identity c@acme.example succeeded',
    ])
    await world.drop('stuck.csv', roster(row('1', 'c'), row('2', 'd'), row('3', 'd')))
    const stuck = await world.propose()
    expect(
      (await world.items(stuck.plans[0] ?? 0)).map((item) => [item.email, item.foreseen?.params['other']]),
    ).toEqual([
      ['b@acme.example', 'c@acme.example'],
      ['c@acme.example', 'd@acme.example'],
    ])
    await world.applyAll(stuck)
    expect(await world.outcomes(stuck.plans[0])).toEqual([
      'update_identity b@acme.example failed_permanent EMAIL_IN_USE',
      'update_identity c@acme.example failed_permanent EMAIL_IN_USE',
    ])
  })

  test('two members who are to be renamed to one address both keep theirs, and a corrected file goes on', async () => {
    const world = await open()
    await world.sync('roster.csv', roster(row('1', 'a'), row('2', 'b')))
    await world.drop('torn.csv', roster(row('1', 'z'), row('2', 'z', { first: 'New' })))
    const found = await planned(world)
    expect(found.actions).toEqual(['update_profile b@acme.example'])
    await world.applyAll(found.proposed)
    expect(await waits(world)).toEqual(['address z@acme.example', 'address z@acme.example'])
    expect(await isDue(world)).toBe(false)
    await world.drop('corrected.csv', roster(row('1', 'z'), row('2', 'y', { first: 'New' })))
    expect((await planned(world)).actions).toEqual(['update_identity a@acme.example', 'update_identity b@acme.example'])
    expect(await waits(world)).toEqual([])
  })
})
