/** Planning by hand: a table of what becomes of whom, and the law that what was applied leaves nothing to do. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Chosen, HandCase, HandGround } from '../../src/reconcile/hand-case.ts'
import { mergeChosen } from '../../src/reconcile/merge-chosen.ts'
import type { Member, Product } from '../../src/reconcile/model.ts'
import { PIN_DEFAULT, VERBS } from '../../src/reconcile/operation.ts'
import { planByHand } from '../../src/reconcile/plan-by-hand.ts'
import { predict } from '../support/predict.ts'

const NOW = '2026-11-22T12:00:00.000Z'
const JUNE = '2027-06-30T22:00:00.000Z'
const JULY = '2027-07-31T22:00:00.000Z'
const ENDS = [null, '2027-01-01T00:00:00.000Z', '2027-01-01T12:00:00.000Z', JUNE, JULY]

const product = (id: number, key: string): Product => {
  return { id, key, name: key, aliases: [], owned: 9, reserve: 0, used: 0, retired: false }
}
const PRODUCTS = [product(1, 'cad'), product(2, 'vray')]

const CHOSEN: Chosen = {
  line: 2,
  email: 'ann@acme.example',
  userName: null,
  firstName: null,
  lastName: null,
  displayName: null,
  language: null,
  products: [],
  expiresAt: null,
  role: null,
  seatPriority: null,
  alsoRevoke: false,
  never: false,
}

const MEMBER: Member = {
  id: 7,
  personId: 1,
  state: 'active',
  role: 'member',
  profile: {
    email: 'ann@acme.example',
    emailKey: 'ann@acme.example',
    userName: null,
    userNameKey: null,
    firstName: 'Ann',
    lastName: 'Lee',
    displayName: null,
    language: null,
  },
  version: 1,
  accepted: true,
  removedAt: null,
}

const caseOf = (over: Partial<HandCase> = {}): HandCase => ({
  personId: 1,
  subject: { key: 'hr:e1', email: 'ann@acme.example', name: 'Ann Lee' },
  member: MEMBER,
  assignments: [],
  grants: [],
  ...over,
})

const ground = (over: Partial<HandGround['operation']>): HandGround => ({
  operation: {
    verb: 'assign',
    products: [],
    allProducts: false,
    expiresAt: null,
    role: 'member',
    revokeFirst: false,
    wait: false,
    pin: PIN_DEFAULT,
    where: null,
    file: null,
    rows: { given: 1, merged: 0, errors: 0 },
    ...over,
  },
  actor: 'kim@acme.example',
  manual: 9,
  products: new Map(PRODUCTS.map((one) => [one.key, one])),
  snapshot: { id: 3, file: 'people.csv' },
})

const held = (productId: number, expiresAt: string | null = null) => ({ personId: 1, productId, expiresAt, version: 4 })

/** Actions as words: kind, product, the end that comes of it and the one that was asked for. */
const words = (chosen: Partial<Chosen>, person: Partial<HandCase>, operation: Partial<HandGround['operation']>) =>
  planByHand({ ...CHOSEN, ...chosen }, caseOf(person), ground(operation), NOW).map(
    ({ kind, effect, productId, after }) =>
      [kind, effect, productId, after?.expiresAt, after?.grantedUntil].filter((one) => one != null).join(' '),
  )

describe('what becomes of somebody', () => {
  const removed = { ...MEMBER, state: 'removed' as const, accepted: false }
  test.each([
    ['a stranger is invited', {}, { member: null }, { verb: 'invite' }, ['invite additive']],
    ['who was removed comes back', {}, { member: removed }, { verb: 'invite' }, ['reactivate additive']],
    [
      'who is invited gets products in the same plan',
      { products: [{ product: 'vray', expiresAt: JUNE }] },
      { member: null },
      { verb: 'invite', products: ['cad'] },
      ['invite additive', 'assign additive 1', `assign additive 2 ${JUNE} ${JUNE}`],
    ],
    [
      'who holds a product is removed alone',
      {},
      { assignments: [held(1)] },
      { verb: 'remove' },
      ['remove subtractive'],
    ],
    [
      'products go first where that is asked for',
      {},
      { assignments: [held(1), held(2)] },
      { verb: 'remove', revokeFirst: true },
      ['revoke subtractive 1', 'revoke subtractive 2', 'remove subtractive'],
    ],
    [
      'or where the row says so',
      { alsoRevoke: true },
      { assignments: [held(2)] },
      { verb: 'remove' },
      ['revoke subtractive 2', 'remove subtractive'],
    ],
    ['who is gone already', {}, { member: removed }, { verb: 'remove' }, ['remove neutral']],
    [
      "a row's own end counts first, then that of the row, then that of all",
      { products: [{ product: 'cad', expiresAt: JULY }], expiresAt: JUNE },
      {},
      { products: ['vray'], expiresAt: ENDS[1] ?? null },
      [`assign additive 1 ${JULY} ${JULY}`, `assign additive 2 ${JUNE} ${JUNE}`],
    ],
    [
      'a later end extends',
      {},
      { assignments: [held(1, JUNE)] },
      { products: ['cad'], expiresAt: JULY },
      [`extend additive 1 ${JULY} ${JULY}`],
    ],
    [
      'an earlier one shortens',
      {},
      { assignments: [held(1, JULY)] },
      { products: ['cad'], expiresAt: JUNE },
      [`shorten subtractive 1 ${JUNE} ${JUNE}`],
    ],
    [
      'within a day that takes nothing away',
      {},
      { assignments: [held(1, ENDS[2])] },
      { products: ['cad'], expiresAt: ENDS[1] ?? null },
      [`shorten neutral 1 ${ENDS[1]} ${ENDS[1]}`],
    ],
    [
      'what a source gives for longer stays, and the date that was asked for is kept',
      {},
      { assignments: [held(1, JULY)], grants: [{ productId: 1, expiresAt: JULY }] },
      { products: ['cad'], expiresAt: JUNE },
      [`assign additive 1 ${JULY} ${JUNE}`],
    ],
    [
      'what a source gave until before is over',
      {},
      { grants: [{ productId: 1, expiresAt: '2026-11-01T00:00:00.000Z' }] },
      { products: ['cad'], expiresAt: JUNE },
      [`assign additive 1 ${JUNE} ${JUNE}`],
    ],
    ['what is not held is revoked all the same', {}, {}, { verb: 'revoke', products: ['cad'] }, ['revoke neutral 1']],
    ['of everything, nothing', {}, {}, { verb: 'revoke', allProducts: true }, ['revoke neutral']],
    [
      'of everything, what is held',
      {},
      { assignments: [held(2)] },
      { verb: 'revoke', allProducts: true },
      ['revoke subtractive 2'],
    ],
  ] satisfies [string, Partial<Chosen>, Partial<HandCase>, Partial<HandGround['operation']>, string[]][])(
    '%s',
    (_, chosen, person, operation, expected) => {
      expect(words(chosen, person, operation)).toEqual(expected)
    },
  )

  test('every action stands in the name of the hand, and points at its line', () => {
    for (const action of planByHand(CHOSEN, caseOf(), ground({ products: ['cad'] }), NOW))
      expect(action).toMatchObject({ sourceIds: [9], evidence: { snapshotId: 3, file: 'people.csv', line: 2 } })
  })

  test('who comes back keeps the name that nobody said anew', () => {
    const [action] = planByHand(
      { ...CHOSEN, lastName: 'Ray' },
      caseOf({ member: removed }),
      ground({ verb: 'invite' }),
      NOW,
    )
    expect(action?.after).toMatchObject({ firstName: 'Ann', lastName: 'Ray', state: 'invited' })
  })
})

const end = fc.constantFrom(...ENDS)
const someProducts = fc.uniqueArray(fc.constantFrom('cad', 'vray'), { minLength: 1 })
const cases = fc.record({
  verb: fc.constantFrom(...VERBS),
  named: someProducts,
  own: fc.array(fc.record({ product: fc.constantFrom('cad', 'vray'), expiresAt: end }), { maxLength: 1 }),
  rowEnd: end,
  allEnd: end,
  first: fc.boolean(),
  state: fc.constantFrom('none', 'invited', 'active', 'removed'),
  ends: fc.array(end, { maxLength: 2 }),
  given: fc.array(fc.record({ productId: fc.constantFrom(1, 2), expiresAt: end }), { maxLength: 2 }),
})

test('what was applied without a failure leaves only what changes nothing', () => {
  fc.assert(
    fc.property(cases, ({ verb, named, own, rowEnd, allEnd, first, state, ends, given }) => {
      const member = state === 'none' ? null : { ...MEMBER, state }
      const holds =
        member === null || member.state === 'removed' ? [] : ends.map((expiresAt, at) => held(at + 1, expiresAt))
      const chosen = { ...CHOSEN, products: own, expiresAt: rowEnd }
      const asked = ground({ verb, products: verb === 'remove' ? [] : named, expiresAt: allEnd, revokeFirst: first })
      const numbered = (person: HandCase) =>
        planByHand(chosen, person, asked, NOW).map((action, index) => ({ ...action, number: index + 1 }))
      const before = caseOf({ member, assignments: holds, grants: given })
      const actions = numbered(before)
      expect(actions.length).toBeGreaterThan(0)
      const facts = {
        members: member === null ? [] : [member],
        assignments: holds,
        products: PRODUCTS.map((one) => ({ ...one, used: holds.filter((each) => each.productId === one.id).length })),
        waits: [],
      }
      const once = predict(actions, facts, NOW)
      fc.pre(once.outcomes.every((one) => one.state === 'succeeded' || one.state === 'noop'))
      const after = caseOf({
        member: once.facts.members[0] ?? null,
        assignments: once.facts.assignments,
        grants: given,
      })
      const twice = predict(numbered(after), once.facts, NOW)
      expect(twice.outcomes.map((one) => one.state)).toEqual(twice.outcomes.map(() => 'noop'))
    }),
    { numRuns: 500 },
  )
})

describe('two rows of one person', () => {
  const merged = (a: Partial<Chosen>, b: Partial<Chosen>) => {
    const result = mergeChosen({ ...CHOSEN, ...a }, { ...CHOSEN, line: 5, ...b })
    return result.ok ? result.chosen : result.conflict
  }
  const cad = (expiresAt: string | null) => [{ product: 'cad', expiresAt }]
  const vray = (expiresAt: string | null) => [{ product: 'vray', expiresAt }]

  test('are united, each product with its own end', () => {
    expect(merged({ products: vray(null), expiresAt: JUNE }, { products: cad(null), expiresAt: JULY })).toMatchObject({
      line: 2,
      products: [...cad(JULY), ...vray(JUNE)],
      expiresAt: null,
    })
  })

  test('disagree about an end or a role', () => {
    expect(merged({ products: cad(JUNE) }, { products: cad(JULY) })).toEqual({ a: 2, b: 5, field: 'expires' })
    expect(merged({ expiresAt: JUNE }, { expiresAt: JULY })).toEqual({ a: 2, b: 5, field: 'expires' })
    expect(merged({ role: 'admin' }, { role: 'member' })).toEqual({ a: 2, b: 5, field: 'role' })
  })
})
