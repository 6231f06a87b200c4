import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ACTION_KINDS, type Action, type ActionKind } from '../../src/reconcile/model.ts'
import { compareActions, DEPENDS_ON, waveOf } from '../../src/reconcile/order.ts'
import { planPerson } from '../../src/reconcile/plan-person.ts'
import { AT, newcomer, policyOf, row } from '../support/world.ts'

describe('waves', () => {
  it.each<[ActionKind, ActionKind]>([
    ['link', 'invite'],
    ['update_identity', 'invite'],
    ['invite', 'revoke'],
    ['reactivate', 'assign'],
    ['revoke', 'assign'],
    ['suspend', 'update_role'],
    ['assign', 'update_role'],
    ['update_role', 'remove'],
  ])('%s comes before %s', (first, second) => {
    expect(waveOf({ kind: first })).toBeLessThan(waveOf({ kind: second }))
  })

  it('whatever something depends on has come before', () => {
    for (const kind of ACTION_KINDS) {
      for (const cause of DEPENDS_ON[kind])
        expect([kind, cause, waveOf({ kind: cause }) <= waveOf({ kind })]).toEqual([kind, cause, true])
    }
    expect(DEPENDS_ON.remove).toContain('revoke')
    expect(DEPENDS_ON.assign).toContain('invite')
  })
})

describe('compareActions', () => {
  const keys = (id: number) => `product ${id}`
  const [base] = planPerson(newcomer([row()]), policyOf(), AT)
  const seatOrder = fc.record({
    rulePriority: fc.constantFrom(1, 500),
    seatPriority: fc.constantFrom(1, 500),
    waitingSince: fc.constantFrom(null, AT),
    expiresAt: fc.constantFrom(null, AT),
    tieBreak: fc.constantFrom('a', 'b'),
  })
  const actionArb: fc.Arbitrary<Action> = fc
    .record({
      kind: fc.constantFrom(...ACTION_KINDS),
      key: fc.constantFrom('hr:A1', 'hr:A2'),
      productId: fc.constantFrom(11, 12),
      seats: seatOrder,
    })
    .map(({ kind, key, productId, seats }) => {
      if (base === undefined) throw new Error('a newcomer is invited')
      const product = ['assign', 'extend', 'shorten', 'revoke'].includes(kind) ? productId : null
      return {
        ...base,
        kind,
        productId: product,
        subject: { ...base.subject, key },
        seatOrder: kind === 'assign' ? seats : null,
      }
    })

  it('is a total order: input order does not matter', () => {
    fc.assert(
      fc.property(fc.array(actionArb, { maxLength: 12 }), (actions) => {
        const sorted = actions.toSorted((a, b) => compareActions(a, b, keys))
        expect(actions.toReversed().sort((a, b) => compareActions(a, b, keys))).toEqual(sorted)
        const waves = sorted.map((one) => waveOf(one))
        expect(waves).toEqual(waves.toSorted((a, b) => a - b))
      }),
    )
  })

  it('two actions are equal only where nothing distinguishes them', () => {
    fc.assert(
      fc.property(actionArb, actionArb, (a, b) => {
        const same =
          JSON.stringify([a.kind, a.subject, a.productId, a.seatOrder]) ===
          JSON.stringify([b.kind, b.subject, b.productId, b.seatOrder])
        expect(compareActions(a, b, keys) === 0).toBe(same)
        expect(Math.sign(compareActions(a, b, keys)) + Math.sign(compareActions(b, a, keys))).toBe(0)
      }),
    )
  })
})
