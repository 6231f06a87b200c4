/** What Okta sends, row by row of the requirements (O-1 to O-31), as far as HTTP has to do with it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Asked, type Endpoint, ERROR, GROUP, openEndpoint, PATCH, part, resources, USER } from './endpoint.ts'

let here: Endpoint
beforeAll(async () => {
  here = await openEndpoint()
})
afterAll(() => here?.drop())

const OKTA: Asked = { source: 'okta' }
const HEADERS = {
  accept: 'application/scim+json',
  'accept-charset': 'utf-8',
  'content-type': 'application/scim+json; charset=utf-8',
  'user-agent': 'Okta SCIM Client 1.0.0',
}
const WIRE: Asked = { ...OKTA, headers: HEADERS }
const created = (userName: string) => ({
  schemas: [USER],
  userName,
  name: { givenName: 'Test', familyName: 'User' },
  emails: [{ primary: true, value: userName, type: 'work' }],
  displayName: 'Test User',
  locale: 'en-US',
  externalId: `00u-${userName}`,
  groups: [],
  password: '1mz050nq',
  active: true,
})

test('O-1, O-2: the lookup, with the headers of Okta', async () => {
  const answer = await here.ask(
    'GET',
    '/Users?filter=userName%20eq%20%22test.user%40okta.local%22&startIndex=1&count=100',
    undefined,
    WIRE,
  )
  expect(answer.status).toBe(200)
  expect(answer.json).toMatchObject({ totalResults: 0, startIndex: 1, itemsPerPage: 0, Resources: [] })
  const headers = { 'content-type': 'application/json', accept: 'application/scim+json; charset=utf-8' }
  expect((await here.ask('POST', '/Users', created('o2@okta.local'), { ...OKTA, headers })).status).toBe(201)
})

test('O-3: a bad credential', async () => {
  const answer = await here.ask('GET', '/Users', undefined, { source: null, headers: { authorization: 'non-token' } })
  expect(answer.json).toMatchObject({ schemas: [ERROR], status: '401' })
  expect(String(answer.json['detail'])).not.toBe('')
})

test.each(['010101001010101011001010101011', '00919288221112222'])('O-4: the unknown id %s', async (id) => {
  const answer = await here.ask('GET', `/Users/${id}`, undefined, WIRE)
  expect([answer.status, answer.json['status'], answer.json['schemas']]).toEqual([404, '404', [ERROR]])
  expect(String(answer.json['detail'])).toContain(id)
})

describe('O-5 to O-9: people', () => {
  test('O-6, O-7: are created with the full body, and not twice', async () => {
    const made = await here.ask('POST', '/Users', created('o6@okta.local'), WIRE)
    expect(made.status).toBe(201)
    expect(made.json).toMatchObject({
      userName: 'o6@okta.local',
      active: true,
      name: { givenName: 'Test' },
      emails: [{ value: 'o6@okta.local' }],
    })
    expect(made.text).not.toContain('1mz050nq')
    expect((await here.ask('POST', '/Users', created('o6@okta.local'), WIRE)).json).toMatchObject({
      status: '409',
      scimType: 'uniqueness',
    })
  })

  test('O-5: the first page has numbers that are numbers', async () => {
    await here.ask('POST', '/Users', created('o5@okta.local'), WIRE)
    const answer = await here.ask('GET', '/Users?count=1&startIndex=1', undefined, WIRE)
    expect([answer.json['itemsPerPage'], answer.json['startIndex'], typeof answer.json['totalResults']]).toEqual([
      1,
      1,
      'number',
    ])
    expect(resources(answer)[0]).toMatchObject({
      id: expect.any(String),
      name: {},
      userName: expect.any(String),
      active: expect.any(Boolean),
      emails: [{}],
    })
  })

  test('O-8: are found whatever the case', async () => {
    await here.ask('POST', '/Users', created('o8@okta.local'), WIRE)
    expect(
      (await here.ask('GET', '/Users?filter=userName eq "O8@OKTA.LOCAL"', undefined, WIRE)).json['totalResults'],
    ).toBe(1)
  })

  test('O-9 to O-13: are updated by GET and PUT, deactivated, and come back', async () => {
    const made = await here.ask('POST', '/Users', created('o9@okta.local'), WIRE)
    const at = `/Users/${String(made.json['id'])}`
    const read = await here.ask('GET', at, undefined, WIRE)
    const put = await here.ask('PUT', at, { ...read.json, name: { givenName: 'Other', familyName: 'User' } }, WIRE)
    expect([put.status, part(put.json['name'])['givenName']]).toEqual([200, 'Other'])
    here.pushes.length = 0
    const off = await here.ask(
      'PATCH',
      at,
      { schemas: [PATCH], Operations: [{ op: 'replace', value: { active: false } }] },
      WIRE,
    )
    expect([off.status, off.json['active']]).toEqual([200, false])
    expect(here.pushes.map((one) => one.urgent)).toEqual([true])
    expect(
      (await here.ask('GET', '/Users?filter=userName eq "o9@okta.local"', undefined, WIRE)).json['totalResults'],
    ).toBe(1)
    expect((await here.ask('PUT', at, { ...put.json, active: true }, WIRE)).json['active']).toBe(true)
    expect((await here.ask('PUT', at, { ...put.json, active: false }, WIRE)).json['active']).toBe(false)
    expect(here.pushes.map((one) => one.urgent)).toEqual([true, false, true])
    await here.ask('PUT', at, { ...put.json, active: false }, WIRE)
    expect(here.pushes).toHaveLength(3)
  })
})

test('O-14: an import goes through all pages until the total', async () => {
  const source: Asked = { source: 'second', headers: HEADERS }
  const made: string[] = []
  for (let n = 0; n < 5; n += 1) made.push(await here.user({}, source))
  const seen: unknown[] = []
  for (let startIndex = 1; ; startIndex += 2) {
    const answer = await here.ask('GET', `/Users?startIndex=${startIndex}&count=2`, undefined, source)
    seen.push(...resources(answer).map((one) => one['id']))
    if (startIndex + 2 > Number(answer.json['totalResults'])) break
  }
  expect(seen).toEqual(made)
})

describe('O-15 to O-22: groups', () => {
  test('are found, made, renamed, and change their members in one request', async () => {
    const lookup = '/Groups?filter=displayName%20eq%20%22Okta%20X%22&startIndex=1&count=100'
    expect((await here.ask('GET', lookup, undefined, WIRE)).json['totalResults']).toBe(0)
    const made = await here.ask('POST', '/Groups', { schemas: [GROUP], displayName: 'Okta X', members: [] }, WIRE)
    expect([made.status, made.json['displayName']]).toEqual([201, 'Okta X'])
    const id = String(made.json['id'])
    const [a, b] = [await here.user({}, OKTA), await here.user({}, OKTA)]
    const change = (operations: object[]) => here.patch(`/Groups/${id}`, operations, WIRE)
    await change([{ op: 'add', path: 'members', value: [{ value: a, display: 'a@okta.local' }] }])
    expect((await change([{ op: 'replace', value: { id, displayName: 'Okta Y' } }])).status).toBe(204)
    expect(await here.membersOf(id, OKTA)).toEqual([a])
    expect((await change([{ op: 'replace', value: { id: 'other', displayName: 'Okta Y' } }])).json['scimType']).toBe(
      'mutability',
    )
    const delta = [
      { op: 'remove', path: `members[value eq "${a}"]` },
      { op: 'add', path: 'members', value: [{ value: b, display: 'b@okta.local' }] },
    ]
    expect([204, 200]).toContain((await change(delta)).status)
    expect(await here.membersOf(id, OKTA)).toEqual([b])
    await change([{ op: 'replace', path: 'members', value: [{ value: a }, { value: b }] }])
    expect(await here.membersOf(id, OKTA)).toEqual([a, b].sort())
    await change([{ op: 'replace', path: 'members', value: [] }])
    expect(await here.membersOf(id, OKTA)).toEqual([])
    const put = { schemas: [GROUP], id, displayName: 'Okta Z', members: [{ value: b, display: null }] }
    expect((await here.ask('PUT', `/Groups/${id}`, put, WIRE)).status).toBe(200)
    expect(await here.membersOf(id, OKTA)).toEqual([b])
    expect((await here.ask('DELETE', `/Groups/${id}`, undefined, WIRE)).status).toBe(204)
  })
})

test('O-23: 429 has whole seconds', async () => {
  const asked = await Promise.all(
    Array.from({ length: 6 }, () => here.ask('GET', '/Users', undefined, { source: 'slow', headers: HEADERS })),
  )
  const refused = asked.filter((one) => one.status === 429)
  expect(refused.length).toBeGreaterThan(0)
  expect(refused.every((one) => /^\d+$/.test(one.headers.get('retry-after') ?? ''))).toBe(true)
})

test('O-28: roles and entitlements in the shape of Okta', async () => {
  const types = resources(await here.ask('GET', '/ResourceTypes', undefined, WIRE))
  for (const name of ['Role', 'Entitlement']) {
    const type = types.find((one) => one['schema'] === `urn:okta:scim:schemas:core:1.0:${name}`)
    const list = await here.ask('GET', `${String(type?.['endpoint'])}?startIndex=1&count=1`, undefined, WIRE)
    expect(list.json).toMatchObject({ itemsPerPage: 1, startIndex: 1 })
    const [first] = resources(list)
    expect(first).toMatchObject({ id: expect.any(String), displayName: expect.any(String), type: type?.['name'] })
    expect(String(first?.['description']).length).toBeLessThanOrEqual(1_000)
  }
  const user = await here.user({ entitlements: [{ value: 'vray', display: 'V-Ray', type: 'Entitlement' }] }, OKTA)
  expect((await here.ask('GET', `/Users/${user}`, undefined, WIRE)).json['entitlements']).toMatchObject([
    { value: 'vray' },
  ])
})

test('O-29: numbers for text, and null for a name', async () => {
  const made = await here.ask(
    'POST',
    '/Users',
    { ...created('o29@okta.local'), externalId: 701984, name: null, addresses: [{ postalCode: 91608 }] },
    WIRE,
  )
  expect(made.status).toBe(201)
  expect(made.json).toMatchObject({ externalId: '701984', addresses: [{ postalCode: '91608' }] })
})

test('O-30: groups come as an array', async () => {
  await here.group([], {}, OKTA)
  const answer = await here.ask('GET', '/Groups', undefined, WIRE)
  expect(resources(answer)).toHaveLength(Number(answer.json['totalResults']))
})

test('O-31: a header with the token alone, and Basic', async () => {
  const token = here.tokens.get('okta') ?? ''
  for (const authorization of [token, `Basic ${Buffer.from(`rosterd:${token}`).toString('base64')}`]) {
    expect(
      (await here.ask('GET', '/Users?count=1', undefined, { source: null, headers: { ...HEADERS, authorization } }))
        .status,
    ).toBe(200)
  }
})
