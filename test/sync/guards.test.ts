/** Guards over whole proposals, through real files: what a policy would approve but a guard stops at waits for a person. */
import { afterEach, describe, expect, test } from 'vitest'
import { approve } from '../../src/sync/approve.ts'
import type { Actor } from '../../src/sync/parts.ts'
import { KIM, openWorld, type Setting, type World } from '../support/pipeline.ts'

let world: World
afterEach(() => world?.close())

const LEE: Actor = { kind: 'person', name: 'lee@acme.example', role: 'admin' }
const BOOTSTRAP: Actor = { kind: 'person', name: 'bootstrap token', role: 'admin' }
const OPEN = 'limits: { snapshot: { hold_percent: 0, refuse_percent: 0 } }'
const HEADER = 'external_id,email,first_name,last_name,groups'
const DAY = 86_400_000

interface Row {
  id: number
  email?: string
  name?: string
  groups?: string
}
const text = (rows: Row[]) =>
  `${[HEADER, ...rows.map(({ id, email = `p${id}@acme.example`, name = `N${id}`, groups = '' }) => `${id},${email},P,${name},${groups}`)].join('\n')}\n`
const rows = (from: number, to: number, more: Partial<Row> = {}): Row[] =>
  Array.from({ length: to - from + 1 }, (_, n) => ({ id: from + n, ...more }))

/** A world whose sources have been approved often enough that policies may act. */
async function settled(setting: Setting, roster: Row[]): Promise<World> {
  const opened = await openWorld({ more: OPEN, ...setting })
  await opened.sync('first.csv', text(roster))
  for (const name of ['A', 'B', `N${roster[0]?.id}`]) {
    opened.pass(8 * DAY)
    await opened.sync(`${name}.csv`, text(roster.map((row, n) => (n === 0 ? { ...row, name } : row))))
  }
  opened.pass(8 * DAY)
  return opened
}

const AUTO: Setting = { sources: 'hr: { kind: csv, approval: additive_auto }' }

const guards = async (id: number | undefined) =>
  (await world.plan(id)).findings
    .filter((one) => one.verdict !== 'pass')
    .map((one) => `${one.guard} ${one.verdict} ${one.nature}`)

async function parts(): Promise<Record<string, string[]>> {
  const { plans } = await world.propose()
  const found: Record<string, string[]> = {}
  for (const id of plans) {
    const kinds = (await world.items(id)).map((item) => item.kind)
    found[(await world.plan(id)).part] = [...new Set(kinds)].sort()
  }
  return found
}

describe('what a policy would approve', () => {
  test('goes while guards pass, and waits where they do not', async () => {
    world = await settled(AUTO, rows(1, 60))
    const joined = [...rows(1, 60), ...rows(61, 100)]
    await world.drop('few.csv', text(joined))
    const first = await world.propose()
    expect((await world.plan(first.plans[0])).part).toBe('free')
    expect(await world.run(first.plans[0] ?? 0)).toBe('applied')
    world.pass(8 * DAY)
    await world.drop('many.csv', text([...joined, ...rows(101, 160)]))
    expect(await parts()).toEqual({ waiting: ['invite'] })
    const [held = 0] = (await world.propose()).plans
    expect(await guards(held)).toEqual(['G7 hold amount'])
    await expect(world.approve(held)).rejects.toMatchObject({ code: 'PLAN_HELD' })
    await world.approve(held, { count: 60, reason: 'the new office' })
  })

  test('G6: wandering names hold the changes of names, and nothing else', async () => {
    const roster = rows(1, 60)
    world = await settled(AUTO, roster)
    const shifted = roster.map((row) => ({
      ...row,
      name: row.id > 50 ? `N${row.id === 60 ? 51 : row.id + 1}` : `N${row.id}`,
    }))
    await world.drop('shifted.csv', text([...shifted, ...rows(61, 62)]))
    expect(await parts()).toEqual({ free: ['invite'], waiting: ['update_profile'] })
    const [, held] = (await world.propose()).plans
    expect(await guards(held ?? (await world.propose()).plans[0])).toEqual(['G6 hold amount'])
  })

  test('G8: only the addresses of a domain that nobody has', async () => {
    world = await settled(AUTO, rows(1, 60))
    await world.drop('typo.csv', text([...rows(1, 60), { id: 61 }, { id: 62, email: 'p62@acme.exarnple' }]))
    const { plans } = await world.propose()
    expect(await Promise.all(plans.map((id) => world.actions(id)))).toEqual([
      ['invite p61@acme.example'],
      ['invite p62@acme.exarnple'],
    ])
    expect(await guards(plans[1])).toEqual(['G8 hold look'])
    await world.approve(plans[1] ?? 0)
  })

  test('G16: the first plan after a rule has changed is looked at, the second is not', async () => {
    world = await settled(AUTO, rows(1, 60))
    await world.configure({
      ...AUTO,
      more: OPEN,
      rules: 'everyone: { source: hr, priority: 400, when: { everyone: true }, then: [{ member: member }] }',
    })
    await world.drop('one.csv', text(rows(1, 61)))
    const { plans } = await world.propose()
    expect(await guards(plans[0])).toEqual(['G16 hold look'])
    await world.applyAll({ plans, proposalId: null, unchanged: 0 })
    await world.drop('two.csv', text(rows(1, 62)))
    expect(await parts()).toEqual({ free: ['invite'] })
  })

  test('G18: a source whose first plan nobody has seen', async () => {
    world = await openWorld({ sources: 'hr: { kind: csv, mode: delta, approval: additive_auto }' })
    await world.drop('a.csv', text(rows(1, 3)))
    const { plans } = await world.propose()
    expect([(await world.plan(plans[0])).part, await guards(plans[0])]).toEqual([
      'waiting',
      ['G7 hold look', 'G18 hold look'],
    ])
    await world.approve(plans[0] ?? 0)
    await world.run(plans[0] ?? 0)
    await world.drop('b.csv', text(rows(4, 5)))
    expect(await parts()).toEqual({ free: ['invite'] })
  })

  test.each(['stale', 'expired'] as const)(
    'G18: nor is one seen of which nothing was done, as it was %s',
    async (state) => {
      world = await openWorld({ sources: 'hr: { kind: csv, mode: delta, approval: additive_auto }' })
      await world.drop('a.csv', text(rows(1, 3)))
      const [first = 0] = (await world.propose()).plans
      await world.approve(first)
      await world.sql`update plans set state = ${state} where id = ${first}`
      await world.drop('b.csv', text(rows(4, 60)))
      const [next] = (await world.propose()).plans
      expect(await guards(next)).toEqual(['G7 hold look', 'G18 hold look'])
      await world.approve(next ?? 0)
      expect((await world.plan(next)).state).toBe('approved')
    },
  )

  test('whoever is not suspended yet keeps the products as well', async () => {
    const artists = rows(1, 100, { groups: 'Artists' })
    const setting = {
      sources: 'hr: { kind: csv, approval: within_limits }',
      products: 'vray: { name: V-Ray, seats: 200 }',
    }
    world = await settled(setting, artists)
    const leaving = (count: number) =>
      text(artists)
        .replace('groups', 'groups,status')
        .replaceAll(/^(\d+),.*$/gm, (line, id) => `${line},${Number(id) <= count ? 'leaver' : ''}`)
    await world.drop('ten.csv', leaving(10))
    expect(await parts()).toEqual({ free: ['revoke', 'suspend'] })
    world = await again()
    await world.drop('eleven.csv', leaving(11))
    expect(await parts()).toEqual({ waiting: ['revoke', 'suspend'] })

    async function again(): Promise<World> {
      await world.close()
      return await settled(setting, artists)
    }
  })

  test('hold_scope all keeps everything', async () => {
    world = await settled(
      { ...AUTO, more: 'limits: { hold_scope: all, snapshot: { hold_percent: 0, refuse_percent: 0 } }' },
      rows(1, 60),
    )
    await world.drop('typo.csv', text([...rows(1, 60), { id: 61 }, { id: 62, email: 'p62@acme.exarnple' }]))
    expect(await parts()).toEqual({ waiting: ['invite'] })
  })
})

describe('what the guards measure', () => {
  const measured = async () => {
    const { plans } = await world.propose()
    return (await Promise.all(plans.map(guards))).flat()
  }

  test('G3 and G5: many products, a little of each, from people who all leave', async () => {
    const keys = ['a', 'b', 'c', 'd']
    const products = keys.map((key) => `${key}: { name: ${key}, seats: 100 }`).join('\n')
    const everybody = 'everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }'
    world = await openWorld({ more: OPEN, products, rules: everybody })
    const team = (leavers: number) =>
      `external_id,email,products,status\n${Array.from({ length: 40 }, (_, n) => `${n},p${n}@acme.example,${keys[n % 4]},${n < leavers ? 'leaver' : ''}\n`).join('')}`
    await world.sync('all.csv', team(0))
    await world.drop('leavers.csv', team(12))
    expect(await measured()).toEqual(['G3 hold amount', 'G5 hold amount'])
  })

  test('G10: ends that come sooner', async () => {
    world = await openWorld({ more: OPEN })
    const ends = (date: string, count: number) =>
      `external_id,email,products,expires\n${Array.from({ length: 10 }, (_, n) => `${n},p${n}@acme.example,vray,${n < count ? date : '2027-12-31'}\n`).join('')}`
    await world.sync('all.csv', ends('2027-12-31', 0))
    await world.drop('five.csv', ends('2027-01-31', 5))
    expect(await measured()).toEqual([])
    await world.drop('six.csv', ends('2027-01-31', 6))
    expect(await measured()).toEqual(['G10 hold amount'])
  })

  test('G9 and I1: administrators are looked at, and who would be one too many is known to fail', async () => {
    world = await openWorld({
      more: OPEN,
      rules: `everyone: { source: hr, when: { everyone: true }, then: [{ member: member }, { manage_admins: true }] }
admins: { source: hr, priority: 100, when: { group: { id: boss } }, then: [{ member: admin }] }`,
    })
    await world.sync('all.csv', text([...rows(1, 3, { groups: 'Boss' }), ...rows(4, 9)]))
    await world.sql`update members set state = 'active', accepted_at = now() where role = 'admin'`
    expect(await world.sql`select from members where role = 'admin'`).toHaveLength(3)
    await world.drop('demoted.csv', text(rows(1, 9)))
    const [id = 0] = (await world.propose()).plans
    expect(await guards(id)).toEqual(['G9 hold look'])
    const foreseen = (await world.items(id)).map((item) => [item.kind, item.predicted, item.foreseen?.code])
    expect(foreseen).toEqual([
      ['update_role', 'succeeded', undefined],
      ['update_role', 'failed_permanent', 'LAST_ADMIN'],
      ['update_role', 'failed_permanent', 'LAST_ADMIN'],
    ])
    await world.approve(id)
    await world.run(id)
    const items = await world.items(id)
    expect(items.map((item) => item.state)).toEqual(items.map((item) => item.predicted))
    expect(items[2]?.params).toEqual(items[2]?.foreseen?.params)
  })

  test('G19: the same full names removed and invited', async () => {
    const named = (from: number) =>
      rows(from, from + 9).map((row, n) => ({ ...row, name: n < 4 ? `Same${n}` : `X${row.id}` }))
    world = await openWorld({ more: OPEN })
    await world.sync('all.csv', text([...named(1), ...rows(100, 200)]))
    await world.drop('moved.csv', text([...named(301), ...rows(100, 200)]))
    expect(await measured()).toEqual(['G19 hold look'])
  })
})

describe('small portions', () => {
  test('G15: what was applied in 24 hours counts, also across plans', async () => {
    world = await openWorld({ more: OPEN })
    await world.sync('all.csv', text(rows(1, 100)))
    await world.sync('less.csv', text(rows(1, 92)))
    await world.drop('lesser.csv', text(rows(1, 85)))
    const { plans } = await world.propose()
    expect(await guards(plans[0])).toEqual(['G15 hold amount'])
    expect((await world.plan(plans[0])).findings.map((one) => one.message)).toContain(
      'Removals in 24 hours: 8 before and 7 in this plan = 15 of 100 members = 15 %, limit 10 (10 %). 0 of 7 were applied.',
    )
    world.pass(25 * 3_600_000)
    expect(await guards((await world.propose('person')).plans[0])).toEqual([])
  })

  test('row 4: eight per cent smaller every night, held in the third', async () => {
    world = await openWorld({ more: OPEN })
    await world.sync('night-0.csv', text(rows(1, 100)))
    const left = [100, 92, 85]
    for (const [night, count] of left.entries()) {
      world.pass(DAY)
      if (night > 0) await world.sync(`night-${night}.csv`, text(rows(1, count)))
    }
    world.pass(DAY)
    await world.drop('night-3.csv', text(rows(1, 78)))
    expect(await guards((await world.propose()).plans[0])).toEqual(['G15 hold amount'])
  })

  test('what was let through by its number does not count again, done or not', async () => {
    world = await openWorld({ more: OPEN })
    await world.sync('all.csv', text(rows(1, 100)))
    await world.drop('less.csv', text(rows(1, 80)))
    const [done = 0] = (await world.propose()).plans
    await world.approve(done, { count: 20, reason: 'sold' })
    await world.run(done)
    await world.drop('lesser.csv', text(rows(1, 62)))
    const [open = 0] = (await world.propose()).plans
    expect(await guards(open)).toEqual(['G1 hold amount'])
    await world.approve(open, { count: 18, reason: 'sold as well' })
    await world.drop('least.csv', text(rows(1, 60)))
    const [last] = (await world.propose()).plans
    expect([await guards(last), await world.actions(last)]).toEqual([
      [],
      ['remove p61@acme.example', 'remove p62@acme.example'],
    ])
  })

  test('what is approved and not done yet counts as well', async () => {
    world = await openWorld({
      sources: 'hr: { kind: csv, approval: manual }\nother: { kind: csv, approval: manual }',
      rules: `one: { source: hr, when: { everyone: true }, then: [{ member: member }] }
two: { source: other, when: { everyone: true }, then: [{ member: member }] }`,
      more: OPEN,
    })
    await world.sync('hr.csv', text(rows(1, 50)))
    await world.sync('other.csv', text(rows(51, 100)), 'other')
    await world.drop('hr-2.csv', text(rows(1, 42)))
    const [first = 0] = (await world.propose()).plans
    await world.approve(first)
    await world.drop('other-2.csv', text(rows(51, 93)), 'other')
    const [second] = (await world.propose()).plans
    expect(await guards(second)).toEqual(['G15 hold amount'])
  })
})

describe('G4 and two administrators', () => {
  const artists = (from: number, to: number) => rows(from, to, { groups: 'Artists' })
  const PRODUCTS = 'vray: { name: V-Ray, seats: 200 }'

  test('row 7: a group emptied while its people are there: the revokes are refused, the rest goes', async () => {
    world = await settled({ ...AUTO, products: PRODUCTS }, [...artists(1, 80), ...rows(81, 100)])
    await world.drop('emptied.csv', text([...rows(1, 100), { id: 101 }]))
    const { plans } = await world.propose()
    const [free = 0, waiting = 0] = plans
    expect(await world.actions(free)).toEqual(['invite p101@acme.example'])
    expect(await world.run(free)).toBe('applied')
    expect(await guards(waiting)).toEqual(['G2 refuse amount', 'G3 refuse amount', 'G4 refuse amount'])
    const agree = async (actor: Actor, count = 80) => {
      const { hash } = await world.plan(waiting)
      return await approve(world.parts, world.organization, waiting, {
        actor,
        hash,
        override: { count, reason: 'the studio closed' },
        start: false,
      })
    }
    await expect(world.approve(waiting)).rejects.toMatchObject({
      code: 'PLAN_REFUSED',
      next: expect.stringContaining('--override 80'),
    })
    await expect(agree(KIM, 79)).rejects.toMatchObject({ code: 'COUNT_MISMATCH' })
    await expect(agree({ ...KIM, role: 'operator' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(await agree(KIM)).toBe('consented')
    expect(await world.plan(waiting)).toMatchObject({
      state: 'awaiting_approval',
      consent: { by: KIM.name, count: 80 },
    })
    await expect(agree(KIM)).rejects.toMatchObject({ code: 'PLAN_NEEDS_ANOTHER' })
    await expect(agree({ ...KIM, name: 'KIM@acme.example' })).rejects.toMatchObject({ code: 'PLAN_NEEDS_ANOTHER' })
    await expect(agree(BOOTSTRAP)).rejects.toMatchObject({
      code: 'PLAN_NEEDS_ANOTHER',
      message: expect.stringContaining('0 of 80 items were applied'),
    })
    expect(await agree(LEE)).toBe('approved')
    expect(await world.run(waiting)).toBe('applied')
    expect((await world.members()).filter((one) => one.products.length > 0)).toEqual([])
    const acts =
      await world.sql`select act, actor from audit where plan_id = ${waiting} and act like 'plan.%' order by id`
    expect(acts.map((one) => `${one['act']} ${one['actor']}`)).toEqual([
      'plan.created kim@acme.example',
      `plan.consented ${KIM.name}`,
      `plan.approved ${LEE.name}`,
      `plan.started ${LEE.name}`,
      `plan.applied ${LEE.name}`,
    ])
  })

  test('the first consent is good for a day', async () => {
    world = await openWorld({ more: OPEN })
    await world.sync('all.csv', text(rows(1, 40)))
    await world.drop('few.csv', text(rows(1, 10)))
    const [id = 0] = (await world.propose()).plans
    const { hash } = await world.plan(id)
    const agree = (actor: Actor) =>
      approve(world.parts, world.organization, id, {
        actor,
        hash,
        override: { count: 30, reason: 'yes' },
        start: false,
      })
    expect(await agree(KIM)).toBe('consented')
    world.pass(DAY)
    expect(await agree(LEE)).toBe('consented')
    world.pass(1_000)
    expect(await agree(KIM)).toBe('approved')
  })

  test('of two who agree at once one is the first and one the second', async () => {
    world = await openWorld({ more: OPEN })
    await world.sync('all.csv', text(rows(1, 40)))
    await world.drop('few.csv', text(rows(1, 10)))
    const [id = 0] = (await world.propose()).plans
    const { hash } = await world.plan(id)
    const override = { count: 30, reason: 'yes' }
    const answers = await Promise.all(
      [KIM, LEE].map((actor) => approve(world.parts, world.organization, id, { actor, hash, override, start: false })),
    )
    expect(answers.sort()).toEqual(['approved', 'consented'])
  })
})

test('row 25: who approves a plan keeps what it would take from themselves; the rest is done', async () => {
  world = await openWorld({
    more: OPEN,
    rules: `everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }
artists: { source: hr, when: { group: { name: Artists } }, then: [{ product: vray }] }`,
  })
  const kim = { id: 3, email: KIM.name, groups: 'Artists' }
  await world.sync('all.csv', text([...rows(1, 2), kim, ...rows(4, 9)]))
  await world.drop('less.csv', text([...rows(1, 1), ...rows(4, 9)]))
  const [id = 0] = (await world.propose()).plans
  await world.approve(id)
  expect(await world.run(id)).toBe('partially_failed')
  expect(await world.outcomes(id)).toEqual([
    'revoke kim@acme.example vray failed_permanent SELF_CHANGE',
    'remove p2@acme.example succeeded',
    'remove kim@acme.example failed_permanent SELF_CHANGE',
  ])
})
