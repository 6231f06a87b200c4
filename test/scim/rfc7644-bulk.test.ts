/** Statements 69 to 72 of the requirements: Bulk (RFC 7644 §3.7). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answered, bulkAt, group, idOf, post, statuses } from './bulking.ts'
import { type Asked, BULK, ENTERPRISE, type Endpoint, openEndpoint, PATCH, SCIM } from './endpoint.ts'

let here: Endpoint
beforeAll(async () => {
  here = await openEndpoint()
})
afterAll(() => here?.drop())

const bulk = (operations: object[], more?: object, asked?: Asked) => bulkAt(here, operations, more, asked)

test('70: every operation has method, location, version, bulkId and its status as text; errors have the response', async () => {
  await here.user({ userName: 'taken' })
  const answers = await bulk([
    post('b1'),
    post('taken'),
    { method: 'post', path: '/Users', bulkId: 'b3', data: { title: 'nobody' } },
    post('b4', { externalId: 'x4' }),
    post('b5', { externalId: 'x4' }),
    post('b1b', { userName: 'B1' }),
  ])
  expect(statuses(answers)).toEqual(['201', '409', '400', '201', '409', '409'])
  expect(answers[0]).toMatchObject({ method: 'POST', bulkId: 'b1', version: expect.stringMatching(/^W\/"\d+"$/) })
  expect(answers[0]?.location).toMatch(new RegExp(`^${SCIM}/Users/[0-9a-f-]{36}$`))
  expect(answers[0]?.response).toBeUndefined()
  expect(answers[1]?.location).toBeUndefined()
  expect(answers.map((one) => one.response?.scimType)).toEqual([
    undefined,
    'uniqueness',
    'invalidValue',
    undefined,
    'uniqueness',
    'uniqueness',
  ])
  expect(answers[4]?.response?.detail).toContain('externalId')
  expect(answers[5]?.response?.detail).toContain('userName')
  const { json, headers } = await here.ask('GET', `/Users/${idOf(answers[0])}`)
  expect([json['userName'], headers.get('etag')]).toEqual(['b1', answers[0]?.version])
})

test('all methods, one after the other', async () => {
  const id = await here.user()
  const answers = await bulk([
    { method: 'PUT', path: `/Users/${id}`, data: { userName: 'put-in-bulk' } },
    {
      method: 'PATCH',
      path: `/Users/${id}`,
      data: { schemas: [PATCH], Operations: [{ op: 'replace', path: 'title', value: 'T' }] },
    },
    { method: 'DELETE', path: `/Users/${id}` },
    { method: 'DELETE', path: `/Users/${id}` },
  ])
  expect(statuses(answers)).toEqual(['200', '200', '204', '404'])
  expect(answers.slice(0, 2).every((one) => one.location === `${SCIM}/Users/${id}` && one.version !== undefined)).toBe(
    true,
  )
})

describe('69: bulkIds', () => {
  test('stand for ids in data and in paths, before and after the POST', async () => {
    const answers = await bulk([
      group('art', ['bulkId:ada', 'bulkId:grace']),
      post('ada', { userName: 'ada' }),
      post('grace', { userName: 'grace', [ENTERPRISE]: { manager: { value: 'bulkId:ada' } } }),
      post('early', { userName: 'early', [ENTERPRISE]: { manager: { value: 'bulkId:late' } } }),
      post('late', { userName: 'late' }),
      {
        method: 'PATCH',
        path: '/Groups/bulkId:art',
        data: { Operations: [{ op: 'remove', path: 'members[value eq "bulkId:ada"]' }] },
      },
      { method: 'PATCH', path: '/Users/bulkId:late', data: { Operations: [{ op: 'replace', value: { title: 'T' } }] } },
    ])
    expect(statuses(answers)).toEqual(['201', '201', '201', '201', '201', '200', '200'])
    const [art, ada, grace, early, late] = answers.map(idOf)
    expect(await here.membersOf(art ?? '')).toEqual([grace])
    const manager = async (id = '') => (await here.ask('GET', `/Users/${id}`)).json[ENTERPRISE]
    expect([await manager(grace), await manager(early)]).toMatchObject([
      { manager: { value: ada } },
      { manager: { value: late } },
    ])
    expect((await here.ask('GET', `/Users/${late}`)).json['title']).toBe('T')
  })

  test('may go round in a circle', async () => {
    const answers = await bulk([
      group('circle-a', ['bulkId:circle-b', 'bulkId:someone']),
      group('circle-b', ['bulkId:circle-c']),
      group('circle-c', ['bulkId:circle-a', 'bulkId:circle-c']),
      post('someone'),
    ])
    expect(statuses(answers)).toEqual(['201', '201', '201', '201'])
    const [a = '', b = '', c = '', someone = ''] = answers.map(idOf)
    expect(await here.membersOf(a)).toEqual([b, someone].sort())
    expect(await here.membersOf(b)).toEqual([c])
    expect(await here.membersOf(c)).toEqual([a, c].sort())
    for (const [index, id] of [a, b, c].entries()) {
      expect((await here.ask('GET', `/Groups/${id}`)).headers.get('etag')).toBe(answers[index]?.version)
    }
  })

  test('that lead nowhere, or to what failed, fail as well, and leave nothing', async () => {
    await here.user({ userName: 'there' })
    const answers = await bulk([
      group('wants-nobody', ['bulkId:nobody']),
      group('wants-failed', ['bulkId:there']),
      group('round-1', ['bulkId:round-2']),
      group('round-2', ['bulkId:round-1', 'bulkId:there']),
      post('there'),
      { method: 'DELETE', path: '/Users/bulkId:nobody' },
      { method: 'DELETE', path: '/Users/bulkId:there' },
    ])
    expect(statuses(answers)).toEqual(['400', '400', '400', '400', '409', '400', '400'])
    for (const name of ['wants-nobody', 'wants-failed', 'round-1', 'round-2']) {
      expect((await here.ask('GET', `/Groups?filter=displayName eq "${name}"`)).json['totalResults']).toBe(0)
    }
  })

  test('are needed for a POST, and each once', async () => {
    const answers = await bulk([
      { method: 'POST', path: '/Users', data: { userName: 'no-id' } },
      post('twice'),
      post('twice', { userName: 'other' }),
    ])
    expect(statuses(answers)).toEqual(['400', '201', '400'])
  })

  test('a user who is renamed and a new one with the free name, in their order', async () => {
    const id = await here.user({ userName: 'wanted-name' })
    const rename = { method: 'PUT', path: `/Users/${id}`, data: { userName: 'other-name' } }
    expect(statuses(await bulk([post('wanted-name'), rename, post('again', { userName: 'wanted-name' })]))).toEqual([
      '409',
      '200',
      '201',
    ])
  })
})

describe('70: failOnErrors', () => {
  test.each([
    [1, ['201', '409'], ['e1-0']],
    [2, ['201', '409', '201', '409'], ['e2-0', 'e2-1']],
    [3, ['201', '409', '201', '409', '201'], ['e3-0', 'e3-1', 'e3-2']],
  ])('%i: nothing after that many errors is done, or in the answer', async (failOnErrors, expected, there) => {
    const name = (n: number) => `e${failOnErrors}-${n}`
    await here.user({ userName: `busy-${failOnErrors}` })
    const busy = (n: number) => post(`busy-${failOnErrors}-${n}`, { userName: `busy-${failOnErrors}` })
    const answers = await bulk([post(name(0)), busy(1), post(name(1)), busy(2), post(name(2))], { failOnErrors })
    expect(statuses(answers)).toEqual(expected)
    const left = await here.ask('GET', `/Users?filter=userName sw "e${failOnErrors}-"`)
    expect(left.json['totalResults']).toBe(there.length)
  })

  test.each([-1, 1.5, 'x'])('%j is no number of errors', async (failOnErrors) => {
    const answer = await here.ask('POST', '/Bulk', { schemas: [BULK], Operations: [], failOnErrors })
    expect([answer.status, answer.json['scimType']]).toEqual([400, 'invalidValue'])
  })
})

test('72: the version of an operation is an If-Match', async () => {
  const id = await here.user()
  const etag = (await here.ask('GET', `/Users/${id}`)).headers.get('etag') ?? ''
  const title = (value: string, version: string) => ({
    method: 'PATCH',
    path: `/Users/${id}`,
    version,
    data: { Operations: [{ op: 'replace', path: 'title', value }] },
  })
  expect(statuses(await bulk([title('A', 'W/"1"'), title('B', etag), title('C', etag)]))).toEqual(['412', '200', '412'])
  expect((await here.ask('GET', `/Users/${id}`)).json['title']).toBe('B')
})

test('71: 1,000 operations go, and one more gives 413 with the number', async () => {
  const many = Array.from({ length: 1_000 }, (_, n) => post(`many-${n}`))
  const answers = await bulk(many)
  expect(new Set(statuses(answers))).toEqual(new Set(['201']))
  const answer = await here.ask('POST', '/Bulk', { schemas: [BULK], Operations: [...many, post('one-more')] })
  expect([answer.status, answer.json['detail']]).toEqual([413, expect.stringContaining('1,000')])
})

test.each([
  [{ method: 'GET', path: '/Users' }, '400'],
  [{ method: 'POST', path: '/Users/x', bulkId: 'p', data: {} }, '400'],
  [{ method: 'DELETE', path: '/Users' }, '400'],
  [{ method: 'POST', path: '/Devices', bulkId: 'p', data: {} }, '404'],
  [{ method: 'DELETE', path: '/Entitlements/vray' }, '404'],
  [{ method: 'POST', path: '/Users', bulkId: 'p' }, '400'],
  [{ method: 'DELETE', path: '/Users/x/y' }, '404'],
  [{ method: 'DELETE', path: 5 }, '400'],
  [5, '400'],
  [null, '400'],
])('%j alone fails with %s', async (operation, status) => {
  const answer = await here.ask('POST', '/Bulk', {
    schemas: [BULK],
    Operations: [operation, post(`beside ${JSON.stringify(operation)}`)],
  })
  expect(statuses(answered.parse(answer.json).Operations)).toEqual([status, '201'])
})

test.each([{}, [], { schemas: ['urn:x'], Operations: [] }, { schemas: [BULK], Operations: {} }])(
  '%j is no Bulk',
  async (body) => {
    const answer = await here.ask('POST', '/Bulk', body)
    expect([answer.status, answer.json['scimType']]).toEqual([400, 'invalidSyntax'])
  },
)

test('72: nothing of another source can be reached', async () => {
  const id = await here.user({}, { source: 'globex' })
  const answers = await bulk([
    { method: 'DELETE', path: `/Users/${id}` },
    { method: 'PUT', path: `/Users/${id}`, data: { userName: 'mine' } },
    group('foreign', [id]),
  ])
  expect(statuses(answers)).toEqual(['404', '404', '400'])
  expect((await here.ask('GET', `/Users/${id}`, undefined, { source: 'globex' })).status).toBe(200)
})
