import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeToken } from '../../src/auth.ts'
import { NOW, openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.drop())

const ACME = '/api/v1/organizations/acme'

describe('who comes in', () => {
  it.each([
    ['nobody', null, 401],
    ['a made-up token', makeToken(), 401],
    ['the bootstrap token', 'bootstrap', 200],
    ['a viewer', 'viewer', 200],
    ['an administrator of another organization', 'foreign', 404],
  ])('%s', async (_, who, status) => {
    const answer = await world.ask(who, 'GET', `${ACME}/products`)
    expect(answer.status).toBe(status)
    if (status === 401) expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
  })

  it.each([['Basic YTpi'], ['Bearer'], ['Bearer a b c'], ['bearer']])(
    'a header that is no bearer token: %s',
    async (authorization) => {
      const answer = await world.ask(null, 'GET', `${ACME}/products`, undefined, { authorization })
      expect(answer).toMatchObject({ status: 401, json: { code: 'UNAUTHENTICATED' } })
    },
  )

  it('closes when the token is revoked, has expired, or its administrator is gone', async () => {
    const token = makeToken()
    const id = await world.issue('acme', 'viewer@acme.example', token)
    const status = async () => (await world.ask(token, 'GET', `${ACME}/members`)).status
    expect(await status()).toBe(200)
    await world.sql`update tokens set expires_at = ${NOW} where id = ${id}`
    expect(await status()).toBe(401)
    await world.sql`update tokens set expires_at = null, administrator_key = 'gone@acme.example' where id = ${id}`
    expect(await status()).toBe(401)
    await world.sql`update tokens set administrator_key = 'viewer@acme.example' where id = ${id}`
    expect(await status()).toBe(200)
    expect((await world.ask('admin', 'DELETE', `${ACME}/tokens/tok_${id}`)).status).toBe(200)
    expect(await status()).toBe(401)
  })

  it('lists only the organizations that the token opens', async () => {
    const keys = async (who: string) => (await world.ask(who, 'GET', '/api/v1/organizations')).json['items']
    expect(await keys('bootstrap')).toMatchObject([{ key: 'acme' }, { key: 'globex' }])
    expect(await keys('foreign')).toMatchObject([{ key: 'globex' }])
  })
})

describe('roles', () => {
  it.each([
    ['viewer', 'POST', '/plans', 403],
    ['operator', 'POST', '/plans', 200],
    ['viewer', 'POST', '/members', 403],
    ['viewer', 'POST', '/plans/pln_1/approve', 403],
    ['operator', 'POST', '/snapshots/snp_1/admit', 403],
    ['operator', 'GET', '/tokens', 403],
    ['operator', 'POST', '/tokens', 403],
    ['admin', 'GET', '/tokens', 200],
  ])('%s: %s %s is %i', async (who, method, path, status) => {
    const answer = await world.ask(who, method, ACME + path, method === 'POST' ? {} : undefined)
    expect(answer.status).toBe(status)
    if (status === 403) expect(answer.json).toMatchObject({ code: 'FORBIDDEN' })
  })

  it('a token never does more than its administrator, nor more than it was made for', async () => {
    const narrow = await world.ask('bootstrap', 'POST', `${ACME}/tokens`, {
      administrator: 'admin@acme.example',
      role: 'viewer',
    })
    expect(narrow.json).toMatchObject({ role: 'viewer', administrator: 'admin@acme.example' })
    expect((await world.ask(String(narrow.json['token']), 'GET', `${ACME}/tokens`)).status).toBe(403)
    const wide = await world.ask('bootstrap', 'POST', `${ACME}/tokens`, {
      administrator: 'viewer@acme.example',
      role: 'admin',
    })
    expect(wide).toMatchObject({ status: 400, json: { code: 'INPUT_INVALID' } })
    const plain = await world.ask('bootstrap', 'POST', `${ACME}/tokens`, { administrator: 'viewer@acme.example' })
    expect(plain.json).toMatchObject({ role: 'viewer' })
    expect((await world.ask(String(plain.json['token']), 'POST', `${ACME}/plans`, {})).status).toBe(403)
  })

  it('makes no token for somebody who is no administrator, and stores none in clear', async () => {
    const refused = await world.ask('admin', 'POST', `${ACME}/tokens`, { administrator: 'admin@globex.example' })
    expect(refused).toMatchObject({ status: 400, json: { code: 'INPUT_INVALID' } })
    const made = await world.ask('admin', 'POST', `${ACME}/tokens`, { administrator: ' Viewer@ACME.example ' })
    expect(made.json['token']).toMatch(/^rosterd_[\w-]{43}$/)
    const rows =
      await world.sql`select to_jsonb(t)::text as row from tokens t union all select to_jsonb(a)::text from audit a`
    expect(rows.filter((row) => String(row['row']).includes(String(made.json['token']).slice(8)))).toEqual([])
    expect(world.lines.join('')).not.toContain(String(made.json['token']).slice(8))
  })
})

describe('every mistake is a problem', () => {
  const big = `{"hash":"${'x'.repeat(1_100_000)}"}`
  it.each<[string, string, string, unknown, number, string]>([
    ['an unknown route', 'GET', `${ACME}/nothing`, undefined, 404, 'NOT_FOUND'],
    ['an unknown route outside', 'GET', '/api/nothing', undefined, 404, 'NOT_FOUND'],
    ['a wrong method', 'PUT', `${ACME}/plans`, undefined, 405, 'METHOD_NOT_ALLOWED'],
    ['broken JSON', 'POST', `${ACME}/plans`, '{"because":', 400, 'INPUT_INVALID'],
    ['JSON that is no object', 'POST', `${ACME}/plans`, '[1]', 400, 'INPUT_INVALID'],
    ['a missing field', 'POST', `${ACME}/plans/pln_1/approve`, {}, 400, 'INPUT_INVALID'],
    ['an unknown field', 'POST', `${ACME}/plans/pln_1/reject`, { raeson: 'x' }, 400, 'INPUT_INVALID'],
    ['a body that is too large', 'POST', `${ACME}/plans/pln_1/approve`, big, 413, 'BODY_TOO_LARGE'],
    ['a filter where there is none', 'GET', `${ACME}/products?q=x`, undefined, 400, 'INPUT_INVALID'],
    ['a product that is not there', 'GET', `${ACME}/products/constructor`, undefined, 404, 'PRODUCT_NOT_FOUND'],
    ['a rule that is not there', 'GET', `${ACME}/rules/__proto__`, undefined, 404, 'RULE_NOT_FOUND'],
    ['a source that is not there', 'GET', `${ACME}/sources/nobody`, undefined, 404, 'SOURCE_NOT_FOUND'],
    ['a time in the year 0', 'GET', `${ACME}/audit?since=0000-01-01T00:00:00Z`, undefined, 400, 'INPUT_INVALID'],
    ['a made-up cursor', 'GET', `${ACME}/members?cursor=bm9wZQ`, undefined, 400, 'INPUT_INVALID'],
    [
      'a cursor of another list',
      'GET',
      `${ACME}/members?cursor=${Buffer.from('7').toString('base64url')}`,
      undefined,
      400,
      'INPUT_INVALID',
    ],
    [
      'a cursor out of range',
      'GET',
      `${ACME}/plans?cursor=${Buffer.from('1e300').toString('base64url')}`,
      undefined,
      400,
      'INPUT_INVALID',
    ],
    ['an unknown filter', 'GET', `${ACME}/plans?status=applied`, undefined, 400, 'INPUT_INVALID'],
    ['an unknown state', 'GET', `${ACME}/plans?state=waiting`, undefined, 400, 'INPUT_INVALID'],
    ['a limit of nothing', 'GET', `${ACME}/members?limit=0`, undefined, 400, 'INPUT_INVALID'],
    ['a limit that is no number', 'GET', `${ACME}/members?limit=ten`, undefined, 400, 'INPUT_INVALID'],
    ['a NUL in a search', 'GET', `${ACME}/members?q=%00`, undefined, 400, 'INPUT_INVALID'],
    ['half a character in a body', 'POST', `${ACME}/plans/pln_1/reject`, '{"reason":"\\ud800"}', 400, 'INPUT_INVALID'],
    ['a NUL in a body', 'POST', `${ACME}/members`, '{"email":"a\\u0000@acme.example"}', 400, 'INPUT_INVALID'],
    ['no address at all', 'POST', `${ACME}/members`, { email: 'nobody' }, 400, 'INPUT_INVALID'],
    ['a plan that is none', 'GET', `${ACME}/plans/seven`, undefined, 404, 'PLAN_NOT_FOUND'],
    ['a plan that is not there', 'GET', `${ACME}/plans/pln_999`, undefined, 404, 'PLAN_NOT_FOUND'],
    ['a plan beyond every number', 'POST', `${ACME}/plans/pln_9999999999999999/apply`, {}, 404, 'PLAN_NOT_FOUND'],
    ['a member that is not there', 'POST', `${ACME}/members/mem_999/accept`, {}, 404, 'MEMBER_NOT_FOUND'],
    [
      'a snapshot that is not there',
      'POST',
      `${ACME}/snapshots/snp_999/admit`,
      { count: 1 },
      404,
      'SNAPSHOT_NOT_FOUND',
    ],
    [
      'a decision that is not there',
      'POST',
      `${ACME}/decisions/dec_999`,
      { choice: 'ignore' },
      404,
      'DECISION_NOT_FOUND',
    ],
    [
      'a target that is nobody',
      'POST',
      `${ACME}/decisions/dec_999`,
      { choice: 'link', target: 'Kim' },
      400,
      'INPUT_INVALID',
    ],
    ['a token that is not there', 'DELETE', `${ACME}/tokens/tok_999`, undefined, 404, 'TOKEN_NOT_FOUND'],
    ['a template that is not there', 'GET', `${ACME}/templates/constructor`, undefined, 400, 'INPUT_INVALID'],
    [
      'an organization that is not there',
      'GET',
      '/api/v1/organizations/initech/plans',
      undefined,
      404,
      'ORGANIZATION_NOT_FOUND',
    ],
    [
      'an organization that cannot be',
      'GET',
      '/api/v1/organizations/%00/plans',
      undefined,
      404,
      'ORGANIZATION_NOT_FOUND',
    ],
  ])('%s', async (_, method, path, body, status, code) => {
    const answer = await world.ask('bootstrap', method, path, body)
    expect(answer).toMatchObject({ status, json: { code, status } })
    expect(answer.type).toBe('application/problem+json')
    expect(answer.json['detail']).not.toMatch(/\{\w+\}/)
    expect(answer.json['next']).not.toMatch(/\{\w+\}/)
  })

  it.each([['text/plain'], ['application/x-www-form-urlencoded'], ['application/jsonp'], ['']])(
    'a body of the type %j is not read',
    async (type) => {
      const answer = await world.ask('admin', 'POST', `${ACME}/plans`, '{}', { 'content-type': type })
      expect(answer).toMatchObject({ status: 415, json: { code: 'MEDIA_TYPE_UNSUPPORTED' } })
    },
  )

  it('a method that an address does not know is told which it does', async () => {
    const answer = await world.ask('viewer', 'DELETE', `${ACME}/plans`)
    expect(answer).toMatchObject({ status: 405, json: { code: 'METHOD_NOT_ALLOWED' } })
    expect(answer.headers.get('allow')).toBe('GET, HEAD, POST')
  })

  it('no answer is kept by a cache on the way', async () => {
    for (const who of ['viewer', null])
      expect((await world.ask(who, 'GET', `${ACME}/members`)).headers.get('cache-control')).toBe('no-store')
  })

  it.each([
    ['done', 'viewer', `${ACME}/members`, 200],
    ['a file', 'viewer', `${ACME}/templates/roster`, 200],
    ['nobody asked', null, `${ACME}/members`, 401],
    ['not there', 'viewer', `${ACME}/plans/pln_999`, 404],
    ['no route', null, '/nowhere', 404],
    ['a page', null, '/sign-in', 200],
    ['a page that needs somebody', null, '/plans/pln_7', 303],
  ])('every answer carries the id of its request: %s', async (_, who, path, status) => {
    const given = await world.ask(who, 'GET', path, undefined, { 'x-request-id': 'mine-7' })
    expect([given.status, given.headers.get('x-request-id')]).toEqual([status, 'mine-7'])
    const made = await world.ask(who, 'GET', path)
    expect(made.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/)
  })

  it('shows nothing of an unexpected error but a reference that the log knows', async () => {
    await world.sql`alter table products rename to products_away`
    try {
      const answer = await world.ask('viewer', 'GET', `${ACME}/products`, undefined, { 'x-request-id': 'ref-4711' })
      expect(answer).toMatchObject({ status: 500, json: { code: 'INTERNAL', reference: 'ref-4711' } })
      expect(answer.headers.get('x-request-id')).toBe('ref-4711')
      expect(answer.text).not.toContain('products')
      const logged = world.lines.filter((line) => line.includes('ref-4711'))
      expect(logged.join('')).toContain('relation \\"products\\" does not exist')
    } finally {
      await world.sql`alter table products_away rename to products`
    }
  })
})

describe('what the outside sees', () => {
  it('answers health without a token, readiness with the reason', async () => {
    expect(await world.ask(null, 'GET', '/healthz')).toMatchObject({ status: 200, json: { status: 'ok' } })
    expect(await world.ask(null, 'GET', '/readyz')).toMatchObject({ status: 200, json: { status: 'ready' } })
    world.state.notReady = 'the database does not answer'
    expect(await world.ask(null, 'GET', '/readyz')).toMatchObject({
      status: 503,
      json: { reason: 'the database does not answer' },
    })
    world.state.notReady = null
  })

  it('shows nothing of a plan to whoever is not signed in, whether it exists or not', async () => {
    const page = await world.ask(null, 'GET', '/plans/pln_7?organization=acme')
    expect([page.status, page.text]).toEqual([303, ''])
    expect(page.headers.get('location')).toBe('/sign-in?to=%2Fplans%2Fpln_7%3Forganization%3Dacme')
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect((await world.ask(null, 'GET', '/sign-in?to=<script>')).text).not.toContain('<script>')
  })

  it('logs each request with its id, its path and who asked, without what was searched for', async () => {
    await world.ask('viewer', 'GET', `${ACME}/members?q=kim%40acme.example`, undefined, { 'x-request-id': 'find-me' })
    const line = world.lines.find((one) => one.includes('find-me')) ?? '{}'
    expect(JSON.parse(line)).toMatchObject({
      requestId: 'find-me',
      method: 'GET',
      path: `${ACME}/members`,
      status: 200,
      tokenId: expect.any(Number),
    })
    expect(line).not.toContain('kim')
  })

  it('documents every route that it serves, and no other', async () => {
    const document = (await world.ask(null, 'GET', '/api/v1/openapi.json')).json
    const paths = Object.entries(document['paths'] ?? {}).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    const served = world.app.routes
      .filter(
        (route) =>
          route.path.startsWith('/api/v1/') && route.method !== 'ALL' && !/openapi\.json$|docs$/.test(route.path),
      )
      .map((route) => `${route.method} ${route.path.replaceAll(/:(\w+)/g, '{$1}')}`)
    expect(paths.sort()).toEqual([...new Set(served)].sort())
    expect(document['openapi']).toBe('3.1.0')
  })
})
