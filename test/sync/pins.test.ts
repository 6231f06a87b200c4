/** What people decided against a source, and how long it lasts; and what they gave, whatever sources say. */
import { afterEach, expect, test } from 'vitest'
import { mergePeople } from '../../src/store/links.ts'
import { SYSTEM } from '../../src/sync/parts.ts'
import { lift } from '../../src/sync/pin-ends.ts'
import { reconcile } from '../../src/sync/reconcile.ts'
import { sweep } from '../../src/sync/sweep.ts'
import { type Asked, byHand, type Wish } from '../support/by-hand.ts'
import { KIM, openWorld, type Setting, type World } from '../support/pipeline.ts'

let world: World | null = null
afterEach(async () => {
  await world?.close()
  world = null
})

const DAY = 86_400_000
const HEADER = 'external_id,email,first_name,last_name,groups'
/** Ada is p1, and so on; the first `artists` are in the group that V-Ray is given to. */
const roster = (people: number, artists = 0, more = '') =>
  `${HEADER}\n${Array.from({ length: people }, (_, n) => `${n + 1},p${n + 1}@acme.example,P,N${n + 1},${n < artists ? 'Artists' : ''}\n`).join('')}${more}`

/** Twelve people of whom three are artists. */
async function open(setting: Setting = {}): Promise<World> {
  world = await openWorld(setting)
  await world.sync('roster.csv', roster(12, 3))
  return world
}

const AUTOMATIC: Setting = { sources: 'hr: { kind: csv, approval: additive_auto }' }

async function apply(world: World, asked: Asked, wishes: Wish[]): Promise<string[]> {
  const plan = await byHand(world, asked, wishes)
  await world.approve(plan)
  await world.run(plan)
  return await world.outcomes(plan)
}

const P1 = 'p1@acme.example'
const remove = (world: World, asked: Partial<Asked> = {}, email = 'p9@acme.example') =>
  apply(world, { verb: 'remove', ...asked }, [{ kind: 'remove', email }])
const revoke = (world: World, asked: Partial<Asked> = {}) =>
  apply(world, { verb: 'revoke', ...asked }, [{ kind: 'revoke', email: P1, product: 'vray' }])
const pins = (world: World) => world.sql<{ kind: string; email: string; product: string | null }[]>`
  select k.kind, m.email, p.key as product from pins k join members m using (organization_id, person_id)
  left join products p on p.organization_id = k.organization_id and p.id = k.product_id order by 1, 2, 3`
const emails = async (world: World) => (await world.members()).map((member) => member.email)
const given = (world: World) => world.sql<{ email: string; product: string; until: Date | null }[]>`
  select m.email, p.key as product, h.expires_at as until from hand_grants h join members m using (organization_id, person_id)
  join products p on p.organization_id = h.organization_id and p.id = h.product_id order by 1, 2`
async function personOf(world: World, email: string): Promise<number> {
  const [row] = await world.sql<{ id: number }[]>`select person_id as id from members where email = ${email}`
  return row?.id ?? 0
}
/** Every proposal that may come next finds nothing to do. */
async function nothingFollows(world: World): Promise<void> {
  for (const because of ['due', 'rules', 'person', 'snapshot'] as const)
    expect([because, await world.propose(because)]).toEqual([because, expect.objectContaining({ plans: [] })])
}

test('whoever is removed by hand stays out though the next file has them, and the file with less has nothing to say', async () => {
  const world = await open()
  expect(await remove(world)).toEqual(['remove p9@acme.example succeeded'])
  expect(await pins(world)).toEqual([{ kind: 'exclude', email: 'p9@acme.example', product: null }])
  await nothingFollows(world)
  await world.drop('next.csv', roster(12, 3, '13,new@acme.example,N,N,\n'))
  const next = await world.propose()
  expect(await world.actions(next.plans[0])).toEqual(['invite new@acme.example'])
  await world.applyAll(next)
  await world.drop('less.csv', `${roster(12, 3).replace(/^9,.*\n/m, '')}13,new@acme.example,N,N,\n`)
  expect((await world.propose()).plans).toEqual([])
  expect(await emails(world)).not.toContain('p9@acme.example')
})

test('once the day of a pin has come, a person looks at what the source wants, whatever its mode', async () => {
  const world = await open(AUTOMATIC)
  // Three plans of a file that a person looked at, so that the policy may approve.
  for (const n of [13, 14, 15]) await world.sync(`r${n}.csv`, roster(n, 3))
  await remove(world, { pin: { kind: 'days', days: 10 } })
  world.pass(10 * DAY - 1)
  await sweep(world.parts)
  await nothingFollows(world)
  world.pass(1)
  await sweep(world.parts)
  const proposed = await world.propose('due')
  expect(await world.actions(proposed.plans[0])).toEqual(['reactivate p9@acme.example'])
  const plan = await world.plan(proposed.plans[0])
  expect([plan.part, plan.state]).toEqual(['waiting', 'awaiting_approval'])
  const [item] = await world.items(plan.id)
  expect(item?.reason.params['pinned']).toBe('30 Nov 2026, 13:00 (Europe/Berlin)')
  // Others are the policy's as before.
  await world.drop('more.csv', roster(16, 3))
  const both = await world.propose()
  const parts = await Promise.all(both.plans.map(async (id) => [(await world.plan(id)).part, await world.actions(id)]))
  expect(parts).toEqual([
    ['free', ['invite p16@acme.example']],
    ['waiting', ['reactivate p9@acme.example']],
  ])
  await world.applyAll(both)
  // Kept for a month, then forgotten, and once it has lapsed it marks nobody again.
  await sweep(world.parts)
  expect(await world.sql`select person_id from dirty_people`).toEqual([])
  expect(await pins(world)).toHaveLength(1)
  world.pass(30 * DAY)
  await sweep(world.parts)
  expect(await pins(world)).toEqual([])
})

test('a pin until the next sync ends with the next file, and by nothing else', async () => {
  const world = await open()
  await remove(world, { pin: { kind: 'next_sync' } })
  await nothingFollows(world)
  world.pass(400 * DAY)
  await sweep(world.parts)
  await nothingFollows(world)
  await world.drop('next.csv', roster(12, 3, '13,new@acme.example,N,N,\n'))
  const next = await world.propose()
  expect((await world.actions(next.plans[0])).sort()).toEqual(['invite new@acme.example', 'reactivate p9@acme.example'])
  expect(await pins(world)).toEqual([])
})

test('a pin until the next sync ends with the schedule of its source', async () => {
  const world = await open()
  await remove(world, { pin: { kind: 'next_sync' } })
  const [source] = await world.sql<{ id: number }[]>`
    update sources set reconciled_at = ${world.at} where key = 'hr' returning id`
  world.pass(2 * DAY)
  const proposed = await reconcile(world.parts, world.organization, source?.id ?? 0, { cron: '0 3 * * *', zone: 'UTC' })
  expect(await world.actions(proposed?.plans[0])).toEqual(['reactivate p9@acme.example'])
})

test('a pin for ever ends when a person lifts it, or invites again', async () => {
  const world = await open()
  await remove(world, { pin: { kind: 'always' } })
  world.pass(4_000 * DAY)
  await sweep(world.parts)
  await nothingFollows(world)
  await apply(world, { verb: 'invite' }, [{ kind: 'reactivate', email: 'p9@acme.example' }])
  expect(await pins(world)).toEqual([])
  await nothingFollows(world)

  await remove(world, { pin: { kind: 'always' } })
  const [person] = await world.sql<{ id: number }[]>`select person_id as id from pins`
  const pin = { person: person?.id ?? 0, kind: 'exclude' as const, product: 0 }
  await expect(
    lift(world.parts, world.organization, pin, { ...SYSTEM, kind: 'person', role: 'viewer' }),
  ).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await lift(world.parts, world.organization, pin, KIM)
  await expect(lift(world.parts, world.organization, pin, KIM)).rejects.toMatchObject({ code: 'PIN_NOT_FOUND' })
  expect(await world.actions((await world.propose('person')).plans[0])).toEqual(['reactivate p9@acme.example'])
})

test('removed with their products, only the membership is pinned: whoever comes back has what the source gives', async () => {
  const world = await open()
  const wishes: Wish[] = [
    { kind: 'revoke', email: P1, product: 'vray' },
    { kind: 'remove', email: P1 },
  ]
  await apply(world, { verb: 'remove', revokeFirst: true, pin: { kind: 'days', days: 1 } }, wishes)
  expect(await pins(world)).toEqual([{ kind: 'exclude', email: P1, product: null }])
  await nothingFollows(world)
  world.pass(DAY)
  await sweep(world.parts)
  expect((await world.actions((await world.propose('due')).plans[0])).sort()).toEqual([
    `assign ${P1} vray`,
    `reactivate ${P1}`,
  ])
})

test('a product that is revoked by hand is not given again by the source, until a person gives it for good', async () => {
  const rules = `everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }
artists: { source: hr, when: { group: { name: Artists } }, then: [{ product: vray }, { product: houdini }] }`
  const world = await open({ rules })
  await revoke(world)
  expect(await pins(world)).toEqual([{ kind: 'force_revoke', email: P1, product: 'vray' }])
  await nothingFollows(world)
  expect((await world.members()).find(({ email }) => email === P1)?.products).toEqual(['houdini'])
  // Nothing to revoke, and still a word that holds: for ever from now on.
  world.pass(20 * DAY)
  expect(await revoke(world, { pin: { kind: 'always' } })).toEqual([`revoke ${P1} vray noop`])
  world.pass(20 * DAY)
  await sweep(world.parts)
  await nothingFollows(world)
  // Given until a day, it ends on that day, not when the source says.
  const until = '2027-06-30T22:00:00.000Z'
  await apply(world, { verb: 'assign' }, [{ kind: 'assign', email: P1, product: 'vray', until }])
  expect(await pins(world)).toHaveLength(1)
  await nothingFollows(world)
  world.at = new Date(until)
  const ends = await world.propose('due')
  expect(await world.actions(ends.plans[0])).toEqual([`revoke ${P1} vray`])
  await world.applyAll(ends)
  expect(await given(world)).toEqual([])
  await nothingFollows(world)
  // Given for good, the source's grant counts again.
  await apply(world, { verb: 'assign' }, [{ kind: 'assign', email: P1, product: 'vray' }])
  expect(await pins(world)).toEqual([])
  await nothingFollows(world)
})

test('nobody is pinned whom no source wants, or of whom nothing became', async () => {
  const world = await open()
  await apply(world, { verb: 'assign' }, [{ kind: 'assign', email: 'p5@acme.example', product: 'houdini' }])
  await apply(world, { verb: 'revoke' }, [{ kind: 'revoke', email: 'p5@acme.example', product: 'houdini' }])
  expect(await given(world)).toEqual([])
  // Holds a product, and nobody asked for it to be revoked first.
  expect(await remove(world, {}, P1)).toEqual([`remove ${P1} failed_permanent HAS_PRODUCTS`])
  expect(await pins(world)).toEqual([])
  await nothingFollows(world)
})

test('what is given by hand stays when the source lets go of it, and goes with the person; what is no change stays what the source gave', async () => {
  const world = await open()
  expect(await apply(world, { verb: 'assign' }, [{ kind: 'assign', email: P1, product: 'vray' }])).toEqual([
    `assign ${P1} vray noop`,
  ])
  await apply(world, { verb: 'assign' }, [{ kind: 'assign', email: P1, product: 'houdini' }])
  expect(await given(world)).toMatchObject([{ product: 'houdini' }])
  await nothingFollows(world)
  await world.sync('fewer.csv', roster(12, 0))
  const held = Object.fromEntries((await world.members()).map(({ email, products }) => [email, products]))
  expect(held[P1]).toEqual(['houdini'])
  expect(held['p2@acme.example']).toEqual([])
  // It claims no membership: who leaves every source still leaves, and comes back without it.
  await world.sync('without.csv', roster(12, 0).replace(/^1,.*\n/m, ''))
  expect(await emails(world)).not.toContain(P1)
  expect(await given(world)).toEqual([])
  await world.sync('back.csv', roster(12, 0))
  expect((await world.members()).find(({ email }) => email === P1)?.products).toEqual([])
  await nothingFollows(world)
})

test('the date that a person gave is kept apart from the one that comes of it', async () => {
  const world = await open()
  const until = '2027-06-30T22:00:00.000Z'
  const later = '2027-07-31T22:00:00.000Z'
  await world.sync('fewer.csv', roster(12, 0))
  await apply(world, { verb: 'assign' }, [{ kind: 'assign', email: P1, product: 'vray', until }])
  await world.sync('more.csv', roster(12, 3).replace('\n', '\r\n'))
  // V-Ray has no end by the source, so another one changes nothing, and counts once the source lets go.
  expect(
    await apply(world, { verb: 'assign' }, [
      { kind: 'assign', email: P1, product: 'vray', until: null, granted: later },
    ]),
  ).toEqual([`assign ${P1} vray noop GIVEN_LONGER`])
  expect(await given(world)).toEqual([{ email: P1, product: 'vray', until: new Date(later) }])
  await nothingFollows(world)
  await world.drop('again.csv', `${roster(12, 0)}\n`)
  const next = await world.propose()
  expect((await world.actions(next.plans[0])).filter((one) => one.includes('p1@'))).toEqual([`shorten ${P1} vray`])
})

test('asking again for what is done already makes a pin longer and never shorter', async () => {
  const world = await open()
  const term = () => world.sql`select kind, until, next_sync as "nextSync", reason from pins`
  const month = { kind: 'days', days: 30 } as const
  await remove(world, { pin: month })
  expect(await term()).toEqual([{ kind: 'exclude', until: expect.any(Date), nextSync: false, reason: null }])
  await remove(world, { pin: { kind: 'always' } })
  const forever = { kind: 'exclude', until: null, nextSync: false, reason: null }
  expect(await term()).toEqual([forever])
  await remove(world, { pin: month })
  await remove(world, { pin: { kind: 'next_sync' } })
  expect(await term()).toEqual([forever])
})

test('a seat that was waited for comes by itself, and after thirty days a person is asked again', async () => {
  const one = 'vray: { name: V-Ray, seats: 3 }\nhoudini: { name: Houdini, seats: 10 }'
  const world = await open({ products: one })
  const wish: Wish[] = [{ kind: 'assign', email: 'p5@acme.example', product: 'vray' }]
  expect(await apply(world, { verb: 'assign', wait: true }, wish)).toEqual([
    'assign p5@acme.example vray waiting_seat SEATS_EXHAUSTED',
  ])
  await nothingFollows(world)
  world.pass(29 * DAY)
  await revoke(world)
  const soon = await world.propose('due')
  expect((await world.plan(soon.plans[0])).part).toBe('free')
  expect((await world.items(soon.plans[0] ?? 0)).map((item) => item.reason)).toEqual([
    { code: 'assigned_by_hand', params: { actor: KIM.name } },
  ])
  await world.applyAll(soon)
  expect((await world.members()).filter(({ products }) => products.length > 0).map(({ email }) => email)).toEqual([
    'p2@acme.example',
    'p3@acme.example',
    'p5@acme.example',
  ])
  await apply(world, { verb: 'assign', wait: true }, [{ kind: 'assign', email: 'p6@acme.example', product: 'vray' }])
  world.pass(30 * DAY)
  await apply(world, { verb: 'revoke' }, [{ kind: 'revoke', email: 'p2@acme.example', product: 'vray' }])
  const late = await world.propose('due')
  expect(await world.actions(late.plans[0])).toEqual(['assign p6@acme.example vray'])
  expect((await world.plan(late.plans[0])).part).toBe('waiting')
})

test('a product that is borrowed is taken back once it is returned, and the source does not end that wait', async () => {
  const world = await open()
  const until = new Date(world.at.getTime() + 2 * DAY)
  await world.sql`
    insert into borrows (organization_id, person_id, product_id, device_key, device, until, since)
    select organization_id, person_id, product_id, 'laptop', 'laptop', ${until}, ${world.at} from assignments
    where person_id = ${await personOf(world, P1)}`
  expect(await revoke(world)).toEqual([`revoke ${P1} vray waiting_borrow BORROWED_OFFLINE`])
  expect(await pins(world)).toEqual([{ kind: 'force_revoke', email: P1, product: 'vray' }])
  await nothingFollows(world)
  await world.drop('next.csv', `${roster(12, 3)}13,new@acme.example,N,N,\n`)
  const next = await world.propose()
  expect(await world.actions(next.plans[0])).toEqual(['invite new@acme.example'])
  await world.applyAll(next)
  world.pass(2 * DAY + 3_600_000)
  const due = await world.propose('due')
  expect(await world.actions(due.plans[0])).toEqual([`revoke ${P1} vray`])
  await world.applyAll(due)
  await nothingFollows(world)
})

test('whoever is found to be somebody else brings along what people decided of them', async () => {
  const world = await open()
  await remove(world)
  await apply(world, { verb: 'assign' }, [{ kind: 'assign', email: P1, product: 'houdini' }])
  const [from, to] = [await personOf(world, 'p9@acme.example'), await personOf(world, 'p8@acme.example')]
  const giver = await personOf(world, P1)
  await world.sql.begin((transaction) =>
    mergePeople(transaction, world.organization, [{ fromPersonId: from, personId: to }], 1),
  )
  await world.sql.begin((transaction) =>
    mergePeople(transaction, world.organization, [{ fromPersonId: giver, personId: to }], 1),
  )
  expect(await pins(world)).toEqual([{ kind: 'exclude', email: 'p8@acme.example', product: null }])
  expect(await given(world)).toEqual([{ email: 'p8@acme.example', product: 'houdini', until: null }])
})

test('what a pin leaves in the audit adds up', async () => {
  const world = await open()
  await remove(world)
  await revoke(world)
  await apply(world, { verb: 'assign' }, [{ kind: 'assign', email: P1, product: 'vray' }])
  world.pass(30 * DAY)
  await sweep(world.parts)
  const rows = await world.sql`
    select actor, act, object, after from audit where act like 'pin.%' order by id`
  expect(rows).toEqual([
    { actor: KIM.name, act: 'pin.written', object: expect.any(String), after: { exclude: 1, force_revoke: 0 } },
    { actor: KIM.name, act: 'pin.written', object: expect.any(String), after: { exclude: 0, force_revoke: 1 } },
    { actor: KIM.name, act: 'pin.lifted', object: expect.any(String), after: { exclude: 0, force_revoke: 1 } },
    { actor: 'system', act: 'pin.lifted', object: expect.any(String), after: { exclude: 1 } },
  ])
})
