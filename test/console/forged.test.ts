/** What forms send, forged: every POST route of the console, asked by those who may not, without the token of a page, and from elsewhere. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formToken } from '../../src/console/door.ts'
import { consoleDoor } from '../../src/console/index.ts'
import { ELSEWHERE, ROUTES } from './post-routes.ts'
import { type Bare, type ConsoleWorld, openConsole } from './world.ts'

const RANK = ['viewer', 'operator', 'admin'] as const
type Role = (typeof RANK)[number]
const ALL = RANK.flatMap((role) => ROUTES[role].map((path): [path: string, role: Role] => [path, role]))
const below = (role: Role): Role[] => RANK.slice(0, RANK.indexOf(role))

const VALUES: Record<string, string> = {
  decision: 'dec_999',
  file: 'snp_999',
  member: 'mem_1',
  plan: 'pln_999',
  product: 'nothing',
  rule: 'nothing',
  source: 'nothing',
  token: 'tok_999',
  verb: 'remove',
}
const filled = (path: string): string =>
  path.replaceAll(/:(\w+)(\{[^}]*\})?/g, (_, name: string) => {
    const value = VALUES[name]
    if (value === undefined) throw new Error(`a route with :${name}: say here what that can be`)
    return value
  })
/** The last form of a bulk operation is not lost with its session: whoever sent it comes back to it, and nothing is done. */
const KEPT = '/bulk/:verb/draft'

describe('what a form sends', () => {
  let world: ConsoleWorld
  let sessions: Record<Role | 'stranger', Bare>
  beforeAll(async () => {
    world = await openConsole()
    await world.populate(3)
    sessions = {
      viewer: await world.session('viewer@acme.example'),
      operator: await world.session('operator@acme.example'),
      admin: await world.session('admin@acme.example'),
      stranger: await world.session('admin@globex.example'),
    }
    sessions.stranger.token = formToken(sessions.stranger.cookie.split('=')[1] ?? '')
  })
  afterAll(() => world.close())

  /** Changes with whatever is written; a session that is used says so. */
  async function everythingStored(): Promise<string> {
    const tables = await world.sql<{ name: string }[]>`
      select table_name as name from information_schema.tables
      where table_schema = current_schema() and table_type = 'BASE TABLE' and table_name <> 'sessions' order by 1`
    const each = tables.map(
      ({ name }) => `select '${name}' as name, count(*), max(xmin::text::bigint) as newest from "${name}"`,
    )
    return JSON.stringify(await world.sql.unsafe(each.join(' union all ')))
  }
  const send = (path: string, asked: Parameters<ConsoleWorld['ask']>[2]) =>
    world.ask('POST', `/o/acme${filled(path)}`, asked)

  test('goes to the routes of this list, and to no other', () => {
    const app = consoleDoor({ parts: world.parts, version: '0.0.0' })
    const found = app.routes.filter(({ method }) => method === 'POST').map(({ path }) => path)
    const said = [...ALL.map(([path]) => `/o/:organization${path}`), ...ELSEWHERE]
    expect([...new Set(found)].sort()).toEqual(said.sort())
    // What answers to any method is what there is nothing at.
    expect(app.routes.filter(({ method, handler }) => method === 'ALL' && handler.length === 1).length).toBe(1)
    expect(app.routes.map(({ method }) => method).filter((one) => !['GET', 'POST', 'ALL'].includes(one))).toEqual([])
  })

  test.each(ALL)('%s is refused of everybody below the role %s', async (path, role) => {
    const before = await everythingStored()
    for (const lower of below(role)) {
      const answer = await send(path, sessions[lower])
      expect([lower, answer.status]).toEqual([lower, 403])
      expect(await answer.text()).toContain('You may not do that')
    }
    const foreign = await send(path, sessions.stranger)
    expect(foreign.status).toBe(404)
    expect(await everythingStored()).toBe(before)
  })

  test.each(ALL)('%s does nothing without a session, its token, or from another site', async (path) => {
    const before = await everythingStored()
    const { cookie, token } = sessions.admin
    const kept = path === KEPT
    const statuses = {
      'signed out': (await send(path, {})).status,
      'with a token alone': (await send(path, { token })).status,
      'without its token': (await send(path, { cookie })).status,
      'with the token of another session': (await send(path, { cookie, token: sessions.operator.token })).status,
      'from another site': (await send(path, { cookie, token, headers: { origin: 'https://evil.example' } })).status,
      'from no site': (await send(path, { cookie, token, headers: { origin: 'null' } })).status,
    }
    expect(statuses).toEqual({
      'signed out': kept ? 303 : 401,
      'with a token alone': kept ? 303 : 401,
      'without its token': kept ? 303 : 403,
      'with the token of another session': kept ? 303 : 403,
      'from another site': 403,
      'from no site': 403,
    })
    expect(await everythingStored()).toBe(before)
  })

  test.each(ELSEWHERE)('%s does nothing from another site', async (path) => {
    const before = await everythingStored()
    const headers = { origin: 'https://evil.example' }
    expect((await world.ask('POST', path, { ...sessions.admin, headers })).status).toBe(403)
    expect((await world.ask('POST', path, { cookie: sessions.admin.cookie })).status).toBe(
      path === '/sign-in' ? 410 : 403,
    )
    expect(await everythingStored()).toBe(before)
    expect((await world.ask('GET', '/o/acme', sessions.admin)).status).toBe(200)
  })

  // Otherwise the refusals above could come from a path that leads nowhere. In the end, since some of it is done.
  test.each(ALL)('%s is let through for the role %s', async (path, role) => {
    const answer = await send(path, sessions[role])
    expect([401, 403, 500]).not.toContain(answer.status)
  })
})
