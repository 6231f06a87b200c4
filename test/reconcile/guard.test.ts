import { describe, expect, it } from 'vitest'
import { admit } from '../../src/reconcile/admit.ts'
import { guard, limitsSchema } from '../../src/reconcile/guard.ts'

const limits = limitsSchema.parse({})
const facts = { removes: 0, members: 1000, revokes: [] }

describe('G1: removals', () => {
  it.each([
    // removes, members, verdict, limit
    [0, 0, 'pass', 5],
    [0, 1000, 'pass', 100],
    [100, 1000, 'pass', 100],
    [101, 1000, 'hold', 100],
    [500, 1000, 'hold', 100],
    [501, 1000, 'refuse', 500],
    [100, 1_000_000, 'pass', 100],
    [101, 1_000_000, 'hold', 100],
    [5, 40, 'pass', 5],
    [6, 40, 'hold', 5],
    [6, 60, 'pass', 6],
    [7, 60, 'hold', 6],
    [2, 3, 'pass', 5],
    [3, 5, 'hold', 2],
    [3, 6, 'pass', 3],
    [2, 2, 'pass', 5],
    [9, 9, 'hold', 4],
    [5, 10, 'pass', 5],
    [6, 10, 'refuse', 5],
  ])('%i of %i members: %s, limit %i', (removes, members, verdict, limit) => {
    expect(guard({ ...facts, removes, members }, limits)[0]).toMatchObject({
      guard: 'G1',
      verdict,
      limit,
      measured: removes,
      of: members,
    })
  })

  it('the messages hold the arithmetic', () => {
    const told = (removes: number, members: number) => guard({ ...facts, removes, members }, limits)[0]?.message
    expect(told(450, 1000)).toBe('Removals: 450 of 1,000 members = 45 %, limit 100 (10 %). None of them was applied.')
    expect(told(700, 1000)).toBe(
      'Removals: 700 of 1,000 members = 70 %, above 500 (50 %) a plan is refused. None of them was applied.',
    )
    expect(told(4, 3607)).toBe('Removals: 4 of 3,607 members = 0.1 %, limit 100 (2.8 %).')
    expect(told(3, 5)).toBe('Removals: 3 of 5 members = 60 %, limit 2 (40 %). None of them was applied.')
  })

  it('the limits are settings, and unknown ones are refused', () => {
    const strict = limitsSchema.parse({ remove: { floor: 0, number: 0 } })
    expect(guard({ ...facts, removes: 1 }, strict)[0]?.verdict).toBe('hold')
    expect(limitsSchema.safeParse({ remove: { flor: 0 } }).success).toBe(false)
    expect(limits.revoke).toEqual({ floor: 5, percent: 15, refuse_percent: 60, refuse_from: 20 })
  })
})

describe('G2: revokes of one product', () => {
  it.each([
    // revokes, holders, verdict, limit
    [5, 5, 'pass', 5],
    [6, 19, 'hold', 5],
    [19, 19, 'hold', 5],
    [12, 20, 'hold', 5],
    [13, 20, 'refuse', 12],
    [15, 100, 'pass', 15],
    [16, 100, 'hold', 15],
    [60, 100, 'hold', 15],
    [61, 100, 'refuse', 60],
  ])('%i of %i holders: %s, limit %i', (count, holders, verdict, limit) => {
    const [, finding] = guard({ ...facts, revokes: [{ product: 'cad', count, holders }] }, limits)
    expect(finding).toMatchObject({ guard: 'G2', scope: 'cad', verdict, limit })
  })

  it('one finding per product, by key, whatever the order', () => {
    const revokes = [
      { product: 'sim', count: 1, holders: 9 },
      { product: 'cad', count: 61, holders: 100 },
    ]
    const [, cad, sim] = guard({ ...facts, revokes }, limits)
    expect([cad?.scope, sim?.scope]).toEqual(['cad', 'sim'])
    expect(cad?.message).toBe(
      'Revokes of cad: 61 of 100 holders = 61 %, above 60 (60 %) a plan is refused. None of them was applied.',
    )
    expect(guard({ ...facts, revokes: revokes.toReversed() }, limits)).toEqual(guard({ ...facts, revokes }, limits))
  })
})

describe('admit', () => {
  const staged = { rows: 1000, people: 1000, errors: 0, headerOk: true }
  const usual = { acceptedPeopleCounts: [1000, 990, 1010, 1000, 400] }

  it.each([
    ['as usual', { people: 1000 }, 'pass'],
    ['more than usual', { people: 9000 }, 'pass'],
    ['80 % of the median', { people: 800 }, 'pass'],
    ['less than 80 %', { people: 799 }, 'hold'],
    ['half', { people: 500 }, 'hold'],
    ['less than half', { people: 499 }, 'refuse'],
    ['rows, but nobody in them', { people: 0, errors: 1000 }, 'refuse'],
  ])('G12 %s: %s', (_, over, verdict) => {
    expect(admit({ ...staged, ...over }, usual, limits)).toMatchObject([{ guard: 'G12', verdict }])
  })

  it('the first file has nothing to be compared with, but somebody must be in it', () => {
    const first = { acceptedPeopleCounts: [] }
    expect(admit({ ...staged, people: 1, rows: 1 }, first, limits)).toMatchObject([{ verdict: 'pass' }])
    expect(admit({ ...staged, people: 0 }, first, limits)).toMatchObject([{ verdict: 'refuse' }])
  })

  it('row 1: a header and no people is refused', () => {
    expect(admit({ ...staged, rows: 0, people: 0 }, usual, limits)).toMatchObject([
      { guard: 'FILE_EMPTY', verdict: 'refuse' },
    ])
  })

  it('without a header nothing else is asked', () => {
    expect(admit({ ...staged, rows: 0, headerOk: false }, usual, limits)).toMatchObject([
      { guard: 'HEADER_MISSING', verdict: 'refuse' },
    ])
  })

  it('the median of an even number is the middle between two', () => {
    expect(admit({ ...staged, people: 79 }, { acceptedPeopleCounts: [50, 150] }, limits)).toMatchObject([
      { of: 100, limit: 80 },
    ])
  })

  it('says what it compared', () => {
    const message = admit({ ...staged, people: 400 }, usual, limits)[0]?.message
    expect(message).toBe(
      'People: 400 in this file, usually 1,000 = 40 %, below 500 (50 %) a file is refused. Nothing of it was used, and nobody counts as gone.',
    )
  })
})

it('G5: suspensions are held and refused within the limits of removals', () => {
  const told = (suspends: number) => guard({ removes: 0, suspends, members: 100, revokes: [] }, limits)
  expect(told(0).map((one) => one.guard)).toEqual(['G1'])
  expect(told(10)[1]).toMatchObject({ guard: 'G5', verdict: 'pass', measured: 10 })
  expect(told(11)[1]).toMatchObject({ guard: 'G5', verdict: 'hold', nature: 'amount', measured: 11 })
  expect(told(51)[1]).toMatchObject({ guard: 'G5', verdict: 'refuse' })
  expect(told(11)[1]?.message).toBe('Suspensions: 11 of 100 members = 11 %, limit 10 (10 %). None of them was applied.')
})
