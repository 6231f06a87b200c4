/** Who is served together with whom, in which order, and whose fault is whose. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type Limits, Together } from '../../src/store/together.ts'

/** Everybody is given a text, and weighs as many as it has characters. */
const limits = (over: Partial<Limits<string>> = {}): Limits<string> => ({
  most: 100,
  heaviest: 1_000,
  weight: (given) => given.length,
  ...over,
})

/** Work that notes its turns and ends each only when it is let go; the answer to `ada` is `ADA`. */
class Slow {
  readonly turns: string[][] = []
  over = 0
  readonly #ends: (() => void)[] = []
  readonly together: Together<string, string>

  constructor(
    over: Partial<Limits<string>> = {},
    answer: (given: string[]) => string[] = (given) => given.map((one) => one.toUpperCase()),
  ) {
    const work = async (given: string[]) => {
      this.turns.push(given)
      await new Promise<void>((resolve) => this.#ends.push(resolve))
      return answer(given)
    }
    this.together = new Together(work, limits(over), () => {
      this.over += 1
    })
  }

  do = (...given: string[]) => Promise.all(given.map((one) => this.together.do(one)))

  /** Waits until so many turns have begun. */
  begun = (turns: number) => expect.poll(() => this.turns.length, { interval: 1 }).toBe(turns)

  /** Ends the turn that began first of those under way. */
  end() {
    const end = this.#ends.shift()
    if (end === undefined) throw new Error('no turn is under way')
    end()
  }
}

/** Work that is done at once. */
function quick(work: (given: string[]) => string[], over: Partial<Limits<string>> = {}) {
  const turns: string[][] = []
  const together = new Together<string, string>(
    async (given) => {
      turns.push(given)
      return work(given)
    },
    limits(over),
    () => {},
  )
  return { turns, all: (...given: string[]) => Promise.allSettled(given.map((one) => together.do(one))) }
}

const same = (given: string[]) => given
const outcomes = (settled: PromiseSettledResult<string>[]) =>
  settled.map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason)))

test('who comes alone is served at once, and who comes meanwhile goes together, in the order of coming', async () => {
  const slow = new Slow()
  const first = slow.do('ada')
  await slow.begun(1)
  const meanwhile = slow.do('bob', 'cyd', 'dan')
  await sleep(20)
  expect(slow.turns).toEqual([['ada']])
  slow.end()
  expect(await first).toEqual(['ADA'])
  await slow.begun(2)
  slow.end()
  expect(await meanwhile).toEqual(['BOB', 'CYD', 'DAN'])
  expect(slow.turns).toEqual([['ada'], ['bob', 'cyd', 'dan']])
})

test('those who come at one moment need one turn', async () => {
  const { turns, all } = quick(same)
  expect(outcomes(await all('a', 'b', 'c'))).toEqual(['a', 'b', 'c'])
  expect(turns).toEqual([['a', 'b', 'c']])
})

test.each<[string, Partial<Limits<string>>, string[], string[][]]>([
  ['at most so many', { most: 2 }, ['a', 'b', 'c', 'd', 'e'], [['a', 'b'], ['c', 'd'], ['e']]],
  [
    'no heavier than that',
    { heaviest: 4 },
    ['aa', 'bb', 'c', 'dd'],
    [
      ['aa', 'bb'],
      ['c', 'dd'],
    ],
  ],
  ['who is too heavy goes alone', { heaviest: 2 }, ['a', 'bbbbb', 'c', 'd'], [['a'], ['bbbbb'], ['c', 'd']]],
  ['nobody passes who is heavier', { heaviest: 3 }, ['aa', 'bbb', 'c'], [['aa'], ['bbb'], ['c']]],
])('%s', async (_, over, given, turns) => {
  const done = quick(same, over)
  expect(outcomes(await done.all(...given))).toEqual(given)
  expect(done.turns).toEqual(turns)
})

const CULPRIT = new Error('bob cannot be served')

test('a fault stays one’s own: each is tried alone, in order', async () => {
  const { turns, all } = quick((given) => {
    if (given.includes('bob')) throw CULPRIT
    return given
  })
  expect(outcomes(await all('ada', 'bob', 'cyd'))).toEqual(['ada', String(CULPRIT), 'cyd'])
  expect(turns).toEqual([['ada', 'bob', 'cyd'], ['ada'], ['bob'], ['cyd']])
  // What comes afterwards is served as ever.
  expect(outcomes(await all('dan', 'eve'))).toEqual(['dan', 'eve'])
})

test('where all are alike, what fails, fails for all of them at once', async () => {
  const failing = (given: string[]): string[] => {
    throw new Error(`not for ${given.length}`)
  }
  const { turns, all } = quick(failing, { alike: true })
  expect(outcomes(await all('a', 'b', 'c'))).toEqual(Array.from({ length: 3 }, () => 'Error: not for 3'))
  expect(turns).toHaveLength(1)
})

test.each(['CONNECTION_CLOSED', 'ECONNRESET', '57P01', '08006'])(
  'after %s nobody knows what was done: all are told, and nothing is tried twice',
  async (code) => {
    const { turns, all } = quick(() => {
      throw Object.assign(new Error('away'), { code })
    })
    expect(outcomes(await all('a', 'b'))).toEqual(['Error: away', 'Error: away'])
    expect(turns).toEqual([['a', 'b']])
  },
)

test('a connection that is lost while each is tried alone is told to whom it was lost for', async () => {
  const { turns, all } = quick((given) => {
    if (given.length > 1) throw CULPRIT
    if (given[0] === 'a') throw Object.assign(new Error('away'), { code: 'ECONNRESET' })
    return given
  })
  expect(outcomes(await all('a', 'b'))).toEqual(['Error: away', 'b'])
  expect(turns).toEqual([['a', 'b'], ['a'], ['b']])
})

test('work that answers too few: who was left out is told so, and the others have their answers', async () => {
  const { all } = quick((given) => given.slice(0, 1))
  expect(outcomes(await all('a', 'b'))).toEqual(['a', 'Error: work that was done together left somebody out'])
})

test('a turn that lasts longer than a second holds nobody up, and still answers', async () => {
  const slow = new Slow()
  const begin = performance.now()
  const first = slow.do('ada')
  await slow.begun(1)
  const second = slow.do('bob')
  await slow.begun(2)
  // Timers may fire a little early by this clock.
  expect(performance.now() - begin).toBeGreaterThan(900)
  const other = slow.do('cyd')
  await sleep(20)
  expect(slow.turns).toEqual([['ada'], ['bob']])
  slow.end()
  expect(await first).toEqual(['ADA'])
  slow.end()
  expect(await second).toEqual(['BOB'])
  await slow.begun(3)
  slow.end()
  expect(await other).toEqual(['CYD'])
})

test('it is over when all are served, and not before', async () => {
  const slow = new Slow()
  const first = slow.do('ada')
  await slow.begun(1)
  const second = slow.do('bob')
  slow.end()
  await first
  await slow.begun(2)
  expect(slow.over).toBe(0)
  slow.end()
  await second
  await expect.poll(() => slow.over, { interval: 1 }).toBe(1)
  const third = slow.do('cyd')
  await slow.begun(3)
  slow.end()
  await third
  await expect.poll(() => slow.over, { interval: 1 }).toBe(2)
})

test('it is over when the last one fails, too', async () => {
  const slow = new Slow({}, () => {
    throw CULPRIT
  })
  const only = slow.do('ada')
  await slow.begun(1)
  slow.end()
  await expect(only).rejects.toBe(CULPRIT)
  await expect.poll(() => slow.over, { interval: 1 }).toBe(1)
})
