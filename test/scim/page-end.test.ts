/** A page of large resources ends before it is too large for memory, says how many it has, and can be continued. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listResources } from '../../src/store/mirror-list.ts'
import { type Answer, type Endpoint, openEndpoint, resources, type SourceName } from './endpoint.ts'

let here: Endpoint
beforeAll(async () => {
  here = await openEndpoint()
})
afterAll(() => here?.drop())

const MOST_BYTES = 8_388_608

/** Users whose texts have so many bytes each, put straight into the mirror; every third is in a group. */
async function fill(source: SourceName, sizes: number[]): Promise<{ organization: number; source: number }> {
  const scope = here.scopes.get(source)
  if (scope === undefined) throw new Error(source)
  const group = await here.group([], {}, { source })
  await here.sql`
    with made as (
      insert into mirror_resources (organization_id, source_id, type, id, document, comparable, unique_key, active, version, created_at, modified_at)
      select ${scope.organization}, ${scope.source}, 'User', ('0190b0c0-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid,
        ('{"userName":"u' || n || '","nickName":"' || repeat('x', size - length(n::text) - 30) || '"}')::json,
        jsonb_build_object('userName', 'u' || n, 'active', true), 'u' || n, true, n, now(), now()
      from unnest(${sizes}::int[]) with ordinality u (size, n)
      returning id, version)
    insert into mirror_members (organization_id, source_id, group_id, member_id, member_type)
    select ${scope.organization}, ${scope.source}, ${group}, id, 'User' from made where version % 3 = 0`
  await here.sql`
    insert into mirror_totals (organization_id, source_id, type, active, part, count)
    values (${scope.organization}, ${scope.source}, 'User', true, 0, ${sizes.length})`
  return scope
}

const names = (answer: Answer) => resources(answer).map((one) => Number(String(one['userName']).slice(1)))

const pageOf = async (scope: { organization: number; source: number }, limit: number, offset = 0) => {
  const query = { types: ['User'], where: null, order: null, after: null, offset, limit, groups: true, members: false }
  const page = await listResources(here.sql, scope, query)
  return { places: page.resources.map(({ id }) => Number(id.slice(-12))), cut: page.cut, total: page.total }
}

describe('thirty users of 900 kB each', () => {
  const all = Array.from({ length: 30 }, (_, n) => n + 1)
  beforeAll(async () => {
    await fill(
      'idp',
      all.map(() => 900_000),
    )
  })

  test('by index: each page begins where the one before ended', async () => {
    const seen: number[] = []
    const sizes: number[] = []
    while (seen.length < all.length) {
      const answer = await here.ask('GET', `/Users?count=30&startIndex=${seen.length + 1}`)
      expect(answer.json).toMatchObject({ totalResults: 30, startIndex: seen.length + 1 })
      expect(answer.json['itemsPerPage']).toBe(resources(answer).length)
      // Nine fit, and the tenth is the one with which it is full.
      expect(resources(answer).length).toBe(10)
      for (const one of resources(answer)) {
        const place = Number(String(one['id']).slice(-12))
        expect(String(one['nickName']).length).toBeGreaterThan(899_000)
        expect(one['groups'] === undefined).toBe(place % 3 !== 0)
      }
      seen.push(...names(answer))
      sizes.push(answer.text.length)
    }
    expect(seen).toEqual(all)
    expect(Math.max(...sizes)).toBeLessThan(MOST_BYTES + 1_048_576)
  })

  test('by cursor: it leads on to the end, and to nothing after that', async () => {
    const seen: number[] = []
    let cursor: unknown = ''
    for (let pages = 1; cursor !== undefined; pages += 1) {
      const answer = await here.ask('GET', `/Users?count=30&cursor=${String(cursor)}`)
      expect(answer.json['itemsPerPage']).toBe(resources(answer).length)
      seen.push(...names(answer))
      cursor = answer.json['nextCursor']
      expect(pages).toBeLessThan(5)
    }
    expect(seen).toEqual(all)
  })

  test.each([1, 5, 10])('a page of %d is whole', async (count) => {
    const answer = await here.ask('GET', `/Users?count=${count}&startIndex=4`)
    expect(names(answer)).toEqual(all.slice(3, 3 + count))
    expect(answer.json).toMatchObject({ totalResults: 30, itemsPerPage: count })
  })

  test('though little of each is shown, it ends there: that can be continued as well', async () => {
    const answer = await here.ask('GET', '/Users?count=30&attributes=userName')
    expect(names(answer)).toEqual(all.slice(0, 10))
    expect(answer.json).toMatchObject({ totalResults: 30, itemsPerPage: 10 })
  })
})

describe('where a page ends', () => {
  test('the first always fits, however large it is', async () => {
    const scope = await fill('okta', [MOST_BYTES + 10, 1_000, 1_000])
    expect(await pageOf(scope, 100)).toEqual({ places: [1], cut: true, total: 3 })
    expect(await pageOf(scope, 100, 1)).toMatchObject({ places: [2, 3], cut: false })
    expect(await pageOf(scope, 1)).toMatchObject({ places: [1], cut: false })
  })

  test('one that is large among small ones is no reason to end', async () => {
    const scope = await fill('entra', [1_000, 900_000, 1_000, 900_000, 1_000])
    expect(await pageOf(scope, 100)).toMatchObject({ places: [1, 2, 3, 4, 5], cut: false })
  })

  test('those before may have as much as there is room for, and not a byte more', async () => {
    const half = MOST_BYTES / 2
    const scope = await fill('strict', [half, half - 1, 1_000, half, half, 1_000])
    expect(await pageOf(scope, 3)).toEqual({ places: [1, 2, 3], cut: false, total: 6 })
    expect(await pageOf(scope, 3, 3)).toMatchObject({ places: [4, 5], cut: true })
  })

  test.each([100, 1_000])(
    'a share of a page of %d each is read at once, and a byte more is not lost',
    async (limit) => {
      const share = Math.floor(MOST_BYTES / (limit + 1))
      const source: SourceName = limit === 100 ? 'second' : 'globex'
      const scope = await fill(source, [share, share + 1, share])
      expect(await pageOf(scope, limit)).toMatchObject({ places: [1, 2, 3], cut: false })
    },
  )
})
