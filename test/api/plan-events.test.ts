/** The life of a plan that somebody asked for, over the API: edited, approved, followed while it runs, stopped, asked for again. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { adminApi } from '../../src/api/index.ts'
import { hashToken } from '../../src/auth.ts'
import { execute } from '../../src/sync/execute.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.drop())

const at = (path: string) => `/api/v1/organizations/acme${path}`
const post = async (path: string, body: unknown = {}, who = 'operator') => await world.ask(who, 'POST', at(path), body)
const read = async (path: string) => (await world.ask('viewer', 'GET', at(path))).json
const email = (name: string) => `${name}@acme.example`

async function draft(...names: string[]): Promise<{ id: string; hash: string }> {
  const { json } = await post('/operations', { verb: 'invite', users: names.map(email), products: ['cad'] })
  return { id: String(json['id']), hash: String(json['hash']) }
}
const run = (id: string) =>
  execute(world.parts, world.ids['acme'] ?? 0, Number(id.slice(4)), new AbortController().signal)

test('leaving out says what goes along, and the new hash is the one to approve', async () => {
  const { id, hash } = await draft('ada', 'bob', 'cem')
  const whole = await read(`/plans/${id}`)
  expect(whole).toMatchObject({
    state: 'draft',
    itemCount: 6,
    leftOut: 0,
    operation: { verb: 'invite', rows: { given: 3 } },
  })
  expect(await post(`/plans/${id}/leave-out`, { hash, people: [email('bob')] }, 'viewer')).toMatchObject({
    status: 403,
  })
  const { status, json } = await post(`/plans/${id}/leave-out`, { hash, people: [email('bob')] })
  expect([status, json['edited']]).toEqual([
    200,
    { items: 2, people: 1, also: 0, alsoItems: [], message: '2 items of 1 person are left out.' },
  ])
  expect(json).toMatchObject({ leftOut: 2, itemCount: 6, counts: { invite: 2, assign: 2 } })
  const refused = await post(`/plans/${id}/approve`, { hash })
  expect(refused).toMatchObject({ status: 409, json: { code: 'PLAN_HASH_MISMATCH' } })
  expect(refused.json['changes']).toBe('operator@acme.example left out 1 person at 11:00.')
  const [item] = (await read(`/plans/${id}/items?kind=invite`))['items'] as { number: number; personId: string }[]
  const more = await post(`/plans/${id}/leave-out`, { hash: json['hash'], items: [item?.number] })
  expect(more.json['edited']).toMatchObject({
    also: 1,
    message: '2 items of 1 person are left out; 1 of these goes along because it depends on another.',
  })
  const back = await post(`/plans/${id}/put-back`, { hash: more.json['hash'], people: [item?.personId] })
  expect(back.json).toMatchObject({ hash: json['hash'], leftOut: 2 })
  expect(await read(`/plans/${id}/progress`)).toMatchObject({
    states: { pending: 4, skipped_excluded: 2 },
    people: { toDo: 2, leftOut: 1 },
  })
  expect(await post(`/plans/${id}/approve`, { hash: json['hash'] })).toMatchObject({
    status: 200,
    json: { state: 'approved' },
  })
  expect(await run(id)).toBe('applied')
  expect(await read(`/plans/${id}/progress`)).toMatchObject({
    state: 'applied',
    states: { succeeded: 4, skipped_excluded: 2 },
    people: { toDo: 0, failed: 0, waiting: 0, stale: 0, cancelled: 0, leftOut: 1, succeeded: 2, noChange: 0 },
  })
})

test('submit, discard, cancel and again', async () => {
  const { id, hash } = await draft('dee')
  expect(await post(`/plans/${id}/submit`, { hash: 'another' })).toMatchObject({ status: 409 })
  expect(await post(`/plans/${id}/submit`, { hash })).toMatchObject({ json: { state: 'awaiting_approval' } })
  expect(await post(`/plans/${id}/discard`)).toMatchObject({ status: 409, json: { code: 'PLAN_STATE' } })
  expect(await post(`/plans/${id}/cancel`)).toMatchObject({ status: 409, json: { code: 'PLAN_STATE' } })
  await post(`/plans/${id}/approve`, { hash })
  expect(await post(`/plans/${id}/again`)).toMatchObject({ status: 409, json: { code: 'PLAN_STATE' } })
  expect(await post(`/plans/${id}/cancel`)).toMatchObject({
    json: { state: 'cancelled', closedReason: 'operator@acme.example cancelled it.' },
  })
  const second = await post(`/plans/${id}/again`)
  expect(second.json).toMatchObject({ state: 'draft', itemCount: 2, operation: { verb: 'invite', products: ['cad'] } })
  expect(await read(`/plans/${id}`)).toMatchObject({ state: 'cancelled', supersededBy: second.json['id'] })
  const third = await post(`/plans/${String(second.json['id'])}/again`)
  expect(await read(`/plans/${String(second.json['id'])}`)).toMatchObject({ state: 'superseded' })
  expect(await post(`/plans/${String(third.json['id'])}/discard`)).toMatchObject({ json: { state: 'discarded' } })
})

const appThat = (stopping: AbortSignal) =>
  adminApi({ parts: world.parts, bootstrap: hashToken(world.tokens.bootstrap), version: '0', stopping })

/** Reads the stream as it comes, and calls back with each event. */
async function listen(id: string, heard: (event: string) => Promise<void> | void): Promise<string[]> {
  const response = await world.app.request(at(`/plans/${id}/events`), {
    headers: { authorization: `Bearer ${world.tokens.viewer}`, accept: 'text/event-stream' },
  })
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
  expect(response.headers.get('cache-control')).toBe('no-store')
  const names: string[] = []
  for await (const chunk of response.body ?? []) {
    const text = Buffer.from(chunk).toString()
    names.push(text.split('\n', 1)[0] ?? '')
    await heard(text)
  }
  return names
}
const dataOf = (text: string): unknown => JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? 'null')

test('events: progress while it runs, then how it ended, and nothing after', async () => {
  const { id, hash } = await draft('eve', 'fay')
  await post(`/plans/${id}/approve`, { hash })
  const told: unknown[] = []
  const names = await listen(id, async (text) => {
    told.push(dataOf(text))
    if (told.length === 1) await run(id)
  })
  expect([names[0], names.at(-1)]).toEqual(['event: progress', 'event: ended'])
  expect(names.filter((name) => name === 'event: ended')).toHaveLength(1)
  expect(told[0]).toEqual({ id, state: 'approved', itemCount: 4, states: { pending: 4 } })
  expect(told.at(-1)).toMatchObject({
    id,
    state: 'applied',
    itemCount: 4,
    states: { succeeded: 4 },
    succeeded: 4,
    failed: 0,
    people: { succeeded: 2, toDo: 0 },
  })
})

test('events of a draft say that it is one until it ends; of what has ended there is one; of a plan that is not there, none', async () => {
  const { id } = await draft('gus')
  const told: unknown[] = []
  const names = await listen(id, async (text) => {
    told.push(dataOf(text))
    if (told.length === 1) await post(`/plans/${id}/discard`)
  })
  expect(names).toEqual(['event: progress', 'event: ended'])
  expect(told).toMatchObject([
    { id, state: 'draft', states: { pending: 2 } },
    { id, state: 'discarded' },
  ])
  expect(await listen(id, () => undefined)).toEqual(['event: ended'])
  expect(await world.ask('viewer', 'GET', at('/plans/pln_999/events'))).toMatchObject({ status: 404 })
  expect(await world.ask('foreign', 'GET', at(`/plans/${id}/events`))).toMatchObject({ status: 404 })
})

test('events end after five minutes without a word, so that whoever follows is asked again who they are', async () => {
  const { id, hash } = await draft('ida')
  await post(`/plans/${id}/approve`, { hash })
  const started = performance.now()
  const names = await listen(id, () => {
    vi.spyOn(performance, 'now').mockReturnValue(started + 301_000)
  })
  vi.restoreAllMocks()
  expect(names).toEqual(['event: progress'])
})

test('events end when the daemon stops, and when nobody listens any more', async () => {
  const { id, hash } = await draft('hal')
  await post(`/plans/${id}/approve`, { hash })
  const stopping = new AbortController()
  const get = () =>
    appThat(stopping.signal).request(at(`/plans/${id}/events`), {
      headers: { authorization: `Bearer ${world.tokens.viewer}` },
    })
  const left = (await get()).body?.getReader()
  await left?.read()
  await left?.cancel()
  const reader = (await get()).body?.getReader()
  await reader?.read()
  const end = reader?.read()
  stopping.abort()
  expect(await end).toEqual({ done: true, value: undefined })
})
