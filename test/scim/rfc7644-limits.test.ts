/** Statements 30 and 43 (what is too much for one answer) and 78 (the base URL) of the requirements. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { baseUrl } from '../../src/config/setting.ts'
import { openConnection } from '../../src/store/connection.ts'
import { BULK, type Endpoint, ERROR, GROUP, openEndpoint, resources, SEARCH } from './endpoint.ts'

let here: Endpoint
beforeAll(async () => {
  here = await openEndpoint()
})
afterAll(() => here?.drop())

describe('43: a page', () => {
  const MADE = 1_001
  beforeAll(async () => {
    const operations = Array.from({ length: MADE }, (_, n) => ({
      method: 'POST',
      path: '/Groups',
      bulkId: `g${n}`,
      data: { schemas: [GROUP], displayName: `Group ${n}` },
    }))
    for (const some of [operations.slice(0, 500), operations.slice(500, 1_000), operations.slice(1_000)])
      expect((await here.ask('POST', '/Bulk', { schemas: [BULK], Operations: some })).status).toBe(200)
  }, 60_000)

  test.each([
    ['1,000 where more are asked for', '/Groups?count=5000', 1_000],
    ['1,000 where a number beyond all others is asked for', '/Groups?count=99999999999999999999', 1_000],
    ['100 where nothing is asked for', '/Groups', 100],
    ['the rest behind 1,000', '/Groups?count=5000&startIndex=1001', 1],
    ['1,000 by cursor', '/Groups?count=5000&cursor=', 1_000],
  ])('has %s', async (_, path, most) => {
    const answer = await here.ask('GET', path)
    expect(answer.json).toMatchObject({ itemsPerPage: most, totalResults: MADE })
    expect(resources(answer)).toHaveLength(most)
  })

  test('has 1,000 in the answer to a search as well', async () => {
    const answer = await here.ask('POST', '/Groups/.search', { schemas: [SEARCH], count: 5_000 })
    expect(answer.json).toMatchObject({ itemsPerPage: 1_000, totalResults: MADE })
  })
})

test('30: a query that takes longer than ten seconds gives tooMany, and what to ask instead', {
  timeout: 30_000,
}, async () => {
  const other = await openConnection(here.url, { max: 1 })
  try {
    const answer = await other.begin(async (transaction) => {
      await transaction`lock table mirror_resources in access exclusive mode`
      return await here.ask('GET', `/Users?filter=${encodeURIComponent('title co "x"')}`)
    })
    expect(answer.json).toEqual({
      schemas: [ERROR],
      status: '400',
      scimType: 'tooMany',
      detail:
        'The query took longer than 10 s; filter by userName, externalId, displayName, emails or id alone, and sort by nothing.',
    })
  } finally {
    await other.end({ timeout: 5 })
  }
})

test.each([
  ['https://rosterd.acme.example/', 'https://rosterd.acme.example'],
  ['https://acme.example/rosterd', 'https://acme.example/rosterd'],
  ['https://rosterd.acme.example?tenant=acme', null],
  ['https://rosterd.acme.example/#acme', null],
  ['https://user:secret@rosterd.acme.example', null],
])('78: the base URL has no query and no secret: %s', (text, read) => {
  const parsed = baseUrl.safeParse(text)
  expect(parsed.success ? parsed.data : null).toBe(read)
})
