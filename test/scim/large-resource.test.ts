/** Large resources: one is bounded, and a page of many is sent piece by piece. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, BULK, type Endpoint, openEndpoint, resources, USER } from './endpoint.ts'

let here: Endpoint
beforeAll(async () => {
  here = await openEndpoint()
})
afterAll(() => here?.drop())

const MEBIBYTE = 1_048_576

test('a resource of more than a mebibyte is refused with 413, whether it comes at once, in a Bulk or grows', async () => {
  const id = await here.user({ nickName: 'x'.repeat(MEBIBYTE - 1_000) })
  const large = { schemas: [USER], userName: 'large', nickName: 'x'.repeat(MEBIBYTE) }
  const grown = [{ op: 'add', path: 'title', value: 'y'.repeat(1_000) }]
  for (const answer of [
    await here.ask('POST', '/Users', large),
    await here.ask('PUT', `/Users/${id}`, large),
    await here.patch(`/Users/${id}`, grown),
  ]) {
    expect(answer.status).toBe(413)
    expect(answer.json['detail']).toMatch(/^The User would have 1,0\d\d,\d{3} bytes, but may have at most 1,048,576/)
  }
  const operations = [
    { method: 'POST', path: '/Users', bulkId: 'a', data: large },
    { method: 'POST', path: '/Users', bulkId: 'b', data: { userName: 'small' } },
  ]
  const bulk = await here.ask('POST', '/Bulk', { schemas: [BULK], Operations: operations })
  expect(bulk.json['Operations']).toMatchObject([{ status: '413' }, { status: '201' }])
  expect((await here.ask('GET', `/Users/${id}`)).json['title']).toBeUndefined()
})

test('a page of more than a megabyte comes in pieces, none of which is much larger than a resource', async () => {
  for (let n = 0; n < 12; n += 1) await here.user({ nickName: `${n} `.padEnd(400_000, 'n') })
  const response = await here.app.request('/scim/v2/Users?count=1000', {
    headers: { authorization: `Bearer ${here.tokens.get('idp')}` },
  })
  const sizes: number[] = []
  for await (const piece of response.body ?? []) sizes.push(piece.length)
  expect(sizes.length).toBeGreaterThan(5)
  expect(Math.max(...sizes)).toBeLessThan(2_500_000)
  const listed = await here.ask('GET', '/Users?count=1000')
  expect(resources(listed)).toHaveLength(Number(listed.json['totalResults']))
})

test('a page ends before it is too large for memory: it has fewer than were asked for, and the next one begins there', async () => {
  await here.sql`
    insert into mirror_resources (organization_id, source_id, type, id, document, comparable, unique_key, active, version, created_at, modified_at)
    select r.organization_id, r.source_id, r.type, ('0190b0c0-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid,
      json_build_object('userName', 'large' || n, 'nickName', repeat('x', 1000000)),
      jsonb_build_object('userName', 'large' || n, 'active', true), 'large' || n, true, n, r.created_at, r.modified_at
    from (select * from mirror_resources where type = 'User' limit 1) r, generate_series(1, 20) n`
  const all = (await here.sql<{ id: string }[]>`select id from mirror_resources where type = 'User' order by id`).map(
    (one) => one.id,
  )
  const ids = (answer: Answer) => resources(answer).map((one) => String(one['id']))
  const walk = async (begin: string, next: (answer: Answer, seen: number) => string | null) => {
    const seen: string[] = []
    let pages = 0
    for (let query: string | null = begin; query !== null; pages += 1) {
      const answer = await here.ask('GET', `/Users?count=1000&attributes=userName&${query}`)
      expect(ids(answer).length).toBe(answer.json['itemsPerPage'])
      expect(ids(answer).length).toBeGreaterThan(0)
      seen.push(...ids(answer))
      query = next(answer, seen.length)
    }
    expect(pages).toBeGreaterThan(2)
    return seen
  }
  const filter = 'filter=userName pr'
  for (const query of [filter, `${filter}&sortBy=active`]) {
    const byIndex = (_: Answer, seen: number) => (seen < all.length ? `${query}&startIndex=${seen + 1}` : null)
    expect(await walk(query, byIndex)).toEqual(all)
    const byCursor = ({ json }: Answer) =>
      json['nextCursor'] === undefined ? null : `${query}&cursor=${String(json['nextCursor'])}`
    expect(await walk(`${query}&cursor=`, byCursor)).toEqual(all)
  }
  expect((await here.ask('GET', `/Users?count=1000&${filter}`)).json['totalResults']).toBe(all.length)
})

test('a name that folding makes wider than an index can hold is refused with 400', async () => {
  // Composed, each of these is six bytes; and no two of them follow each other often enough to be compressed.
  const wide = [
    ...'\u0958\u0959\u095a\u095b\u095c\u095d\u095e\u095f\u09dc\u09dd\u09df\u0a33\u0a36\u0a59\u0a5a\u0a5b\u0a5e\u0b5c\u0b5d',
    ...'\u0f43\u0f4d\u0f52\u0f57\u0f5c\u0f69\u0f73\u0f75\u0f76\u0f78\u0f81\u0f93\u0f9d\u0fa2\u0fa7\u0fac\u0fb9\ufb2c\ufb2d',
  ]
  let seed = 1
  const next = () => {
    seed = (seed * 48_271) % 2_147_483_647
    return wide[seed % wide.length] ?? ''
  }
  const name = Array.from({ length: 512 }, next).join('')
  for (const body of [{ userName: name }, { userName: 'a', emails: [{ value: name }] }]) {
    const answer = await here.ask('POST', '/Users', body)
    expect([answer.status, answer.json['scimType']]).toEqual([400, 'invalidValue'])
  }
  expect((await here.ask('POST', '/Users', { userName: name.slice(0, 420) })).status).toBe(201)
})
