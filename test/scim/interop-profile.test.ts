/**
 * Statement 94 of the requirements: what draft-zollner-scim-interop-profile demands of a server, one after the other, as the dialect
 * `strict` has it; and that nothing else than that lets a source say so.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { listResourceTypes, listSchemas, serviceProviderConfig } from '../../src/scim/discovery.ts'
import { PRIMARY } from '../../src/scim/plural.ts'
import { listedTypes, writableTypes } from '../../src/scim/resource-types.ts'
import { attribute } from '../../src/scim/schema.ts'
import { type Asked, BULK, ENTERPRISE, type Endpoint, GROUP, openEndpoint, PATCH, resources, USER } from './endpoint.ts'

const STRICT: Asked = { source: 'strict' }
let here: Endpoint
beforeAll(async () => {
  here = await openEndpoint()
})
afterAll(() => here?.drop())

let made = 0
const user = (over: object = {}) => {
  made += 1
  return { schemas: [USER], userName: `strict-${made}@acme.example`, active: true, ...over }
}
async function create(over: object = {}): Promise<string> {
  const answer = await here.ask('POST', '/Users', user(over), STRICT)
  expect(answer.text).toContain('"id"')
  return String(answer.json['id'])
}
const change = (id: string, ...operations: object[]) => here.patch(`/Users/${id}`, operations, STRICT)
const outcome = ({ status, json }: { status: number; json: Record<string, unknown> }) => [status, json['scimType']]

describe('94: the source says so', () => {
  const limits = { bulkOperations: 1, payload: 1, defaultPageSize: 1, maxPageSize: 1, cursorTimeout: 1 }
  const types = [...writableTypes([]), ...listedTypes('strict')]
  const place = { baseUrl: 'https://r.example.com/scim/v2', dialect: 'strict' as const, types }
  const says = (over: Partial<Omit<typeof place, 'dialect'>> & { dialect?: 'lenient' | 'entra' | 'okta' }) =>
    serviceProviderConfig({ ...place, ...over }, limits)['interopProfileConformant']

  test('under strict, behind TLS', async () => {
    expect(says({})).toBe(true)
    expect((await here.ask('GET', '/ServiceProviderConfig', undefined, STRICT)).json).toMatchObject({
      interopProfileConformant: true,
    })
  })
  test.each(['lenient', 'entra', 'okta'] as const)(
    'and not as %s, which accepts what the profile refuses',
    (dialect) => {
      expect(says({ dialect })).toBe(false)
    },
  )
  test('nor without TLS, nor where an extension keeps the types of its values to itself', () => {
    expect(says({ baseUrl: 'http://localhost:8080/scim/v2' })).toBe(false)
    const badges = (canonicalValues?: string[]) => {
      const type = attribute({
        name: 'type',
        description: '',
        ...(canonicalValues !== undefined && { canonicalValues }),
      })
      const complex = { type: 'complex', multiValued: true, subAttributes: [type, PRIMARY] } as const
      const schema = {
        id: 'urn:x',
        name: 'X',
        description: '',
        attributes: [attribute({ name: 'badges', description: '', ...complex })],
      }
      return types.map((one) =>
        one.name === 'User' ? { ...one, extensions: [...one.extensions, { schema, required: false }] } : one,
      )
    }
    expect(says({ types: badges() })).toBe(false)
    expect(says({ types: badges(['front']) })).toBe(true)
  })
})

describe('94: discovery', () => {
  const named = z.object({ Resources: z.array(z.object({ id: z.string(), name: z.string(), endpoint: z.string() })) })
  const schemas = z.object({ Resources: z.array(z.object({ id: z.string() })) })
  test('a resource type has its name as its id, an endpoint of its own, and schemas that are listed', async () => {
    const types = [...writableTypes([]), ...listedTypes('strict')]
    const place = { baseUrl: 'https://x', dialect: 'strict' as const, types }
    const listed = named.parse(listResourceTypes(place)).Resources
    for (const { id, name } of listed) expect(id).toBe(name)
    expect(new Set(listed.map((one) => one.endpoint)).size).toBe(listed.length)
    const known = schemas.parse(listSchemas(place)).Resources.map((one) => one.id)
    for (const { schema, extensions } of types) {
      expect(known).toEqual(expect.arrayContaining([schema.id, ...extensions.map((one) => one.schema.id)]))
    }
  })
  test('every attribute that a schema names is accepted and comes back', async () => {
    const all = {
      externalId: 'all-of-it',
      title: 't',
      emails: [{ value: 'a@acme.example', display: 'A', type: 'work', primary: true }],
      x509Certificates: [{ value: 'QUJD', display: 'c', type: 'work' }],
      entitlements: [{ value: 'vray', display: 'V-Ray', type: 'product' }],
      roles: [{ value: 'member', display: 'Member', type: 'organization' }],
    }
    const answer = await here.ask('POST', '/Users', user(all), STRICT)
    expect(answer).toMatchObject({ status: 201, json: all })
  })
})

describe('94: names and case', () => {
  test('id and externalId have case, userName has none: for looking up and for being unique', async () => {
    const id = await create({ userName: 'JSmith@acme.example', externalId: 'ABC-123' })
    const find = async (filter: string) =>
      resources(await here.ask('GET', `/Users?filter=${encodeURIComponent(filter)}`, undefined, STRICT)).map(
        (one) => one['id'],
      )
    expect(await find('userName eq "jsmith@ACME.example"')).toEqual([id])
    expect(await find('externalId eq "ABC-123"')).toEqual([id])
    expect(await find('externalId eq "abc-123"')).toEqual([])
    expect(await find(`id eq "${id.toUpperCase()}"`)).toEqual([])
    expect((await here.ask('GET', `/Users/${id.toUpperCase()}`, undefined, STRICT)).status).toBe(404)
    expect(outcome(await here.ask('POST', '/Users', user({ userName: 'jsmith@acme.example' }), STRICT))).toEqual([
      409,
      'uniqueness',
    ])
    await create({ externalId: 'abc-123' })
  })
})

describe('94: what no schema defines is 400 invalidSyntax', () => {
  test.each([
    ['an attribute', { companyName: 'Acme' }],
    ['a part', { name: { givenName: 'A', pet: 'B' } }],
    ['a part of a value', { emails: [{ value: 'x@acme.example', label: 'x' }] }],
    ['a schema', { schemas: [USER, 'urn:example:other'] }],
    ['an extension', { schemas: [USER, 'urn:example:other'], 'urn:example:other': { a: 1 } }],
    ['an attribute of an extension', { schemas: [USER, ENTERPRISE], [ENTERPRISE]: { pet: 'B' } }],
    ['an attribute of an extension without its URN', { department: 'Looms' }],
  ])('%s in a POST and in a PUT', async (_, over) => {
    expect(outcome(await here.ask('POST', '/Users', user(over), STRICT))).toEqual([400, 'invalidSyntax'])
    const id = await create()
    expect(outcome(await here.ask('PUT', `/Users/${id}`, user(over), STRICT))).toEqual([400, 'invalidSyntax'])
  })

  test.each([
    ['as a path', { op: 'add', path: 'companyName', value: 'Acme' }],
    ['as a part in a path', { op: 'replace', path: 'name.pet', value: 'B' }],
    ['with the URN of another schema', { op: 'add', path: 'urn:example:other:a', value: 'B' }],
    ['as a part of a value', { op: 'add', path: 'name', value: { pet: 'B' } }],
  ])('%s in a PATCH', async (_, operation) => {
    expect(outcome(await change(await create(), operation))).toEqual([400, 'invalidSyntax'])
  })
})

describe('94: PATCH', () => {
  test.each(['add', 'replace'])('%s without a path is 400 invalidSyntax', async (op) => {
    expect(outcome(await change(await create(), { op, value: { title: 'x' } }))).toEqual([400, 'invalidSyntax'])
  })
  test('add and replace of a single value are the same', async () => {
    for (const op of ['add', 'replace'])
      expect((await change(await create({ title: 'a' }), { op, path: 'title', value: 'b' })).json['title']).toBe('b')
  })
  test('replace of a value with parts replaces them all, add keeps those that it does not name', async () => {
    const name = { givenName: 'Ada', familyName: 'King' }
    const with_ = async (op: string) =>
      (await change(await create({ name }), { op, path: 'name', value: { givenName: 'B' } })).json['name']
    expect(await with_('replace')).toEqual({ givenName: 'B' })
    expect(await with_('add')).toEqual({ givenName: 'B', familyName: 'King' })
  })
  test('replace of a list replaces it, add appends to it', async () => {
    const [work, home] = ['work', 'home'].map((type) => ({ type, value: `${type}@acme.example` }))
    const with_ = async (op: string) =>
      (await change(await create({ emails: [work] }), { op, path: 'emails', value: [home] })).json['emails']
    expect(await with_('replace')).toEqual([home])
    expect(await with_('add')).toEqual([work, home])
  })
  test('a filter finds one value, and the path names a part of it', async () => {
    const emails = [1, 2].map((n) => ({ type: 'work', value: `${n}@acme.example` }))
    const id = await create({ emails })
    const at = (path: string, value: unknown) => change(id, { op: 'replace', path, value })
    expect(outcome(await at('emails[type eq "work"].display', 'x'))).toEqual([400, 'invalidFilter'])
    expect(outcome(await at('emails[value eq "1@acme.example"]', { value: 'x' }))).toEqual([400, 'invalidPath'])
    expect((await at('emails[value eq "1@acme.example"].display', 'x')).status).toBe(200)
  })
  test('nothing that a PATCH says deletes a resource', async () => {
    const id = await create()
    expect((await change(id, { op: 'replace', path: 'active', value: false })).status).toBe(200)
    expect((await here.ask('GET', `/Users/${id}`, undefined, STRICT)).json['active']).toBe(false)
  })
})

describe('94: lists, DELETE and conflicts', () => {
  test('eq and and are read, an attribute that no schema of the type has is 400 invalidFilter', async () => {
    const find = (filter: string) => here.ask('GET', `/Users?filter=${encodeURIComponent(filter)}`, undefined, STRICT)
    await create({ title: 'one', active: false })
    expect((await find('title eq "one" and active eq false')).json['totalResults']).toBe(1)
    expect(outcome(await find('companyName eq "x"'))).toEqual([400, 'invalidFilter'])
    expect(outcome(await find('members.value eq "x"'))).toEqual([400, 'invalidFilter'])
  })
  test('a page has a hundred where no count is given or a hundred are asked for', async () => {
    const Operations = Array.from({ length: 101 }, (_, n) => ({
      method: 'POST',
      path: '/Groups',
      bulkId: `g${n}`,
      data: { schemas: [GROUP], displayName: `Hundred ${n}` },
    }))
    expect((await here.ask('POST', '/Bulk', { schemas: [BULK], Operations }, STRICT)).status).toBe(200)
    for (const path of ['/Groups', '/Groups?count=100'])
      expect((await here.ask('GET', path, undefined, STRICT)).json['itemsPerPage']).toBe(100)
    expect((await here.ask('GET', '/Groups?count=100000', undefined, STRICT)).status).toBe(200)
  })
  test('DELETE deletes: 404 for everything, out of every list, and the name is free', async () => {
    const userName = 'gone@acme.example'
    const id = await create({ userName })
    expect((await here.ask('DELETE', `/Users/${id}`, undefined, STRICT)).status).toBe(204)
    for (const [method, body] of [
      ['GET', undefined],
      ['PUT', user({ userName })],
      ['PATCH', { schemas: [PATCH], Operations: [{ op: 'add', path: 'title', value: 'x' }] }],
      ['DELETE', undefined],
    ] as const)
      expect((await here.ask(method, `/Users/${id}`, body, STRICT)).status, method).toBe(404)
    const found = await here.ask(
      'GET',
      `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`,
      undefined,
      STRICT,
    )
    expect(found.json['totalResults']).toBe(0)
    await create({ userName })
  })
  test('a name that is taken is 409 uniqueness, for POST and for PATCH', async () => {
    await create({ userName: 'taken@acme.example' })
    const again = user({ userName: 'taken@acme.example' })
    expect(outcome(await here.ask('POST', '/Users', again, STRICT))).toEqual([409, 'uniqueness'])
    const rename = { op: 'replace', path: 'userName', value: 'taken@acme.example' }
    expect(outcome(await change(await create(), rename))).toEqual([409, 'uniqueness'])
  })
})
