/** Uploads over HTTP: what comes in, what is told of it, and what is refused in words that help. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Answer, openWorld, type World } from './world.ts'

const BASE = '/api/v1/organizations/acme/uploads'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.drop())

const send = (query: string, body: string | Uint8Array<ArrayBuffer>, { who = 'operator', headers = {} } = {}) =>
  sendBytes(`${BASE}?${query}`, who, typeof body === 'string' ? new TextEncoder().encode(body) : body, headers)

async function sendBytes(
  path: string,
  who: string,
  body: Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
): Promise<Pick<Answer, 'status' | 'json'> & { replayed: string | null }> {
  const token = new Map(Object.entries(world.tokens)).get(who) ?? ''
  const response = await world.app.request(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv', ...headers },
    body,
  })
  return {
    status: response.status,
    json: JSON.parse(await response.text()),
    replayed: response.headers.get('idempotency-replayed'),
  }
}

async function kept(): Promise<number> {
  const [row] = await world.sql<{ n: number }[]>`select count(*)::int as n from uploads`
  return row?.n ?? 0
}

it('a file is shown as it is understood, read in another way, looked at and discarded', async () => {
  const csv = 'Badge;Mail;products;expires\n7;ada@acme.example;CAD Pro;1.2.2027\n;not one;;\n'
  const sent = await send('verb=assign&name=may.csv', csv)
  expect([sent.status, sent.json]).toMatchObject([
    200,
    {
      verb: 'assign',
      name: 'may.csv',
      state: 'uploaded',
      reading: {},
      counts: { rows: 2, people: 0, merged: 0, errors: 2, new: 0, unchanged: 0, unknown: 0 },
      errors: [
        { line: 2, code: 'EXPIRY_INVALID' },
        { line: 3, code: 'EMAIL_INVALID' },
      ],
      createdBy: 'operator@acme.example',
    },
  ])
  const path = `${BASE}/${sent.json['id']}`
  const reading = { dateOrder: 'dmy', columns: { Badge: 'external_id' } }
  const read = await world.ask('operator', 'POST', `${path}/read`, reading)
  expect(read.json).toMatchObject({
    reading,
    counts: { people: 1, errors: 1, unknown: 1 },
    first: [
      {
        line: 2,
        email: 'ada@acme.example',
        externalId: '7',
        products: [{ product: 'cad', expiresAt: '2027-02-01T23:00:00.000Z' }],
        alsoRevoke: null,
      },
    ],
  })
  expect((await world.ask('viewer', 'GET', path)).json).toEqual(read.json)
  expect((await world.ask('operator', 'DELETE', path)).json).toEqual({ id: sent.json['id'] })
  expect((await world.ask('viewer', 'GET', path)).json['code']).toBe('SNAPSHOT_NOT_FOUND')
  const acts = await world.sql<{ act: string }[]>`select act from audit where act like 'upload.%' order by id`
  expect(acts.map(({ act }) => act)).toEqual(['upload.read', 'upload.read', 'upload.discarded'])
})

it('a file that cannot be read is a problem with the code of the reason, and nothing of it is kept', async () => {
  const before = await kept()
  const missing = await send('verb=remove', 'Name,Alter\nAda,7\n')
  expect([missing.status, missing.json]).toEqual([
    400,
    {
      type: 'about:blank',
      title: 'The request cannot be read',
      status: 400,
      code: 'HEADER_MISSING',
      detail: 'No column for email or external_id; found: Name, Alter.',
      next: 'Rename the column, say which one it is (--column, or columns in the settings of the source), or start from a template (rosterd template).',
      field: 'email or external_id',
      list: 'Name, Alter',
      found: ['Name', 'Alter'],
    },
  ])
  const mapped = await send(
    `verb=remove&columns=${encodeURIComponent('{"Alter":"external_id"}')}`,
    'Name,Alter\nAda,7\n',
  )
  expect([mapped.status, mapped.json['counts']]).toMatchObject([200, { people: 1 }])
  await world.ask('operator', 'DELETE', `${BASE}/${mapped.json['id']}`)
  const cases: [status: number, code: string, body: string | Uint8Array<ArrayBuffer>][] = [
    [400, 'FILE_EMPTY', 'email\n'],
    [400, 'ENCODING_UNCERTAIN', new Uint8Array(Buffer.from('email,name\na@x.example,M\xfcller\n', 'latin1'))],
    [413, 'FILE_TOO_LARGE', new Uint8Array(50 * 1024 * 1024 + 1).fill(97)],
    [415, 'FILE_TYPE', '%PDF-1.7'],
  ]
  for (const [status, code, body] of cases) {
    const { json } = await send('verb=invite', body)
    expect([json['status'], json['code']]).toEqual([status, code])
    expect(`${json['detail']}${json['next']}`).not.toMatch(/[?{}]/)
  }
  expect(await kept()).toBe(before)
})

it('what is declared has to be something', async () => {
  for (const query of [
    'name=x',
    'verb=sync',
    'verb=invite&encoding=nothing',
    'verb=invite&delimiter=ab',
    'verb=invite&delimiter=%22',
    'verb=invite&dateOrder=ymd',
    'verb=invite&columns=x',
    'verb=invite&columns=%7B%22a%22:1%7D',
    'verb=invite&other=1',
  ])
    expect([query, (await send(query, 'email\na@x.example\n')).json['code']]).toEqual([query, 'INPUT_INVALID'])
  expect((await send('verb=invite', 'email\na@x.example\n', { who: 'viewer' })).json['code']).toBe('FORBIDDEN')
})

it('a repetition under one key keeps one upload', async () => {
  const before = await kept()
  const headers = { 'idempotency-key': randomUUID() }
  const first = await send('verb=invite', 'email\nb@x.example\n', { headers })
  const again = await send('verb=invite', 'email\nb@x.example\n', { headers })
  expect([again.json, again.replayed, (await kept()) - before]).toEqual([first.json, 'true', 1])
})

it('is not there for another organization', async () => {
  const { json } = await send('verb=invite', 'email\nc@x.example\n')
  for (const [method, path] of [
    ['GET', json['id']],
    ['DELETE', json['id']],
    ['POST', `${json['id']}/read`],
  ] as const) {
    const body = method === 'POST' ? {} : undefined
    const answer = await world.ask('foreign', method, `/api/v1/organizations/globex/uploads/${path}`, body)
    expect([method, answer.json['code']]).toEqual([method, 'SNAPSHOT_NOT_FOUND'])
  }
})
