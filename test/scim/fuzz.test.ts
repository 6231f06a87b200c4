/**
 * Whatever comes in on whatever route: an answer of SCIM, never an internal error, and nothing rejected that nobody waits for. A part of
 * the requests is what clients send, mutated; a part is made of nothing but trouble.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import { serve } from '@hono/node-server'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  BULK,
  ENTERPRISE,
  type Endpoint,
  ERROR,
  GROUP,
  openEndpoint,
  PATCH,
  part,
  SEARCH,
  type SourceName,
  USER,
} from './endpoint.ts'

const RUNS = 4_000
let here: Endpoint
const SOURCES = ['idp', 'entra', 'okta', 'strict'] as const
/** A user and a group of each source, made anew when they are deleted. */
const there = new Map<SourceName, { user: string; group: string }>()
const rejected: unknown[] = []
const note = (reason: unknown) => void rejected.push(reason)
beforeAll(async () => {
  process.on('unhandledRejection', note)
  here = await openEndpoint()
  for (const one of SOURCES) await settle(one)
})
afterAll(async () => {
  process.off('unhandledRejection', note)
  await here?.drop()
})

async function settle(source: SourceName) {
  const user = await here.user(
    { name: { givenName: 'F' }, emails: [{ type: 'work', value: 'f@acme.example' }] },
    { source },
  )
  there.set(source, { user, group: await here.group([user], {}, { source }) })
}

const TROUBLE = [
  '',
  ' ',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'a\0b',
  '\ud800',
  '\udfff\ud800',
  '💩',
  'ß',
  'İ',
  '%',
  '%00',
  '%ff',
  '..',
  '/',
  '\\',
  '"',
  "'",
  "';drop table users;--",
  '$1',
  '{}',
  'null',
  'NaN',
  '-0',
  '1e999',
  '99999999999999999999999999',
  '0001-01-01T00:00:00Z',
  '9999-12-31T24:00:00-14:00',
  '+275760-09-13T00:00:00Z',
  'bulkId:x',
  'bulkId:',
  'members[value eq "x"]',
  'emails[type eq "work"].value',
  'emails[',
  'emails[type eq "work" and primary eq true].value',
  '__proto__.polluted',
  'constructor.prototype.polluted',
  `${USER}:userName`,
  `${ENTERPRISE}:manager`,
  ENTERPRISE,
  'a'.repeat(5_000),
  '('.repeat(20_000),
  'a['.repeat(5_000),
  'not '.repeat(10_000),
  `a eq "${'\n'.repeat(30)}`,
  'userName eq "x" or '.repeat(200),
  '\u202e',
  'W/"1"',
  '*',
]
const trouble = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TROUBLE) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
)
const NAMES = [
  'schemas',
  'id',
  'meta',
  'userName',
  'USERNAME',
  'name',
  'name.givenName',
  'active',
  'emails',
  'groups',
  'members',
  'displayName',
  'externalId',
  'password',
  'roles',
  'x509Certificates',
  'addresses',
  ENTERPRISE,
  USER,
  'manager',
  'Operations',
  'op',
  'path',
  'value',
  'method',
  'data',
  'bulkId',
  'version',
  'failOnErrors',
  'filter',
  'sortBy',
  'sortOrder',
  'startIndex',
  'count',
  'cursor',
  'attributes',
  'excludedAttributes',
  'type',
  'primary',
  '$ref',
  '__proto__',
  'constructor',
  'urn:acme:scim:2.0:User',
  'badge',
] as const
const name = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...NAMES) }, { weight: 1, arbitrary: trouble })
const leaf = fc.oneof(
  trouble,
  fc.constantFrom(
    null,
    true,
    false,
    0,
    -0,
    1,
    -1,
    1.5,
    1e308,
    2 ** 53,
    'True',
    'add',
    'Replace',
    'remove',
    'POST',
    'PUT',
    'DELETE',
    PATCH,
    BULK,
    SEARCH,
    USER,
    GROUP,
  ),
  fc.constant('ID'),
)
const json = fc.letrec<{ any: unknown; object: object }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('any'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(name, tie('any'), { maxKeys: 6, noNullPrototype: true }),
}))

const BODIES: object[] = [
  {
    schemas: [USER],
    userName: 'fuzz-NEW',
    active: 'True',
    emails: [{ value: 'x@acme.example', primary: true }],
    name: { givenName: 'G' },
  },
  { schemas: [GROUP], displayName: 'Fuzz NEW', members: [{ value: 'ID' }] },
  { schemas: [PATCH], Operations: [{ op: 'replace', path: 'emails[type eq "work"].value', value: 'y' }] },
  {
    schemas: [PATCH],
    Operations: [
      { op: 'add', path: 'members', value: [{ value: 'ID' }] },
      { op: 'remove', path: 'members[value eq "ID"]' },
    ],
  },
  {
    schemas: [PATCH],
    Operations: [
      { op: 'replace', value: { active: false, 'name.familyName': 'F', [`${ENTERPRISE}:department`]: 'D' } },
    ],
  },
  {
    schemas: [SEARCH],
    filter: 'userName eq "x" and (active eq true or emails[type eq "work"])',
    sortBy: 'userName',
    count: 5,
    cursor: '',
  },
  {
    schemas: [BULK],
    failOnErrors: 1,
    Operations: [
      { method: 'POST', path: '/Users', bulkId: 'q', data: { userName: 'fuzz-b-NEW' } },
      {
        method: 'PATCH',
        path: '/Groups/ID',
        data: { Operations: [{ op: 'add', path: 'members', value: [{ value: 'bulkId:q' }] }] },
      },
    ],
  },
]

/** One place of a body is something else. */
const mutatedOf = (body: object) =>
  fc.tuple(fc.nat(), json.any, fc.boolean()).map(([place, other, asName]) => {
    let at = 0
    const total = JSON.stringify(body).match(/[{[,:]/g)?.length ?? 1
    const walk = (value: unknown): unknown => {
      at += 1
      if (!asName && at === (place % total) + 1) return other
      if (Array.isArray(value)) return value.map(walk)
      if (typeof value !== 'object' || value === null) return value
      return Object.fromEntries(
        Object.entries(value).map(([key, one]) => [
          asName && at === (place % total) + 1 ? (JSON.stringify(other) ?? '').slice(0, 50) : key,
          walk(one),
        ]),
      )
    }
    return walk(body)
  })
const mutated = fc.constantFrom(...BODIES).chain(mutatedOf)
const body = fc.oneof(
  { weight: 5, arbitrary: mutated.map((one) => JSON.stringify(one) ?? '') },
  { weight: 3, arbitrary: json.object.map((one) => JSON.stringify(one)) },
  { weight: 1, arbitrary: fc.string({ maxLength: 50 }) },
  {
    weight: 1,
    arbitrary: fc.tuple(mutated, fc.nat()).map(([one, cut]) => (JSON.stringify(one) ?? '').slice(0, cut % 200)),
  },
)
const PATHS = [
  '',
  '/Users',
  '/Users/ID',
  '/Groups',
  '/Groups/GROUP',
  '/Users/.search',
  '/Groups/.search',
  '/.search',
  '/Bulk',
  '/Me',
  '/ServiceProviderConfig',
  '/ResourceTypes',
  '/ResourceTypes/User',
  '/Schemas',
  `/Schemas/${USER}`,
  '/Entitlements',
  '/Entitlements/vray',
  '/Roles',
  '/Roles/.search',
  '/nothing',
]
const path = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...PATHS) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('/Users', '/Groups', '/Schemas', '/Roles', ''), trouble)
      .map(([at, id]) => `${at}/${encoded(id)}`),
  },
)
const PARAMETERS = [
  'filter',
  'sortBy',
  'sortOrder',
  'startIndex',
  'count',
  'cursor',
  'attributes',
  'excludedAttributes',
  'aadOptscim062020',
  '__proto__',
]
const FILTERS = [
  'userName eq "x"',
  'active eq true',
  'members.value eq "ID"',
  'groups.value eq "GROUP"',
  'emails[value co "x"]',
  'meta.created gt "2020-01-01T00:00:00Z"',
  'id eq "ID"',
  'not (title pr)',
  'userName eq fuzz',
  'userName eq fu\0zz',
  'displayName sw \ud800',
  'password pr',
]
const query = fc
  .array(
    fc.tuple(
      fc.constantFrom(...PARAMETERS),
      fc.oneof(
        trouble,
        fc.constantFrom(...FILTERS),
        fc.constantFrom('1', '-1', '5', 'userName', 'emails', 'members', 'descending'),
      ),
    ),
    { maxLength: 3 },
  )
  .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map(([key, value]) => `${key}=${encoded(value)}`).join('&')}`))
const method = fc.constantFrom(
  'GET',
  'GET',
  'POST',
  'POST',
  'PUT',
  'PATCH',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'PROPFIND',
  'QUERY',
  'X',
)
const headers = fc.dictionary(
  fc.constantFrom('if-match', 'if-none-match', 'content-type', 'accept', 'x-request-id', 'content-length', 'prefer'),
  fc.constantFrom(
    '*',
    'W/"1"',
    '"',
    ',,,',
    'application/json',
    'application/scim+json; charset=x',
    'text/html',
    '-1',
    'x y',
    '0',
  ),
  { maxKeys: 2 },
)
const source = fc.constantFrom(...SOURCES)

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

/** Half of them are aimed: a method, an address and a kind of body that belong together. */
const AIMED: readonly [method: string, path: string, body: number][] = [
  ['POST', '/Users', 0],
  ['PUT', '/Users/ID', 0],
  ['PATCH', '/Users/ID', 2],
  ['PATCH', '/Users/ID', 4],
  ['POST', '/Groups', 1],
  ['PUT', '/Groups/GROUP', 1],
  ['PATCH', '/Groups/GROUP', 3],
  ['POST', '/Users/.search', 5],
  ['POST', '/.search', 5],
  ['POST', '/Bulk', 6],
  ['GET', '/Users', 0],
  ['GET', '/Groups', 0],
  ['DELETE', '/Users/ID', 0],
  ['DELETE', '/Groups/GROUP', 0],
]
const request = fc.oneof(
  fc.tuple(method, path, query, body, headers, source),
  fc.constantFrom(...AIMED).chain(([verb, where, kind]) =>
    fc.tuple(
      fc.constant(verb),
      fc.constant(where),
      fc.oneof({ weight: 2, arbitrary: fc.constant('') }, { weight: 1, arbitrary: query }),
      mutatedOf(BODIES[kind] ?? {}).map((one) => JSON.stringify(one) ?? ''),
      fc.constant({}),
      source,
    ),
  ),
)

test(`${RUNS} requests that nobody means`, { timeout: 300_000 }, async () => {
  let made = 0
  const statuses = new Map<number, number>()
  await fc.assert(
    fc.asyncProperty(request, async ([verb, where, asked, sent, more, from]) => {
      made += 1
      const { user, group } = there.get(from) ?? { user: '', group: '' }
      const filled = (text: string) =>
        text.replaceAll('ID', user).replaceAll('NEW', String(made)).replaceAll('GROUP', group)
      const reads = verb === 'GET' || verb === 'HEAD'
      const answer = await here.ask(verb, filled(where) + filled(asked), reads ? undefined : filled(sent), {
        source: from,
        headers: more,
      })
      if (verb === 'DELETE' && answer.status === 204) await settle(from)
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
      expect(answer.status).toBeLessThan(502)
      expect(answer.status === 500 ? here.lines.at(-2) : '').toBe('')
      if (answer.text === '') return
      expect(answer.headers.get('content-type')).toBe('application/scim+json')
      if (answer.status < 400) return
      expect(answer.json).toMatchObject({ schemas: [ERROR], status: String(answer.status), detail: expect.any(String) })
      expect(answer.text).not.toMatch(/postgres|mirror_|\.ts:|node_modules|invalid input syntax|at Object/)
    }),
    { numRuns: RUNS },
  )
  // It did get through to where things happen.
  for (const status of [200, 201, 204, 400, 404, 405])
    expect([status, (statuses.get(status) ?? 0) > 20]).toEqual([status, true])
  expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('polluted')
  expect(rejected).toEqual([])
})

/** The same app behind a real socket. */
async function listening<T>(work: (port: number) => Promise<T>): Promise<T> {
  const server = serve({ fetch: here.app.fetch, port: 0, hostname: '127.0.0.1' })
  if (!server.listening) await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('no port')
  try {
    return await work(address.port)
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
}

/** Sends bytes as they are, and gives what comes back until the other side ends or `patience` (ms) is over. */
async function raw(
  port: number,
  pieces: readonly (string | Uint8Array)[],
  { patience = 5_000, end = false } = {},
): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let got = ''
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    got += chunk.toString('latin1')
    if (/\r\n\r\n.*\}$/s.test(got)) socket.destroy()
  })
  for (const piece of pieces) if (!socket.destroyed) socket.write(piece)
  if (end) socket.end()
  const late = setTimeout(() => socket.destroy(), patience)
  await once(socket, 'close')
  clearTimeout(late)
  return got
}

const head = (line: string, more: string[] = []) =>
  [
    `${line} HTTP/1.1`,
    'host: x',
    `authorization: Bearer ${here.tokens.get('idp')}`,
    'content-type: application/json',
    ...more,
    '',
    '',
  ].join('\r\n')

test('over a socket: methods that do not exist, half of a request, and far too much of one', {
  timeout: 60_000,
}, async () => {
  await listening(async (port) => {
    expect(await raw(port, [head('FOO /scim/v2/Users')])).toMatch(/^HTTP\/1\.1 400/)
    for (const verb of ['PROPFIND', 'TRACE', 'M-SEARCH']) {
      const answer = await raw(port, [head(`${verb} /scim/v2/Users`)])
      expect(answer).toMatch(/^HTTP\/1\.1 405/)
      expect(answer).toMatch(/application\/scim\+json/)
    }
    // The connection goes in the middle of the body; then in the middle of the headers; then it only stays silent.
    await raw(port, [head('POST /scim/v2/Users', ['content-length: 100']), '{"userName":'], { end: true })
    await raw(port, [head('POST /scim/v2/Users', ['content-length: 100']), '{"userName":'], { patience: 100 })
    await raw(port, [head('POST /scim/v2/Users', ['transfer-encoding: chunked']), '5\r\n{"use'], { patience: 100 })
    await raw(port, ['GET /scim/v2/Users HTTP/1.1\r\nhost'], { patience: 100 })
    // 50 MB, said beforehand or not.
    const piece = new Uint8Array(1_048_576).fill(32)
    const said = await raw(port, [
      head('POST /scim/v2/Users', [`content-length: ${50 * piece.length}`]),
      ...Array.from({ length: 50 }, () => piece),
    ])
    expect(said).toMatch(/^HTTP\/1\.1 413/)
    const chunks = Array.from({ length: 50 }).flatMap(() => [`${piece.length.toString(16)}\r\n`, piece, '\r\n'])
    const unsaid = await raw(port, [head('POST /scim/v2/Bulk', ['transfer-encoding: chunked']), ...chunks, '0\r\n\r\n'])
    expect(unsaid).toMatch(/^HTTP\/1\.1 413/)
    // Afterwards everything is as before.
    const response = await fetch(`http://127.0.0.1:${port}/scim/v2/Users?count=1`, {
      headers: { authorization: `Bearer ${here.tokens.get('idp')}` },
    })
    expect([response.status, part(await response.json())['itemsPerPage']]).toEqual([200, 1])
  })
  expect(rejected).toEqual([])
  const broken = here.lines.filter((line) => line.includes('nobody foresaw'))
  expect(broken).toEqual([])
})

test('a body of braces, of quotes and of backslashes takes no longer than it is long', async () => {
  for (const text of [
    '{'.repeat(5e6),
    '['.repeat(5e6),
    '"'.repeat(5e6),
    `"${'\\'.repeat(5e6)}"`,
    `{"userName":"${'\\"'.repeat(2e6)}"}`,
    `[${'{},'.repeat(1e6)}{}]`,
  ]) {
    const started = performance.now()
    expect((await here.ask('POST', '/Users', text)).status).toBe(400)
    expect(performance.now() - started).toBeLessThan(3_000)
  }
})
