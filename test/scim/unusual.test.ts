/** Questions that clients make up: which are quick, how many are asked at once, and who does not have to wait for them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseFilter } from '../../src/scim/filter.ts'
import { GROUP } from '../../src/scim/group.ts'
import type { ResourceType } from '../../src/scim/schema.ts'
import { Turns } from '../../src/scim/turns.ts'
import { isQuick, isUsual } from '../../src/scim/unusual.ts'
import { USER } from '../../src/scim/user.ts'
import { type Endpoint, openEndpoint, type SourceName } from './endpoint.ts'

const ID = '018f7d5e-1111-7000-8000-000000000001'

test.each<[ResourceType, string, usual: boolean, quick: boolean]>([
  [USER, 'userName eq "ada"', true, true],
  [USER, 'externalId eq "00u"', true, true],
  [USER, `id eq "${ID}"`, true, true],
  [USER, 'emails.value eq "ada@acme.example"', true, true],
  [USER, 'emails eq "ada@acme.example"', true, true],
  [USER, 'emails[type eq "work"].value eq "ada@acme.example"', false, true],
  [USER, 'emails[type eq "work" and value eq "ada@acme.example"]', false, true],
  [USER, 'emails[type eq "work"]', false, false],
  [USER, 'emails[value co "ada"]', false, false],
  [USER, 'emails[value eq ""]', false, false],
  [USER, 'active eq false', true, true],
  [GROUP, 'displayName eq "Artists"', true, true],
  [GROUP, `members eq "${ID}"`, true, true],
  [GROUP, `members.value eq "${ID}"`, true, true],
  [USER, 'userName eq ""', false, false],
  [USER, 'externalId eq ""', false, false],
  [USER, 'displayName eq ""', false, false],
  [USER, 'emails.value eq ""', false, false],
  [GROUP, 'members.display eq "Ada"', false, false],
  [GROUP, 'members.type eq "User"', false, false],
  [USER, `groups.value eq "${ID}"`, false, false],
  [USER, 'title eq "Artist"', false, false],
  [USER, 'userName sw "a"', false, false],
  [GROUP, `id eq "${ID}" and members eq "${ID}"`, false, true],
  [USER, `id eq "${ID}" and manager eq "${ID}"`, false, true],
  [USER, `id eq "${ID}" and groups.display co "a"`, false, false],
  [GROUP, `id eq "${ID}" and members.display eq "a"`, false, false],
  [USER, 'active eq true and title eq "Artist"', false, false],
  [USER, 'userName eq "a" or userName eq "b"', false, false],
])('%o: %s', (type, text, usual, quick) => {
  const filter = parseFilter(type, text, 'lenient')
  expect([isUsual(filter), isQuick(filter)]).toEqual([usual, quick])
})

describe('turns', () => {
  /** Work that goes on until it is told to end. */
  function going() {
    const ends: (() => void)[] = []
    const begun: string[] = []
    const work = (name: string) => async () => {
      begun.push(name)
      await new Promise<void>((resolve) => ends.push(resolve))
      return name
    }
    return { begun, work, end: () => ends.shift()?.() }
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve))

  test('so many of one key, so many in all; the next begins when one ends, first come, first served', async () => {
    const turns = new Turns({ all: 3, each: 2, patience: 60_000 })
    const { begun, work, end } = going()
    const all = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1', 'c2'].map((name) => turns.take(name.charAt(0), work(name)))
    await settled()
    expect(begun).toEqual(['a1', 'a2', 'b1'])
    end()
    await settled()
    expect(begun.slice(3)).toEqual(['a3'])
    for (let more = 0; more < 6; more += 1) {
      end()
      await settled()
    }
    expect(begun.slice(4)).toEqual(['b2', 'c1', 'c2'])
    expect((await Promise.all(all)).map((one) => one?.done)).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'c1', 'c2'])
  })

  test('whose turn does not come in time is told so, and does nothing; work that fails gives its turn back', async () => {
    const turns = new Turns({ all: 2, each: 1, patience: 20 })
    const { begun, work, end } = going()
    const first = turns.take('a', work('first'))
    expect(await turns.take('a', work('late'))).toBeNull()
    expect(begun).toEqual(['first'])
    end()
    await first
    const failing = async () => Promise.reject(new Error('no'))
    for (let n = 0; n < 3; n += 1) await expect(turns.take('a', failing)).rejects.toThrow('no')
    expect(await turns.take('a', async () => 'again')).toEqual({ done: 'again' })
  })
})

describe('while fifteen slow filters of one source run', () => {
  let here: Endpoint
  beforeAll(async () => {
    here = await openEndpoint()
  })
  afterAll(() => here?.drop())

  test('others are answered at once, and those that are too many are told when to come again', async () => {
    const [theirs, own] = [await here.user({}, { source: 'globex' }), await here.group([await here.user()])]
    const slow = (number: number) =>
      here.ask('GET', `/Groups?filter=members[display co "x${number}"]`, undefined, { source: 'idp' })
    const timed = async (path: string, source: SourceName) => {
      const began = performance.now()
      expect((await here.ask('GET', path, undefined, { source })).status).toBe(200)
      return performance.now() - began
    }
    let answers: Promise<Awaited<ReturnType<typeof slow>>[]> | undefined
    await here.sql.begin(async (transaction) => {
      await transaction`lock table mirror_members in access exclusive mode`
      answers = Promise.all(Array.from({ length: 15 }, (_, number) => slow(number)))
      const quick = [
        await timed(`/Users/${theirs}?excludedAttributes=groups`, 'globex'),
        await timed('/Users?filter=userName sw "u"&excludedAttributes=groups', 'globex'),
        await timed(`/Groups/${own}?excludedAttributes=members`, 'idp'),
      ]
      expect(Math.max(...quick)).toBeLessThan(1_500)
      const running = async () => {
        const [row] = await transaction<{ count: number }[]>`
          select count(*)::int as count from pg_locks where not granted and relation = 'mirror_members'::regclass`
        return row?.count
      }
      await expect.poll(running, { timeout: 5_000 }).toBe(2)
      await new Promise((resolve) => setTimeout(resolve, 2_200))
      expect(await running()).toBe(2)
    })
    const statuses = (await answers)?.map((one) => one.status).sort()
    expect(statuses).toEqual([200, 200, ...Array.from({ length: 13 }, () => 429)])
    const refused = (await answers)?.find((one) => one.status === 429)
    expect(refused?.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(refused?.json['detail']).toMatch(/^Too many slow queries .* filter by userName/)
    expect((await slow(0)).status).toBe(200)
  }, 30_000)
})
