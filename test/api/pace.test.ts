/** How fast a token may ask. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pacer } from '../../src/pacer.ts'
import { openWorld, type World } from './world.ts'

describe('a bucket', () => {
  it('lets its burst through at once, then one for each that flows in', () => {
    let now = 0
    const take = pacer({ rate: 10, burst: 3 }, () => now)
    expect([take(1), take(1), take(1)]).toEqual([0, 0, 0])
    expect(take(1)).toBeCloseTo(100)
    now = 99
    expect(take(1)).toBeGreaterThan(0)
    now = 101
    expect(take(1)).toBe(0)
    expect(take(1)).toBeGreaterThan(0)
  })

  it('never holds more than its burst, however long nobody asks', () => {
    let now = 0
    const take = pacer({ rate: 10, burst: 2 }, () => now)
    now = 1e9
    expect([take(1), take(1), take(1) > 0]).toEqual([0, 0, true])
  })

  it('is one of each token, and who asks too fast does not lengthen the wait', () => {
    let now = 0
    const take = pacer({ rate: 1, burst: 1 }, () => now)
    expect([take(1), take(2)]).toEqual([0, 0])
    for (let at = 0; at < 50; at++) expect(take(1)).toBeGreaterThan(0)
    now = 1_001
    expect([take(1), take(2)]).toEqual([0, 0])
  })

  it('of tokens that are not used any more takes no room, and those that are keep theirs', () => {
    let now = 0
    const take = pacer({ rate: 1, burst: 2 }, () => now)
    take(-1)
    take(-1)
    for (let token = 0; token < 5_000; token++) take(token)
    expect(take(-1)).toBeGreaterThan(0)
    now = 60_000
    expect([take(-1), take(-1), take(-1) > 0]).toEqual([0, 0, true])
  })
})

describe('the API', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ rate: 0.001, burst: 5 })
  })
  afterAll(() => world.drop())

  it('says when to come back, to that token alone', async () => {
    const ask = (who: string) => world.ask(who, 'GET', '/api/v1/me')
    for (let time = 0; time < 5; time++) expect((await ask('viewer')).status).toBe(200)
    const late = await ask('viewer')
    expect(late).toMatchObject({ status: 429, type: 'application/problem+json', json: { code: 'RATE_LIMITED' } })
    expect(late.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
    expect((await ask('operator')).status).toBe(200)
    // Nothing is counted for what comes with no token, and needs none.
    for (let time = 0; time < 20; time++) expect((await world.ask(null, 'GET', '/healthz')).status).toBe(200)
  })
})
