/** Licences on devices: lent only while nobody takes them, and what takes them waits for their return. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { PIN_DEFAULT } from '../../src/reconcile/operation.ts'
import { organizationsWithDue } from '../../src/store/due.ts'
import { type LetterRow, readMemberEvent } from '../../src/store/member-events.ts'
import { listMembers, readMember } from '../../src/store/member-list.ts'
import { registerBorrow, returnBorrow } from '../../src/sync/borrow.ts'
import { invite } from '../../src/sync/by-hand.ts'
import { proposeDue } from '../../src/sync/clock.ts'
import { type Asked, draft } from '../../src/sync/draft.ts'
import { propose } from '../../src/sync/propose.ts'
import { KIM, openWorld, type Setting, type World } from '../support/pipeline.ts'
import { openScene } from '../support/pushing.ts'

let world: World | null = null
afterEach(async () => {
  await world?.close()
  world = null
})

const HOUR = 3_600_000
const DAY = 24 * HOUR
const HEADER = 'external_id,email,first_name,last_name,groups,status,products'
const roster = (lines: string[]) => `${[HEADER, ...lines].join('\n')}\n`
const people = (from: number, to: number, group = 'Artists') =>
  Array.from({ length: to - from + 1 }, (_, n) => `${from + n},p${from + n}@acme.example,P,N${from + n},${group},,`)
const BOTH = `everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }
artists: { source: hr, when: { group: { name: Artists } }, then: [{ product: vray }, { product: houdini }] }`
const P1 = 'p1@acme.example'

/** Nine active members who hold V-Ray. */
async function open(setting: Setting = {}): Promise<World> {
  world = await openWorld(setting)
  await world.sync('roster.csv', roster(people(1, 9)))
  await world.sql`update members set state = 'active', accepted_at = ${world.at}`
  return world
}

async function assignmentOf(here: World, email = P1, product = 'vray'): Promise<number> {
  const [row] = await here.sql<{ id: number }[]>`
    select a.id from assignments a join members m using (organization_id, person_id)
    join products p on p.organization_id = a.organization_id and p.id = a.product_id
    where m.email = ${email} and p.key = ${product}`
  return row?.id ?? 0
}

const inDays = (here: World, days: number) => new Date(here.at.getTime() + days * DAY)

async function lend(here: World, days: number, over: { product?: string; device?: string; offline?: boolean } = {}) {
  const { product = 'vray', device = 'WS-204', offline = false } = over
  const id = await assignmentOf(here, P1, product)
  await registerBorrow(here.parts, here.organization, id, { actor: KIM, device, until: inDays(here, days), offline })
}

async function giveBack(here: World, product = 'vray', device = 'ws-204 '): Promise<void> {
  await returnBorrow(here.parts, here.organization, await assignmentOf(here, P1, product), { actor: KIM, device })
}

const isDue = async (here: World) => (await organizationsWithDue(here.sql, here.at)).length > 0
const waits = async (here: World) =>
  (
    await here.sql<{ product: number; until: Date }[]>`
    select product_id as product, until from waits where kind = 'borrow' order by product_id`
  ).map((one) => one.until)
const used = async (here: World) =>
  Object.fromEntries(
    (await here.sql<{ key: string; used: number }[]>`select key, used from products`).map((p) => [p.key, p.used]),
  )
const isMember = async (here: World) => (await here.members()).some((one) => one.email === P1)

/** The file without the first of them, applied. */
async function removeFirst(here: World): Promise<number> {
  const proposed = await here.sync('less.csv', roster(people(2, 9)))
  return proposed.plans[0] ?? 0
}

async function letterOf(here: World, plan: number) {
  const [letter] = await here.sql<LetterRow[]>`
    select o.*, o.person_id as "personId", o.plan_id as "planId", o.address_key as "addressKey", o.organization_id as "organizationId"
    from letters o join members m using (organization_id, person_id) where plan_id = ${plan} and m.email = ${P1}`
  return letter === undefined ? null : (await readMemberEvent(here.sql, letter)).lines
}

test('row 20: who is to be removed and has a licence on a device for 12 days, is removed by itself an hour after', async () => {
  const here = await open()
  const until = inDays(here, 12)
  await lend(here, 12)
  const plan = await removeFirst(here)
  expect(await here.outcomes(plan)).toEqual([
    `revoke ${P1} vray waiting_borrow BORROWED_OFFLINE`,
    `remove ${P1} waiting_borrow BORROWED_OFFLINE`,
  ])
  expect(await letterOf(here, plan)).toEqual([
    { kind: 'return', product: 'V-Ray', device: 'WS-204', until: until.toISOString() },
  ])
  expect(await used(here)).toEqual({ vray: 9, houdini: 0 })
  expect(await waits(here)).toEqual([new Date(until.getTime() + HOUR), new Date(until.getTime() + HOUR)])
  // Nothing is proposed a second time, by nobody.
  for (const because of ['due', 'schedule'] as const) expect((await here.propose(because)).plans).toEqual([])
  expect(await isDue(here)).toBe(false)
  here.at = new Date(until.getTime() + HOUR - 1)
  expect([await isDue(here), (await here.propose('due')).plans]).toEqual([false, []])

  here.at = new Date(until.getTime() + HOUR)
  expect(await isDue(here)).toBe(true)
  const proposed = await here.propose('due')
  expect(proposed.plans).toHaveLength(1)
  const end = await here.plan(proposed.plans[0])
  expect([end.state, end.lane, end.part]).toEqual(['approved', 'urgent', 'foreseen'])
  expect(await here.applyAll(proposed)).toEqual(['applied'])
  expect(await here.outcomes(end.id)).toEqual([`revoke ${P1} vray succeeded`, `remove ${P1} succeeded`])
  const [item] = await here.items(end.id)
  expect(item?.reason).toEqual({ code: 'borrow_over', params: { product: 'V-Ray', actor: KIM.name } })
  expect([await isMember(here), await used(here)]).toEqual([false, { vray: 8, houdini: 0 }])
  expect((await here.propose('due')).plans).toEqual([])
  expect(await here.sql`select from waits`).toEqual([])
  expect(await here.sql`select from borrows`).toEqual([])
  expect(await isDue(here)).toBe(false)
})

test('what is returned early ends at once, and a removal waits for the last device', async () => {
  const here = await open({ rules: BOTH })
  await lend(here, 5)
  await lend(here, 3, { device: 'laptop' })
  await lend(here, 9, { product: 'houdini' })
  await removeFirst(here)
  await giveBack(here)
  expect(await isDue(here)).toBe(false)
  await giveBack(here, 'vray', 'LAPTOP')
  expect(await isDue(here)).toBe(true)
  const first = await here.propose('due')
  expect(await here.actions(first.plans[0])).toEqual([`revoke ${P1} vray`])
  await here.applyAll(first)
  expect([await isMember(here), await used(here)]).toEqual([true, { vray: 8, houdini: 9 }])
  expect([(await here.propose('due')).plans, await isDue(here)]).toEqual([[], false])
  await giveBack(here, 'houdini')
  await giveBack(here, 'houdini')
  const second = await here.propose('due')
  expect(await here.actions(second.plans[0])).toEqual([`revoke ${P1} houdini`, `remove ${P1}`])
  await here.applyAll(second)
  expect([await isMember(here), await used(here)]).toEqual([false, { vray: 8, houdini: 8 }])
})

test('row 21: what is to be taken is not lent any longer; prolonged offline, what waits for it waits longer', async () => {
  const here = await open()
  await lend(here, 12)
  const plan = await removeFirst(here)
  await expect(lend(here, 20)).rejects.toThrow(`pln_${plan} takes V-Ray from P N1.`)
  await expect(lend(here, 2, { device: 'laptop' })).rejects.toThrow('cannot be borrowed')
  const until = inDays(here, 20)
  await lend(here, 20, { offline: true })
  expect(await waits(here)).toEqual([new Date(until.getTime() + HOUR), new Date(until.getTime() + HOUR)])
  expect((await here.propose('due')).plans).toEqual([])
  // Written where nobody asked us: apply finds it, and says so again.
  here.at = new Date(until.getTime() + HOUR)
  await here.sql`update borrows set until = ${inDays(here, 2)}`
  const again = await here.propose('due')
  await here.applyAll(again)
  expect((await here.outcomes(again.plans[0])).map((line) => line.split(' ').at(-2))).toEqual([
    'waiting_borrow',
    'waiting_borrow',
  ])
  expect((await here.propose('due')).plans).toEqual([])
  expect(await here.sql<{ plan: number }[]>`select distinct plan_id as plan from waits`).toEqual([{ plan }])
  here.pass(2 * DAY + HOUR)
  await here.applyAll(await here.propose('due'))
  expect(await isMember(here)).toBe(false)
})

test('lent in the same moment as they are removed: either it is refused, or nobody is removed', async () => {
  const here = await open()
  // Whoever comes later by some milliseconds meets another state of the plan.
  for (const [n, pause] of [0, 5, 10, 20, 40].entries()) {
    const email = `p${n + 2}@acme.example`
    const id = await assignmentOf(here, email)
    const plan = await byHand(here, { revokeFirst: true, selection: { users: [email] } }, false)
    const until = inDays(here, 3)
    const lending = sleep(pause).then(() =>
      registerBorrow(here.parts, here.organization, id, { actor: KIM, device: 'WS', until }),
    )
    const [applied, lent] = await Promise.allSettled([here.approve(plan).then(() => here.run(plan)), lending])
    expect(applied.status).toBe('fulfilled')
    const there = (await here.members()).some((one) => one.email === email)
    expect([email, there]).toEqual([email, lent.status === 'fulfilled'])
  }
})

test('a product that is given again while it is out is kept', async () => {
  const here = await open()
  await lend(here, 12)
  await here.sync('moved.csv', roster([...people(1, 1, ''), ...people(2, 9)]))
  expect(await waits(here)).toHaveLength(1)
  await here.sync('back.csv', roster(people(1, 9)))
  expect(await waits(here)).toEqual([])
  here.pass(13 * DAY)
  expect((await here.propose('due')).plans).toEqual([])
  expect((await here.members()).find((one) => one.email === P1)?.products).toEqual(['vray'])
})

test('who comes back before the device does stays, with what they had', async () => {
  const here = await open()
  await lend(here, 12)
  await removeFirst(here)
  await here.sync('back.csv', roster(people(1, 9)))
  here.pass(13 * DAY)
  expect((await here.propose('due')).plans).toEqual([])
  expect(await isMember(here)).toBe(true)
})

test('an end that came while it was out is not tried at every tick, and ends once it is back', async () => {
  const here = await open()
  await lend(here, 12)
  await here.sql`
    update assignments set expires_at = ${inDays(here, 1)} where id = ${await assignmentOf(here)}`
  await here.sql`
    update grants set expires_at = ${inDays(here, 1)} from members m where m.person_id = grants.person_id and m.email = ${P1}`
  here.pass(2 * DAY)
  expect(await isDue(here)).toBe(true)
  await here.applyAll(await here.propose('due'))
  expect(await waits(here)).toHaveLength(1)
  expect([await isDue(here), (await here.propose('due')).plans]).toEqual([false, []])
  await giveBack(here)
  const proposed = await here.propose('due')
  await here.applyAll(proposed)
  expect(await here.outcomes(proposed.plans[0])).toEqual([`revoke ${P1} vray succeeded`])
})

test('a leaver loses access at once, the product with the device, and the membership a week after that', async () => {
  const here = await open()
  await lend(here, 12)
  const leaver = people(1, 1).map((line) => line.replace(',,', ',leaver,'))
  const { plans } = await here.sync('leaver.csv', roster([...leaver, ...people(2, 9)]))
  expect((await here.outcomes(plans[0])).sort()).toEqual([
    `revoke ${P1} vray waiting_borrow BORROWED_OFFLINE`,
    `suspend ${P1} succeeded`,
  ])
  expect((await here.propose('due')).plans).toEqual([])
  here.pass(12 * DAY + HOUR)
  const second = await here.propose('due')
  expect(await here.actions(second.plans[0])).toEqual([`revoke ${P1} vray`])
  await here.applyAll(second)
  expect((await here.propose('due')).plans).toEqual([])
  here.pass(7 * DAY + HOUR)
  expect(await here.actions((await here.propose('due')).plans[0])).toEqual([`remove ${P1}`])
})

test('lent once a device, never past the end, never to whoever is about to lose it', async () => {
  const here = await open()
  const lines = async () =>
    await here.sql<{ device: string; until: Date }[]>`select device, until from borrows order by device_key`
  await lend(here, 5)
  await lend(here, 5, { device: ' ws-204' })
  expect(await lines()).toEqual([{ device: 'WS-204', until: inDays(here, 5) }])
  await lend(here, 3)
  expect(await lines()).toEqual([{ device: 'WS-204', until: inDays(here, 3) }])
  const acts = await here.sql<{ act: string; object: string }[]>`
    select act, object from audit where act like 'borrow.%' order by id`
  const object = `asg_${await assignmentOf(here)}`
  expect(acts).toEqual(Array.from({ length: 2 }, () => ({ act: 'borrow.registered', object })))
  await expect(lend(here, 0)).rejects.toThrow('is over')
  await expect(lend(here, 4, { device: 'other', offline: true })).rejects.toThrow(
    'no loan that it could have prolonged',
  )

  await here.sql`update assignments set expires_at = '2026-11-30T23:00:00Z' where id = ${await assignmentOf(here)}`
  await expect(lend(here, 20)).rejects.toThrow('P N1 has V-Ray until 30 Nov 2026 (Europe/Berlin)')
  await here.sql`update members set state = 'suspended' where email = ${P1}`
  await expect(lend(here, 4)).rejects.toThrow('P N1 is suspended')
  await here.sql`update members set state = 'active' where email = ${P1}`

  await here.drop('less.csv', roster(people(2, 9)))
  const { plans } = await here.propose()
  await lend(here, 4)
  await here.approve(plans[0] ?? 0)
  await expect(lend(here, 6)).rejects.toThrow(`pln_${plans[0]} takes V-Ray from P N1`)
  await expect(
    registerBorrow(here.parts, here.organization, 999_999, { actor: KIM, device: 'x', until: inDays(here, 1) }),
  ).rejects.toThrow('There is no assignment asg_999999')
})

/** What somebody asks for by hand, approved and applied unless told otherwise. */
async function byHand(here: World, over: Partial<Asked>, apply = true, quiet = false): Promise<number> {
  const operation: Asked = {
    verb: 'remove',
    products: [],
    allProducts: false,
    expiresAt: null,
    role: 'member',
    revokeFirst: false,
    wait: false,
    pin: PIN_DEFAULT,
    selection: { users: [P1] },
    ...over,
  }
  const { plan } = await draft(here.parts, here.organization, { actor: KIM, operation, quiet })
  if (!apply) return plan
  await here.approve(plan)
  await here.run(plan)
  return plan
}

test('removed by hand while HR still wants them: refused, or with --revoke-first it waits, and HR does not bring them back', async () => {
  const here = await open()
  await lend(here, 12)
  const refused = await byHand(here, {})
  expect(await here.outcomes(refused)).toEqual([`remove ${P1} failed_permanent BORROWED_OFFLINE`])
  expect((await here.items(refused))[0]?.predicted).toBe('failed_permanent')
  const plan = await byHand(here, { revokeFirst: true })
  expect(await here.outcomes(plan)).toEqual([
    `revoke ${P1} vray waiting_borrow BORROWED_OFFLINE`,
    `remove ${P1} waiting_borrow BORROWED_OFFLINE`,
  ])
  for (const because of ['due', 'schedule'] as const) expect((await here.propose(because)).plans).toEqual([])
  await here.drop('again.csv', roster(people(1, 9)))
  expect((await here.propose()).plans).toEqual([])
  await giveBack(here)
  const end = await here.propose('due')
  expect((await here.plan(end.plans[0])).part).toBe('foreseen')
  await here.applyAll(end)
  expect(await isMember(here)).toBe(false)
  expect((await here.propose('due')).plans).toEqual([])
})

test('revoked by hand while HR still gives it: it ends once it is back, and HR does not give it again', async () => {
  const here = await open()
  await lend(here, 12)
  const plan = await byHand(here, { verb: 'revoke', products: ['vray'] })
  expect(await here.outcomes(plan)).toEqual([`revoke ${P1} vray waiting_borrow BORROWED_OFFLINE`])
  expect((await here.propose('schedule')).plans).toEqual([])
  await giveBack(here)
  const end = await here.propose('due')
  await here.applyAll(end)
  expect(await here.outcomes(end.plans[0])).toEqual([`revoke ${P1} vray succeeded`])
  expect((await here.propose('schedule')).plans).toEqual([])
  expect([await isMember(here), await used(here)]).toEqual([true, { vray: 8, houdini: 0 }])
})

test('who was asked to return something is not asked again by the next plan that wants it', async () => {
  const here = await open()
  await lend(here, 12)
  const until = inDays(here, 12).toISOString()
  const revoke = () => byHand(here, { verb: 'revoke', products: ['vray'] })
  const asked = [{ kind: 'return', product: 'V-Ray', device: 'WS-204', until }]
  expect(await letterOf(here, await revoke())).toEqual(asked)
  expect(await letterOf(here, await revoke())).toBe(null)
  await byHand(here, { verb: 'assign', products: ['houdini'] })
  // What else a plan does is told, and nothing else.
  const all = await byHand(here, { verb: 'revoke', allProducts: true })
  expect(await letterOf(here, all)).toEqual([{ kind: 'revoke', product: 'Houdini' }])
})

test('members are shown with what they have on a device, until it is over for certain', async () => {
  const here = await open()
  await lend(here, 2)
  const filter = { states: ['active'], search: null, after: null, limit: 1 } as const
  const borrowed = async () => {
    const [member] = await listMembers(here.sql, here.organization, { ...filter, at: here.at })
    const same = await readMember(here.sql, here.organization, member?.id ?? 0, here.at)
    expect(same?.assignments).toEqual(member?.assignments)
    return member?.assignments.flatMap(({ borrows }) => borrows.map(({ device }) => device))
  }
  expect(await borrowed()).toEqual(['WS-204'])
  here.pass(2 * DAY + HOUR - 1)
  expect(await borrowed()).toEqual(['WS-204'])
  here.pass(1)
  expect(await borrowed()).toEqual([])
})

test('who was not mailed when it was asked for first is asked by the next plan', async () => {
  const here = await open()
  await lend(here, 12)
  const over = { verb: 'revoke', products: ['vray'] } as const
  expect(await letterOf(here, await byHand(here, { ...over, products: ['vray'] }, true, true))).toBe(null)
  expect(await letterOf(here, await byHand(here, { ...over, products: ['vray'] }))).toHaveLength(1)
})

test('assigned by hand without a seat: who did not ask to wait is told so, and nobody is assigned later', async () => {
  const here = await open({ products: 'vray: { name: V-Ray, seats: 10 }\nhoudini: { name: Houdini, seats: 1 }' })
  const users = [P1, 'p2@acme.example']
  const plan = await byHand(here, { verb: 'assign', products: ['houdini'], selection: { users } })
  expect((await here.outcomes(plan)).map((line) => line.split(' ').slice(3).join(' ')).sort()).toEqual([
    'failed_permanent SEATS_EXHAUSTED',
    'succeeded',
  ])
  await here.sql`update products set owned = 2 where key = 'houdini'`
  expect((await here.propose('schedule')).plans).toEqual([])
})

test('somebody whose invitation by hand nobody has approved is still looked at by sync', async () => {
  const here = await open()
  await invite(here.parts, here.organization, { actor: KIM, email: P1 })
  await here.drop('less.csv', roster(people(2, 9)))
  const { plans } = await propose(here.parts, here.organization, { actor: KIM, because: 'snapshot' })
  expect(await here.actions(plans[0])).toEqual([`revoke ${P1} vray`, `remove ${P1}`])
})

test('somebody whom an identity provider deletes is removed by the clock once the device is back', async () => {
  const scene = await openScene()
  const here = scene.world
  world = here
  const { idp, jobs } = scene
  const ada = await idp.user('ada')
  await idp.user('bob')
  await idp.group('Artists', [ada])
  await here.applyAll(await here.propose('person'))
  await jobs.work()
  await here.sql`update members set state = 'active', accepted_at = ${here.at}`
  const id = await assignmentOf(here, 'ada@acme.example')
  const until = inDays(here, 3)
  await registerBorrow(here.parts, here.organization, id, { actor: KIM, device: 'WS', until })
  await idp.remove(ada)
  await here.parts.jobs.propose(here.organization, 'urgent')
  await jobs.work()
  expect(await waits(here)).toHaveLength(2)
  jobs.done.length = 0
  here.at = new Date(until.getTime() + HOUR)
  await proposeDue(here.parts)
  await jobs.work()
  expect((await here.members()).map((one) => one.email)).toEqual(['bob@acme.example'])
  // Of an identity provider only whom it concerns is looked at.
  expect(jobs.done[0]).toBe('propose pushed')
  expect(await here.sql`select from waits`).toEqual([])
})
