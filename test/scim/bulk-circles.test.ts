/**
 * Operations of a Bulk that need each other in a circle (RFC 7644 §3.7.1): what is said of the circle afterwards finds it whole, and
 * it is there whole or not at all.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bulkAt, group, idOf, post, statuses } from './bulking.ts'
import { ENTERPRISE, type Endpoint, openEndpoint } from './endpoint.ts'

let here: Endpoint
beforeAll(async () => {
  here = await openEndpoint()
})
afterAll(() => here?.drop())

const NOBODY = '018f0000-0000-7000-8000-000000001234'
const pair = (a: string, b: string) => [group(a, [`bulkId:${b}`]), group(b, [`bulkId:${a}`])]
const at = (bulkId: string) => `/Groups/bulkId:${bulkId}`
const etagOf = async (id: string) => (await here.ask('GET', `/Groups/${id}`)).headers.get('etag')
const statusOf = async (path: string) => (await here.ask('GET', path)).status
const found = async (displayName: string) =>
  (await here.ask('GET', `/Groups?filter=displayName eq "${displayName}"`)).json['totalResults']

describe('an operation on a group of the circle, after it in the list', () => {
  test('PUT: its members stay as it says', async () => {
    const put = { method: 'PUT', path: at('put-b'), data: { displayName: 'put-b', members: [] } }
    const answers = await bulkAt(here, [...pair('put-a', 'put-b'), put])
    expect(statuses(answers)).toEqual(['201', '201', '200'])
    const [a = '', b = ''] = answers.map(idOf)
    expect(await here.membersOf(a)).toEqual([b])
    expect(await here.membersOf(b)).toEqual([])
    expect(await etagOf(b)).toBe(answers[2]?.version)
    expect(answers[2]?.version).not.toBe(answers[1]?.version)
  })

  test('PUT: of a group that contains itself', async () => {
    const put = { method: 'PUT', path: at('self'), data: { displayName: 'self', members: [] } }
    const answers = await bulkAt(here, [group('self', ['bulkId:self']), put])
    expect(statuses(answers)).toEqual(['201', '200'])
    expect(await here.membersOf(idOf(answers[0]))).toEqual([])
  })

  test('PATCH: takes away who was in it, and leaves the rest', async () => {
    const drop = (one: string, other: string) => ({
      method: 'PATCH',
      path: at(one),
      data: { Operations: [{ op: 'remove', path: `members[value eq "bulkId:${other}"]` }] },
    })
    // Wherever it stands in the list: what it refers to comes first.
    const answers = await bulkAt(here, [
      drop('patch-a', 'patch-b'),
      ...pair('patch-a', 'patch-b'),
      drop('patch-b', 'patch-a'),
    ])
    expect(statuses(answers)).toEqual(['200', '201', '201', '200'])
    const [, a = '', b = ''] = answers.map(idOf)
    expect([await here.membersOf(a), await here.membersOf(b)]).toEqual([[], []])
    expect([await etagOf(a), await etagOf(b)]).toEqual([answers[0]?.version, answers[3]?.version])
  })

  test('DELETE: the POST succeeded nevertheless, and no error is counted', async () => {
    const answers = await bulkAt(
      here,
      [...pair('delete-a', 'delete-b'), { method: 'DELETE', path: at('delete-b') }, post('after-the-circle')],
      { failOnErrors: 1 },
    )
    expect(statuses(answers)).toEqual(['201', '201', '204', '201'])
    expect(await here.membersOf(idOf(answers[0]))).toEqual([])
    expect(await statusOf(`/Groups/${idOf(answers[1])}`)).toBe(404)
  })
})

test('a group outside takes those of the circle when it is closed, and each circle has its own end', async () => {
  const answers = await bulkAt(here, [
    group('outer', ['bulkId:in-a', 'bulkId:in-c']),
    group('in-a', ['bulkId:in-b', 'bulkId:in-c']),
    group('in-b', ['bulkId:in-a']),
    group('in-c', ['bulkId:in-d', 'bulkId:in-c']),
    group('in-d', ['bulkId:in-c']),
  ])
  expect(new Set(statuses(answers))).toEqual(new Set(['201']))
  const [outer = '', a = '', b = '', c = '', d = ''] = answers.map(idOf)
  expect(await here.membersOf(outer)).toEqual([a, c].sort())
  expect(await here.membersOf(a)).toEqual([b, c].sort())
  expect(await here.membersOf(b)).toEqual([a])
  expect(await here.membersOf(c)).toEqual([c, d].sort())
  expect(await here.membersOf(d)).toEqual([c])
  for (const [index, id] of [outer, a, b, c, d].entries()) expect(await etagOf(id)).toBe(answers[index]?.version)
})

describe('where one fails', () => {
  test('the circle is not there, nor what refers to it, and each is told why', async () => {
    const failing = await bulkAt(here, [
      group('lost-a', ['bulkId:lost-b', NOBODY]),
      group('lost-b', ['bulkId:lost-c']),
      group('lost-c', ['bulkId:lost-a', 'bulkId:lost-b']),
      group('lost-outer', ['bulkId:lost-c']),
      { method: 'PUT', path: at('lost-b'), data: { displayName: 'x' } },
    ])
    expect(statuses(failing)).toEqual(['400', '400', '400', '400', '400'])
    expect(failing[0]?.response?.detail).toContain(NOBODY)
    for (const one of [failing[1], failing[2]]) {
      expect(one?.response?.detail).toBe(
        'This operation and the one with bulkId:lost-a need each other, and that one failed, so this one cannot be done.',
      )
      expect(one?.location).toBeUndefined()
    }
    for (const name of ['lost-a', 'lost-b', 'lost-c', 'lost-outer']) expect(await found(name)).toBe(0)
  })

  test('nor are users there who are each other’s managers', async () => {
    await here.user({ userName: 'boss-b' })
    const managed = (bulkId: string, by: string) =>
      post(bulkId, { [ENTERPRISE]: { manager: { value: `bulkId:${by}` } } })
    const answers = await bulkAt(here, [
      managed('boss-b', 'boss-a'),
      managed('boss-a', 'boss-b'),
      managed('staff', 'boss-a'),
    ])
    expect(statuses(answers)).toEqual(['409', '400', '400'])
    for (const name of ['boss-a', 'staff']) {
      expect((await here.ask('GET', `/Users?filter=userName eq "${name}"`)).json['totalResults']).toBe(0)
    }
  })

  test('a circle that was not begun to its end, because enough had failed before, is not there', async () => {
    await here.user({ userName: 'busy-bee' })
    const answers = await bulkAt(
      here,
      [
        group('half-a', ['bulkId:half-b', 'bulkId:bee']),
        group('half-b', ['bulkId:half-a']),
        post('bee', { userName: 'busy-bee' }),
        post('never-begun'),
      ],
      { failOnErrors: 1 },
    )
    expect(answers.map(({ bulkId, status }) => [bulkId, status])).toEqual([
      ['half-b', '400'],
      ['bee', '409'],
    ])
    expect(answers[0]?.response?.detail).toBe(
      'This operation and the one with bulkId:half-a need each other, and that one was not begun, so this one cannot be done.',
    )
    expect([await found('half-a'), await found('half-b')]).toEqual([0, 0])
  })
})
