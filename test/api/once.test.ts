/** Idempotency-Key: what was asked twice under one key is done once. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NOW, openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.drop())

const ACME = '/api/v1/organizations/acme'
const invite = (key: string, email: string, who = 'operator', path = `${ACME}/members`) =>
  world.ask(who, 'POST', path, { email }, { 'idempotency-key': key })

async function plans(): Promise<number> {
  const [row] = await world.sql<{ count: number }[]>`select count(*)::int as count from plans`
  return row?.count ?? 0
}

describe('a repeated request', () => {
  it('gets the first answer, to the letter, and nothing is done again', async () => {
    const key = randomUUID()
    const first = await invite(key, 'ann@acme.example')
    const before = await plans()
    const again = await invite(key, 'ann@acme.example')
    expect([again.status, again.text]).toEqual([200, first.text])
    expect([first.headers.get('idempotency-replayed'), again.headers.get('idempotency-replayed')]).toEqual([
      null,
      'true',
    ])
    expect(await plans()).toBe(before)
    await invite(randomUUID(), 'ann@acme.example')
    expect(await plans()).toBe(before + 1)
  })

  it('is the same with other white space and another order of fields', async () => {
    const headers = { 'idempotency-key': randomUUID() }
    const ask = (body: string) => world.ask('operator', 'POST', `${ACME}/members`, body, headers)
    const first = await ask('{"email":"bea@acme.example","firstName":"Bea"}')
    const again = await ask('{ "firstName": "Bea",\n "email": "bea@acme.example" }')
    expect(again.text).toBe(first.text)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
  })

  it('that asks for something else is refused', async () => {
    const key = randomUUID()
    await invite(key, 'cem@acme.example')
    const other = await invite(key, 'dee@acme.example')
    expect(other).toMatchObject({ status: 422, json: { code: 'IDEMPOTENCY_KEY_REUSED', key } })
    const elsewhere = await world.ask('operator', 'POST', `${ACME}/plans`, {}, { 'idempotency-key': key })
    expect(elsewhere.json).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
  })

  it('of another token, or in another organization, is another request', async () => {
    const key = randomUUID()
    const before = await plans()
    const answers = [
      await invite(key, 'eli@acme.example'),
      await invite(key, 'eli@acme.example', 'admin'),
      await invite(key, 'eli@acme.example', 'bootstrap'),
      await invite(key, 'eli@acme.example', 'bootstrap', '/api/v1/organizations/globex/members'),
    ]
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(4)
    expect(await plans()).toBe(before + 4)
  })

  it('of which many come at once is done once', async () => {
    const key = randomUUID()
    const before = await plans()
    const answers = await Promise.all(Array.from({ length: 8 }, () => invite(key, 'fay@acme.example')))
    const done = answers.filter((answer) => answer.status === 200)
    expect(done.length).toBeGreaterThan(0)
    expect(new Set(done.map((answer) => answer.text)).size).toBe(1)
    for (const busy of answers.filter((answer) => answer.status !== 200)) {
      expect(busy).toMatchObject({ status: 409, json: { code: 'IDEMPOTENCY_KEY_BUSY' } })
      expect(busy.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
    }
    expect(await plans()).toBe(before + 1)
  })

  it('that failed can be put right and sent again', async () => {
    const key = randomUUID()
    expect((await invite(key, 'nobody')).status).toBe(400)
    expect((await invite(key, 'gus@acme.example')).status).toBe(200)
  })

  it('needs the role again', async () => {
    const key = randomUUID()
    await invite(key, 'hal@acme.example', 'operator')
    await world.sql`update tokens set role = 'viewer' where administrator_key = 'operator@acme.example'`
    try {
      expect((await invite(key, 'hal@acme.example', 'operator')).status).toBe(403)
    } finally {
      await world.sql`update tokens set role = 'admin' where administrator_key = 'operator@acme.example'`
    }
  })

  it.each(['', 'with blanks', 'ü', 'k'.repeat(201)])('under a key that is none: %j', async (key) => {
    const answer = await invite(key, 'ida@acme.example').catch(() => null)
    // What cannot stand in a header never leaves the client.
    if (answer !== null) expect(answer).toMatchObject({ status: 400, json: { code: 'INPUT_INVALID' } })
    expect(key.length === 0 || key.length > 200 || /[^!-~]/.test(key)).toBe(true)
  })
})

describe('what is kept', () => {
  const age = (key: string, hours: number) =>
    world.sql`update repeatable_requests set at = ${new Date(NOW.getTime() - hours * 3_600_000)} where key = ${key}`

  it('for a day', async () => {
    const key = randomUUID()
    const first = await invite(key, 'jan@acme.example')
    await age(key, 23)
    expect((await invite(key, 'jan@acme.example')).text).toBe(first.text)
    await age(key, 25)
    expect((await invite(key, 'jan@acme.example')).text).not.toBe(first.text)
    const [row] = await world.sql`select count(*)::int as count from repeatable_requests where key = ${key}`
    expect(row).toEqual({ count: 1 })
  })

  it('of a request whose daemon died: busy for a while, then whoever repeats it does it', async () => {
    const key = randomUUID()
    await invite(key, 'kay@acme.example')
    await world.sql`update repeatable_requests set answer = null where key = ${key}`
    expect((await invite(key, 'kay@acme.example')).json).toMatchObject({ code: 'IDEMPOTENCY_KEY_BUSY' })
    await age(key, 1)
    expect((await invite(key, 'other@acme.example')).json).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
    expect((await invite(key, 'kay@acme.example')).status).toBe(200)
  })

  it('is never a token: who repeats that request is told which one it made', async () => {
    const ask = () =>
      world.ask(
        'admin',
        'POST',
        `${ACME}/tokens`,
        { administrator: 'viewer@acme.example' },
        { 'idempotency-key': 'mine' },
      )
    const first = await ask()
    const again = await ask()
    expect(again).toMatchObject({ status: 409, json: { code: 'SHOWN_ONCE', id: first.json['id'] } })
    const rows = await world.sql`select answer from repeatable_requests where key = 'mine'`
    expect(rows).toHaveLength(1)
    expect(JSON.stringify(rows)).not.toContain(String(first.json['token']).slice(8))
  })
})
