/** A licence server that asks before it lends, and tells what comes back. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { NOW, openWorld, type World } from './world.ts'

const ACME = '/api/v1/organizations/acme'
const DAY = 86_400_000
const inDays = (days: number) => new Date(NOW.getTime() + days * DAY).toISOString()

let world: World
let assignment: string
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.drop())

/** Ada and Bob, active, who hold CAD Pro; hers ends in 20 days. */
beforeEach(async () => {
  const { sql, ids } = world
  const organization = ids['acme'] ?? 0
  for (const table of ['borrows', 'waits', 'assignments', 'members', 'audit'])
    await sql`delete from ${sql(table)} where organization_id = ${organization}`
  for (const name of ['Ada', 'Bob']) {
    const email = `${name.toLowerCase()}@acme.example`
    await sql`
      with born as (insert into people (organization_id, id, from_change) values (${organization}, nextval('person_ids'), 1) returning id),
      joined as (
        insert into members (organization_id, person_id, id, state, role, email, email_key, first_name, invited_at, accepted_at)
        select ${organization}, id, nextval('member_ids'), 'active', 'member', ${email}, ${email}, ${name}, ${NOW}, ${NOW} from born)
      insert into assignments (organization_id, person_id, product_id, expires_at, since)
      select ${organization}, born.id, p.id, ${name === 'Ada' ? inDays(20) : null}, ${NOW} from born, products p
      where p.organization_id = ${organization}`
  }
  const [row] = await sql<{ id: number }[]>`
    select id from assignments where organization_id = ${organization} and expires_at is not null`
  assignment = `asg_${row?.id}`
})

const list = (query = '') => world.ask('viewer', 'GET', `${ACME}/assignments${query}`)
const lend = (body: unknown, who = 'operator') =>
  world.ask(who, 'PUT', `${ACME}/assignments/${assignment}/borrow`, body)
const giveBack = (query: string) => world.ask('operator', 'DELETE', `${ACME}/assignments/${assignment}/borrow${query}`)
const acts = async () =>
  await world.sql<
    { act: string; object: string }[]
  >`select act, object from audit where act like 'borrow.%' order by id`

describe('assignments', () => {
  it('tell who holds what until when, page by page, and what is on a device', async () => {
    const { json } = await list()
    expect(json['items']).toMatchObject([
      {
        id: assignment,
        email: 'ada@acme.example',
        name: 'Ada',
        product: 'cad',
        productName: 'CAD Pro',
        expiresAt: inDays(20),
      },
      { email: 'bob@acme.example', expiresAt: null, borrows: [], takenBack: null },
    ])
    const first = await list('?limit=1')
    const second = await list(`?limit=1&cursor=${first.json['next']}`)
    expect([first.json['items'], second.json['items']].flat()).toEqual(json['items'])
    expect([second.json['next'], (await list('?product=nothing')).json['items']]).toEqual([undefined, []])
    expect((await list('?borrowed=true')).json['items']).toEqual([])
    await lend({ device: 'WS-204', until: inDays(3) })
    const borrowed = await list('?borrowed=true')
    expect(borrowed.json['items']).toMatchObject([
      { id: assignment, borrows: [{ device: 'WS-204', until: inDays(3), since: NOW.toISOString() }] },
    ])
    const [one] = await world.sql<{ id: number }[]>`select id from members where email = 'bob@acme.example'`
    expect((await list(`?member=mem_${one?.id}`)).json['items']).toMatchObject([{ email: 'bob@acme.example' }])
    expect(await list('?member=x')).toMatchObject({ status: 404, json: { code: 'MEMBER_NOT_FOUND' } })
  })
})

describe('a borrow', () => {
  it('is registered once, made shorter, and returned once', async () => {
    const until = inDays(3)
    const first = await lend({ device: 'WS-204', until })
    expect(first).toMatchObject({ status: 200, json: { id: assignment, borrows: [{ device: 'WS-204', until }] } })
    expect((await lend({ device: 'ws-204 ', until })).json).toEqual(first.json)
    await lend({ device: 'WS-204', until: inDays(2) })
    const back = await giveBack('?device=ws-204')
    expect(back).toMatchObject({ status: 200, json: { id: assignment, borrows: [] } })
    expect((await giveBack('?device=ws-204')).json).toEqual(back.json)
    const registered = { act: 'borrow.registered', object: assignment }
    expect(await acts()).toEqual([registered, registered, { act: 'borrow.returned', object: assignment }])
  })

  it('is refused with what to do, and leaves nothing', async () => {
    expect(await lend({ device: 'WS-204', until: inDays(21) })).toMatchObject({
      status: 409,
      json: {
        code: 'BORROW_REFUSED',
        detail: 'This licence cannot be borrowed: Ada has CAD Pro until 12 Dec 2026, 11:00 (Europe/Berlin).',
      },
    })
    expect(await lend({ device: 'WS-204', until: inDays(0) })).toMatchObject({ status: 409 })
    expect(await lend({ device: ' ', until: inDays(1) })).toMatchObject({ status: 400 })
    expect(await lend({ device: 'WS-204', until: 'tomorrow' })).toMatchObject({ status: 400 })
    expect(await giveBack('')).toMatchObject({ status: 400 })
    expect(await lend({ device: 'WS-204', until: inDays(1) }, 'viewer')).toMatchObject({ status: 403 })
    assignment = 'asg_999999999'
    const missing = { status: 404, json: { code: 'ASSIGNMENT_NOT_FOUND' } }
    expect(await lend({ device: 'WS-204', until: inDays(1) })).toMatchObject(missing)
    expect(await giveBack('?device=x')).toMatchObject(missing)
    expect(await world.ask('viewer', 'GET', `${ACME}/assignments/${assignment}`)).toMatchObject(missing)
    expect([await acts(), await world.sql`select from borrows`]).toEqual([[], []])
  })

  it('tells what waits for it', async () => {
    await lend({ device: 'WS-204', until: inDays(3) })
    await world.sql`
      insert into waits (organization_id, person_id, product_id, kind, since, until)
      select organization_id, person_id, product_id, 'borrow', ${NOW}, ${inDays(4)} from assignments where expires_at is not null`
    const { json } = await world.ask('viewer', 'GET', `${ACME}/assignments/${assignment}`)
    expect(json).toMatchObject({ takenBack: { at: inDays(4), plan: null } })
    expect((await lend({ device: 'WS-204', until: inDays(5) })).json['detail']).toBe(
      'This licence cannot be borrowed: a plan takes CAD Pro from Ada.',
    )
    const back = await giveBack('?device=WS-204')
    expect(back.json).toMatchObject({ borrows: [], takenBack: { at: NOW.toISOString() } })
  })
})
