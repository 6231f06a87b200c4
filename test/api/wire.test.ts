/** What no HTTP library would send, over a real socket: it gets an answer below 500 or none, and the next client gets theirs. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { serve } from '@hono/node-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openWorld, type World } from './world.ts'

/** An answer takes some milliseconds. */
const WAIT_MS = 500

let world: World
let port = 0
let close: () => Promise<void>
beforeAll(async () => {
  world = await openWorld()
  const server = serve({ fetch: world.app.fetch, port: 0, hostname: '127.0.0.1' })
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  port = address.port
  close = () => new Promise((resolve) => server.close(() => resolve()))
})
afterAll(async () => {
  await close()
  await world.drop()
})

/** Sends bytes and gives what comes back until the server hangs up; of a request that never ends, what came before we do. */
async function spoken(bytes: string | Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  // What is cut off in the middle of it is an answer too.
  socket.on('error', () => undefined)
  socket.write(bytes)
  await Promise.race([closed, sleep(WAIT_MS)])
  socket.destroy()
  return Buffer.concat(chunks).toString('latin1')
}

const head = (method: string, target: string, ...more: string[]) => {
  const lines = [`authorization: Bearer ${world.tokens.admin}`, 'host: x', 'connection: close', ...more]
  return `${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`
}
const MEMBERS = '/api/v1/organizations/acme/members'
const JSON_TYPE = 'content-type: application/json'

it.each<[string, () => string | Buffer]>([
  ['no HTTP at all', () => Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc])],
  ['no host', () => `GET ${MEMBERS} HTTP/1.1\r\nconnection: close\r\n\r\n`],
  ['a host that is none', () => head('GET', MEMBERS).replace('host: x', 'host: a b/c?d#e')],
  ['an empty host', () => head('GET', MEMBERS).replace('host: x', 'host:')],
  ['HTTP/1.0', () => `GET ${MEMBERS} HTTP/1.0\r\n\r\n`],
  ['an address that is none', () => head('GET', '//[')],
  ['an address of another server', () => head('GET', 'http://evil.example/api/v1/me')],
  ['dots that climb', () => head('GET', '/api/v1/../../etc/passwd')],
  ['a broken escape', () => head('GET', `${MEMBERS}/%`)],
  ['bytes that are no UTF-8', () => head('GET', `${MEMBERS}/\u00ff\u00fe`)],
  ['an asterisk', () => head('OPTIONS', '*')],
  ['a method that nobody knows', () => head('BREW', MEMBERS)],
  ['an endless header', () => head('GET', MEMBERS, `x: ${'y'.repeat(100_000)}`)],
  ['two lengths', () => head('POST', MEMBERS, JSON_TYPE, 'content-length: 2', 'content-length: 3')],
  ['a length and chunks', () => head('POST', MEMBERS, JSON_TYPE, 'content-length: 2', 'transfer-encoding: chunked')],
  ['less than its length', () => `${head('POST', MEMBERS, JSON_TYPE, 'content-length: 500')}{"email":`],
  ['broken chunks', () => `${head('POST', MEMBERS, JSON_TYPE, 'transfer-encoding: chunked')}zz\r\n`],
  [
    'chunks without end that are too many',
    () =>
      `${head('POST', MEMBERS, JSON_TYPE, 'transfer-encoding: chunked')}${`ffff\r\n${'x'.repeat(0xffff)}\r\n`.repeat(20)}`,
  ],
  ['a length beyond every limit', () => head('POST', MEMBERS, JSON_TYPE, 'content-length: 99999999999999')],
  ['a body with GET', () => `${head('GET', MEMBERS, 'content-length: 2')}{}`],
  ['an upgrade', () => head('GET', MEMBERS, 'upgrade: websocket', 'connection: upgrade')],
  [
    'waiting to be told to go on',
    () => `${head('POST', MEMBERS, JSON_TYPE, 'expect: 100-continue', 'content-length: 2')}{}`,
  ],
])('%s', async (_, bytes) => {
  const answer = await spoken(bytes())
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1]
  expect([status ?? 'none', answer.slice(0, 300)]).toEqual([
    expect.stringMatching(/^(none|[1-4]\d\d)$/),
    expect.any(String),
  ])
  const next = await fetch(`http://127.0.0.1:${port}/api/v1/me`, {
    headers: { authorization: `Bearer ${world.tokens.admin}` },
  })
  expect(next.status).toBe(200)
  expect(world.lines.filter((line) => line.includes('no catalogue knows'))).toEqual([])
})
