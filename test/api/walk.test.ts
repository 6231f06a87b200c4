/** Every route of the OpenAPI document, asked as it is meant to be, by whom it is meant for, and by everybody else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { CATALOGUE } from '../../src/errors.ts'
import { REASONS } from '../../src/reconcile/reasons.ts'
import { holds } from '../../src/reconcile/roles.ts'
import { draftFor } from './drafted.ts'
import { faultOf, type LivedIn, openLivedIn, ROLES, type Route } from './lived-in.ts'

/** Reasons why a file is not read are answered as they are. */
const CODES = new Map(
  [...Object.entries(REASONS), ...Object.entries(CATALOGUE)].map(([code, { status }]) => [code, status ?? 0]),
)

let here: LivedIn
beforeAll(async () => {
  here = await openLivedIn()
})
afterAll(() => here.world.drop())

const nameOf = (route: Route): string =>
  `${route.method} ${route.path.replace('/api/v1/organizations/{organization}', '…')}`

/** What each route that changes something is told, so that it is not stopped by its input. */
async function bodyOf(route: Route): Promise<unknown> {
  const bodies: Record<string, unknown> = {
    'POST …/members': { email: 'new@alpha.test' },
    'POST …/plans/{plan}/approve': { hash: await hashOf(here.alpha.waiting), start: false },
    'POST …/plans/{plan}/leave-out': { hash: 'x', items: [1] },
    'POST …/plans/{plan}/put-back': { hash: 'x', items: [1] },
    'POST …/snapshots/{snapshot}/admit': { count: 1 },
    'POST …/decisions/{decision}': { choice: 'create_new' },
    'POST …/tokens': { administrator: 'kim@alpha.test' },
    'POST …/operations': { verb: 'invite', users: ['new@alpha.test'] },
    'POST …/uploads': 'email\nnew@alpha.test\n',
    'PUT …/products/{product}': { name: 'Tool', owned: 3 },
    'PUT …/rules/{rule}': parse('{ source: hr, when: { everyone: true }, then: [{ product: cad }] }'),
    'PUT …/assignments/{assignment}/borrow': { device: 'WS alpha', until: '2026-12-20T12:00:00.000Z' },
  }
  return bodies[nameOf(route)] ?? (route.hasBody ? {} : undefined)
}

async function hashOf(plan: number): Promise<string> {
  const [row] = await here.world.sql<{ hash: string }[]>`
    select hash from plans where organization_id = ${here.alpha.ground.id} and id = ${plan}`
  return row?.hash ?? ''
}

/** A digest of every row of alpha but those that every request leaves: the audit of reads, and when a token was last used. */
async function everything(): Promise<string> {
  const { sql } = here.world
  const tables = await sql<{ name: string }[]>`
    select table_name as name from information_schema.columns
    where table_schema = 'public' and column_name = 'organization_id' and table_name not in ('audit', 'tokens') order by 1`
  const digests: string[] = []
  for (const { name } of tables) {
    const [row] = await sql<{ digest: string | null }[]>`
      select md5(string_agg(t::text, ',' order by t::text)) as digest from ${sql(name)} t
      where organization_id = ${here.alpha.ground.id}`
    digests.push(`${name} ${row?.digest}`)
  }
  return digests.join('\n')
}

describe('who may ask', () => {
  it('nobody without a token, on any route', async () => {
    for (const route of here.routes) {
      const answer = await here.world.ask(null, route.method, here.fill(route, here.alpha, here.alpha))
      expect([nameOf(route), answer.status, answer.json['code']]).toEqual([nameOf(route), 401, 'UNAUTHENTICATED'])
    }
  })

  it('only what is said to be open is open', async () => {
    for (const path of ['/healthz', '/readyz', '/api/v1/openapi.json', '/api/v1/docs'])
      expect([path, (await here.world.ask(null, 'GET', path)).status]).toEqual([path, 200])
    for (const path of [
      '/metrics',
      '/api/v1',
      '/api/v1/',
      '/api/v1/docs/x',
      '/api/v1/nothing',
      '/api/v1/organizations/',
    ])
      expect([path, (await here.world.ask(null, 'GET', path)).status]).toEqual([path, 401])
  })

  it('each role what its routes say, and no more', async () => {
    const wrong: string[] = []
    for (const route of here.routes.filter((one) => one.names.includes('organization'))) {
      for (const role of ROLES.filter((one) => !holds(one, route.role))) {
        const path = here.fill(route, here.alpha, here.alpha)
        const answer = await here.world.ask(here.tokens[role], route.method, path, await bodyOf(route))
        if (answer.status !== 403 || answer.json['code'] !== 'FORBIDDEN') wrong.push(`${role}: ${nameOf(route)}`)
      }
    }
    expect(wrong).toEqual([])
  })
})

describe('what belongs to another organization', () => {
  it('is not there for its token, and nothing of it changes', async () => {
    const before = await everything()
    const wrong: string[] = []
    let ids = 0
    for (const route of here.routes.filter((one) => one.names.includes('organization'))) {
      const body = await bodyOf(route)
      const inside = await here.world.ask(here.foreign, route.method, here.fill(route, here.alpha, here.alpha), body)
      if (inside.status !== 404 || inside.json['code'] !== 'ORGANIZATION_NOT_FOUND')
        wrong.push(`inside: ${nameOf(route)}`)
      // With its own organization in the path and ids of the other. What has a key and no id is found by the same key in each.
      if (!route.names.some((name) => ['plan', 'member', 'assignment', 'snapshot', 'decision', 'token'].includes(name)))
        continue
      ids += 1
      for (const who of [here.foreign, 'bootstrap']) {
        const across = await here.world.ask(who, route.method, here.fill(route, here.omega, here.alpha), body)
        if (across.status !== 404 || !/_NOT_FOUND$/.test(String(across.json['code'])))
          wrong.push(`across: ${nameOf(route)}: ${across.status}`)
        if (across.text.includes('alpha')) wrong.push(`tells: ${nameOf(route)}`)
      }
    }
    expect(wrong).toEqual([])
    expect(ids).toBeGreaterThan(15)
    expect(await everything()).toBe(before)
  })

  it('stands in no list of it', async () => {
    for (const route of here.routes.filter((one) => one.method === 'GET')) {
      const answer = await here.world.ask(here.foreign, 'GET', here.fill(route, here.omega, here.omega))
      expect([nameOf(route), answer.status]).toEqual([nameOf(route), 200])
      expect(answer.text).not.toContain('alpha')
    }
  })
})

describe('what comes', () => {
  it('is as documented, for every route', async () => {
    const wrong: string[] = []
    // What only looks comes first, and a new proposal last: it replaces the plan that waits.
    const turn = (route: Route) => (route.method === 'GET' ? 0 : nameOf(route) === 'POST …/plans' ? 2 : 1)
    const routes = [...here.routes].sort((a, b) => turn(a) - turn(b))
    for (const route of routes) {
      const drafted = await draftFor(here, route)
      const plan = drafted?.plan ?? (/approve$|reject$/.test(route.path) ? here.alpha.waiting : here.alpha.applied)
      const ids = { ...here.alpha, decision: await openDecision(), applied: plan }
      const body = drafted?.body ?? (await bodyOf(route))
      const path = here.fill(route, here.alpha, ids)
      const headers = typeof body === 'string' ? { 'content-type': 'text/csv' } : {}
      const answer = await here.world.ask('bootstrap', route.method, path, body, headers)
      // A plan that is approved cannot be rejected any more, nor a file be admitted whose number is another.
      const expected = /reject$|admit$|dismiss$/.test(route.path) ? [200, 409] : [200]
      const fault = expected.includes(answer.status) ? faultOf(answer, route, CODES) : answer.text
      if (fault !== null) wrong.push(`${nameOf(route)}: ${fault}`)
    }
    expect(wrong).toEqual([])
  })

  it('tells of a source when it last spoke and when it is next looked at', async () => {
    const { json } = await here.world.ask(
      here.foreign,
      'GET',
      `/api/v1/organizations/${here.omega.ground.key}/sources/hr`,
    )
    expect(json).toMatchObject({
      key: 'hr',
      schedule: { cron: '30 2 * * *', zone: 'Europe/Berlin', next: '2026-11-23T01:30:00.000Z' },
      silence: { since: expect.any(String), expectedBy: expect.any(String), silent: expect.any(Boolean) },
      lastSnapshot: { source: 'hr' },
    })
  })

  it('is in every list, so that the walk has seen something', async () => {
    const lists = here.routes.filter(
      (route) =>
        route.method === 'GET' &&
        !route.path.endsWith('}') &&
        !/\/(me|progress|events|failures|limits|verify)$|\/exports\//.test(route.path),
    )
    for (const route of lists) {
      const path = here.fill(route, here.omega, here.omega)
      const { json } = await here.world.ask(
        'bootstrap',
        'GET',
        route.path.includes('decisions') ? `${path}?state=all` : path,
      )
      expect([nameOf(route), Array.isArray(json['items']) && json['items'].length > 0]).toEqual([nameOf(route), true])
    }
    expect(lists.length).toBeGreaterThan(10)
  })

  it('comes page by page, each once, in every list that has pages', async () => {
    for (const route of here.routes.filter((one) => one.query.includes('cursor'))) {
      const path = here.fill(route, here.omega, here.omega)
      const state = route.path.endsWith('decisions') ? '&state=all' : ''
      const whole = (await here.world.ask('bootstrap', 'GET', `${path}?limit=500${state}`)).json['items']
      const pages: unknown[] = []
      for (let cursor = ''; ; ) {
        const { json } = await here.world.ask('bootstrap', 'GET', `${path}?limit=1${state}${cursor}`)
        expect(json['items']).toHaveLength(1)
        pages.push(...(Array.isArray(json['items']) ? json['items'] : []))
        if (json['next'] === undefined) break
        cursor = `&cursor=${json['next']}`
      }
      expect([nameOf(route), pages]).toEqual([nameOf(route), whole])
    }
  })
})

async function openDecision(): Promise<number> {
  const [row] = await here.world.sql<{ id: number }[]>`
    select id from decisions where organization_id = ${here.alpha.ground.id} order by state desc, id limit 1`
  return row?.id ?? 0
}
