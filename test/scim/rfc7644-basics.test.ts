/** Statements 22 to 30 (protocol), 55 to 57 (PUT), 68 (DELETE) and 73 to 79 (errors, versions, discovery) of the requirements. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ENTERPRISE,
  type Endpoint,
  ERROR,
  GROUP,
  openEndpoint,
  PATCH,
  part,
  resources,
  SCIM,
  USER,
} from './endpoint.ts'

let here: Endpoint
beforeAll(async () => {
  here = await openEndpoint()
})
afterAll(() => here?.drop())

describe('22, 74 to 76: whoever has no token of a source', () => {
  test.each([
    ['none', {}],
    ['no scheme', { authorization: 'non-token' }],
    ['a wrong one', { authorization: 'Bearer rosterd_scim_x' }],
    ['an empty one', { authorization: 'Bearer' }],
    ['Basic without a colon', { authorization: `Basic ${Buffer.from('x').toString('base64')}` }],
    ['Digest', { authorization: 'Digest username="x"' }],
    ['a long one', { authorization: `Bearer ${'x'.repeat(5_000)}` }],
  ])('%s: 401 with a challenge and an Error', async (_, headers) => {
    const answer = await here.ask('GET', '/Users', undefined, { source: null, headers })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
    expect(answer.headers.get('content-type')).toBe('application/scim+json')
    expect(answer.json).toMatchObject({ schemas: [ERROR], status: '401' })
    expect(answer.json['detail']).toMatch(/token/)
  })

  test('a token alone and a password of Basic are tokens too (O-31)', async () => {
    const token = here.tokens.get('idp') ?? ''
    for (const authorization of [
      token,
      `bearer ${token}`,
      `Basic ${Buffer.from(`okta:${token}`).toString('base64')}`,
    ]) {
      expect((await here.ask('GET', '/Users', undefined, { source: null, headers: { authorization } })).status).toBe(
        200,
      )
    }
  })

  test('a token that was revoked here opens nothing at once, and an expired one nothing', async () => {
    const { noteRevocation } = await import('../../src/revocations.ts')
    const { revokeToken } = await import('../../src/store/access.ts')
    const { token, id, organization } = await here.issue('idp')
    const get = (bearer: string) =>
      here.ask('GET', '/Users?count=0', undefined, { source: null, headers: { authorization: `Bearer ${bearer}` } })
    expect((await get(token)).status).toBe(200)
    await revokeToken(here.sql, organization, id, here.clock.now)
    noteRevocation()
    expect((await get(token)).status).toBe(401)
    const old = await here.issue('idp', new Date(here.clock.now.getTime() - 1))
    expect((await get(old.token)).status).toBe(401)
  })
})

describe('23: media types', () => {
  const body = JSON.stringify({ schemas: [USER], userName: 'types' })
  test.each([
    ['application/scim+json', 201],
    ['application/scim+json; charset=utf-8', 201],
    ['application/json', 201],
    ['APPLICATION/JSON;charset=UTF-8', 201],
    ['text/plain', 415],
    ['application/xml', 415],
    ['application/x-www-form-urlencoded', 415],
    ['multipart/form-data; boundary=x', 415],
  ])('%s gives %i', async (type, status) => {
    const given = body.replace('types', `types ${type}`)
    const answer = await here.ask('POST', '/Users', given, { headers: { 'content-type': type } })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/scim+json')
  })

  test('what a client accepts is no reason to refuse it, and a GET may have a Content-Type', async () => {
    const headers = {
      accept: 'text/html',
      'accept-charset': 'utf-8',
      'content-type': 'application/scim+json; charset=utf-8',
    }
    expect((await here.ask('GET', '/Users?count=1', undefined, { headers })).status).toBe(200)
  })
})

describe('24: methods', () => {
  const id = '0190b0c0-0000-7000-8000-000000000001'
  test.each([
    ['DELETE', '/Users', 'GET, HEAD, POST'],
    ['PUT', '/Groups', 'GET, HEAD, POST'],
    ['POST', `/Users/${id}`, 'GET, HEAD, PUT, PATCH, DELETE'],
    ['OPTIONS', `/Groups/${id}`, 'GET, HEAD, PUT, PATCH, DELETE'],
    ['PROPFIND', '/Users', 'GET, HEAD, POST'],
    ['GET', '/Bulk', 'POST'],
    ['GET', '/.search', 'POST'],
    ['GET', '/Users/.search', 'POST'],
    ['POST', '/Schemas', 'GET, HEAD'],
    ['DELETE', '/ServiceProviderConfig', 'GET, HEAD'],
    ['POST', '/ResourceTypes/User', 'GET, HEAD'],
    ['POST', '/Entitlements', 'GET, HEAD'],
    ['PATCH', '/Roles/x', 'GET, HEAD'],
    ['POST', '', 'GET, HEAD'],
  ])('%s %s gives 405 and says what may be asked', async (method, path, allow) => {
    const answer = await here.ask(method, path)
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe(allow)
    expect(answer.json).toMatchObject({ schemas: [ERROR], status: '405' })
  })

  test('HEAD is a GET without a body', async () => {
    const made = await here.user()
    const answer = await here.ask('HEAD', `/Users/${made}`)
    expect([answer.status, answer.text]).toEqual([200, ''])
    expect(answer.headers.get('etag')).toMatch(/^W\/"\d+"$/)
  })

  test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('73: %s /Me gives 501', async (method) => {
    const answer = await here.ask(method, '/Me')
    expect([answer.status, answer.json['status']]).toEqual([501, '501'])
  })
})

describe('25: POST', () => {
  test('gives 201, the whole resource, Location and ETag; what is readOnly is ignored', async () => {
    const body = {
      schemas: [USER],
      userName: 'Ada',
      id: 'x',
      meta: { version: 'x' },
      groups: [{ value: 'x' }],
      password: 'p',
    }
    const { status, json, headers, text } = await here.ask('POST', '/Users', body)
    expect(status).toBe(201)
    const meta = part(json['meta'])
    expect(json).toMatchObject({ schemas: [USER], userName: 'Ada', active: true })
    expect(headers.get('location')).toBe(`${SCIM}/Users/${String(json['id'])}`)
    expect(meta).toMatchObject({
      resourceType: 'User',
      location: headers.get('location'),
      version: headers.get('etag'),
    })
    expect(text).not.toMatch(/password|"groups"/)
    expect((await here.ask('GET', `/Users/${String(json['id'])}`)).json).toEqual(json)
  })

  test.each([
    ['a userName in other case', { userName: 'aDA-25' }, 'userName'],
    ['an externalId', { userName: 'other-25', externalId: 'E-25' }, 'externalId'],
  ])('%s that is taken gives 409 uniqueness', async (_, over, named) => {
    await here.ask('POST', '/Users', { schemas: [USER], userName: 'Ada-25', externalId: 'E-25' })
    const answer = await here.ask('POST', '/Users', { schemas: [USER], ...over })
    expect(answer.status).toBe(409)
    expect(answer.json).toMatchObject({ schemas: [ERROR], scimType: 'uniqueness', status: '409' })
    expect(answer.json['detail']).toContain(named)
  })

  test('an externalId in other case is another one', async () => {
    const ids = [await here.user({ externalId: 'case' }), await here.user({ externalId: 'CASE' })]
    expect(new Set(ids).size).toBe(2)
  })

  test.each([
    ['no JSON', '{"userName"', 'invalidSyntax'],
    ['nothing', '', 'invalidSyntax'],
    ['two documents', '{} {}', 'invalidSyntax'],
    ['an array', '[]', 'invalidSyntax'],
    ['text', '"x"', 'invalidSyntax'],
    ['null', 'null', 'invalidSyntax'],
    ['a name twice', '{"userName":"a","userName":"b"}', 'invalidSyntax'],
    ['a name twice, deep inside', '{"userName":"a","name":{"givenName":"a","givenName":"b"}}', 'invalidSyntax'],
    ['33 levels', `{"userName":"a","x":${'['.repeat(32)}${']'.repeat(32)}}`, 'invalidSyntax'],
    ['a million levels', '['.repeat(1_000_000), 'invalidSyntax'],
    ['no userName', '{"schemas":[]}', 'invalidValue'],
    ['an empty userName', '{"userName":" "}', 'invalidValue'],
    ['a userName that is an object', '{"userName":{"a":1}}', 'invalidValue'],
    ['a NUL', '{"userName":"a\\u0000b"}', 'invalidValue'],
    ['half a surrogate pair', '{"userName":"a\\ud800b"}', 'invalidValue'],
    ['a number beyond all', '{"userName":1e999}', 'invalidValue'],
    ['a userName of 600 letters', `{"userName":"${'x'.repeat(600)}"}`, 'invalidValue'],
  ])('%s gives 400', async (_, body, scimType) => {
    const answer = await here.ask('POST', '/Users', body)
    expect([answer.status, answer.json['scimType']]).toEqual([400, scimType])
  })

  test('a colon and a quote inside of a string are no names', async () => {
    const userName = 'a":"b\\": {"c": "\\\\'
    const answer = await here.ask('POST', '/Users', { userName })
    expect([answer.status, answer.json['userName']]).toEqual([201, userName])
  })

  test('bytes that are no UTF-8 give 400', async () => {
    const body = Buffer.concat([Buffer.from('{"userName":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])
    const response = await here.app.request('/scim/v2/Users', {
      method: 'POST',
      headers: { authorization: `Bearer ${here.tokens.get('idp')}`, 'content-type': 'application/json' },
      body,
    })
    expect([response.status, part(await response.json())['scimType']]).toEqual([400, 'invalidSyntax'])
  })

  test('members that are not there give 400 and no group', async () => {
    const made = await here.user()
    for (const value of ['nobody', '0190b0c0-0000-7000-8000-0000000000ff']) {
      const answer = await here.ask('POST', '/Groups', { displayName: 'Lost', members: [{ value: made }, { value }] })
      expect([answer.status, answer.json['scimType']]).toEqual([400, 'invalidValue'])
      expect(answer.json['detail']).toContain(value)
    }
    expect((await here.ask('GET', '/Groups?filter=displayName eq "Lost"')).json['totalResults']).toBe(0)
  })
})

describe('26 to 30: GET', () => {
  test.each([
    '010101001010101011001010101011',
    '00919288221112222',
    'x',
    '%00',
    '%E0%A4%A',
    "'",
    '0190B0C0-0000-7000-8000-000000000001',
    '__proto__',
    '..%2f',
  ])('the unknown id %s gives 404 with an Error', async (id) => {
    for (const endpoint of ['Users', 'Groups']) {
      const answer = await here.ask('GET', `/${endpoint}/${id}`)
      expect([answer.status, answer.json['status'], answer.json['schemas']]).toEqual([404, '404', [ERROR]])
    }
  })

  test('the id of a user is not that of a group', async () => {
    expect((await here.ask('GET', `/Groups/${await here.user()}`)).status).toBe(404)
  })

  test('nothing found is a list with nothing in it', async () => {
    const answer = await here.ask('GET', `/Users?filter=${encodeURIComponent('userName eq "nobody at all"')}`)
    expect([answer.status, answer.json['totalResults'], answer.json['Resources']]).toEqual([200, 0, []])
  })

  test('29: the root lists all types, and an attribute that one of them does not have does not match there', async () => {
    const [user, group] = [await here.user({ displayName: 'Both' }), await here.group([], { displayName: 'Both' })]
    const ask = async (filter: string) =>
      resources(await here.ask('GET', `?filter=${encodeURIComponent(filter)}`)).map((one) => one['id'])
    expect((await ask('displayName eq "both"')).sort()).toEqual([user, group].sort())
    expect(await ask('displayName eq "both" and meta.resourceType eq "User"')).toEqual([user])
    expect(await ask('displayName eq "both" and userName pr')).toEqual([user])
    const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], filter: 'displayName eq "both"' }
    expect((await here.ask('POST', '/.search', body)).json['totalResults']).toBe(2)
  })
})

describe('55 to 57: PUT', () => {
  test('replaces the whole; what is left out is gone, what is readOnly ignored, and the version is another', async () => {
    const id = await here.user({ userName: 'put', title: 'CEO', [ENTERPRISE]: { department: 'A' } })
    const before = await here.ask('GET', `/Users/${id}`)
    const answer = await here.ask('PUT', `/Users/${id}`, {
      ...before.json,
      id: 'x',
      title: undefined,
      [ENTERPRISE]: undefined,
    })
    expect(answer.status).toBe(200)
    expect(answer.json['title']).toBeUndefined()
    expect(answer.json['schemas']).toEqual([USER])
    expect(answer.json['id']).toBe(id)
    expect(answer.headers.get('etag')).not.toBe(before.headers.get('etag'))
    expect(answer.headers.get('content-location')).toBe(`${SCIM}/Users/${id}`)
  })

  test('the same again changes nothing, not even the version', async () => {
    const id = await here.user()
    const before = await here.ask('GET', `/Users/${id}`)
    here.clock.now = new Date(here.clock.now.getTime() + 1_000)
    const again = await here.ask('PUT', `/Users/${id}`, before.json)
    expect([again.status, again.json]).toEqual([200, before.json])
  })

  test('never creates, keeps what is immutable, and asks for what is required', async () => {
    expect((await here.ask('PUT', '/Users/0190b0c0-0000-7000-8000-0000000000ff', { userName: 'x' })).status).toBe(404)
    const id = await here.user({ 'urn:acme:scim:2.0:User': { badge: 'B1' } })
    const other = { userName: 'imm', 'urn:acme:scim:2.0:User': { badge: 'B2' } }
    expect((await here.ask('PUT', `/Users/${id}`, other)).json).toMatchObject({ status: '400', scimType: 'mutability' })
    expect((await here.ask('PUT', `/Users/${id}`, { title: 'x' })).json).toMatchObject({ scimType: 'invalidValue' })
  })

  test('a userName that is taken gives 409', async () => {
    await here.user({ userName: 'taken-put' })
    const id = await here.user()
    const answer = await here.ask('PUT', `/Users/${id}`, { userName: 'TAKEN-put' })
    expect([answer.status, answer.json['scimType']]).toEqual([409, 'uniqueness'])
  })

  test('without active it neither revives nor dismisses', async () => {
    const id = await here.user({ userName: 'gone', active: false })
    expect((await here.ask('PUT', `/Users/${id}`, { userName: 'gone' })).json['active']).toBe(false)
  })

  test('the members of a group are replaced with it', async () => {
    const [a, b, c] = [await here.user(), await here.user(), await here.user()]
    const id = await here.group([a, b])
    const put = await here.ask('PUT', `/Groups/${id}`, {
      displayName: 'Put',
      members: [{ value: b }, { value: c, display: null }],
    })
    expect(put.status).toBe(200)
    expect(put.json['displayName']).toBe('Put')
    expect(await here.membersOf(id)).toEqual([b, c].sort())
    await here.ask('PUT', `/Groups/${id}`, { displayName: 'Put', members: [] })
    expect(await here.membersOf(id)).toEqual([])
    await here.ask('PUT', `/Groups/${id}`, { displayName: 'Put', members: [{ value: a }] })
    const wrong = { displayName: 'Lost', members: [{ value: b }, { value: 'nobody' }] }
    expect((await here.ask('PUT', `/Groups/${id}`, wrong)).status).toBe(400)
    expect((await here.ask('GET', `/Groups/${id}`)).json).toMatchObject({ displayName: 'Put', members: [{ value: a }] })
  })
})

test('68: DELETE gives 204, then 404 everywhere; the name is free again, and memberships are over', async () => {
  const id = await here.user({ userName: 'short-lived' })
  const group = await here.group([id])
  expect((await here.ask('DELETE', `/Users/${id}`)).status).toBe(204)
  for (const method of ['GET', 'DELETE']) expect((await here.ask(method, `/Users/${id}`)).status).toBe(404)
  expect((await here.ask('PUT', `/Users/${id}`, { userName: 'x' })).status).toBe(404)
  expect((await here.patch(`/Users/${id}`, [{ op: 'replace', path: 'active', value: true }])).status).toBe(404)
  expect((await here.ask('GET', '/Users?filter=userName eq "short-lived"')).json['totalResults']).toBe(0)
  expect(await here.membersOf(group)).toEqual([])
  await here.user({ userName: 'short-lived' })
  const gone = await here.group()
  expect((await here.ask('DELETE', `/Groups/${gone}`)).status).toBe(204)
  expect((await here.ask('DELETE', `/Groups/${gone}`)).status).toBe(404)
})

test('whoever is deactivated or deleted is marked as urgent, and nobody else is', async () => {
  const [leaver, gone, other] = [await here.user(), await here.user(), await here.user()]
  const marked = async () => {
    const rows = await here.sql<{ id: string; urgent: boolean }[]>`delete from mirror_marks returning id, urgent`
    return rows.filter((row) => row.urgent).map((row) => row.id)
  }
  expect(await marked()).not.toContain(leaver)
  here.pushes.length = 0
  await here.patch(`/Users/${other}`, [{ op: 'replace', path: 'title', value: 'T' }])
  await here.patch(`/Users/${leaver}`, [{ op: 'replace', path: 'active', value: false }])
  await here.ask('DELETE', `/Users/${gone}`)
  expect(await marked()).toEqual([leaver, gone])
  await here.patch(`/Users/${leaver}`, [{ op: 'replace', path: 'title', value: 'T' }])
  await here.patch(`/Users/${leaver}`, [{ op: 'replace', path: 'active', value: true }])
  expect(await marked()).toEqual([])
  expect(here.pushes.map((one) => one.urgent)).toEqual([false, true, true, false, false])
})

describe('66: what a PATCH answers', () => {
  test('users with the resource, cut to what is asked for', async () => {
    const id = await here.user()
    const one = await here.patch(`/Users/${id}`, [{ op: 'replace', path: 'title', value: 'A' }])
    expect([one.status, one.json['title']]).toEqual([200, 'A'])
    const cut = await here.patch(`/Users/${id}?attributes=title`, [{ op: 'replace', path: 'title', value: 'B' }])
    expect(cut.json).toMatchObject({ title: 'B', id })
    expect(cut.json['userName']).toBeUndefined()
  })

  test('groups with nothing, unless attributes are asked for', async () => {
    const [user, id] = [await here.user(), await here.group()]
    const add = await here.patch(`/Groups/${id}`, [{ op: 'add', path: 'members', value: [{ value: user }] }])
    expect([add.status, add.text]).toEqual([204, ''])
    expect(add.headers.get('etag')).toBe((await here.ask('GET', `/Groups/${id}`)).headers.get('etag'))
    const asked = await here.patch(`/Groups/${id}?excludedAttributes=members`, [
      { op: 'replace', path: 'displayName', value: 'G66' },
    ])
    expect([asked.status, asked.json['displayName'], asked.json['members']]).toEqual([200, 'G66', undefined])
    const members = await here.patch(`/Groups/${id}?attributes=members`, [{ op: 'remove', path: 'members' }])
    expect([members.status, members.json['members']]).toEqual([200, undefined])
  })

  test('61: nothing new leaves version and date alone', async () => {
    const [user, id] = [await here.user({ title: 'A' }), await here.group()]
    await here.patch(`/Groups/${id}`, [{ op: 'add', path: 'members', value: [{ value: user }] }])
    const looks = async () =>
      [await here.ask('GET', `/Groups/${id}`), await here.ask('GET', `/Users/${user}`)].map((one) => one.json['meta'])
    const before = await looks()
    here.clock.now = new Date(here.clock.now.getTime() + 1_000)
    await here.patch(`/Groups/${id}`, [{ op: 'add', path: 'members', value: [{ value: user }] }])
    await here.patch(`/Users/${user}`, [{ op: 'replace', path: 'title', value: 'A' }])
    expect(await looks()).toEqual(before)
  })

  test('59: all or nothing, attributes and members together', async () => {
    const [user, id] = [await here.user(), await here.group([], { displayName: 'Whole' })]
    const operations = [
      { op: 'replace', path: 'displayName', value: 'Half' },
      { op: 'add', path: 'members', value: [{ value: user }] },
      { op: 'add', path: 'members', value: [{ value: 'nobody' }] },
    ]
    expect((await here.patch(`/Groups/${id}`, operations)).status).toBe(400)
    expect((await here.ask('GET', `/Groups/${id}`)).json['displayName']).toBe('Whole')
    expect(await here.membersOf(id)).toEqual([])
    expect((await here.patch(`/Groups/${id}`, operations.slice(0, 2))).status).toBe(204)
    expect((await here.ask('GET', `/Groups/${id}`)).json['displayName']).toBe('Half')
    expect(await here.membersOf(id)).toEqual([user])
  })
})

describe('74 to 76, 78: errors', () => {
  test.each([
    ['/nothing', 404],
    ['/Users/a/b', 404],
    ['/Users/a/b/c/d', 404],
    ['/users', 404],
    ['/ServiceProviderConfig/x', 404],
    ['//', 404],
  ])('%s gives %i', async (path, status) => {
    const answer = await here.ask('GET', path)
    expect([answer.status, answer.json['status']]).toEqual([status, String(status)])
    expect(answer.headers.get('content-type')).toBe('application/scim+json')
  })

  test.each(['/scim', '/scim/', '/scim/x', '/scim/v1/Users', '/scim/v2.1/Users', '/scim/v3'])(
    '%s too',
    async (path) => {
      const response = await here.app.request(path, { headers: { authorization: `Bearer ${here.tokens.get('idp')}` } })
      const body = part(await response.json())
      const version = /v\d/.test(path)
      expect([response.status, body['scimType']]).toEqual(version ? [400, 'invalidVers'] : [404, undefined])
      expect(response.headers.get('content-type')).toBe('application/scim+json')
    },
  )

  test('429 says how long to wait in whole seconds, and 200 requests a second are the default', async () => {
    const asked = Array.from({ length: 6 }, () => here.ask('GET', '/Users?count=0', undefined, { source: 'slow' }))
    const slow = (await Promise.all(asked)).filter((one) => one.status === 429)
    expect(slow.length).toBeGreaterThan(0)
    for (const one of slow) {
      expect(one.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
      expect(one.json).toMatchObject({ schemas: [ERROR], status: '429' })
    }
  })

  test('413 names the limit, whether the length was said beforehand or not', async () => {
    const large = `{"userName":"${'x'.repeat(10 * 1_048_576)}"}`
    const said = await here.ask('POST', '/Users', large, { headers: { 'content-length': String(large.length) } })
    expect([said.status, said.json['detail']]).toEqual([413, expect.stringContaining('10,485,760')])
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new Uint8Array(1_048_576).fill(32))
      },
    })
    const headers = { authorization: `Bearer ${here.tokens.get('idp')}` }
    const request = new Request('http://localhost/scim/v2/Users', { method: 'POST', headers, body, duplex: 'half' })
    expect((await here.app.request(request)).status).toBe(413)
  })

  test('a request id goes through, and one that could not stand in a log does not', async () => {
    const id = async (given: string) =>
      (await here.ask('GET', '/Users?count=0', undefined, { headers: { 'x-request-id': given } })).headers.get(
        'x-request-id',
      )
    expect(await id('okta-1')).toBe('okta-1')
    expect(await id('a b{}')).toMatch(/^[\da-f-]{36}$/)
  })
})

describe('77: versions', () => {
  test('GET with the version that the client has gives 304 and nothing else', async () => {
    const user = await here.user()
    for (const path of [`/Users/${user}?excludedAttributes=groups`, `/Groups/${await here.group([user])}`]) {
      const etag = (await here.ask('GET', path)).headers.get('etag') ?? ''
      for (const known of [etag, etag.slice(2), `"x", ${etag}`, '*']) {
        const answer = await here.ask('GET', path, undefined, { headers: { 'if-none-match': known } })
        expect([answer.status, answer.text, answer.headers.get('etag')]).toEqual([304, '', etag])
      }
      const old = { headers: { 'if-none-match': 'W/"1"' } }
      expect((await here.ask('GET', path, undefined, old)).status).toBe(200)
    }
  })

  test('a user whose groups are shown is always answered: joining a group does not change the version of who joins', async () => {
    const id = await here.user()
    const etag = (await here.ask('GET', `/Users/${id}`)).headers.get('etag') ?? ''
    const group = await here.group([id])
    const answer = await here.ask('GET', `/Users/${id}`, undefined, { headers: { 'if-none-match': etag } })
    expect([answer.status, answer.json['groups']]).toMatchObject([200, [{ value: group }]])
  })

  const writes: [string, (id: string, headers: Record<string, string>) => Promise<{ status: number }>][] = [
    ['PUT', (id, headers) => here.ask('PUT', `/Groups/${id}`, { displayName: `G ${id}` }, { headers })],
    [
      'PATCH of members',
      (id, headers) => here.patch(`/Groups/${id}`, [{ op: 'remove', path: 'members' }], { headers }),
    ],
    [
      'PATCH',
      (id, headers) =>
        here.patch(`/Groups/${id}`, [{ op: 'replace', path: 'displayName', value: `P ${id}` }], { headers }),
    ],
    ['DELETE', (id, headers) => here.ask('DELETE', `/Groups/${id}`, undefined, { headers })],
  ]
  test.each(writes)('%s asks for the version: 412 for another one', async (_, write) => {
    const [user, id] = [await here.user(), await here.group()]
    const old = (await here.ask('GET', `/Groups/${id}`)).headers.get('etag') ?? ''
    await here.patch(`/Groups/${id}`, [{ op: 'add', path: 'members', value: [{ value: user }] }])
    const etag = (await here.ask('GET', `/Groups/${id}`)).headers.get('etag') ?? ''
    expect(etag).not.toBe(old)
    for (const headers of [
      { 'if-match': old },
      { 'if-match': '"x"' },
      { 'if-none-match': etag },
      { 'if-none-match': '*' },
    ]) {
      expect((await write(id, headers)).status).toBe(412)
    }
    expect((await write('0190b0c0-0000-7000-8000-0000000000ff', { 'if-match': old })).status).toBe(404)
    expect(await here.membersOf(id)).toEqual([user])
    const done = await write(id, { 'if-match': `${old}, ${etag}` })
    expect([200, 204]).toContain(done.status)
  })

  test('users likewise, and * is whatever version there is', async () => {
    const id = await here.user()
    const title = (value: string, headers: Record<string, string>) =>
      here.patch(`/Users/${id}`, [{ op: 'replace', path: 'title', value }], { headers })
    const first = (await here.ask('GET', `/Users/${id}`)).headers.get('etag') ?? ''
    expect((await title('A', { 'if-match': '*' })).status).toBe(200)
    expect((await title('B', { 'if-match': first })).status).toBe(412)
    expect((await here.ask('GET', `/Users/${id}`)).json['title']).toBe('A')
  })
})

describe('79: discovery', () => {
  test.each([
    '/ServiceProviderConfig',
    '/ResourceTypes',
    '/ResourceTypes/User',
    '/Schemas',
    `/Schemas/${USER}`,
    `/Schemas/${GROUP}`,
  ])('GET %s, whatever else is in the query (E-41); a filter gives 403', async (path) => {
    expect((await here.ask('GET', `${path}?aadOptscim062020&startIndex=1&count=2`)).status).toBe(200)
    expect((await here.ask('GET', `${path}?filter=id%20pr`)).status).toBe(403)
  })

  test('52: the configuration says what is true here', async () => {
    const { json } = await here.ask('GET', '/ServiceProviderConfig')
    expect(json).toMatchObject({
      bulk: { maxOperations: 1_000, maxPayloadSize: 10 * 1_048_576 },
      pagination: {
        cursor: true,
        index: true,
        defaultPaginationMethod: 'index',
        defaultPageSize: 100,
        maxPageSize: 1_000,
        cursorTimeout: 3_600,
      },
      meta: { location: `${SCIM}/ServiceProviderConfig` },
    })
  })

  test('a schema and a type that there are not give 404', async () => {
    for (const path of ['/Schemas/urn:x', '/ResourceTypes/Device'])
      expect((await here.ask('GET', path)).status).toBe(404)
  })

  test('92: products and roles can be listed, paged, filtered and read', async () => {
    const list = await here.ask('GET', '/Entitlements?startIndex=1&count=1')
    expect(list.json).toMatchObject({ totalResults: 2, itemsPerPage: 1, startIndex: 1 })
    const [first] = resources(list)
    expect((await here.ask('GET', `/Entitlements/${String(first?.['id'])}`)).json).toEqual(first)
    expect((await here.ask('GET', '/Entitlements?filter=value eq "vray"')).json['totalResults']).toBe(1)
    expect((await here.ask('GET', '/Roles')).json['totalResults']).toBeGreaterThan(0)
    expect((await here.ask('GET', '/Entitlements/x')).status).toBe(404)
  })
})

test('a PATCH without schemas is read, and one that is none is refused (58)', async () => {
  const id = await here.user()
  expect(
    (await here.ask('PATCH', `/Users/${id}`, { Operations: [{ op: 'replace', value: { active: false } }] })).status,
  ).toBe(200)
  expect((await here.ask('PATCH', `/Users/${id}`, { schemas: [PATCH] })).json['scimType']).toBe('invalidSyntax')
})
