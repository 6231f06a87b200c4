import { describe, expect, it } from 'vitest'
import type { Claim, Grant } from '../../src/reconcile/model.ts'
import { oneClaimEach, oneGrantEach } from '../../src/reconcile/several-rows.ts'

const claim = (over: Partial<Claim> = {}): Claim => {
  return { personId: 1, sourceId: 1, status: 'active', role: 'member', startAt: null, rule: 'staff', ...over }
}
const grant = (over: Partial<Grant> = {}): Grant => {
  const line = { priority: 500, seatPriority: 500, expiresAt: null }
  return { personId: 1, productId: 1, sourceId: 1, rule: 'cad', ...line, ...over }
}
const MAY = '2027-05-01T00:00:00.000Z'
const JUNE = '2027-06-01T00:00:00.000Z'

describe('several rows of one source that are one person', () => {
  it.each([
    ['one is on leave', [claim({ status: 'suspended' }), claim()], claim()],
    [
      'all are on leave',
      [claim({ status: 'suspended' }), claim({ status: 'suspended' })],
      claim({ status: 'suspended' }),
    ],
    ['one is an administrator', [claim(), claim({ role: 'admin' })], claim({ role: 'admin' })],
    ['they start on different days', [claim({ startAt: JUNE }), claim({ startAt: MAY })], claim({ startAt: MAY })],
    ['one starts now', [claim({ startAt: JUNE }), claim()], claim()],
    ['different rules want them', [claim({ rule: 'staff' }), claim({ rule: 'guests' })], claim({ rule: 'guests' })],
  ])('are one claim: %s', (_, claims, one) => {
    expect(oneClaimEach(claims)).toEqual([one])
    expect(oneClaimEach(claims.toReversed())).toEqual([one])
  })

  it.each([
    ['the later end', [grant({ expiresAt: MAY }), grant({ expiresAt: JUNE })], grant({ expiresAt: JUNE })],
    ['no end before any', [grant({ expiresAt: MAY }), grant()], grant()],
    [
      'the better place',
      [grant({ priority: 9, seatPriority: 3 }), grant({ priority: 5, seatPriority: 7 })],
      grant({ priority: 5, seatPriority: 3 }),
    ],
  ])('are one grant of a rule: %s', (_, grants, one) => {
    expect(oneGrantEach(grants)).toEqual([one])
    expect(oneGrantEach(grants.toReversed())).toEqual([one])
  })

  it('what other sources, rules and products give stays apart', () => {
    const claims = [claim(), claim({ sourceId: 2 })]
    const grants = [grant(), grant({ rule: 'sim' }), grant({ productId: 2 }), grant({ sourceId: 2 })]
    expect([oneClaimEach(claims), oneGrantEach(grants)]).toEqual([claims, grants])
  })
})
