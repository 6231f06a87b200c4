import { describe, expect, it } from 'vitest'
import { type Finding, PLAN_STATES } from '../../src/reconcile/model.ts'
import { canMove, hasEnded, isFinal, needs, overrideCount, PLAN_VERBS } from '../../src/reconcile/review.ts'

const finding = (over: Partial<Finding>): Finding => {
  return {
    guard: 'G1',
    verdict: 'pass',
    nature: 'amount',
    measured: 1,
    of: 10,
    limit: 5,
    scope: '',
    message: '',
    ...over,
  }
}

describe('the states of a plan', () => {
  it.each([
    ['draft', ['submit', 'discard', 'supersede']],
    ['awaiting_approval', ['approve', 'reject', 'supersede', 'expire']],
    ['approved', ['expire', 'apply', 'stale', 'cancel']],
    ['applying', ['pause', 'cancel', 'finish', 'finish_partly', 'fail']],
    ['paused', ['resume', 'cancel']],
    ['partially_failed', ['retry']],
    ['rejected', []],
    ['superseded', []],
    ['stale', []],
    ['applied', []],
  ] as const)('%s allows %j', (state, verbs) => {
    expect(PLAN_VERBS.filter((verb) => canMove(state, verb))).toEqual(verbs)
  })

  it('nothing is applied that was not approved', () => {
    const into = PLAN_STATES.filter((state) =>
      (['apply', 'resume', 'retry'] as const).some((verb) => canMove(state, verb)),
    )
    expect(into).toEqual(['approved', 'paused', 'partially_failed'])
    expect(canMove('awaiting_approval', 'apply')).toBe(false)
  })

  it('an end is an end', () => {
    expect(PLAN_STATES.filter(isFinal)).toEqual([
      'applied',
      'failed',
      'rejected',
      'superseded',
      'expired',
      'stale',
      'cancelled',
      'discarded',
    ])
  })

  it('one that was done in part has ended, too', () => {
    expect(PLAN_STATES.filter((state) => hasEnded(state) !== isFinal(state))).toEqual(['partially_failed'])
  })
})

describe('what an approval needs', () => {
  const held = finding({ verdict: 'hold', measured: 612 })
  it.each([
    ['nothing measured', [], {}, 'pass'],
    ['all pass', [finding({})], {}, 'pass'],
    ['a look is satisfied by any approval', [finding({ verdict: 'hold', nature: 'look' })], {}, 'pass'],
    ['an amount without a count', [held], {}, 'needs_override'],
    ['a count without a reason', [held], { count: 612 }, 'needs_override'],
    ['a blank reason', [held], { count: 612, reason: ' ' }, 'needs_override'],
    ['a wrong count', [held], { count: 611, reason: 'reorganized' }, 'needs_override'],
    ['the count and a reason', [held], { count: 612, reason: 'reorganized' }, 'pass'],
    [
      'two amounts are added up',
      [held, finding({ guard: 'G2', verdict: 'hold', measured: 8 })],
      { count: 620, reason: 'x' },
      'pass',
    ],
    ['a refusal nothing lifts', [finding({ verdict: 'refuse', measured: 3 })], { count: 3, reason: 'x' }, 'refused'],
  ] as const)('%s', (_, findings, override, expected) => {
    expect(needs([...findings], override)).toBe(expected)
  })

  it('tells the count to type', () => {
    expect(overrideCount([held, finding({})])).toBe(612)
    expect(overrideCount([finding({})])).toBeNull()
  })
})
