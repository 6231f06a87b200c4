/** What Entra ID sends, row by row of the requirements (E-1 to E-44), as far as HTTP has to do with it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Asked, ENTERPRISE, type Endpoint, ERROR, GROUP, openEndpoint, resources, USER } from './endpoint.ts'

let here: Endpoint
beforeAll(async () => {
  here = await openEndpoint()
})
afterAll(() => here?.drop())

const ENTRA: Asked = { source: 'entra' }
const find = (endpoint: string, filter: string, more = '') =>
  here.ask('GET', `/${endpoint}?filter=${encodeURIComponent(filter)}${more}`, undefined, ENTRA)

describe('E-1: Test Connection', () => {
  test.each(['userName', 'externalId', 'emails[type eq "work"].value', 'displayName'])(
    'looks for a random %s',
    async (name) => {
      const answer = await find('Users', `${name} eq "3f2b9f4e-0f3f-4d1c-8f6e-6d3c9ddad9a1"`)
      expect([answer.status, answer.json['totalResults'], answer.json['Resources']]).toEqual([200, 0, []])
    },
  )

  test('and for a random group', async () => {
    expect((await find('Groups', 'displayName eq "random"', '&excludedAttributes=members')).json['totalResults']).toBe(
      0,
    )
    const answer = await here.ask('GET', '/Groups/7d4b1f6a', undefined, ENTRA)
    expect([answer.status, answer.json['schemas']]).toEqual([404, [ERROR]])
  })
})

test('E-2, E-3, E-35: everything that accounts are matched by finds them', async () => {
  const id = await here.user(
    {
      userName: 'Match@acme.example',
      externalId: '2a69c9a6-x',
      emails: [{ type: 'work', value: 'Work@acme.example', primary: true }],
    },
    ENTRA,
  )
  const group = await here.group([], { displayName: 'Matched', externalId: 'g-match' }, ENTRA)
  for (const filter of [
    'userName eq "match@ACME.example"',
    'externalId eq "2a69c9a6-x"',
    'emails[type eq "work"].value eq "work@acme.example"',
    `id eq "${id}"`,
  ]) {
    expect(resources(await find('Users', filter)).map((one) => one['id'])).toEqual([id])
  }
  for (const filter of ['displayName eq "MATCHED"', 'externalId eq "g-match"']) {
    expect(resources(await find('Groups', filter)).map((one) => one['id'])).toEqual([group])
  }
  expect((await find('Users', 'externalId eq "2A69C9A6-X"')).json['totalResults']).toBe(0)
})

test('E-6: whether a reference has a value', async () => {
  const boss = await here.user({}, ENTRA)
  const id = await here.user({ [ENTERPRISE]: { manager: { value: boss } } }, ENTRA)
  const group = await here.group([id], {}, ENTRA)
  const total = async (endpoint: string, filter: string) =>
    (await find(endpoint, filter, '&attributes=id')).json['totalResults']
  expect(await total('Users', `id eq "${id}" and manager eq "${boss}"`)).toBe(1)
  expect(await total('Users', `manager eq "${boss}" and id eq "${id}"`)).toBe(1)
  expect(await total('Users', `id eq "${id}" and manager eq "${id}"`)).toBe(0)
  for (const name of ['members', 'members.value']) {
    expect(await total('Groups', `id eq "${group}" and ${name} eq "${id}"`)).toBe(1)
    expect(await total('Groups', `id eq "${group}" and ${name} eq "${boss}"`)).toBe(0)
  }
})

test('E-7: groups without their members, alone and in lists', async () => {
  const id = await here.group([await here.user({}, ENTRA)], { displayName: 'Seven' }, ENTRA)
  const one = await here.ask('GET', `/Groups/${id}?excludedAttributes=members`, undefined, ENTRA)
  const [listed] = resources(await find('Groups', 'displayName eq "Seven"', '&excludedAttributes=members'))
  for (const group of [one.json, listed]) {
    expect(group).toMatchObject({ id, displayName: 'Seven' })
    expect(group?.['members']).toBeUndefined()
  }
})

test('E-8 to E-10, E-15, E-29, E-32: creating as Entra does', async () => {
  const made = await here.ask(
    'POST',
    '/Users',
    {
      schemas: [USER, ENTERPRISE],
      externalId: 'e-8',
      userName: 'E8@acme.example',
      active: 'True',
      emails: [{ primary: 'True', type: 'work', value: 'E8@acme.example' }],
      phoneNumbers: [{ type: 'work', value: '55555555555' }],
      meta: { resourceType: 'User' },
      name: { formatted: 'E Eight', familyName: 'Eight', givenName: 'E' },
      roles: [],
      addresses: null,
      title: null,
      department: 'Drawing',
      'urn:acme:scim:2.0:User': { badge: 'B8' },
      somethingElse: { a: 1 },
    },
    ENTRA,
  )
  expect(made.status).toBe(201)
  expect(made.json).toMatchObject({
    userName: 'E8@acme.example',
    active: true,
    emails: [{ primary: true }],
    phoneNumbers: [{ value: '55555555555' }],
    [ENTERPRISE]: { department: 'Drawing' },
    'urn:acme:scim:2.0:User': { badge: 'B8' },
  })
  const old = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'
  const group = await here.ask(
    'POST',
    '/Groups',
    { schemas: [GROUP, old], externalId: 'g-10', displayName: 'Ten', meta: { resourceType: 'Group' } },
    ENTRA,
  )
  expect([group.status, group.json['externalId'], group.json['schemas']]).toEqual([201, 'g-10', [GROUP]])
})

test('E-12 to E-14, E-24: 204 for every PATCH, and a boolean is stored for "False"', async () => {
  for (const value of ['False', 'false', false]) {
    for (const [path, op] of [
      ['', 'Replace'],
      ['?aadOptscim062020', 'Add'],
    ] as const) {
      const id = await here.user({}, ENTRA)
      const answer = await here.patch(`/Users/${id}${path}`, [{ op, path: 'active', value }], ENTRA)
      expect([answer.status, answer.text]).toEqual([204, ''])
      expect((await here.ask('GET', `/Users/${id}`, undefined, ENTRA)).json['active']).toBe(false)
    }
  }
})

test('E-21, E-22: members are added and removed by lists of values', async () => {
  const [a, b, c] = [await here.user({}, ENTRA), await here.user({}, ENTRA), await here.user({}, ENTRA)]
  const id = await here.group([], {}, ENTRA)
  const change = (op: string, ids: string[]) =>
    here.patch(`/Groups/${id}`, [{ op, path: 'members', value: ids.map((value) => ({ $ref: null, value })) }], ENTRA)
  expect((await change('Add', [a, b, c])).status).toBe(204)
  expect((await change('Add', [a])).status).toBe(204)
  expect((await change('Remove', [b])).status).toBe(204)
  expect((await change('Remove', [b, 'nobody'])).status).toBe(204)
  expect(await here.membersOf(id, ENTRA)).toEqual([a, c].sort())
  await here.patch(`/Groups/${id}`, [{ op: 'remove', path: `members[value eq "${a}"]` }], ENTRA)
  expect(await here.membersOf(id, ENTRA)).toEqual([c])
})

test('E-33: inactive people stay to be seen; deleted ones are gone, and their names are free', async () => {
  const id = await here.user({ userName: 'soft@acme.example', active: true }, ENTRA)
  await here.patch(`/Users/${id}`, [{ op: 'Replace', path: 'active', value: 'False' }], ENTRA)
  expect((await find('Users', 'userName eq "soft@acme.example"')).json['totalResults']).toBe(1)
  expect((await here.ask('DELETE', `/Users/${id}`, undefined, ENTRA)).status).toBe(204)
  expect((await here.ask('GET', `/Users/${id}`, undefined, ENTRA)).status).toBe(404)
  expect((await find('Users', 'userName eq "soft@acme.example"')).json['totalResults']).toBe(0)
  await here.user({ userName: 'soft@acme.example' }, ENTRA)
})

test('E-34: two groups of one name give 409, unless the source allows it', async () => {
  await here.group([], { displayName: 'Twice' }, ENTRA)
  const again = await here.ask('POST', '/Groups', { displayName: 'TWICE' }, ENTRA)
  expect([again.status, again.json['scimType']]).toEqual([409, 'uniqueness'])
  const second: Asked = { source: 'second' }
  const both = [
    await here.group([], { displayName: 'Twice' }, second),
    await here.group([], { displayName: 'Twice' }, second),
  ]
  const found = await here.ask('GET', '/Groups?filter=displayName eq "twice"', undefined, second)
  expect(resources(found).map((one) => one['id'])).toEqual(both)
})

test('E-41: flags in the query change nothing, wherever they stand', async () => {
  const id = await here.user({}, ENTRA)
  for (const path of [
    '/Users?aadOptscim062020',
    `/Users/${id}?aadOptscim062020`,
    '/Schemas?aadOptscim062020&x=%',
    '/Users?AzureAdScimPatch2017&&=',
    '?aadOptscim062020',
  ]) {
    expect((await here.ask('GET', path, undefined, ENTRA)).status).toBe(200)
  }
})

test('E-42: 36 operations in one PATCH, in their order', async () => {
  const id = await here.user({}, ENTRA)
  const names = [
    'displayName',
    'title',
    'preferredLanguage',
    'name.givenName',
    'name.familyName',
    'locale',
    'timezone',
    'userType',
    'nickName',
  ]
  const operations = Array.from({ length: 36 }, (_, n) => ({
    op: 'add',
    path: names[n % names.length],
    value: `v${n}`,
  }))
  expect((await here.patch(`/Users/${id}`, operations, ENTRA)).status).toBe(204)
  const { json } = await here.ask('GET', `/Users/${id}`, undefined, ENTRA)
  expect(json).toMatchObject({ displayName: 'v27', title: 'v28', name: { givenName: 'v30' }, nickName: 'v35' })
})

test('E-43: operations on the same attribute, and deleting twice', async () => {
  const id = await here.user({ externalId: 'one' }, ENTRA)
  const operations = [
    { op: 'remove', path: 'externalId' },
    { op: 'add', path: 'externalId', value: 'two' },
    { op: 'replace', path: 'externalId', value: 'three' },
  ]
  await here.patch(`/Users/${id}`, operations, ENTRA)
  expect((await here.ask('GET', `/Users/${id}`, undefined, ENTRA)).json['externalId']).toBe('three')
  for (const [endpoint, one] of [
    ['Users', id],
    ['Groups', await here.group([], {}, ENTRA)],
  ] as const) {
    expect((await here.ask('DELETE', `/${endpoint}/${one}`, undefined, ENTRA)).status).toBe(204)
    expect((await here.ask('DELETE', `/${endpoint}/${one}`, undefined, ENTRA)).status).toBe(404)
  }
  expect((await here.ask('DELETE', '/Users/unknown', undefined, ENTRA)).status).toBe(404)
})

test('E-44: what is never returned is not in its schemas, and never in an answer', async () => {
  const schema = await here.ask('GET', `/Schemas/${USER}`, undefined, ENTRA)
  expect(schema.text).not.toContain('password')
  const made = await here.ask('POST', '/Users?attributes=password', { userName: 'e44', password: 'hush' }, ENTRA)
  expect(made.text).not.toMatch(/hush|password/)
  expect(here.lines.join('')).not.toContain('hush')
})
