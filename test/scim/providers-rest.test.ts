/** Statements and rows about names, secrets, speed and addresses, which no single verb is responsible for. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Endpoint, GROUP, openEndpoint, PATCH, part, resources, SEARCH, USER } from './endpoint.ts'

let here: Endpoint
beforeAll(async () => {
  here = await openEndpoint()
})
afterAll(() => here?.drop())

const locations = z.object({ Operations: z.array(z.object({ location: z.string() })) })
const filtered = (filter: string) => `/Users?filter=${encodeURIComponent(filter)}`

test('81: names are compared without case, and one tenant never meets the names of another', async () => {
  const user = { schemas: [USER], userName: 'Straße@acme.example', externalId: 'same' }
  expect((await here.ask('POST', '/Users', user)).status).toBe(201)
  expect(
    (await here.ask('POST', '/Users', { ...user, userName: 'STRASSE@acme.example', externalId: 'x' })).status,
  ).toBe(409)
  for (const source of ['second', 'globex'] as const) {
    expect((await here.ask('POST', '/Users', user, { source })).status, source).toBe(201)
    expect((await here.ask('GET', filtered('externalId eq "same"'), undefined, { source })).json).toMatchObject({
      totalResults: 1,
    })
  }
})

test('82: a token in the address opens nothing, and a password is kept nowhere', async () => {
  const secret = 'correct-horse-battery-staple'
  const made = await here.ask('POST', '/Users', { schemas: [USER], userName: 'secret@acme.example', password: secret })
  expect(made.status).toBe(201)
  expect(made.text).not.toContain(secret)
  expect((await here.ask('GET', '/Users?access_token=rosterd_scim_x', undefined, { source: null })).status).toBe(401)
  const tables = await here.sql<{ name: string }[]>`
    select quote_ident(tablename) as name from pg_tables where schemaname = 'public'`
  for (const { name } of tables) {
    const [row] = await here.sql<{ count: number }[]>`
      select count(*) as count from ${here.sql.unsafe(name)} t where t::text like ${`%${secret}%`}`
    expect(row?.count, name).toBe(0)
  }
})

test('E-36: a hundred requests at once are all served', async () => {
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, n) => here.ask('GET', filtered(`userName eq "nobody${n}"`))),
  )
  expect(answers.every(({ status }) => status === 200)).toBe(true)
})

test('E-37: every answer that has a body is application/scim+json, whatever was sent', async () => {
  for (const type of ['application/json', 'application/scim+json; charset=utf-8']) {
    const made = await here.ask(
      'POST',
      '/Users',
      { schemas: [USER], userName: `${type}@acme.example` },
      { headers: { 'content-type': type } },
    )
    expect(made.status).toBe(201)
    expect(made.headers.get('content-type')).toBe('application/scim+json')
  }
  expect((await here.ask('GET', '/Nothing')).headers.get('content-type')).toBe('application/scim+json')
})

test('E-39: the answer to a PATCH need not hold the resource', async () => {
  const { json } = await here.ask(
    'POST',
    '/Users',
    { schemas: [USER], userName: 'e39@acme.example' },
    { source: 'entra' },
  )
  const body = { schemas: [PATCH], Operations: [{ op: 'Replace', path: 'title', value: 'x' }] }
  const answer = await here.ask('PATCH', `/Users/${String(json['id'])}`, body, { source: 'entra' })
  expect([answer.status, answer.text]).toEqual([204, ''])
})

test('E-40: the scheme of the token has no case', async () => {
  const token = here.tokens.get('entra')
  for (const authorization of [`Bearer ${token}`, `bearer ${token}`, `BEARER  ${token}`]) {
    expect(
      (await here.ask('GET', '/Users?count=1', undefined, { source: null, headers: { authorization } })).status,
    ).toBe(200)
  }
})

test.each([
  "o'neil+x@acme.example",
  'müller@acme.example',
  'a"b\\c@acme.example',
  '100%@acme.example',
  'a&b=c#d@acme.example',
])('E-45: %s is found by its name', async (userName) => {
  await here.ask('POST', '/Users', { schemas: [USER], userName })
  const answer = await here.ask('GET', filtered(`userName eq ${JSON.stringify(userName)}`))
  expect(resources(answer).map((one) => one['userName'])).toEqual([userName])
})

test('O-24: ten thousand members in one PATCH are done long before Okta gives up', async () => {
  const operations = Array.from({ length: 1_000 }, (_, n) => ({
    method: 'POST',
    path: '/Users',
    bulkId: `b${n}`,
    data: { schemas: [USER], userName: `o24-${n}@acme.example` },
  }))
  const bulk = { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations: operations }
  const made = await here.ask('POST', '/Bulk', bulk)
  const done = locations.parse(made.json).Operations
  expect(done).toHaveLength(1_000)
  const value = done.map(({ location }) => ({ value: location.split('/').at(-1) }))
  const group = await here.ask('POST', '/Groups', { schemas: [GROUP], displayName: 'O-24' })
  const many = Array.from({ length: 10 }, () => value).flat()
  const started = performance.now()
  const body = { schemas: [PATCH], Operations: [{ op: 'add', path: 'members', value: many }] }
  expect((await here.ask('PATCH', `/Groups/${String(group.json['id'])}`, body)).status).toBe(204)
  expect(performance.now() - started).toBeLessThan(30_000)
})

test('O-25: what Okta does not use is there for others', async () => {
  expect((await here.ask('GET', '/ServiceProviderConfig')).status).toBe(200)
  expect((await here.ask('POST', '/Users/.search', { schemas: [SEARCH], count: 1 })).status).toBe(200)
  expect((await here.ask('GET', '/Me')).status).toBe(501)
})

test('O-26: no id holds the reserved word, and no address an underscore', async () => {
  const { json } = await here.ask('POST', '/Users', { schemas: [USER], userName: 'o26@acme.example' })
  expect(String(json['id'])).toMatch(/^[0-9a-f-]{36}$/)
  expect(String(part(json['meta'])['location'])).not.toContain('_')
})

test.each(['/Users?filter=', '/Users?filter=%20', '/Groups?filter='])(
  '31: %s asks for nothing that could be found, and is not answered with everybody',
  async (path) => {
    const answer = await here.ask('GET', path)
    expect([answer.status, answer.json['scimType']]).toEqual([400, 'invalidFilter'])
  },
)
