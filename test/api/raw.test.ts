/** Routes whose bodies are files: what reaches them, what is refused on the way, and what a repetition does. */
import { createHash, randomUUID } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import { bodyLimit } from 'hono/body-limit'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { openDoor } from '../../src/api/openapi.ts'
import { isRaw, rawRoute } from '../../src/api/raw.ts'
import { answerError } from '../../src/problem.ts'
import { openWorld, type World } from './world.ts'

const MOST = 1_000
const SMALL = 10

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.drop())

const kept = new Map<number, string>()
let received = 0
let answered = 0
let failing = false
beforeEach(() => {
  kept.clear()
  answered = 0
  failing = false
})

/** A door with one route that keeps what comes, behind a limit that everything else has. */
function openFiles() {
  const door = openDoor({ parts: world.parts, bootstrap: Buffer.alloc(32), version: '0' })
  const { app } = door
  app.use(async (c, next) => {
    const role = c.req.header('x-role') === 'viewer' ? 'viewer' : 'operator'
    c.set('caller', { name: 'op@acme.example', role, organization: null, tokenId: null })
    c.set('log', world.parts.log)
    c.set('requestId', 'r')
    await next()
  })
  const limited = bodyLimit({ maxSize: SMALL, onError: (c) => c.text('limited', 413) })
  app.use((c, next) => (isRaw(door, c) ? next() : limited(c, next)))
  app.onError((error, c) => answerError(error, 'r', c.var.log))
  app.post('/other', async (c) => c.text(await c.req.text()))
  rawRoute(
    door,
    {
      path: '/files/{name}',
      noun: 'files',
      summary: 'Keep a file',
      role: 'operator',
      query: z.strictObject({ as: z.string().optional() }),
      answer: z.object({ name: z.string(), bytes: z.int(), as: z.string().nullable() }),
      raw: { types: ['text/csv'], mostBytes: MOST },
    },
    {
      async receive({ body }) {
        const chunks: Uint8Array[] = []
        for await (const chunk of body) chunks.push(chunk)
        const content = Buffer.concat(chunks)
        kept.set(++received, content.toString())
        return { number: received, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') }
      },
      async answer({ param, query }, { bytes }) {
        if (failing) throw new Error('no')
        answered++
        return { name: param('name'), bytes, as: query.as ?? null }
      },
      async drop(_, { number }) {
        kept.delete(number)
      },
    },
  )
  return app
}

async function send(body: string, { type = 'text/csv', query = '', headers = {} } = {}) {
  const response = await openFiles().request(`/api/v1/organizations/acme/files/a.csv${query}`, {
    method: 'POST',
    headers: { 'content-type': type, ...headers },
    body,
  })
  const text = await response.text()
  const json: Record<string, unknown> = JSON.parse(text)
  return { status: response.status, json, replayed: response.headers.get('idempotency-replayed') }
}

it('bytes come in beyond the limit of other requests, and the answer is of its schema', async () => {
  const { status, json } = await send('x'.repeat(MOST), { type: 'Text/CSV; charset=utf-8', query: '?as=b' })
  expect([status, json]).toEqual([200, { name: 'a.csv', bytes: MOST, as: 'b' }])
  expect([...kept.values()]).toEqual(['x'.repeat(MOST)])
  const other = await openFiles().request('/other', { method: 'POST', body: 'x'.repeat(SMALL + 1) })
  expect(other.status).toBe(413)
})

it('one byte more than a file may have is refused, whether or not its length was told', async () => {
  const told = await send('x'.repeat(MOST + 1), { headers: { 'content-length': String(MOST + 1) } })
  expect([told.status, told.json['code'], told.json['limit']]).toEqual([413, 'BODY_TOO_LARGE', MOST])
  const untold = await send('x'.repeat(MOST + 1))
  expect([untold.status, untold.json['code']]).toEqual([413, 'BODY_TOO_LARGE'])
  expect(kept.size).toBe(0)
})

it('another type, another query and too low a role are refused', async () => {
  const json = await send('{}', { type: 'application/json' })
  expect([json.status, json.json['code'], json.json['next']]).toEqual([415, 'MEDIA_TYPE_UNSUPPORTED', 'Send text/csv.'])
  expect((await send('x', { query: '?other=1' })).status).toBe(400)
  expect((await send('x', { headers: { 'x-role': 'viewer' } })).status).toBe(403)
  expect(kept.size).toBe(0)
})

it('a repetition gets the first answer, and its copy is let go of', async () => {
  const headers = { 'idempotency-key': randomUUID() }
  const first = await send('a,b', { headers })
  const again = await send('a,b', { headers })
  expect([again.status, again.json, again.replayed, answered]).toEqual([200, first.json, 'true', 1])
  expect([...kept.values()]).toEqual(['a,b'])
  const others = [await send('a,c', { headers }), await send('a,b', { headers, query: '?as=x' })]
  expect(others.map(({ status, json }) => [status, json['code']])).toEqual([
    [422, 'IDEMPOTENCY_KEY_REUSED'],
    [422, 'IDEMPOTENCY_KEY_REUSED'],
  ])
  expect([...kept.values()]).toEqual(['a,b'])
})

it('what could not be answered is let go of, and can be sent again under its key', async () => {
  const headers = { 'idempotency-key': randomUUID() }
  failing = true
  expect((await send('a', { headers })).status).toBe(500)
  expect(kept.size).toBe(0)
  failing = false
  expect((await send('a', { headers })).status).toBe(200)
})
