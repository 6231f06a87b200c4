/**
 * Every route of the OpenAPI document, asked for what nobody means: whatever comes in, the answer is a problem of the catalogue or what
 * the document promises, and never an internal error.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CATALOGUE } from '../../src/errors.ts'
import { REASONS } from '../../src/reconcile/reasons.ts'
import { faultOf, type LivedIn, openLivedIn, type Route } from './lived-in.ts'

/** Reasons why a file is not read are answered as they are. */
const CODES = new Map(
  [...Object.entries(REASONS), ...Object.entries(CATALOGUE)].map(([code, { status }]) => [code, status ?? 0]),
)

let here: LivedIn
beforeAll(async () => {
  here = await openLivedIn()
})
afterAll(() => here.world.drop())

/** As they stand in an address: what is given raw is not encoded once more. */
const IDS = [
  '',
  '0',
  '-1',
  '1.5',
  '1e9',
  'null',
  'undefined',
  'NaN',
  '__proto__',
  'constructor',
  'toString',
  'pln_',
  'pln_0',
  'pln_-1',
  'pln_01',
  'pln_1e3',
  'pln_9007199254740991',
  'pln_9007199254740993',
  'pln_99999999999999999999',
  'mem_9007199254740991',
  'snp_9007199254740991',
  'dec_9007199254740991',
  'tok_9007199254740991',
  '2147483647',
  '2147483648',
  '999999999',
  '..',
  '%2e%2e',
  '%2F',
  '%00',
  '%',
  '%zz',
  '%E0%A4%A',
  '%ff',
  '%ED%A0%80',
  "'%3B--",
  '%25',
  'a'.repeat(5_000),
  '%F0%9F%92%A9',
  '%E2%80%AE',
  '%0d%0aSet-Cookie:x',
  '*',
  ':plan',
  '{plan}',
  '%7Bplan%7D',
  '+',
  '%20',
]
const QUERIES = [
  '?',
  '?=',
  '?&&',
  '?limit',
  '?limit=',
  '?limit=0',
  '?limit=-1',
  '?limit=501',
  '?limit=1e2',
  '?limit=0x10',
  '?limit=9'.padEnd(400, '9'),
  '?limit=NaN',
  '?limit=Infinity',
  '?limit=1&limit=2',
  '?limit[]=1',
  '?limit=%00',
  '?limit=1.0',
  '?limit=%201%20',
  '?cursor=',
  '?cursor=%00',
  '?cursor=bnVsbA',
  '?cursor=MA',
  '?cursor=LTE',
  '?cursor=MWUzMDA',
  '?cursor=W10',
  '?cursor=e30',
  '?cursor=WyJhIiwwXQ',
  '?cursor=WyJcdTAwMDAiLDFd',
  '?cursor=OTAwNzE5OTI1NDc0MDk5MQ',
  '?cursor=OTAwNzE5OTI1NDc0MDk5Mw',
  '?cursor=MjE0NzQ4MzY0OA',
  '?cursor=MS41',
  '?cursor=IlwiIg',
  `?cursor=${'W'.repeat(1_999)}`,
  `?cursor=${'A'.repeat(9_000)}`,
  '?cursor=WyJcdWQ4MDAiLDFd',
  '?state=',
  '?state=x',
  '?state=applied%00',
  '?state=__proto__',
  '?state=toString',
  '?kind=constructor',
  '?lane=by_hand',
  '?code=%00',
  '?code=x',
  '?q=%00',
  '?q=%ff',
  '?q=%25%5C_',
  `?q=${'%C3%84'.repeat(200)}`,
  `?q=${'a'.repeat(20_000)}`,
  '?q=%ED%A0%80',
  '?q=%F0%9F%92%A9',
  '?source=%00',
  '?source=hr',
  '?since=x',
  '?since=2027-02-30T00:00:00Z',
  '?since=0000-01-01T00:00:00Z',
  '?until=9999-12-31T23:59:59Z',
  '?since=+275760-09-13T00:00:00Z',
  '?act=plan',
  '?act=%25',
  '?actor=%00',
  "?object='",
  '?__proto__=1',
  '?constructor=1',
  '?unknown=1',
  '?%00=1',
  '?%ff=%ff',
]
const deep = (open: string, close: string, by: number) => open.repeat(by) + close.repeat(by)
const BODIES: [body: string | Uint8Array<ArrayBuffer>, type?: string][] = [
  [''],
  [' '],
  ['null'],
  ['0'],
  ['""'],
  ['[]'],
  ['[[[]]]'],
  ['true'],
  ['{}'],
  ['{"__proto__":{"a":1}}'],
  ['{"constructor":1}'],
  ['{"a":1}'],
  ['{'],
  ['{"a":'],
  ['{"a":1}}'],
  ['\u0000'],
  ['{"a":"\u0000"}'],
  ['{"a":"\\u0000"}'],
  ["{'a':1}"],
  ['NaN'],
  ['// x'],
  [deep('[', ']', 50_000)],
  [`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
  [`{"hash":${deep('[', ']', 50_000)}}`],
  [`{"email":"${'a'.repeat(900_000)}"}`],
  [`{"email":"${'x'.repeat(1_100_000)}"}`],
  ['{"email":null}'],
  ['{"email":{}}'],
  ['{"email":"\\ud800"}'],
  ['{"email":"a@b\\u0000.test"}'],
  ['{"email":"\u202ea@alpha.test"}'],
  [`{"email":"${'a'.repeat(300)}@alpha.test"}`],
  ['{"email":"x@y.test","language":"\u0000"}'],
  ['{"email":"x@y.test","quiet":"yes"}'],
  ['{"hash":""}'],
  ['{"hash":"x"}'],
  ['{"hash":"x","override":{"count":1e308,"reason":"x"}}'],
  ['{"hash":"x","override":{"count":-1,"reason":"x"}}'],
  ['{"hash":"x","override":{"count":9007199254740993,"reason":"x"}}'],
  ['{"hash":"x","override":{}}'],
  ['{"hash":"x","override":null}'],
  ['{"hash":"x","start":"no"}'],
  ['{"count":1}'],
  ['{"count":-0}'],
  ['{"count":1.5}'],
  ['{"count":1e400}'],
  ['{"count":"1"}'],
  ['{"count":9007199254740991}'],
  ['{"choice":"link"}'],
  ['{"choice":"link","target":"per_9007199254740991"}'],
  ['{"choice":"__proto__"}'],
  ['{"choice":"link","target":"per_0"}'],
  ['{"reason":"\\u0000"}'],
  ['{"reason":" "}'],
  [`{"reason":"${'r'.repeat(3_000)}"}`],
  ['{"because":"clock"}'],
  ['{"administrator":"nobody@alpha.test"}'],
  ['{"administrator":"kim@alpha.test","expiresAt":"2027-02-30T00:00:00Z"}'],
  ['{"administrator":"kim@alpha.test","expiresAt":"0001-01-01T00:00:00Z"}'],
  ['{"administrator":"kim@alpha.test","expiresAt":"9999-12-31T23:59:59.999Z"}'],
  ['{"administrator":"kim@alpha.test","role":"owner"}'],
  ['{"email":"x@y.test"}', 'text/plain'],
  ['email=x', 'application/x-www-form-urlencoded'],
  ['--x\r\n\r\n--x--', 'multipart/form-data; boundary=x'],
  ['<a/>', 'application/xml'],
  ['{}', 'application/json; charset=utf-16'],
  ['{}', 'application/jsonp'],
  ['{}', ''],
  ['{}', '\t'],
  ['{}', 'application/vnd.api+json'],
  [new Uint8Array([0xff, 0xfe, 0x7b, 0x00])],
  [new Uint8Array([0xef, 0xbb, 0xbf, 0x7b, 0x7d])],
  [new Uint8Array(100_000)],
]
const HEADERS: Record<string, string>[] = [
  { accept: '' },
  { accept: 'text/csv' },
  { accept: 'application/jsonl' },
  { accept: 'text/html;q=2,,;' },
  { accept: 'x'.repeat(9_000) },
  { 'idempotency-key': '' },
  { 'idempotency-key': 'ü' },
  { 'idempotency-key': 'a b' },
  { 'idempotency-key': 'k'.repeat(201) },
  { 'idempotency-key': 'one' },
  { 'idempotency-key': "'; drop table plans; --".replaceAll(' ', '_') },
  { 'x-request-id': 'x'.repeat(5_000) },
  { 'x-request-id': 'ü' },
  { 'content-length': '-1' },
  { 'content-length': '99999999999' },
  { 'content-encoding': 'gzip' },
  { 'transfer-encoding': 'chunked' },
  { 'if-none-match': '*' },
  { range: 'bytes=0-1' },
  { host: 'evil.example' },
  { 'x-http-method-override': 'DELETE' },
  { origin: 'null' },
  { authorization: 'Bearer' },
  { authorization: 'Basic YTpi' },
  { authorization: `Bearer ${'x'.repeat(9_000)}` },
  { authorization: 'Bearer rosterd_%00' },
]
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'get', 'Ünknown']

interface Ask {
  route: Route
  who: string | null
  method?: string
  path: string
  body?: string | Uint8Array<ArrayBuffer> | undefined
  headers?: Record<string, string>
}

/** What is wrong with the answer, with what was asked. */
async function faults({ route, who, method = route.method, path, body, headers = {} }: Ask): Promise<string[]> {
  const bodiless = method === 'GET' || method === 'HEAD'
  let request: Request
  try {
    request = new Request(`http://rosterd.test${path}`, {
      method,
      headers: {
        ...(who === null ? {} : { authorization: `Bearer ${who}` }),
        'content-type': 'application/json',
        ...headers,
      },
      ...(body === undefined || bodiless ? {} : { body }),
    })
  } catch {
    // No client can send it.
    return []
  }
  const response = await here.world.app.request(request)
  const text = await response.text()
  const type = response.headers.get('content-type') ?? ''
  if (method === 'HEAD') return response.status < 500 ? [] : [`HEAD ${path}: ${response.status}`]
  const json = /^application\/(problem\+)?json$/.test(type) ? JSON.parse(text) : {}
  // Where it met another route than the one that is meant, the shape of what comes is that one's business.
  const meant = method === route.method && !/\{|\}/.test(path) ? route : null
  const fault = faultOf({ status: response.status, type, headers: response.headers, text, json }, meant, CODES)
  return fault === null
    ? []
    : [`${method} ${path.slice(0, 200)} ${String(body).slice(0, 80)} ${JSON.stringify(headers).slice(0, 80)}: ${fault}`]
}

/** The path with one name replaced by something raw. */
function replaced(route: Route, name: string, raw: string): string {
  const hole = 'HOLE'
  return here.fill(route, here.alpha, here.alpha, { [name]: hole }).replace(hole, raw)
}

/** What it takes is not counted; what is asked is, so that a document without routes does not pass. */
async function all(asks: Ask[]): Promise<void> {
  const wrong: string[] = []
  for (const ask of asks) wrong.push(...(await faults(ask)))
  expect(wrong).toEqual([])
  expect(asks.length).toBeGreaterThan(100)
}

/** Every `of`th, another one for each route: the routes together see all, and none of them takes long. */
const share = <T>(list: readonly T[], at: number, of: number): T[] => list.filter((_, index) => (index + at) % of === 0)

const admin = () => here.tokens.admin
const path = (route: Route) => here.fill(route, here.alpha, here.alpha)

it('made-up ids, in every place of every path', () =>
  all(
    here.routes.flatMap((route, at) =>
      route.names
        // The organization is looked for in one place, whatever follows it.
        .filter((name) => name !== 'organization' || at % 12 === 2)
        .flatMap((name) =>
          share(IDS, at, 2).map((raw) => ({ route, who: admin(), path: replaced(route, name, raw), body: '{}' })),
        ),
    ),
  ))

it('queries: wrong types, huge numbers, made-up cursors, unknown names', () =>
  all(
    here.routes.flatMap((route, at) =>
      share(QUERIES, at, route.query.length > 0 ? 1 : 12).map((query) => ({
        route,
        who: admin(),
        path: path(route) + query,
        body: '{}',
      })),
    ),
  ))

it('bodies: of other types, too deep, too large, broken, not what they say', () =>
  all(
    here.routes
      .filter((route) => route.hasBody)
      .flatMap((route) =>
        BODIES.map(([body, type]) => ({
          route,
          who: admin(),
          path: path(route),
          body,
          ...(type === undefined ? {} : { headers: { 'content-type': type } }),
        })),
      ),
  ))

it('headers and methods', () =>
  all(
    here.routes.flatMap((route, at) => [
      ...share(HEADERS, at, 4).map((headers) => ({ route, who: admin(), path: path(route), body: '{}', headers })),
      ...METHODS.map((method) => ({ route, who: admin(), method, path: path(route), body: '{}' })),
    ]),
  ))

it('all of it at once, by anybody', async () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.constantFrom(...IDS))
  const value = fc.oneof(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(1e308, -1, 2 ** 53, '\u0000', '\ud800'))
  const field = fc.constantFrom(
    'email',
    'hash',
    'override',
    'count',
    'choice',
    'target',
    'reason',
    'administrator',
    'role',
    'start',
    'quiet',
    'x',
  )
  const name = fc.constantFrom(
    'limit',
    'cursor',
    'state',
    'kind',
    'lane',
    'q',
    'code',
    'since',
    'until',
    'act',
    'source',
    'x',
  )
  const cursor = fc.jsonValue({ maxDepth: 2 }).map((json) => Buffer.from(JSON.stringify(json)).toString('base64url'))
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.constantFrom('viewer', 'operator', 'admin', 'foreign', 'bootstrap', 'junk', null),
      fc.array(text, { maxLength: 4 }),
      fc.array(fc.tuple(name, fc.oneof(text, cursor)), { maxLength: 3 }),
      fc.oneof(
        fc.array(fc.tuple(field, value), { maxLength: 4 }).map((pairs) => JSON.stringify(Object.fromEntries(pairs))),
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Uint8Array.from(bytes)),
        fc.constant(undefined),
      ),
      fc.boolean(),
      async (which, who, ids, query, body, real) => {
        const route = here.routes[which % here.routes.length]
        if (route === undefined) throw new Error('no routes')
        const names = Object.fromEntries(route.names.slice(1).map((one, at) => [one, ids[at] ?? 'x']))
        const at = here.fill(route, here.alpha, here.alpha, real ? {} : wellFormed(names))
        const asked = query.map(([key, one]) => `${key}=${encodeURIComponent(one.toWellFormed())}`).join('&')
        const tokens: Record<string, string> = {
          ...here.tokens,
          foreign: here.foreign,
          bootstrap: here.world.tokens.bootstrap,
        }
        const bearer = who === null ? null : (tokens[who] ?? 'junk')
        expect(await faults({ route, who: bearer, path: `${at}${asked === '' ? '' : `?${asked}`}`, body })).toEqual([])
      },
    ),
    { numRuns: 700 },
  )
})

const wellFormed = (names: Record<string, string>) =>
  Object.fromEntries(Object.entries(names).map(([name, value]) => [name, value.toWellFormed()]))
