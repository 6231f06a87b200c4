/** What a reviewer leaves out of a plan that somebody asked for: dependences go along, and everything is counted and hashed again. */
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { PIN_DEFAULT } from '../../src/reconcile/operation.ts'
import { approve } from '../../src/sync/approve.ts'
import type { Choice } from '../../src/sync/choice.ts'
import { type Asked, draft } from '../../src/sync/draft.ts'
import { type Editing, edit, editTogether } from '../../src/sync/edit.ts'
import { hashOfStored } from '../../src/sync/plan-hash.ts'
import { KIM, openWorld, type World } from '../support/pipeline.ts'
import { WIDE_LIMITS } from '../support/wide-limits.ts'

let world: World
afterEach(() => world?.close())

const email = (name: string) => `${name}@acme.example`
const ROSTER = `external_id,email,groups\n${['ada', 'bob', 'cem', 'dee'].map((name) => `${name},${email(name)},Artists\n`).join('')}`

async function open(products = 'vray: { name: V-Ray, seats: 10 }'): Promise<void> {
  world = await openWorld({ products, more: WIDE_LIMITS })
  await world.sync('roster.csv', ROSTER)
}

async function asked(operation: Partial<Asked> & Pick<Asked, 'verb' | 'selection'>): Promise<number> {
  const { plan } = await draft(world.parts, world.organization, {
    actor: KIM,
    operation: {
      products: [],
      allProducts: false,
      expiresAt: null,
      role: 'member',
      revokeFirst: false,
      wait: false,
      pin: PIN_DEFAULT,
      ...operation,
    },
    quiet: false,
  })
  return plan
}

const removal = (...names: string[]) =>
  asked({ verb: 'remove', selection: { users: names.map(email) }, revokeFirst: true })

async function change(id: number, act: Editing['act'], what: Partial<Editing>): ReturnType<typeof edit> {
  const { hash } = await world.plan(id)
  return await edit(world.parts, world.organization, id, { actor: KIM, act, hash, ...what })
}
const leaveOut = (id: number, what: Partial<Editing>) => change(id, 'leave_out', what)
const putBack = (id: number, what: Partial<Editing>) => change(id, 'put_back', what)
const out = async (id: number) =>
  (await world.outcomes(id))
    .filter((line) => line.includes('skipped_excluded'))
    .map((line) => line.split(' ', 2).join(' '))

test('a stored plan hashes as it did when it was made', async () => {
  await open()
  await world.drop(
    'next.csv',
    ROSTER.replaceAll('dee', 'eve').replace(`cem,${email('cem')},Artists`, `cem,${email('carl')},`),
  )
  const plans = [...(await world.propose()).plans, await removal('ada', 'bob')]
  const kinds = new Set<string>()
  for (const id of plans) {
    for (const item of await world.items(id)) kinds.add(item.kind)
    const { hash } = await world.plan(id)
    expect(await world.sql.begin((sql) => hashOfStored(sql, world.organization, id))).toBe(hash)
  }
  expect([...kinds].sort()).toEqual(['assign', 'invite', 'remove', 'revoke', 'update_identity'])
})

test('a person is left out and put back: counts, seats, headline and hash follow, and the hash that was reviewed says who did it', async () => {
  await open()
  const id = await removal('ada', 'bob', 'cem')
  const before = await world.plan(id)
  expect(before).toMatchObject({ counts: { remove: 3, revoke: 3 }, seats: [{ product: 'vray', used: 4, after: 1 }] })
  expect(await leaveOut(id, { emails: [' ADA@acme.example'] })).toMatchObject({ items: 2, people: 1, also: 0 })
  const edited = await world.plan(id)
  expect(edited).toMatchObject({
    items: 6,
    leftOut: 2,
    counts: { remove: 2, revoke: 2 },
    seats: [{ product: 'vray', used: 4, after: 2 }],
  })
  expect(edited.headline).toBe(
    'Revoke 2 · Remove 2; 2 pinned for 30 days, since hr still wants them; 2 people get one mail each; 2 items left out',
  )
  expect(edited.findings.find((one) => one.guard === 'G1')).toMatchObject({ measured: 2 })
  expect(edited.hash).not.toBe(before.hash)
  expect(await out(id)).toEqual([`revoke ${email('ada')}`, `remove ${email('ada')}`])
  const { hash } = before
  await expect(approve(world.parts, world.organization, id, { actor: KIM, hash, start: false })).rejects.toMatchObject({
    code: 'PLAN_HASH_MISMATCH',
    message: expect.stringContaining('kim@acme.example left out 1 person at 13:00.'),
  })
  await expect(
    edit(world.parts, world.organization, id, { actor: KIM, act: 'leave_out', hash, items: [1] }),
  ).rejects.toMatchObject({ code: 'PLAN_HASH_MISMATCH' })
  await putBack(id, { emails: [email('ada')] })
  expect(await world.plan(id)).toEqual(before)
})

test('what depends on it goes along, and what it depends on comes back', async () => {
  await open()
  const id = await removal('ada', 'bob')
  const items = await world.items(id)
  const number = (kind: string, name: string) =>
    items.find((item) => item.kind === kind && item.email === email(name))?.number ?? 0
  expect(await leaveOut(id, { items: [number('revoke', 'ada')] })).toEqual({
    items: 2,
    people: 1,
    also: 1,
    alsoItems: [number('remove', 'ada')],
  })
  expect(await putBack(id, { items: [number('remove', 'ada')] })).toMatchObject({ items: 2, also: 1 })
  expect(await leaveOut(id, { items: [number('remove', 'ada')] })).toMatchObject({ items: 1, also: 0 })
  await putBack(id, { items: [number('remove', 'ada')] })
  await expect(leaveOut(id, { products: ['vray'] })).rejects.toMatchObject({ code: 'OPERATION_EMPTY' })
})

test('an invitation that is left out takes its assigns along', async () => {
  await open()
  const id = await asked({
    verb: 'invite',
    selection: { users: [email('eve'), email('fay')] },
    products: ['vray'],
  })
  const [invitation] = (await world.items(id)).filter((item) => item.kind === 'invite' && item.email === email('eve'))
  expect(await leaveOut(id, { items: [invitation?.number ?? 0] })).toMatchObject({ items: 2, also: 1 })
  const [assign] = (await world.items(id)).filter((item) => item.kind === 'assign' && item.email === email('eve'))
  expect(await putBack(id, { items: [assign?.number ?? 0] })).toMatchObject({ items: 2, also: 1 })
})

test('approved, it does what stays, and says of the rest who left it out', async () => {
  await open()
  const id = await removal('ada', 'bob', 'cem')
  const dana = { ...KIM, name: 'dana@acme.example' }
  const { hash } = await world.plan(id)
  await edit(world.parts, world.organization, id, { actor: dana, act: 'leave_out', hash, emails: [email('bob')] })
  await world.approve(id)
  await expect(leaveOut(id, { emails: [email('cem')] })).rejects.toMatchObject({ code: 'PLAN_STATE' })
  expect(await world.run(id)).toBe('applied')
  expect((await world.members()).map((one) => one.email)).toEqual([email('bob'), email('dee')])
  const left = (await world.items(id)).filter((item) => item.email === email('bob'))
  expect(left.map(({ state, code, params }) => ({ state, code, params }))).toEqual(
    [0, 1].map(() => ({
      state: 'skipped_excluded',
      code: 'LEFT_OUT',
      params: { who: 'dana@acme.example', name: email('bob') },
    })),
  )
  const letters = await world.sql<{ address: string }[]>`
    select address from letters where audience = 'member' and plan_id = ${id} order by 1`
  expect(letters.map((one) => one.address)).toEqual([email('ada'), email('cem')])
})

test('a seat that somebody leaves free is foreseen for the next', async () => {
  await open('vray: { name: V-Ray, seats: 10 }\nnuke: { name: Nuke, seats: 1 }')
  const id = await asked({ verb: 'assign', selection: { users: [email('ada'), email('bob')] }, products: ['nuke'] })
  const foreseen = async () => (await world.items(id)).map(({ predicted, foreseen: why }) => [predicted, why?.code])
  expect(await foreseen()).toEqual([
    ['succeeded', undefined],
    ['failed_permanent', 'SEATS_EXHAUSTED'],
  ])
  await leaveOut(id, { items: [1] })
  expect((await foreseen())[1]).toEqual(['succeeded', undefined])
  expect((await world.plan(id)).seats).toMatchObject([{ product: 'nuke', used: 0, after: 1 }])
  await putBack(id, { items: [1] })
  expect((await foreseen())[1]).toEqual(['failed_permanent', 'SEATS_EXHAUSTED'])
})

test('what is mistyped among others is named, and nothing is left out', async () => {
  await open()
  const id = await removal('ada', 'bob')
  const before = await world.plan(id)
  const named = { emails: [email('ada'), email('zoe')], products: ['vrai'], items: [1, 99], people: [1_000_000] }
  await expect(leaveOut(id, named)).rejects.toMatchObject({
    code: 'OPERATION_EMPTY',
    params: {
      why: 'zoe@acme.example, per_1000000, item 99, vrai do not stand in the plan, and nothing was left out',
    },
  })
  expect(await world.plan(id)).toEqual(before)
  expect(await leaveOut(id, { emails: [email('ADA')] })).toMatchObject({ people: 1 })
  await expect(leaveOut(id, { emails: [email('ada'), email('zoe')] })).rejects.toMatchObject({
    params: { why: 'zoe@acme.example does not stand in the plan, and nothing was left out' },
  })
})

describe('putting back and leaving out at once', () => {
  const together = async (id: number, hash: string, ...choices: Choice[]) =>
    editTogether(world.parts, world.organization, id, { actor: KIM, hash, choices })
  const of = (act: Choice['act'], ...names: string[]): Choice => ({ act, emails: names.map(email) })

  test('is one edit of the plan that was looked at', async () => {
    await open()
    const id = await removal('ada', 'bob', 'cem')
    await leaveOut(id, { emails: [email('ada')] })
    const { hash } = await world.plan(id)
    expect(await together(id, hash, of('put_back', 'ada'), of('leave_out', 'bob'))).toMatchObject([
      { act: 'put_back', moved: { items: 2 } },
      { act: 'leave_out', moved: { items: 2 } },
    ])
    expect(await world.plan(id)).toMatchObject({ leftOut: 2, counts: { remove: 2, revoke: 2 } })
    expect(await out(id)).toEqual([`revoke ${email('bob')}`, `remove ${email('bob')}`])
    // Whoever looked before is told of both.
    await expect(
      approve(world.parts, world.organization, id, { actor: KIM, hash, start: false }),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/put back 1 person at 13:00\..*left out 1 person at 13:00\./),
    })
    await expect(together(id, hash, of('put_back', 'bob'))).rejects.toMatchObject({ code: 'PLAN_HASH_MISMATCH' })
  })

  test('does neither where one of them cannot be done', async () => {
    await open()
    const id = await removal('ada', 'bob')
    await leaveOut(id, { emails: [email('ada')] })
    const before = await world.plan(id)
    for (const out of [of('leave_out', 'zoe'), of('leave_out', 'ada', 'bob')])
      await expect(together(id, before.hash, of('put_back', 'ada'), out)).rejects.toMatchObject({
        code: 'OPERATION_EMPTY',
      })
    expect(await world.plan(id)).toEqual(before)
    expect(await world.sql`select from audit where act = 'plan.edited'`).toHaveLength(1)
  })
})

test('nothing is stored where nothing is found, or where nothing would be left', async () => {
  await open()
  const id = await removal('ada')
  const before = await world.plan(id)
  for (const what of [{ items: [99] }, { emails: [email('zoe')] }, { people: [1_000_000] }, { products: ['x'] }, {}])
    await expect(leaveOut(id, what)).rejects.toMatchObject({ code: 'OPERATION_EMPTY' })
  await expect(leaveOut(id, { emails: [email('ada')] })).rejects.toMatchObject({ code: 'OPERATION_EMPTY' })
  await expect(putBack(id, { emails: [email('ada')] })).rejects.toMatchObject({ code: 'OPERATION_EMPTY' })
  expect(await world.plan(id)).toEqual(before)
})

test('of an edit and an approval at once, one wins, and nobody approves what they did not see', async () => {
  await open()
  for (let round = 0; round < 4; round += 1) {
    const id = await removal('ada', 'bob')
    const { hash } = await world.plan(id)
    const [approved, edited] = await Promise.allSettled([
      approve(world.parts, world.organization, id, { actor: KIM, hash, start: false }),
      edit(world.parts, world.organization, id, { actor: KIM, act: 'leave_out', hash, emails: [email('ada')] }),
    ])
    expect([approved.status, edited.status].sort()).toEqual(['fulfilled', 'rejected'])
    const plan = await world.plan(id)
    expect(plan.state).toBe(approved.status === 'fulfilled' ? 'approved' : 'draft')
    expect(plan.leftOut).toBe(approved.status === 'fulfilled' ? 0 : 2)
    await world.sql`update plans set state = 'discarded' where id = ${id}`
  }
})

test('whatever is left out and put back, dependences hold, and all put back gives the plan as it was', async () => {
  await open()
  const id = await removal('ada', 'bob', 'cem', 'dee')
  const first = await world.plan(id)
  const step = fc.record({
    act: fc.constantFrom<Editing['act']>('leave_out', 'put_back'),
    items: fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 4 }), async (steps) => {
      for (const { act, items } of steps)
        await change(id, act, { items }).catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'OPERATION_EMPTY' })
        })
      const lines = await world.outcomes(id)
      const removes = lines.filter((line) => line.startsWith('remove') && !line.includes('skipped_excluded'))
      for (const line of removes) {
        const [, who = ''] = line.split(' ')
        expect(lines.some((one) => one.startsWith('revoke') && one.includes(who) && one.includes('skipped'))).toBe(
          false,
        )
      }
      const plan = await world.plan(id)
      expect(plan.leftOut).toBe(lines.filter((line) => line.includes('skipped_excluded')).length)
      expect(Object.values(plan.counts).reduce((sum, items) => sum + items, 0)).toBe(plan.items - plan.leftOut)
      if (plan.leftOut > 0) await putBack(id, { items: [1, 2, 3, 4, 5, 6, 7, 8] })
      expect(await world.plan(id)).toEqual(first)
    }),
    { numRuns: 12 },
  )
})

describe('a plan of sources', () => {
  const roster = (...rows: string[]) => `external_id,email,groups\n${rows.map((row) => `${row}\n`).join('')}`
  const row = (name: string, groups = 'Artists') => `${name},${email(name)},${groups}`

  /** Ada and Bob leave their group, Cem goes, Eve and Fay come: one revoke each, one removal, two invitations. */
  async function proposed(products?: string): Promise<number> {
    await open(products)
    await world.drop('next.csv', roster(row('ada', ''), row('bob', ''), row('dee'), row('eve'), row('fay')))
    const { plans } = await world.propose()
    expect(plans).toHaveLength(1)
    return plans[0] ?? 0
  }

  test('is approved in part: who is left out stays as they are, and stands in the next plan', async () => {
    const id = await proposed()
    const before = await world.plan(id)
    expect(before.counts).toEqual({ invite: 2, assign: 2, revoke: 3, remove: 1 })
    expect(await leaveOut(id, { emails: [email('ada'), email('cem')] })).toMatchObject({ items: 3, people: 2 })
    const edited = await world.plan(id)
    expect(edited).toMatchObject({
      leftOut: 3,
      counts: { invite: 2, assign: 2, revoke: 1 },
      headline: 'Invite 2 · Assign 2 · Revoke 1 — 3 unchanged; 3 items left out',
      seats: [{ product: 'vray', used: 4, after: 5 }],
    })
    expect(edited.hash).not.toBe(before.hash)
    await expect(
      approve(world.parts, world.organization, id, { actor: KIM, hash: before.hash, start: false }),
    ).rejects.toMatchObject({ code: 'PLAN_HASH_MISMATCH' })
    await world.approve(id)
    expect(await world.run(id)).toBe('applied')
    expect(await out(id)).toEqual([`revoke ${email('ada')}`, `revoke ${email('cem')}`, `remove ${email('cem')}`])
    expect((await world.members()).map(({ email: address, products }) => [address, ...products].join(' '))).toEqual([
      `${email('ada')} vray`,
      email('bob'),
      `${email('cem')} vray`,
      `${email('dee')} vray`,
      `${email('eve')} vray`,
      `${email('fay')} vray`,
    ])
    const { plans } = await world.propose('due')
    expect(await world.actions(plans[0])).toEqual([
      `revoke ${email('ada')} vray`,
      `revoke ${email('cem')} vray`,
      `remove ${email('cem')}`,
    ])
  })

  test('counts its seats again: where whoever would free one is left out, who was to have it waits', async () => {
    const id = await proposed('vray: { name: V-Ray, seats: 4 }')
    const predicted = async () =>
      (await world.items(id)).filter(({ kind }) => kind === 'assign').map((item) => item.predicted)
    expect(await predicted()).toEqual(['succeeded', 'succeeded'])
    await leaveOut(id, { emails: [email('ada'), email('cem')] })
    expect(await predicted()).toEqual(['succeeded', 'waiting_seat'])
    expect((await world.plan(id)).seats).toMatchObject([{ used: 4, after: 4 }])
    await putBack(id, { emails: [email('ada'), email('cem')] })
    expect(await predicted()).toEqual(['succeeded', 'succeeded'])
  })

  test('that is held is judged as it is without them: what is within the limits again needs no number', async () => {
    world = await openWorld({ products: 'vray: { name: V-Ray, seats: 60 }', more: 'limits: { revoke: { floor: 5 } }' })
    const names = Array.from({ length: 40 }, (_, n) => `p${n + 10}`)
    await world.sync('roster.csv', roster(...names.map((name) => row(name))))
    await world.drop('next.csv', roster(...names.map((name, n) => row(name, n < 12 ? '' : 'Artists'))))
    const { plans } = await world.propose()
    const id = plans[0] ?? 0
    const held = async () => (await world.plan(id)).findings.filter(({ verdict }) => verdict !== 'pass').length
    expect(await held()).toBeGreaterThan(0)
    const before = await world.plan(id)
    await leaveOut(id, { emails: names.slice(0, 8).map(email) })
    expect(await held()).toBe(0)
    await putBack(id, { emails: names.slice(0, 8).map(email) })
    expect(await world.plan(id)).toEqual(before)
  })

  test('is rejected, not emptied; and is not edited any more once it is approved', async () => {
    const id = await proposed()
    const everybody = ['ada', 'bob', 'cem', 'eve', 'fay'].map(email)
    await expect(leaveOut(id, { emails: everybody })).rejects.toMatchObject({
      code: 'OPERATION_EMPTY',
      message: expect.stringContaining('which can be rejected'),
    })
    await world.approve(id)
    await expect(leaveOut(id, { emails: [email('ada')] })).rejects.toMatchObject({ code: 'PLAN_STATE' })
  })
})
