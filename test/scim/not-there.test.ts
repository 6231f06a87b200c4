/**
 * Statements 83 to 90 (events and asynchronous requests, RFC 9967), 93 (devices, RFC 9944) and 95 (IPSIE) of the requirements: what is
 * not there is not half there. Nothing announces it, nothing answers in its name, and who asks for it is served as everybody is.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BULK, type Endpoint, ERROR, openEndpoint, resources, SOURCES, USER } from './endpoint.ts'

const ASYNC = { prefer: 'respond-async, wait=0' }
const DISCOVERY = ['/ServiceProviderConfig', '/ResourceTypes', '/Schemas'] as const

let here: Endpoint
beforeAll(async () => {
  here = await openEndpoint()
})
afterAll(() => here?.drop())

/** All that a source tells about itself. */
async function told(source: (typeof SOURCES)[number]): Promise<string> {
  const answers = await Promise.all(DISCOVERY.map((path) => here.ask('GET', path, undefined, { source })))
  return answers.map((one) => one.text).join('\n')
}

const sources = SOURCES.filter((one) => one !== 'slow')

describe('events (RFC 9967)', () => {
  test.each(sources)('88: the source %s announces none, which says that there are none', async (source) => {
    const { json } = await here.ask('GET', '/ServiceProviderConfig', undefined, { source })
    expect(json).not.toHaveProperty('securityEvents')
  })

  test.each(sources)('83, 84, 85: no event, subject or transaction is named by the source %s', async (source) => {
    expect(await told(source)).not.toMatch(/scim:event|secevent|asyncRequest|eventUris|sub_id|"txn"|feed:/i)
  })

  test.each([
    ['POST', '/Events'],
    ['POST', '/SecurityEvents'],
    ['GET', '/Feeds'],
    ['POST', '/poll'],
    ['GET', '/Streams'],
  ])('89: there is nothing to push to and nothing to poll: %s %s gives 404', async (method, path) => {
    const poll = { maxEvents: 10, returnImmediately: true, ack: [] }
    const answer = await here.ask(method, path, method === 'POST' ? poll : undefined)
    expect(answer.status).toBe(404)
    expect(answer.json).toMatchObject({ schemas: [ERROR], status: '404' })
  })

  test('89: a security event token is no body: 415, and nothing is taken from it', async () => {
    const headers = { 'content-type': 'application/secevent+jwt' }
    const answer = await here.ask('POST', '/Users', 'eyJhbGciOiJub25lIn0.eyJqdGkiOiIxIn0.', { headers })
    expect(answer.status).toBe(415)
    expect(answer.json['detail']).toContain('application/secevent+jwt')
  })

  test('90: who changes a large group is answered at once and told of no notice to wait for', async () => {
    const members = await Promise.all([1, 2, 3].map(() => here.user()))
    const group = await here.group(members)
    const operation = { op: 'remove', path: `members[value eq "${members[0]}"]` }
    const answer = await here.patch(`/Groups/${group}`, [operation], { headers: ASYNC })
    expect([answer.status, answer.text]).toEqual([204, ''])
    expect(await here.membersOf(group)).toHaveLength(2)
  })
})

describe('asynchronous requests (RFC 9967, RFC 7240)', () => {
  const expectDone = (headers: Headers) => {
    expect(headers.get('preference-applied')).toBeNull()
    expect(headers.get('set-txn')).toBeNull()
  }

  test('86: every verb that is asked to answer later has done its work when it answers', async () => {
    const made = await here.ask(
      'POST',
      '/Users',
      { schemas: [USER], userName: 'later@acme.example' },
      { headers: ASYNC },
    )
    expect([made.status, made.json['userName']]).toEqual([201, 'later@acme.example'])
    const path = `/Users/${String(made.json['id'])}`
    const put = await here.ask('PUT', path, { schemas: [USER], userName: 'now@acme.example' }, { headers: ASYNC })
    expect([put.status, put.json['userName']]).toEqual([200, 'now@acme.example'])
    const patched = await here.patch(path, [{ op: 'add', path: 'title', value: 'x' }], { headers: ASYNC })
    expect([patched.status, patched.json['title']]).toEqual([200, 'x'])
    const gone = await here.ask('DELETE', path, undefined, { headers: ASYNC })
    expect(gone.status).toBe(204)
    for (const { headers } of [made, put, patched, gone]) expectDone(headers)
    expect((await here.ask('GET', path)).status).toBe(404)
  })

  test('87: a Bulk that is asked to answer later answers with every outcome', async () => {
    const Operations = [1, 2].map((n) => ({
      method: 'POST',
      path: '/Users',
      bulkId: `b${n}`,
      data: { schemas: [USER], userName: `bulk-later-${n}@acme.example` },
    }))
    const answer = await here.ask('POST', '/Bulk', { schemas: [BULK], Operations }, { headers: ASYNC })
    expect(answer.status).toBe(200)
    expect(answer.json['Operations']).toMatchObject([{ status: '201' }, { status: '201' }])
    expectDone(answer.headers)
    const filter = encodeURIComponent('userName sw "bulk-later-"')
    expect(resources(await here.ask('GET', `/Users?filter=${filter}`))).toHaveLength(2)
  })
})

describe('devices (RFC 9944)', () => {
  const device = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Device'],
    displayName: 'BLE Heart Monitor',
    active: true,
  }

  test.each(sources)('93: the source %s neither lists nor describes any', async (source) => {
    expect(await told(source)).not.toMatch(/:Device\b|\/Devices|EndpointApp/)
    for (const [method, path, body] of [
      ['GET', '/Devices', undefined],
      ['POST', '/Devices', device],
      ['GET', '/EndpointApps', undefined],
    ] as const) {
      const answer = await here.ask(method, path, body, { source })
      expect([answer.status, answer.json['schemas']]).toEqual([404, [ERROR]])
    }
  })

  test('93: nor does one come into being as something else', async () => {
    const answer = await here.ask('POST', '/Users', device, { source: 'strict' })
    expect([answer.status, answer.json['scimType']]).toEqual([400, 'invalidSyntax'])
    const bulk = { schemas: [BULK], Operations: [{ method: 'POST', path: '/Devices', bulkId: 'd', data: device }] }
    expect((await here.ask('POST', '/Bulk', bulk)).json['Operations']).toMatchObject([{ status: '404' }])
  })
})

test.each(sources)('95: the source %s claims no level of IPSIE', async (source) => {
  expect(await told(source)).not.toMatch(/ipsie|openid|\bAL[123]\b/i)
})
