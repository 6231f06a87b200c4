import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SeatOrder } from '../../src/reconcile/model.ts'
import { compareSeatOrder, seatTieBreak } from '../../src/reconcile/seats.ts'
import { allocate } from '../support/allocate.ts'

const order = (over: Partial<SeatOrder> = {}): SeatOrder => {
  return { rulePriority: 500, seatPriority: 500, waitingSince: null, expiresAt: null, tieBreak: 'a', ...over }
}

describe('the order of the last seats', () => {
  it.each<[string, Partial<SeatOrder>, Partial<SeatOrder>]>([
    ['the rule of the lower number', { rulePriority: 1, seatPriority: 999 }, { rulePriority: 2, seatPriority: 1 }],
    ['the better seat priority', { seatPriority: 1 }, { seatPriority: 2, waitingSince: '2026-01-01' }],
    ['who has waited', { waitingSince: '2026-01-01', expiresAt: '2026-12-01' }, {}],
    ['who has waited longer', { waitingSince: '2026-01-01', tieBreak: 'z' }, { waitingSince: '2026-01-02' }],
    ['who has no end', { tieBreak: 'z' }, { expiresAt: '2030-01-01' }],
    ['whose end comes later', { expiresAt: '2030-01-01', tieBreak: 'z' }, { expiresAt: '2027-01-01' }],
    ['the hash, at last', { tieBreak: 'a' }, { tieBreak: 'b' }],
  ])('%s comes first', (_, first, second) => {
    expect(compareSeatOrder(order(first), order(second))).toBeLessThan(0)
    expect(compareSeatOrder(order(second), order(first))).toBeGreaterThan(0)
  })

  it('ties break alike in every database', () => {
    expect(seatTieBreak('hr:A1', 'cad')).toBe('0bafddace9f8bf3e7b48cfac2321191a524ebcdfdc8f7a6109d1f292c022029f')
    expect(seatTieBreak('hr:A1', 'cad')).not.toBe(seatTieBreak('hr:A1', 'sim'))
  })
})

describe('allocate', () => {
  const request = (productId: number, seatPriority: number) => {
    return { productId, seatOrder: order({ seatPriority, tieBreak: `${seatPriority}` }) }
  }
  const found = (requests: ReturnType<typeof request>[], free: number, freedByWaiting = 0) =>
    allocate(requests, new Map([[11, { free, freedByWaiting }]])).map((one) => [
      one.request.seatOrder.seatPriority,
      one.seat,
      one.position,
    ])

  it('gives nothing to nobody', () => {
    expect(allocate([], new Map())).toEqual([])
  })

  it('row 17: three seats, four requests: three are served in order, the fourth waits at position 1', () => {
    expect(
      found(
        [4, 2, 1, 3].map((n) => request(11, n)),
        3,
      ),
    ).toEqual([
      [1, 'free', null],
      [2, 'free', null],
      [3, 'free', null],
      [4, 'none', 1],
    ])
  })

  it('seats that only waiting revokes free are shown and not promised', () => {
    expect(
      found(
        [1, 2, 3].map((n) => request(11, n)),
        1,
        1,
      ),
    ).toEqual([
      [1, 'free', null],
      [2, 'freed_by_waiting', 1],
      [3, 'none', 2],
    ])
  })

  it('more used than owned is no seat', () => {
    expect(found([request(11, 1)], -5)).toEqual([[1, 'none', 1]])
    expect(found([request(11, 1)], -5, 2)).toEqual([[1, 'none', 1]])
    expect(found([request(11, 1)], -1, 2)).toEqual([[1, 'freed_by_waiting', 1]])
  })

  it('never gives more than there is, and does not look at the order of the input', () => {
    const requests = fc
      .uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 20 })
      .map((n) => n.map((one) => request(11, one)))
    fc.assert(
      fc.property(requests, fc.integer({ min: -3, max: 20 }), (given, free) => {
        const served = found(given, free)
        expect(found(given.toReversed(), free)).toEqual(served)
        expect(served.filter(([, seat]) => seat === 'free')).toHaveLength(Math.min(given.length, Math.max(0, free)))
      }),
    )
  })
})
