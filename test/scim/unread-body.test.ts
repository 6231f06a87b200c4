/**
 * Statements 71 and 75 of the requirements over a real socket: a client that reads only once it has sent everything gets the whole
 * answer to a body that nobody wants, because what it still sends is read and thrown away.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { serve } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Endpoint, ERROR, openEndpoint, part } from './endpoint.ts'

const PIECE = new Uint8Array(1_048_576).fill(32)
const PIECES = 50

let here: Endpoint
let server: ReturnType<typeof serve>
let port = 0
beforeAll(async () => {
  here = await openEndpoint()
  server = serve({ fetch: here.app.fetch, port: 0, hostname: '127.0.0.1' })
  await once(server, 'listening')
  const address = server.address()
  port = typeof address === 'object' ? (address?.port ?? 0) : 0
})
afterAll(async () => {
  server?.close()
  await here?.drop()
})

interface Sent {
  type?: string
  /** Says beforehand how much comes; else it comes in chunks. */
  length: boolean
  pieces?: number
  /** Milliseconds between pieces. */
  every?: number
}

/** Waits until there is room for more, or the connection is gone. */
async function write(socket: Socket, data: string | Uint8Array): Promise<void> {
  if (socket.destroyed || socket.write(data)) return
  await new Promise<void>((resolve) => {
    const go = () => {
      for (const event of ['drain', 'close']) socket.off(event, go)
      resolve()
    }
    for (const event of ['drain', 'close']) socket.on(event, go)
  })
}

/** Sends a body to the end, and only then reads: what came back, and what went wrong on the way. */
async function sendAll({ type = 'application/scim+json', length, pieces = PIECES, every = 0 }: Sent) {
  const socket = connect(port, '127.0.0.1')
  const errors: string[] = []
  socket.on('error', (error: NodeJS.ErrnoException) => void errors.push(error.code ?? error.message))
  socket.pause()
  await once(socket, 'connect')
  const size = length ? `content-length: ${pieces * PIECE.length}` : 'transfer-encoding: chunked'
  const head = `POST /scim/v2/Users HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${here.tokens.get('idp')}\r\ncontent-type: ${type}\r\n${size}\r\n\r\n`
  await write(socket, head)
  for (let sent = 0; sent < pieces && errors.length === 0; sent++) {
    if (!length) await write(socket, `${PIECE.length.toString(16)}\r\n`)
    await write(socket, PIECE)
    if (!length) await write(socket, '\r\n')
    if (every > 0) await pause(every)
  }
  if (!length) await write(socket, '0\r\n\r\n')
  let got = ''
  const answered = new Promise<void>((resolve) => {
    if (socket.destroyed) resolve()
    socket.on('close', resolve)
    socket.on('data', (chunk) => {
      got += chunk.toString('utf8')
      if (/\r\n\r\n.*\}$/s.test(got)) resolve()
    })
  })
  socket.resume()
  await answered
  socket.destroy()
  const end = got.indexOf('\r\n\r\n')
  if (end < 0) return { errors: [...errors, 'no answer'], status: '', headers: [], body: {} }
  const [status = '', ...headers] = got.slice(0, end).toLowerCase().split('\r\n')
  return { errors, status, headers, body: part(JSON.parse(got.slice(end + 4))) }
}

describe('a client that reads when it has sent 50 MB', { timeout: 15_000 }, () => {
  test.each([
    ['with its length given', { length: true }],
    ['in chunks', { length: false }],
    ['slowly, with its length given', { length: true, every: 25 }],
    ['slowly, in chunks', { length: false, every: 25 }],
  ])('71: gets the whole 413, %s', async (_, sent) => {
    const { errors, status, headers, body } = await sendAll(sent)
    expect(errors).toEqual([])
    expect(status).toBe('http/1.1 413 payload too large')
    expect(body).toEqual({
      schemas: [ERROR],
      status: '413',
      detail: expect.stringContaining('10,485,760 bytes'),
    })
    expect(headers).toContain('content-type: application/scim+json')
    expect(headers).toContain('connection: close')
    // The same body is too large at any time: nobody is invited to send it again (RFC 9110 §15.5.14).
    expect(headers.join()).not.toContain('retry-after')
  })

  test('75: gets the whole 415', async () => {
    const { errors, status, body } = await sendAll({ type: 'text/csv', length: true, every: 25 })
    expect(errors).toEqual([])
    expect(status).toBe('http/1.1 415 unsupported media type')
    expect(body['detail']).toContain('"text/csv"')
  })
})

test('71: what never ends is read for a while only', { timeout: 15_000 }, async () => {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.resume()
  const head = ['POST /scim/v2/Users HTTP/1.1', 'host: x', `authorization: Bearer ${here.tokens.get('idp')}`]
  socket.write([...head, 'content-length: 1000000000000', '', ''].join('\r\n'))
  let sent = 0
  for (; !socket.destroyed && sent < 1_000; sent++) await write(socket, PIECE)
  socket.destroy()
  // The 64 MiB, and what the sockets of both sides hold besides.
  expect(sent).toBeGreaterThan(60)
  expect(sent).toBeLessThan(100)
})
