/** Edge cases by number: each goes through real files, the real store and the real apply. */
import { afterEach, expect, test } from 'vitest'
import { accept, invite } from '../../src/sync/by-hand.ts'
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

const HEADER = 'external_id,email,first_name,last_name,groups'
const roster = (...lines: string[]) => `${[HEADER, ...lines].join('\n')}\n`
const ADA = '1,ada@acme.example,Ada,Lovelace,Artists'
const BOB = '2,bob@acme.example,Bob,Ross,'

/** What a source, a plan or a person can change. */
async function everything({ sql }: World) {
  return {
    directory: await sql`select anchor, email, hash, to_change from directory_users order by anchor, from_change`,
    claims: await sql`select person_id, source_id, to_change from claims order by person_id, source_id, from_change`,
    grants: await sql`select person_id, product_id, to_change from grants order by person_id, product_id, from_change`,
    links: await sql`select person_id, anchor, state from person_links order by person_id, anchor`,
    members: await sql`select person_id, email, state, version from members order by person_id`,
    assignments: await sql`select person_id, product_id, version from assignments order by person_id, product_id`,
  }
}

test('row 1: a header-only file of a snapshot source is refused as empty and touches nobody', async () => {
  const world = await open()
  await world.sync('roster.csv', roster(ADA, BOB))
  const before = await everything(world)
  const observed = await world.drop('empty.csv', `${HEADER}\n`)
  expect(observed.state).toBe('refused')
  expect(observed.findings).toMatchObject([{ guard: 'FILE_EMPTY', verdict: 'refuse' }])
  for (const because of ['snapshot', 'person', 'due'] as const) expect((await world.propose(because)).plans).toEqual([])
  expect(await everything(world)).toEqual(before)
})

test('row 8: another spelling of the same address is no rename; the display form follows', async () => {
  const world = await open()
  await world.sync('roster.csv', roster('1,A@ACME.example,Ada,Lovelace,'))
  await world.drop('roster2.csv', roster('1,a@acme.example,Ada,Lovelace,'))
  const proposed = await world.propose()
  const items = await world.items(proposed.plans[0] ?? 0)
  expect(items.map((item) => item.kind)).toEqual(['update_profile'])
  expect(items[0]).toMatchObject({ before: { email: 'A@ACME.example' }, after: { email: 'a@acme.example' } })
  await world.applyAll(proposed)
  expect(await world.members()).toMatchObject([{ email: 'a@acme.example' }])
  expect(
    await world.sql`select from letters where event = 'plan' and plan_id = ${proposed.plans[0] ?? 0}`,
  ).toHaveLength(0)
})

test('row 8: where the address is all that names somebody, another spelling of it is the same person too', async () => {
  const world = await open()
  const byAddress = (email: string) => `email,first_name,last_name,groups\n${email},Ada,Lovelace,Artists\n`
  await world.sync('roster.csv', byAddress('A@ACME.example'))
  await world.drop('roster2.csv', byAddress('a@acme.example'))
  const proposed = await world.propose()
  expect(await world.actions(proposed.plans[0])).toEqual(['update_profile A@ACME.example'])
  await world.applyAll(proposed)
  expect(await world.members()).toEqual([{ email: 'a@acme.example', state: 'invited', products: ['vray'] }])
  expect((await world.propose('person')).plans).toEqual([])
})

test('row 9: a new address under the same id is one update_identity, and the seat and its end stay', async () => {
  const world = await open({
    rules:
      'artists: { source: hr, when: { group: { name: Artists } }, then: [{ product: vray, expires: 2027-06-30 }] }',
  })
  await world.sync('roster.csv', roster(ADA))
  const [assigned] = await world.sql`select person_id, expires_at, version from assignments`
  expect(assigned?.['expires_at']).toEqual(new Date('2027-06-30T22:00:00Z'))
  await world.drop('roster2.csv', roster('1,ada.king@acme.example,Ada,Lovelace,Artists'))
  const proposed = await world.propose()
  expect(await world.actions(proposed.plans[0])).toEqual(['update_identity ada@acme.example'])
  await world.applyAll(proposed)
  expect(await world.members()).toEqual([{ email: 'ada.king@acme.example', state: 'invited', products: ['vray'] }])
  expect(await world.sql`select person_id, expires_at, version from assignments`).toEqual([assigned])
  const letters =
    await world.sql`select address from letters where audience = 'member' and plan_id = ${proposed.plans[0] ?? 0} order by 1`
  expect(letters.map((letter) => letter['address'])).toEqual(['ada.king@acme.example', 'ada@acme.example'])
})

test('row 14: a member added by hand is linked when the feed shows them, and their later absence removes nobody', async () => {
  const world = await open()
  const plan = await invite(world.parts, world.organization, { actor: KIM, email: 'ada@acme.example' })
  await world.approve(plan)
  expect(await world.run(plan)).toBe('applied')
  await world.sync('first.csv', roster(BOB, '3,cy@acme.example,Cy,Twombly,'))

  await world.drop('roster.csv', roster(ADA, BOB, '3,cy@acme.example,Cy,Twombly,'))
  const linked = await world.propose()
  expect(await world.actions(linked.plans[0])).toEqual(
    expect.arrayContaining(['link ada@acme.example', 'assign ada@acme.example vray']),
  )
  await world.applyAll(linked)
  expect(await world.members()).toHaveLength(3)
  const wantedBy = async () => {
    const rows = await world.sql<{ key: string }[]>`
      select s.key from claims c
      join members m on m.organization_id = c.organization_id and m.person_id = c.person_id
      join sources s on s.organization_id = c.organization_id and s.id = c.source_id
      where m.email = 'ada@acme.example' and c.to_change is null order by 1`
    return rows.map(({ key }) => key)
  }
  expect(await wantedBy()).toEqual(['hr', 'manual'])

  await world.drop('without.csv', roster(BOB, '3,cy@acme.example,Cy,Twombly,', '4,di@acme.example,Di,Arbus,'))
  const gone = await world.propose()
  const actions = await world.actions(gone.plans[0])
  expect(actions).toContain('release_claim ada@acme.example')
  expect(actions).toContain('revoke ada@acme.example vray')
  expect(actions.filter((action) => action.startsWith('remove'))).toEqual([])
  await world.applyAll(gone)
  expect((await world.members())[0]).toEqual({ email: 'ada@acme.example', state: 'invited', products: [] })
  expect(await wantedBy()).toEqual(['manual'])
  expect((await world.propose('person')).plans).toEqual([])
})

test('row 15: whoever leaves one of two sources is let go of without a letter, and its products end', async () => {
  const world = await open({
    sources: 'hr: { kind: csv, approval: manual, trust: 700 }\nlab: { kind: csv, approval: manual, trust: 300 }',
    rules: `staff: { source: hr, when: { everyone: true }, then: [{ member: member }, { product: vray }] }
visitors: { source: lab, when: { everyone: true }, then: [{ member: member }, { product: houdini }] }`,
  })
  await world.sync(
    'lab.csv',
    roster('L1,ada@acme.example,Ada,Lovelace,', 'L2,bob@acme.example,Bob,Ross,', 'L3,cy@acme.example,Cy,T,'),
    'lab',
  )
  await world.sync('hr.csv', roster('1,ada@acme.example,Ada,Lovelace,'), 'hr')
  expect((await world.members())[0]).toEqual({
    email: 'ada@acme.example',
    state: 'invited',
    products: ['houdini', 'vray'],
  })

  await world.drop(
    'lab2.csv',
    roster('L2,bob@acme.example,Bob,Ross,', 'L3,cy@acme.example,Cy,T,', 'L4,di@acme.example,Di,A,'),
    'lab',
  )
  const proposed = await world.propose()
  const actions = (await world.actions(proposed.plans[0])).filter((action) => action.includes('ada@'))
  expect(actions.sort()).toEqual(['release_claim ada@acme.example', 'revoke ada@acme.example houdini'])
  await world.applyAll(proposed)
  expect((await world.members())[0]).toEqual({ email: 'ada@acme.example', state: 'invited', products: ['vray'] })
  expect((await world.propose('person')).plans).toEqual([])
})

test('row 15: releasing a claim alone sends no letter', async () => {
  const world = await open({
    sources: 'hr: { kind: csv, approval: manual, trust: 700 }\nlab: { kind: csv, approval: manual, trust: 300 }',
    rules: `staff: { source: hr, when: { everyone: true }, then: [{ member: member }] }
visitors: { source: lab, when: { everyone: true }, then: [{ member: member }] }`,
  })
  const lab = ['L1,ada@acme.example,Ada,Lovelace,', 'L2,bob@acme.example,Bob,Ross,', 'L3,cy@acme.example,Cy,T,']
  await world.sync('lab.csv', roster(...lab), 'lab')
  await world.sync('hr.csv', roster('1,ada@acme.example,Ada,Lovelace,'), 'hr')
  await world.drop('lab2.csv', roster(...lab.slice(1), 'L4,di@acme.example,Di,A,'), 'lab')
  const proposed = await world.propose()
  expect(await world.actions(proposed.plans[0])).toEqual(['release_claim ada@acme.example', 'invite di@acme.example'])
  await world.applyAll(proposed)
  const letters =
    await world.sql`select address from letters where audience = 'member' and plan_id = ${proposed.plans[0] ?? 0}`
  expect(letters.map((letter) => letter['address'])).toEqual(['di@acme.example'])
})

test('row 17: ten seats, ten in use: three revokes free three seats for four people, in seat order, and review says so before', async () => {
  const world = await open({
    rules: `everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }
artists: { source: hr, when: { group: { name: Artists } }, then: [{ product: vray }] }`,
  })
  const header = `${HEADER},seat_priority`
  const person = (n: number, group: string, priority: number | '' = '') =>
    `${n},p${n}@acme.example,P,N${n},${group},${priority}`
  const all = Array.from({ length: 14 }, (_, index) => index + 1)
  const text = (lines: string[]) => `${[header, ...lines].join('\n')}\n`
  await world.sync('first.csv', text(all.map((n) => person(n, n <= 10 ? 'Artists' : ''))))
  expect((await world.sql`select used from products where key = 'vray'`)[0]).toEqual({ used: 10 })

  await world.drop('second.csv', text(all.map((n) => person(n, n > 3 ? 'Artists' : '', n > 10 ? 15 - n : ''))))
  const proposed = await world.propose()
  const plan = await world.plan(proposed.plans[0])
  expect(plan.counts).toEqual({ revoke: 3, assign: 4 })
  expect(plan.seats).toEqual([{ product: 'vray', name: 'V-Ray', owned: 10, used: 10, after: 10, waiting: 1 }])
  const predicted = (await world.items(plan.id)).map((item) => `${item.kind} ${item.email} ${item.predicted}`)
  expect(predicted.slice(3)).toEqual([
    'assign p14@acme.example succeeded',
    'assign p13@acme.example succeeded',
    'assign p12@acme.example succeeded',
    'assign p11@acme.example waiting_seat',
  ])
  expect(await world.applyAll(proposed)).toEqual(['applied'])
  expect((await world.outcomes(plan.id)).slice(0, 3).sort()).toEqual(
    [1, 2, 3].map((n) => `revoke p${n}@acme.example vray succeeded`),
  )
  expect((await world.outcomes(plan.id)).slice(3)).toEqual([
    'assign p14@acme.example vray succeeded',
    'assign p13@acme.example vray succeeded',
    'assign p12@acme.example vray succeeded',
    'assign p11@acme.example vray waiting_seat SEATS_EXHAUSTED',
  ])
  expect((await world.items(plan.id)).at(-1)?.params).toMatchObject({ position: 1 })
  expect((await world.sql`select used from products where key = 'vray'`)[0]).toEqual({ used: 10 })
  expect((await world.propose('person')).plans).toEqual([])
})

test('row 22: an end on the night of the clock change is the start of the next day in the zone of the organization', async () => {
  const world = await open({
    rules: 'all: { source: hr, when: { everyone: true }, then: [{ product: vray, expires: 2027-03-28 }] }',
  })
  await world.sync('roster.csv', roster(ADA))
  const [assignment] = await world.sql<{ expires_at: Date }[]>`select expires_at from assignments`
  expect(assignment?.expires_at.toISOString()).toBe('2027-03-28T22:00:00.000Z')
  world.at = new Date('2027-03-28T21:59:59Z')
  expect((await world.propose('due')).plans).toEqual([])
  world.at = new Date('2027-03-28T22:00:00Z')
  expect(await world.actions((await world.propose('due')).plans[0])).toEqual(['revoke ada@acme.example vray'])
})

test('row 24: a removal that would leave one administrator fails by itself, and the rest of the plan goes on', async () => {
  const world = await open({
    rules: `everyone: { source: hr, when: { everyone: true }, then: [{ member: member }, { manage_admins: true }] }
admins: { source: hr, priority: 1, when: { group: { id: it } }, then: [{ member: admin }] }`,
  })
  const people = [
    ADA.replace('Artists', 'IT'),
    BOB.replace(/,$/, ',IT'),
    ...Array.from({ length: 10 }, (_, n) => `${n + 3},p${n + 3}@acme.example,P,N,`),
  ]
  await world.sync('first.csv', roster(...people))
  for (const { id } of await world.sql<{ id: number }[]>`select id from members`) {
    await accept(world.parts, world.organization, id, { actor: KIM })
  }
  await world.drop('second.csv', roster(...people.slice(1, -1)))
  const proposed = await world.propose()
  expect(await world.applyAll(proposed)).toEqual(['partially_failed'])
  expect(await world.outcomes(proposed.plans[0])).toEqual([
    'remove ada@acme.example failed_permanent LAST_ADMIN',
    'remove p12@acme.example succeeded',
  ])
  expect(await world.sql`select email, state from members where role = 'admin' order by email`).toEqual([
    { email: 'ada@acme.example', state: 'active' },
    { email: 'bob@acme.example', state: 'active' },
  ])
})

test('row 41: a name like =cmd() is stored as it is', async () => {
  const world = await open()
  await world.sync('roster.csv', roster('1,ada@acme.example,=cmd(),@SUM(A1),'))
  expect(await world.sql`select first_name, last_name from members`).toEqual([
    { first_name: '=cmd()', last_name: '@SUM(A1)' },
  ])
})
