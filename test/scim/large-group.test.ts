/** A group of 100,000 members: written in one request, changed at once, and read without being held in memory. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Endpoint, GROUP, openEndpoint, PATCH } from './endpoint.ts'

const MEMBERS = 100_000
let here: Endpoint
let group: string
const idOf = (n: number) => `0190b0c0-0000-7000-8000-${String(n).padStart(12, '0')}`

beforeAll(async () => {
  here = await openEndpoint()
  const { organization, source } = here.scopes.get('idp') ?? { organization: 0, source: 0 }
  await here.sql`
    insert into mirror_resources (organization_id, source_id, type, id, document, comparable, unique_key, active, version, created_at, modified_at)
    select ${organization}, ${source}, 'User', ('0190b0c0-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid,
      json_build_object('userName', 'u' || n, 'active', true), jsonb_build_object('userName', 'u' || n, 'active', true), 'u' || n, true, n,
      ${here.clock.now}, ${here.clock.now}
    from generate_series(1, ${MEMBERS}) n`
  await here.sql`analyze mirror_resources`
  group = await here.group()
}, 60_000)
afterAll(() => here?.drop())

test('one PATCH adds them all, and the answer of a GET comes in pieces', { timeout: 120_000 }, async () => {
  const value = Array.from({ length: MEMBERS }, (_, n) => ({ value: idOf(n + 1) }))
  const body = { schemas: [PATCH], Operations: [{ op: 'add', path: 'members', value }] }
  expect((await here.ask('PATCH', `/Groups/${group}`, body)).status).toBe(204)

  const response = await here.app.request(`/scim/v2/Groups/${group}`, {
    headers: { authorization: `Bearer ${here.tokens.get('idp')}` },
  })
  const pieces: Uint8Array[] = []
  for await (const piece of response.body ?? []) pieces.push(piece)
  expect(pieces.length).toBeGreaterThan(10)
  expect(Math.max(...pieces.map((one) => one.length))).toBeLessThan(2_000_000)
  const json: { members: { value: string; $ref: string }[]; schemas: string[] } = JSON.parse(
    Buffer.concat(pieces).toString(),
  )
  expect(json.schemas).toEqual([GROUP])
  expect(json.members).toHaveLength(MEMBERS)
  expect(new Set(json.members.map((one) => one.value)).size).toBe(MEMBERS)
  expect(json.members.at(-1)?.$ref).toMatch(new RegExp(`/Users/${idOf(MEMBERS)}$`))

  const list = await here.ask('GET', '/Groups?attributes=members.value')
  expect(list.json['Resources']).toMatchObject([{ id: group, members: expect.objectContaining({ length: MEMBERS }) }])
})

test('a PATCH that adds and removes one member again and again does what it says last, and adds nobody who is not there', async () => {
  const [small, other] = [await here.group(), idOf(MEMBERS + 1)]
  const turns = (id: string, many: number) =>
    Array.from({ length: many }, (_, n) => ({
      op: n % 2 === 0 ? 'add' : 'remove',
      path: 'members',
      value: [{ value: id }],
    }))
  const started = performance.now()
  expect((await here.patch(`/Groups/${small}`, turns(idOf(1), 999))).status).toBe(204)
  expect(performance.now() - started).toBeLessThan(1_000)
  expect(await here.membersOf(small)).toEqual([idOf(1)])
  const refused = await here.patch(`/Groups/${small}`, [...turns(idOf(1), 2), ...turns(other, 2)])
  expect([refused.status, refused.json['scimType']]).toEqual([400, 'invalidValue'])
  expect(await here.membersOf(small)).toEqual([idOf(1)])
  expect((await here.patch(`/Groups/${small}`, turns(idOf(1), 40_000))).status).toBe(413)
})

test('whoever stops reading stops it, and one member more or less takes no longer than in a small group', {
  timeout: 60_000,
}, async () => {
  const response = await here.app.request(`/scim/v2/Groups/${group}`, {
    headers: { authorization: `Bearer ${here.tokens.get('idp')}` },
  })
  const reader = response.body?.getReader()
  await reader?.read()
  await reader?.cancel()
  const small = await here.group()
  const once = async (id: string, op: string, n: number) => {
    const started = performance.now()
    expect((await here.patch(`/Groups/${id}`, [{ op, path: 'members', value: [{ value: idOf(n) }] }])).status).toBe(204)
    return performance.now() - started
  }
  // Each connection first meets small groups, and keeps the plans that are best for those.
  await Promise.all(Array.from({ length: 120 }, (_, n) => once(small, n % 2 === 0 ? 'add' : 'remove', 50_000 + n)))
  const times = { large: [] as number[], small: [] as number[] }
  for (let n = 1; n <= 20; n += 1) {
    for (const op of ['remove', 'add']) {
      times.large.push(await once(group, op, n))
      times.small.push(await once(small, op, n))
    }
  }
  const middle = (list: number[]) => [...list].sort((a, b) => a - b)[20] ?? 0
  expect(middle(times.large)).toBeLessThan(middle(times.small) * 3 + 5)
})

test('a full push of them all again, and of all but one, takes seconds', { timeout: 120_000 }, async () => {
  const value = Array.from({ length: MEMBERS }, (_, n) => ({ value: idOf(n + 1) }))
  for (const some of [value, value.slice(1)]) {
    const started = performance.now()
    const body = { schemas: [PATCH], Operations: [{ op: 'replace', path: 'members', value: some }] }
    expect((await here.ask('PATCH', `/Groups/${group}`, body)).status).toBe(204)
    expect(performance.now() - started).toBeLessThan(20_000)
  }
  const put = { displayName: 'Put', members: value.slice(2) }
  expect((await here.ask('PUT', `/Groups/${group}?excludedAttributes=members`, put)).status).toBe(200)
  const [left] = await here.sql<
    { count: number }[]
  >`select count(*)::int as count from mirror_members where group_id = ${group}`
  expect(left?.count).toBe(MEMBERS - 2)
})
