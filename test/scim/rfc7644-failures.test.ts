/** Statement 76 of the requirements: what goes wrong inside is told as an Error with a reference, and nothing else of it. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Answer, BULK, type Endpoint, ERROR, openEndpoint, part } from './endpoint.ts'

let here: Endpoint
beforeEach(async () => {
  here = await openEndpoint()
})
afterEach(() => here?.drop())

const internals = /mirror|relation|postgres|select|\.ts|CONNECTION/i

function expectError(answer: Answer, status: number) {
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toBe('application/scim+json')
  expect(answer.json).toMatchObject({ schemas: [ERROR], status: String(status) })
  expect(answer.text).not.toMatch(internals)
}

test('500 has a reference that the log knows as well', async () => {
  const id = await here.user()
  await here.sql`alter table mirror_resources rename to elsewhere`
  for (const answer of [
    await here.ask('GET', `/Users/${id}`),
    await here.ask('GET', '/Users'),
    await here.ask('POST', '/Users', { userName: 'x' }),
    await here.ask('DELETE', `/Users/${id}`),
  ]) {
    expectError(answer, 500)
    const reference = answer.headers.get('x-request-id') ?? ''
    expect(answer.json['detail']).toContain(reference)
    expect(here.lines.some((line) => line.includes(reference) && line.includes('nobody foresaw'))).toBe(true)
  }
  const operations = ['a', 'b'].map((bulkId) => ({
    method: 'POST',
    path: '/Users',
    bulkId,
    data: { userName: bulkId },
  }))
  const bulk = await here.ask('POST', '/Bulk', {
    schemas: [BULK],
    Operations: [...operations, { method: 'DELETE', path: `/Users/${id}` }],
  })
  expect(bulk.status).toBe(200)
  expect(bulk.json['Operations']).toMatchObject([{ status: '500' }, { status: '500' }, { status: '500' }])
  expect(bulk.text).not.toMatch(internals)
})

test('503 says when to come again while the database is away', async () => {
  await here.ask('GET', '/Users')
  await here.sql.end({ timeout: 1 })
  const answer = await here.ask('GET', '/Users')
  expectError(answer, 503)
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
})

test('neither the log nor the audit has tokens, passwords or what was searched for', async () => {
  await here.ask('POST', '/Users', {
    userName: 'quiet',
    password: 'hush-hush',
    emails: [{ value: 'quiet@acme.example' }],
  })
  await here.ask('GET', '/Users?filter=userName eq "sought-after"')
  await here.ask('GET', '/Users', undefined, {
    source: null,
    headers: { authorization: 'Bearer rosterd_scim_guessed-guessed-guessed' },
  })
  const log = here.lines.join('\n')
  expect(log).toContain('"path":"/scim/v2/Users"')
  expect(log).not.toMatch(/hush-hush|sought-after|guessed|quiet@acme/)
  for (const token of here.tokens.values()) expect(log).not.toContain(token)
  const audit = await here.sql<{ row: unknown }[]>`select to_jsonb(a) as row from audit a where act like 'mirror.%'`
  expect(audit).toHaveLength(1)
  expect(part(audit[0]?.row)).toMatchObject({
    actor: 'source idp',
    act: 'mirror.created',
    object: expect.stringMatching(/^User /),
  })
  expect(JSON.stringify(audit)).not.toMatch(/quiet|hush/)
})
