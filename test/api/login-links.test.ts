/** Links into the console: who may make them, for whom, and what the session opens then. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCli } from '../cli/world.ts'

const PATH = '/api/v1/login-links'
let world: Awaited<ReturnType<typeof openCli>>
beforeAll(async () => {
  world = await openCli()
})
afterAll(() => world.close())

/** Follows a link to its end, and gives the organizations that the session opens with their roles. */
async function opened(url: string): Promise<Record<string, number>> {
  const link = new URL(url).searchParams.get('link') ?? ''
  const entered = await world.app.request('/sign-in', {
    method: 'POST',
    headers: { origin: 'https://rosterd.example', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ link }),
  })
  expect(entered.status).toBe(303)
  const cookie = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  expect(entered.headers.get('set-cookie')).toMatch(
    /^__Host-rosterd_session=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
  const look = async (key: string) => (await world.app.request(`/o/${key}`, { headers: { cookie } })).status
  return { acme: await look('acme'), globex: await look('globex') }
}

describe('a link into the console', () => {
  test('of the bootstrap token opens every organization, or what its administrator has', async () => {
    const own = await world.ask('bootstrap', 'POST', PATH, {})
    expect(own.json).toMatchObject({ administrator: null, expiresAt: '2026-11-22T10:10:00.000Z' })
    expect(await opened(String(own.json['url']))).toEqual({ acme: 200, globex: 200 })
    const other = await world.ask('bootstrap', 'POST', PATH, { administrator: 'Viewer@Acme.example' })
    expect(other.json).toMatchObject({ administrator: 'viewer@acme.example' })
    expect(await opened(String(other.json['url']))).toEqual({ acme: 200, globex: 404 })
  })

  test('of a token opens the organization of the token alone, also where its administrator is one of others', async () => {
    await world.sql`
      insert into administrators (organization_id, email_key, email, role)
      values (${world.ids['globex'] ?? 0}, 'admin@acme.example', 'admin@acme.example', 'admin')`
    const made = await world.ask('admin', 'POST', PATH, {})
    expect(made.json).toMatchObject({ administrator: 'admin@acme.example' })
    expect(await opened(String(made.json['url']))).toEqual({ acme: 200, globex: 404 })
  })

  test('is made by the role admin, and for administrators whom the token may speak of', async () => {
    for (const who of ['viewer', 'operator'])
      expect(await world.ask(who, 'POST', PATH, {})).toMatchObject({ status: 403, json: { code: 'FORBIDDEN' } })
    expect((await world.ask(null, 'POST', PATH, {})).status).toBe(401)
    for (const administrator of ['viewer@globex.example', 'nobody@acme.example', 'no address'])
      expect(await world.ask('admin', 'POST', PATH, { administrator })).toMatchObject({
        status: 400,
        json: { code: 'INPUT_INVALID' },
      })
    expect(await world.ask('admin', 'POST', PATH, { who: 'x' })).toMatchObject({ status: 400 })
  })

  test('is made with no token that somebody else may hold: two administrators would be one', async () => {
    const refused = { status: 400, json: { code: 'INPUT_INVALID' } }
    const other = await world.ask('admin', 'POST', PATH, { administrator: 'operator@acme.example' })
    expect(other).toMatchObject(refused)
    expect(other.json['detail']).toContain('this token makes no link for operator@acme.example')
    expect(await world.ask('admin', 'POST', PATH, { administrator: 'Admin@Acme.example' })).toMatchObject({
      status: 200,
    })
    const made = (by: string) => world.sql`
      update tokens set created_by = ${by} where organization_id = ${world.ids['acme'] ?? 0} and administrator_key = 'admin@acme.example'`
    await made('operator@acme.example')
    expect(await world.ask('admin', 'POST', PATH, {})).toMatchObject(refused)
    await made('bootstrap token')
    expect(await world.ask('admin', 'POST', PATH, {})).toMatchObject({ status: 200 })
  })

  test('is typed as login-link, and stands alone on standard output', async () => {
    const ran = await world.type(['login-link'])
    expect(ran.exit).toBe(0)
    expect(ran.out).toMatch(/^https:\/\/rosterd\.example\/sign-in\?link=[\w-]{43}\n$/)
    expect(ran.err).toContain('Opens the console as the bootstrap administrator: once, within')
    const named = await world.type(['login-link', '--administrator', 'operator@acme.example', '--json'])
    expect(JSON.parse(named.out)).toMatchObject({ administrator: 'operator@acme.example' })
  })

  test('leaves a row in the audit of each organization that it opened', async () => {
    const rows = await world.sql<{ actor: string; act: string }[]>`
      select actor, act from audit where act = 'session.opened' and organization_id = ${world.ids['globex'] ?? 0}`
    expect(rows).toEqual([{ actor: 'bootstrap token', act: 'session.opened' }])
  })
})
