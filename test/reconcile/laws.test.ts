import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, hashHeader, itemText } from '../../src/reconcile/canonical.ts'
import type { Case, DirectoryRow, Role } from '../../src/reconcile/model.ts'
import { type Policy, planPerson } from '../../src/reconcile/plan-person.ts'
import {
  AT,
  applyPlan,
  balanced,
  CAD,
  HR,
  held,
  LATER,
  MANUAL,
  PARTNERS,
  policyOf,
  profile,
  row,
  SIM,
  says,
} from '../support/world.ts'

const end = fc.constantFrom(null, '2026-11-23T23:00:00.000Z', '2027-06-30T22:00:00.000Z', '2027-07-01T10:00:00.000Z')
const email = fc.constantFrom('ada@acme.example', 'ADA@acme.example', 'ada@new.example')

function rowArb(source: typeof HR, anchor: string): fc.Arbitrary<DirectoryRow> {
  return fc
    .record({
      email,
      firstName: fc.constantFrom(null, 'Ada', 'Augusta'),
      userName: fc.constantFrom(null, 'ada', 'Ada', 'lovelace'),
      groups: fc.subarray(['Engineering', 'Board', 'Robots', 'admins', 'Chess']),
      status: fc.constantFrom('active', 'active', 'leave', 'leaver', 'deleted'),
      startAt: fc.constantFrom(null, null, LATER),
      products: fc
        .subarray(['cad', 'sim'])
        .chain((keys) =>
          fc.tuple(...keys.map((product) => fc.record({ product: fc.constant(product), expiresAt: end }))),
        ),
      expiresAt: end,
    })
    .map(({ email, firstName, userName, ...rest }) =>
      row({ source, anchor, ...rest, profile: profile(email, { firstName, userName }) }),
    )
}

const rowsArb = fc
  .tuple(
    fc.option(rowArb(HR, 'A1')),
    fc.option(rowArb(PARTNERS, 'P7')),
    fc.option(fc.constant(row({ source: MANUAL, anchor: 'ada@acme.example' })), { freq: 2 }),
  )
  .map((rows) => rows.filter((one) => one !== null))

const policyArb = fc
  .record({
    managesAdmins: fc.boolean(),
    connected: fc.constantFrom(true, true, false),
    used: fc.constantFrom(0, 10),
    reserve: fc.constantFrom(0, 1),
  })
  .map(({ managesAdmins, connected, used, reserve }) =>
    policyOf({
      sources: [{ ...HR, managesAdmins }, { ...PARTNERS, connected }, MANUAL],
      products: [{ ...CAD, used, reserve }, SIM],
    }),
  )

/** Somebody whom the sources described once and describe differently now, whatever became of them in between. */
const movedArb: fc.Arbitrary<{ person: Case; policy: Policy }> = fc
  .record({
    policy: policyArb,
    before: rowsArb,
    now: rowsArb,
    known: fc.boolean(),
    state: fc.constantFrom('invited', 'active', 'suspended', 'removed'),
    role: fc.constantFrom<Role>('member', 'admin', 'owner'),
    extra: fc.option(end),
  })
  .map(({ policy, before, now, known, state, role, extra }) => {
    const start = balanced(before, { state, role, accepted: state !== 'invited' }, policy)
    const assignments = extra === null || state === 'removed' ? start.assignments : [held(SIM.id, extra)]
    const person = known
      ? { ...start, assignments: state === 'removed' ? [] : assignments }
      : { ...start, member: null, assignments: [] }
    return { person: says(person, now, policy), policy }
  })

describe('laws of planPerson', () => {
  it('diff(x, x) is empty', () => {
    fc.assert(
      fc.property(rowsArb, (rows) => {
        const wanted = rows.map((one) => ({ ...one, startAt: null }))
        const person = balanced(wanted)
        fc.pre(person.desired.wanted)
        const alive = person.assignments.every((one) => one.expiresAt === null || one.expiresAt > AT)
        expect(alive).toBe(true)
        expect(planPerson(person, policyOf(), AT)).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('applying a plan and planning again proposes nothing, waits included', () => {
    fc.assert(
      fc.property(movedArb, ({ person, policy }) => {
        const applied = applyPlan(person, policy, AT)
        expect(applied.outcomes.filter((one) => !['succeeded', 'waiting_seat'].includes(one.state))).toEqual([])
        const again = applyPlan(applied.person, applied.policy, AT)
        expect(again.actions).toEqual([])
        expect(again.person.waits).toEqual(applied.person.waits)
      }),
      { numRuns: 2000 },
    )
  })

  it('the order of rows, links, claims, grants and assignments does not matter, and equal cases give equal bytes', () => {
    const keys = { product: (id: number) => `p${id}`, source: (id: number) => `s${id}` }
    const bytes = (person: Case, policy: Policy) => {
      const hash = hashHeader({
        schema: 1,
        organization: 'acme',
        baseRevision: 1,
        snapshots: [],
        rulesetVersion: 1,
        settingsVersion: 1,
      })
      for (const action of planPerson(person, policy, AT)) hash.item(itemText(action, keys))
      return hash.hex()
    }
    fc.assert(
      fc.property(movedArb, ({ person, policy }) => {
        const turned: Case = {
          ...person,
          rows: person.rows.toReversed(),
          links: person.links.toReversed(),
          claims: person.claims.toReversed(),
          grants: person.grants.toReversed(),
          assignments: person.assignments.toReversed(),
        }
        const before = canonicalJson(person)
        expect(bytes(turned, policy)).toBe(bytes(person, policy))
        expect(canonicalJson(person)).toBe(before)
      }),
      { numRuns: 500 },
    )
  })

  it('nothing is ever taken from the protected, from owners, or by nobody', () => {
    fc.assert(
      fc.property(movedArb, ({ person, policy }) => {
        const taken = planPerson(person, policy, AT).filter(
          (one) => one.effect === 'subtractive' && one.reason.code !== 'expired',
        )
        if (person.desired.protected || person.member?.role === 'owner') expect(taken).toEqual([])
        expect(taken.every((one) => one.sourceIds.length > 0 && !one.sourceIds.includes(MANUAL.id))).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('at most one action per person and product, and a removal only after every revoke', () => {
    fc.assert(
      fc.property(movedArb, ({ person, policy }) => {
        const actions = planPerson(person, policy, AT)
        const products = actions.flatMap((one) => one.productId ?? [])
        expect(new Set(products).size).toBe(products.length)
        if (!actions.some((one) => one.kind === 'remove')) return
        expect(actions.filter((one) => one.kind === 'revoke')).toHaveLength(person.assignments.length)
        expect(actions.at(-1)?.kind).toBe('remove')
      }),
      { numRuns: 1000 },
    )
  })
})
