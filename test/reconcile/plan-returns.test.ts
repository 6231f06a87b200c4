/** Somebody with licences on devices, whom nobody wants any more: planned and settled again and again, until everything is back. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Borrow, backAt, lastOf } from '../../src/reconcile/borrow.ts'
import type { Case } from '../../src/reconcile/model.ts'
import { AT, applyPlan, balanced, CAD, held, kinds, policyOf, row, SIM, says, wait, ZONE } from '../support/world.ts'

const policy = policyOf()
const DAY = 86_400_000
const later = (days: number) => new Date(Date.parse(AT) + days * DAY).toISOString()
const lent = (productId: number, days: number, device = 'WS-204'): Borrow => ({
  personId: 1,
  productId,
  product: productId === CAD.id ? CAD.name : SIM.name,
  device,
  until: later(days),
  zone: ZONE,
})

/** Ada, who holds both products, as nobody wants her any more. */
const gone = (): Case => {
  const person = { ...balanced([row({ groups: ['Engineering'] })]), assignments: [held(CAD.id), held(SIM.id)] }
  return says(person, [])
}
const out = (borrows: Borrow[], at: string) => borrows.filter((one) => backAt(one) > at)

describe('what is on a device', () => {
  it('goes when it is back, and the membership with the last of it', () => {
    const borrows = [lent(CAD.id, 3), lent(SIM.id, 9)]
    const first = applyPlan(gone(), policy, AT, borrows)
    expect(kinds(first.actions)).toEqual(['revoke cad', 'revoke sim', 'remove'])
    expect(first.outcomes.map((one) => one.state)).toEqual(Array(3).fill('waiting_borrow'))
    expect(first.person.waits.map(({ productId, until }) => [productId, until])).toEqual([
      [CAD.id, later(3 + 1 / 24)],
      [SIM.id, later(9 + 1 / 24)],
      [0, later(9 + 1 / 24)],
    ])
    expect(applyPlan(first.person, first.policy, later(3), out(borrows, later(3))).actions).toEqual([])
    const second = applyPlan(first.person, first.policy, later(4), out(borrows, later(4)))
    expect(kinds(second.actions)).toEqual(['revoke cad'])
    const third = applyPlan(second.person, second.policy, later(10), out(borrows, later(10)))
    expect(kinds(third.actions)).toEqual(['revoke sim', 'remove'])
    expect(third.actions.every((action) => action.sourceIds.length === 0)).toBe(true)
    expect(third.person.member?.state).toBe('removed')
  })

  it('keeps nobody who is wanted again', () => {
    const { person } = applyPlan(gone(), policy, AT, [lent(CAD.id, 3)])
    const back = says(person, [row({ groups: ['Engineering'] })])
    expect(kinds(applyPlan({ ...back, waits: [] }, policy, later(1), []).actions)).toEqual([])
  })

  it('is all that is planned of somebody of whom something else was rejected', () => {
    const both = balanced([row({ groups: ['Engineering'] })])
    const waits = [wait('rejected', null), wait('borrow', AT, SIM.id)]
    const person = { ...says({ ...both, assignments: [held(CAD.id), held(SIM.id)] }, [row()]), waits }
    expect(kinds(applyPlan(person, policy, AT).actions)).toEqual(['revoke sim'])
    expect(kinds(applyPlan({ ...person, waits: [] }, policy, AT).actions)).toEqual(['revoke cad', 'revoke sim'])
  })

  const borrowing = fc.array(
    fc.record({
      productId: fc.constantFrom(CAD.id, SIM.id),
      days: fc.integer({ min: 1, max: 20 }),
      device: fc.constantFrom('a', 'b'),
    }),
    { maxLength: 4 },
  )

  it('is never taken, nobody is removed who has it, and all of it ends once the last is back', () => {
    fc.assert(
      fc.property(borrowing, fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 8 }), (loans, looks) => {
        const borrows = loans.map((one) => lent(one.productId, one.days, one.device))
        let person = gone()
        for (const day of [0, ...looks.sort((a, b) => a - b), 40]) {
          const at = later(day)
          const live = out(borrows, at)
          const { person: after } = applyPlan(person, policy, at, live)
          for (const { productId } of live) expect(after.assignments.map((one) => one.productId)).toContain(productId)
          if (live.length > 0) expect(after.member?.state).not.toBe('removed')
          // Looked at again at once, there is nothing to do.
          expect(kinds(applyPlan(after, policy, at, live).actions)).toEqual([])
          person = after
        }
        expect([person.member?.state, person.assignments]).toEqual(['removed', []])
      }),
    )
  })
})

describe('the last of several', () => {
  it('is the one that ends last, whatever their order', () => {
    const all = [lent(CAD.id, 3), lent(CAD.id, 9, 'b'), lent(CAD.id, 9, 'a')]
    expect(lastOf([])).toBeNull()
    expect([lastOf(all)?.device, lastOf(all.toReversed())?.device]).toEqual(['a', 'a'])
  })
})
