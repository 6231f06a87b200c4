/** `scim check` against small servers that misbehave, each in one way, and against one that does not. */
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { run } from '../../src/cli/program.ts'
import type { Terminal } from '../../src/cli/terminal.ts'

const TOKEN = 'rosterd_scim_of-a-test'
/** One file holds both; each is found by its heading. */
const PEM = readFileSync(new URL('../data/self-signed.pem', import.meta.url))
const API = 'urn:ietf:params:scim:api:messages:2.0'
const PEOPLE = Array.from({ length: 250 }, (_, at) => ({
  id: `id-${at}`,
  userName: `u${at}@acme.example`,
  active: true,
}))

interface Answer {
  status: number
  type?: string
  headers?: Record<string, string>
  body: unknown
}
type Ask = { path: string; query: URLSearchParams; token: string | null }
/** Changes the right answer into a wrong one; undefined leaves it. */
type Wrong = (ask: Ask, right: Answer) => Answer | undefined

const error = (status: number): Answer => ({
  status,
  body: { schemas: [`${API}:Error`], status: String(status), detail: 'so it is' },
})
function list(all: object[], query: URLSearchParams): Answer {
  const startIndex = Number(query.get('startIndex') ?? 1)
  const Resources = all.slice(startIndex - 1, startIndex - 1 + Number(query.get('count') ?? 100))
  const body = { totalResults: all.length, startIndex, itemsPerPage: Resources.length, Resources }
  return { status: 200, body: { schemas: [`${API}:ListResponse`], ...body } }
}

function right({ path, query, token }: Ask): Answer {
  if (path === '/scim/v2/ServiceProviderConfig')
    return { status: 200, body: { patch: { supported: true }, bulk: {}, filter: { maxResults: 9, supported: true } } }
  if (token !== TOKEN) return error(401)
  if (path === '/scim/v2/Users') return list(query.has('filter') ? [] : PEOPLE, query)
  if (path === '/scim/v2/Groups') return list([], query)
  if (path === '/scim/v2/Schemas' || path === '/scim/v2/ResourceTypes') return list([{ name: 'User' }], query)
  return error(404)
}

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise<void>((resolve) => server.close(() => resolve()))
})

async function listening(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** A port on which nothing listens any more. */
async function closed(): Promise<number> {
  const server = createTcpServer()
  const port = await listening(server)
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}

function askOf(request: IncomingMessage): Ask {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x')
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? null
  return { path: pathname, query: searchParams, token }
}

const asked: string[] = []
const answering =
  (wrong: Wrong): RequestListener =>
  (request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const ask = askOf(request)
    const told = right(ask)
    const { status, type = 'application/scim+json', headers, body } = wrong(ask, told) ?? told
    response.writeHead(status, { 'content-type': type, ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

const serve = async (wrong: Wrong = () => undefined) =>
  `http://127.0.0.1:${await listening(createServer(answering(wrong)))}/scim/v2`

async function check(
  url: string,
  {
    argv = [],
    env = { ROSTERD_SCIM_TOKEN: TOKEN },
    piped,
  }: { argv?: string[]; env?: Record<string, string>; piped?: string } = {},
) {
  const ran = { exit: -1, out: '', err: '' }
  const terminal: Terminal = {
    out: (text) => {
      ran.out += text
    },
    err: (text) => {
      ran.err += text
    },
    interactive: false,
    redraws: false,
    width: Number.POSITIVE_INFINITY,
    colours: false,
    ask: async () => '',
    env,
    ...(piped !== undefined && { piped: async () => piped }),
  }
  ran.exit = await run(['scim', 'check', url, ...argv], terminal)
  return ran
}
const lines = (out: string, mark: string) => out.split('\n').filter((line) => line.startsWith(mark))

describe('an endpoint as it should be', () => {
  it('is found good, a line a check, and is only read', async () => {
    asked.length = 0
    const ran = await check(await serve())
    expect(ran).toMatchObject({ exit: 0, err: '' })
    expect(lines(ran.out, 'ok')).toHaveLength(10)
    expect(ran.out).toContain("Entra ID's Test Connection: 200 with totalResults 0")
    expect(ran.out).toMatch(/Okta's import of people: 250 people, at most \d+ ms a page\./)
    expect(ran.out).toMatch(/An identity provider can use this endpoint\.\n$/)
    expect(asked.every((line) => line.startsWith('GET '))).toBe(true)
    expect(
      asked.filter((line) => line.includes('count=100')).map((line) => /startIndex=(\d+)/.exec(line)?.[1]),
    ).toEqual(['1', '101', '201', '1'])
    expect(asked.some((line) => /filter=userName\+eq\+%22[\da-f-]{36}%22/.test(line))).toBe(true)
  })

  it('with --json it is one object; the token may be piped in; flags of the address go along', async () => {
    asked.length = 0
    const ran = await check(`${await serve()}/?aadOptscim062020`, {
      argv: ['--json'],
      env: {},
      piped: `Bearer ${TOKEN}\n`,
    })
    expect(ran.exit).toBe(0)
    expect(JSON.parse(ran.out)).toMatchObject({
      ok: true,
      skipped: 0,
      checks: [{ name: 'It answers', verdict: 'ok' }, ...Array(9).fill({})],
    })
    expect(asked.every((line) => line.includes('aadOptscim062020'))).toBe(true)
  })
})

const isUsers = ({ path }: Ask) => path.endsWith('/Users')
const page = '<!doctype html><title>Sign in</title>'
const changed =
  (change: (body: Record<string, unknown>) => object): Wrong =>
  (ask, told) =>
    isUsers(ask) && told.status === 200 ? { ...told, body: change(told.body as Record<string, unknown>) } : undefined

describe('what is wrong is said in words', () => {
  it.each<[name: string, wrong: Wrong, said: RegExp, skipped: number]>([
    [
      'a web page',
      () => ({ status: 200, type: 'text/html', body: page }),
      /answers 200 with a web page instead of JSON.*sign-in page/,
      9,
    ],
    [
      'a web page of the proxy',
      () => ({ status: 502, type: 'text/html', body: page }),
      /answers 502 with a web page/,
      9,
    ],
    [
      'a wrong path',
      () => ({ status: 404, type: 'application/json', body: {} }),
      /no SCIM endpoint at \/scim\/v2: it answers 404.*ends with \/scim\/v2/,
      9,
    ],
    [
      'a redirect',
      () => ({ status: 301, headers: { location: 'https://elsewhere.example/' }, body: '' }),
      /answers 301 and sends elsewhere, to https:\/\/elsewhere\.example\//,
      9,
    ],
    ['a proxy without rosterd', () => ({ status: 503, body: {} }), /answers 503: the proxy does not reach rosterd/, 9],
    [
      'no PATCH',
      ({ path }) =>
        path.endsWith('Config')
          ? { status: 200, body: { filter: { supported: true }, patch: { supported: false } } }
          : undefined,
      /does not support patch/,
      9,
    ],
    [
      'a refused token',
      (ask) => (isUsers(ask) ? error(401) : undefined),
      /Its token opens it: it answers 401: the token is not accepted.*rosterd_scim_/,
      8,
    ],
    [
      'too many requests',
      (ask) => (isUsers(ask) ? { ...error(429), headers: { 'retry-after': '3' } } : undefined),
      /answers 429: too many requests\. /,
      8,
    ],
    ['no ListResponse', changed(({ schemas, ...body }) => body), /no ListResponse/, 8],
    [
      'texts instead of numbers',
      changed((body) => ({ ...body, totalResults: String(body['totalResults']) })),
      /totalResults is the text "250" and not a whole number/,
      8,
    ],
    [
      'everybody let in',
      (ask) => right({ ...ask, token: TOKEN }),
      /Nothing opens without a token: with no token it answers 200: everybody may read/,
      0,
    ],
    [
      'a made-up token let in',
      (ask) => (ask.token === null ? undefined : right({ ...ask, token: TOKEN })),
      /with a made-up token it answers 200/,
      0,
    ],
    [
      '404 for nobody',
      (ask) => (ask.query.has('filter') && isUsers(ask) ? error(404) : undefined),
      /Test Connection: it answers 404 where nothing is found; it has to be 200/,
      0,
    ],
    [
      'a filter that is ignored',
      (ask) => (isUsers(ask) && ask.token === TOKEN ? list(PEOPLE, ask.query) : undefined),
      /finds 250 resources of a random name: the filter is ignored/,
      0,
    ],
    [
      'an unknown id that is a mistake',
      (_, told) => (told.status === 404 ? error(400) : undefined),
      /An id that is not there: it answers 400 instead of 404/,
      0,
    ],
    [
      'a 404 of the proxy',
      (_, told) => (told.status === 404 ? { status: 404, type: 'text/html', body: page } : undefined),
      /404 without an Error of SCIM/,
      0,
    ],
    [
      'texts for true and false',
      changed((body) => ({
        ...body,
        Resources: PEOPLE.slice(0, Number(body['itemsPerPage'])).map((one) => ({ ...one, active: 'True' })),
      })),
      /import of people: the page from 1: active of id-0 is "True"/,
      0,
    ],
    [
      'pages that overlap',
      (ask) =>
        isUsers(ask) && ask.query.get('startIndex') === '101'
          ? {
              ...list(PEOPLE, ask.query),
              body: { ...(list(PEOPLE, ask.query).body as object), Resources: PEOPLE.slice(99, 199) },
            }
          : undefined,
      /the page from 101: id-99 came twice/,
      0,
    ],
    ['a wrong count', changed((body) => ({ ...body, itemsPerPage: 7 })), /itemsPerPage is 7, and \d+ came/, 0],
    [
      'pages that stop early',
      (ask, told) =>
        isUsers(ask) && ask.query.get('startIndex') === '201'
          ? { ...told, body: { ...(told.body as object), itemsPerPage: 0, Resources: [] } }
          : undefined,
      /the page from 201: it is empty, though totalResults is 250/,
      0,
    ],
    [
      'no schemas',
      (ask) => (ask.path.endsWith('/Schemas') ? error(500) : undefined),
      /Schemas: it answers 500 \(so it is\)/,
      0,
    ],
  ])('%s', async (_, wrong, said, skipped) => {
    const ran = await check(await serve(wrong))
    expect(ran).toMatchObject({ exit: 1, err: '' })
    expect(lines(ran.out, 'FAULT')).toEqual([expect.stringMatching(said)])
    expect(ran.out).toContain(
      `1 fault; an identity provider would stumble over it.${skipped === 0 ? '' : ` ${skipped} further`}`,
    )
  })

  it('another media type is worth a note', async () => {
    const ran = await check(await serve((_, told) => ({ ...told, type: 'application/json' })))
    expect(ran.exit).toBe(0)
    expect(lines(ran.out, 'note')).toEqual([expect.stringContaining('its media type is application/json')])
  })
})

describe('what does not answer', () => {
  it.each<[name: string, url: () => Promise<string>, said: RegExp]>([
    [
      'nobody',
      async () => `http://127.0.0.1:${await closed()}/scim/v2`,
      /Nothing listens there: http:\/\/127\.0\.0\.1:\d+\./,
    ],
    ['an unknown name', async () => 'http://nobody.invalid/scim/v2', /The name (is unknown|cannot be looked up)/],
    ['no TLS', async () => (await serve()).replace('http:', 'https:'), /It speaks no TLS on that port/],
    [
      'a certificate that nobody signed',
      async () =>
        `https://127.0.0.1:${await listening(
          createTlsServer(
            { key: PEM, cert: PEM },
            answering(() => undefined),
          ),
        )}/scim/v2`,
      /TLS certificate is not one that identity providers trust.*public authority/,
    ],
    [
      'something else',
      async () =>
        `http://127.0.0.1:${await listening(
          createTcpServer((socket) =>
            socket
              .on('error', () => {})
              .end('220 mail.example ESMTP\r\n')
              .resume(),
          ),
        )}`,
      /answers something that is not HTTP/,
    ],
    [
      'a cut connection',
      async () =>
        `http://127.0.0.1:${await listening(createTcpServer((socket) => socket.on('error', () => {}).once('data', () => socket.resetAndDestroy())))}`,
      /The connection was cut/,
    ],
  ])('%s', async (_, url, said) => {
    const ran = await check(await url())
    expect(ran).toMatchObject({ exit: 1, err: '' })
    expect(lines(ran.out, 'FAULT')).toEqual([expect.stringMatching(said)])
  })

  it.each<[string, Record<string, string>, RegExp]>([
    ['localhost', { ROSTERD_SCIM_TOKEN: TOKEN }, /is not a URL/],
    ['ftp://x', { ROSTERD_SCIM_TOKEN: TOKEN }, /is not a URL/],
    ['http://127.0.0.1:1', {}, /A token of the source is needed/],
    ['http://127.0.0.1:1', { ROSTERD_SCIM_TOKEN: 'two words' }, /is no token/],
  ])('%s with %j is wrong usage', async (url, env, said) => {
    const ran = await check(url, { env })
    expect(ran).toMatchObject({ exit: 2, out: '' })
    expect(ran.err).toMatch(said)
    expect(ran.err).not.toContain('two words')
  })
})
