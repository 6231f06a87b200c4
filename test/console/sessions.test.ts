/** What the audit knows of sessions, and what a start of the daemon knows of them. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nobodySignedIn } from '../../src/store/login-links.ts'
import { type ConsoleWorld, openConsole } from './world.ts'

let world: ConsoleWorld
beforeAll(async () => {
  world = await openConsole()
})
afterAll(() => world.close())

test('somebody has come in, also when links and sessions are long forgotten', async () => {
  expect(await nobodySignedIn(world.sql)).toBe(true)
  await world.session('operator@acme.example')
  expect(await nobodySignedIn(world.sql)).toBe(false)
  await world.sql`delete from sessions`
  await world.sql`delete from login_links`
  expect(await nobodySignedIn(world.sql)).toBe(false)
})

test('where a session ends, and from where, is in the audit of what it opened', async () => {
  const [here, there] = [await world.session('operator@acme.example'), await world.session('operator@acme.example')]
  const page = await (await world.ask('GET', '/o/acme/account', here)).text()
  const other = /name="session" value="(\d+)"/.exec(page)?.[1] ?? ''
  const end = { ...here, fields: { session: other } }
  for (const _ of [1, 2]) expect((await world.ask('POST', '/o/acme/account/end', end)).status).toBe(303)
  expect((await world.ask('GET', '/o/acme', there)).status).toBe(303)
  await world.ask('POST', '/sign-out', here)
  const rows = await world.sql`
    select o.key, a.actor, a.object, a.after, a.request_id is not null as known from audit a
    join organizations o on o.id = a.organization_id where act = 'session.ended' order by a.id`
  expect(rows).toEqual([
    { key: 'acme', actor: 'operator@acme.example', object: `ses_${other}`, after: { elsewhere: true }, known: true },
    {
      key: 'acme',
      actor: 'operator@acme.example',
      object: expect.any(String),
      after: { elsewhere: false },
      known: true,
    },
  ])
  expect(rows[1]?.['object']).not.toBe(`ses_${other}`)
})
