/** Clients that begin and fall silent: they are ended within the limits of the daemon, and hold nobody up meanwhile. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeListener, openListener } from '../src/listener.ts'
import { type Endpoint, openEndpoint, USER } from './scim/endpoint.ts'

const PATIENCE = { requestWithin: 1_500, lookEvery: 100 }
/** Until the last of them is ended, with what a busy machine adds. */
const WITHIN_MS = 10_000

let here: Endpoint
let server: Server
let port = 0
beforeAll(async () => {
  here = await openEndpoint()
  server = await openListener({ host: '127.0.0.1', port: 0 }, here.app.fetch, PATIENCE)
  const address = server.address()
  if (address !== null && typeof address === 'object') port = address.port
})
afterAll(async () => {
  if (server?.listening) await closeListener(server, 1_000)
  await here?.drop()
})

interface Client {
  socket: Socket
  heard(): string
}

/** Sends this and nothing more, not even that it has finished: only the server can end the connection. */
async function silent(text: string): Promise<Client> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  let heard = ''
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.toString()
  })
  socket.on('error', () => {})
  await once(socket, 'connect')
  if (text !== '') socket.write(text)
  return { socket, heard: () => heard }
}

const connections = () =>
  new Promise<number>((resolve, reject) =>
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  )

/** Resolves when nobody is connected any more. */
async function emptied(): Promise<void> {
  const began = performance.now()
  while ((await connections()) > 0 && performance.now() - began < WITHIN_MS) await pause(20)
  expect(await connections()).toBe(0)
}

const head = (path: string, size: string, type = 'application/scim+json') =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${here.tokens.get('idp')}\r\ncontent-type: ${type}\r\n${size}\r\n\r\n`
const HALF = '{"userName":"half'

const SILENT: Record<string, { text(): string; answer: RegExp }> = {
  'before a word': { text: () => '', answer: /^HTTP\/1\.1 408 / },
  'in the head': { text: () => 'POST /scim/v2/Users HTTP/1.1\r\nhost: x\r\n', answer: /^HTTP\/1\.1 408 / },
  'before the body': { text: () => head('/scim/v2/Users', 'content-length: 100'), answer: /^HTTP\/1\.1 408 / },
  'in the body': { text: () => head('/scim/v2/Users', 'content-length: 100') + HALF, answer: /^HTTP\/1\.1 408 / },
  'in a chunk': {
    text: () => `${head('/scim/v2/Users', 'transfer-encoding: chunked')}ff\r\n${HALF}`,
    answer: /^HTTP\/1\.1 408 /,
  },
  'in a body that nobody wants': {
    text: () => head('/scim/v2/Users', 'content-length: 100', 'text/csv') + HALF,
    answer: /^HTTP\/1\.1 408 /,
  },
  'in a request that is refused before it is read': {
    text: () => head('/api/v1/organizations', 'content-length: 100') + HALF,
    answer: /^HTTP\/1\.1 401 /,
  },
}

describe('who falls silent', { timeout: 2 * WITHIN_MS }, () => {
  test('is told so and gone', async () => {
    const clients = await Promise.all(Object.values(SILENT).map(({ text }) => silent(text())))
    await pause(PATIENCE.requestWithin / 4)
    // Nobody is hurried.
    expect(await connections()).toBe(clients.length)
    await emptied()
    for (const [index, [place, { answer }]] of Object.entries(SILENT).entries()) {
      expect(clients[index]?.heard(), place).toMatch(answer)
      clients[index]?.socket.destroy()
    }
  })

  test('after an answer, in the next request, is gone without one', async () => {
    const { heard, socket } = await silent('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n')
    await pause(100)
    socket.write(head('/scim/v2/Users', 'content-length: 100') + HALF)
    await emptied()
    expect(heard().match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200'])
    socket.destroy()
  })

  test('holds nobody up, however many do', async () => {
    const texts = ['', head('/scim/v2/Users', 'content-length: 100') + HALF]
    const clients = await Promise.all(Array.from({ length: 200 }, (_, n) => silent(texts[n % 2] ?? '')))
    const answer = await fetch(`http://127.0.0.1:${port}/scim/v2/Users`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${here.tokens.get('idp')}`,
        'content-type': 'application/scim+json',
        connection: 'close',
      },
      body: JSON.stringify({ schemas: [USER], userName: 'not-held-up' }),
    })
    expect(answer.status).toBe(201)
    await answer.text()
    expect(clients.some(({ heard }) => heard() !== '')).toBe(false)
    await emptied()
    for (const { socket } of clients) socket.destroy()
    const found = await here.ask('GET', '/Users?filter=userName sw "half"')
    expect(found.json['totalResults']).toBe(0)
  })
})

test.each([
  ['a path that has to be percent-encoded', 'GET /scim/v2/Users/CORP\\jsmith', 'host: x', 'application/scim+json'],
  ['a host that is none', 'GET /scim/v2/Users', 'host: a@b', 'application/scim+json'],
  ['the address of another host', 'GET http://other:99999/scim/v2/Users', 'host: x', 'application/scim+json'],
  ['a host that is none, elsewhere', 'GET /api/v1/organizations', 'host: a@b', 'application/problem+json'],
])('%s is answered with a body that says so', async (_, line, host, type) => {
  const socket = connect({ port, host: '127.0.0.1' })
  let heard = ''
  socket.on('data', (chunk) => (heard += chunk))
  socket.write(`${line} HTTP/1.1\r\n${host}\r\nconnection: close\r\n\r\n`)
  await once(socket, 'close')
  expect(heard).toMatch(/^HTTP\/1\.1 400 /)
  expect(heard.toLowerCase()).toContain(`content-type: ${type}`)
  expect(heard).toContain('no address; percent-encode')
})

test('who is silent when it closes keeps it no longer than the drain', async () => {
  const own = await openListener({ host: '127.0.0.1', port: 0 }, here.app.fetch)
  const address = own.address()
  const socket = connect({
    port: address !== null && typeof address === 'object' ? address.port : 0,
    host: '127.0.0.1',
    allowHalfOpen: true,
  })
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(head('/scim/v2/Users', 'content-length: 100') + HALF)
  await pause(100)
  const began = performance.now()
  await closeListener(own, 300)
  expect(performance.now() - began).toBeLessThan(5_000)
  socket.destroy()
})
