import { describe, expect, it } from 'vitest'
import { desire, evaluate } from '../../src/reconcile/evaluate.ts'
import type { Claim, Desired, DirectoryRow, Rule, Source } from '../../src/reconcile/model.ts'
import { compile } from '../../src/reconcile/rules.ts'
import { CAD, HR, MANUAL, PARTNERS, profile, RULES, row, rulesOf, SIM, ZONE } from '../support/world.ts'

const context = { productIdByKey: new Map([CAD, SIM].map((one) => [one.key, one.id])), zone: ZONE }

function seen(of: DirectoryRow, rules: Rule[] = RULES, source: Source = HR) {
  return evaluate(of, source, compile(rules, source.key), context)
}

describe('evaluate', () => {
  it('nobody matches nothing: no claim', () => {
    expect(seen(row(), [])).toEqual({ claims: [], grants: [], protected: false, shadowed: [] })
  })

  it('every matching rule gives its product; the same product from two rules is two grants', () => {
    const rules = rulesOf(`
- { key: a, when: { everyone: true }, then: [{ product: cad, expires: 2027-06-30 }, { product: sim }] }
- { key: b, priority: 7, when: { everyone: true }, then: { product: cad } }
`)
    const { claims, grants } = seen(row({ seatPriority: 3 }), rules)
    expect(claims.map((one) => one.rule)).toEqual(['b'])
    expect(grants.map((one) => [one.productId, one.rule, one.priority, one.seatPriority, one.expiresAt])).toEqual([
      [CAD.id, 'a', 500, 3, '2027-06-30T22:00:00.000Z'],
      [CAD.id, 'b', 7, 3, null],
      [SIM.id, 'a', 500, 3, null],
    ])
  })

  it('row 22: an end on the night that the clocks go forward is the start of the next day in the zone', () => {
    const rules = rulesOf('- { key: a, when: { everyone: true }, then: { product: cad, expires: 2027-03-28 } }')
    expect(seen(row(), rules).grants[0]?.expiresAt).toBe('2027-03-28T22:00:00.000Z')
  })

  it("the rule's end comes before the row's, the row's before none", () => {
    const rules = rulesOf('- { key: a, when: { everyone: true }, then: { product: cad } }')
    const listed = row({ expiresAt: '2027-01-01T00:00:00.000Z', products: [{ product: 'sim', expiresAt: null }] })
    expect(seen(listed, rules).grants.map((one) => [one.rule, one.expiresAt])).toEqual([
      ['a', '2027-01-01T00:00:00.000Z'],
      ['column', '2027-01-01T00:00:00.000Z'],
    ])
  })

  it('a products column claims membership', () => {
    const { claims } = seen(row({ products: [{ product: 'cad', expiresAt: null }] }), [])
    expect(claims.map((one) => one.rule)).toEqual(['column'])
  })

  it('the role of the lowest number wins, and the loser is told', () => {
    const { claims, shadowed } = seen(row({ groups: ['admins'] }))
    expect(claims).toMatchObject([{ role: 'admin', rule: 'admins' }])
    expect(shadowed).toEqual([{ rule: 'everyone', by: 'admins', role: 'member' }])
  })

  it('a role column raises nobody by itself', () => {
    const trusting = [
      ...RULES,
      ...rulesOf('- { key: manages, source: hr, when: { everyone: true }, then: { manage_admins: true } }'),
    ]
    const only = rulesOf('- { key: all, when: { everyone: true }, then: { product: cad } }')
    const manages = rulesOf(
      '- { key: manages, when: { everyone: true }, then: [{ manage_admins: true }, { product: cad }] }',
    )
    expect(seen(row({ role: 'admin' }), only).claims[0]?.role).toBe('member')
    expect(seen(row({ role: 'admin' }), manages).claims[0]?.role).toBe('admin')
    expect(seen(row({ role: 'admin' }), trusting).claims[0]?.role).toBe('member')
    expect(seen(row({ role: 'admin', source: MANUAL }), [], MANUAL).claims[0]?.role).toBe('admin')
  })

  it.each([
    ['leaver: no claim and no grant', row({ status: 'leaver', groups: ['Engineering'] }), [], 0, false],
    ['leave: suspended, grants stay', row({ status: 'leave', groups: ['Engineering'] }), ['suspended'], 1, false],
    ['excluded: as if not there', row({ groups: ['Robots', 'Engineering'] }), [], 0, false],
    ['protected', row({ groups: ['Board'] }), ['active'], 0, true],
    ['excluded and protected: protection stays', row({ groups: ['Board', 'Robots'] }), [], 0, true],
    ['a leaver who is protected', row({ groups: ['Board'], status: 'leaver' }), [], 0, true],
  ])('%s', (_, of, claims, grants, shielded) => {
    const found = seen(of)
    expect(found.claims.map((one) => one.status)).toEqual(claims)
    expect(found.grants).toHaveLength(grants)
    expect(found.protected).toBe(shielded)
  })

  it('suspend by rule keeps the grants', () => {
    const rules = rulesOf('- { key: s, when: { everyone: true }, then: [{ suspend: true }, { product: cad }] }')
    expect(seen(row(), rules)).toMatchObject({ claims: [{ status: 'suspended' }], grants: [{ productId: CAD.id }] })
  })

  it('by hand always claims, whatever the rules', () => {
    const found = seen(row({ source: MANUAL, products: [{ product: 'cad', expiresAt: null }] }), RULES, MANUAL)
    expect(found.claims).toMatchObject([{ rule: 'manual', role: 'member', sourceId: MANUAL.id }])
    expect(found.grants).toMatchObject([{ rule: 'manual' }])
    const hides = rulesOf('- { key: hides, source: manual, when: { everyone: true }, then: { exclude: true } }')
    expect(seen(row({ source: MANUAL }), hides, MANUAL).claims).toHaveLength(1)
  })

  it('a product that nobody configured gives no grant and costs nobody the membership', () => {
    const rules = rulesOf('- { key: a, when: { everyone: true }, then: { product: gone } }')
    expect(seen(row(), rules)).toMatchObject({ claims: [{ rule: 'a' }], grants: [] })
  })
})

describe('desire', () => {
  const sources = new Map([HR, PARTNERS, MANUAL].map((one) => [one.id, one]))
  const claim = (source: Source, over: Partial<Claim> = {}): Claim => {
    return { personId: 1, sourceId: source.id, status: 'active', role: 'member', startAt: null, rule: 'r', ...over }
  }
  const hr = row({ profile: profile('ada@acme.example', { firstName: null, userName: null }) })
  const partner = row({
    source: PARTNERS,
    anchor: 'P7',
    profile: profile('ada@partner.example', { firstName: 'Augusta', userName: 'Ada' }),
  })
  const hand = row({ source: MANUAL, anchor: 'x', profile: profile('old@acme.example') })
  const wanted = (rows: DirectoryRow[], claims: Claim[], previous: Desired | null = null, shielded = false) =>
    desire(1, rows, claims, previous, sources, shielded)

  it('takes each attribute from the most trusted source that has a value, whatever the order of rows', () => {
    const both = [claim(HR), claim(PARTNERS)]
    const found = wanted([partner, hr], both)
    expect(found.profile).toMatchObject({
      email: 'ada@acme.example',
      firstName: 'Augusta',
      userName: 'Ada',
      userNameKey: 'ada',
    })
    expect(found.profileSourceId).toBe(HR.id)
    expect(wanted([hr, partner], both.toReversed())).toEqual(found)
  })

  it('a source that still wants the person is believed before one that does not', () => {
    expect(wanted([hr, partner], [claim(PARTNERS)]).profile?.email).toBe('ada@partner.example')
  })

  it('what was typed by hand counts until a source has told more, and does not come back', () => {
    const first = wanted([hand], [claim(MANUAL)])
    expect(first.profile?.email).toBe('old@acme.example')
    const told = wanted([hand, hr], [claim(MANUAL), claim(HR)], first)
    expect(told.profile?.email).toBe('ada@acme.example')
    expect(wanted([hand], [claim(MANUAL)], told).profile?.email).toBe('ada@acme.example')
  })

  it.each([
    ['suspended only where all say so', [claim(HR, { status: 'suspended' }), claim(PARTNERS)], { status: 'active' }],
    ['suspended where all say so', [claim(HR, { status: 'suspended' })], { status: 'suspended' }],
    ['the highest role', [claim(HR), claim(PARTNERS, { role: 'admin' })], { role: 'admin' }],
    [
      'the first day of any',
      [claim(HR, { startAt: '2027-02-01' }), claim(PARTNERS, { startAt: '2027-01-01' })],
      { startAt: '2027-01-01' },
    ],
    ['now, where one has no first day', [claim(HR, { startAt: '2027-02-01' }), claim(PARTNERS)], { startAt: null }],
    ['nobody', [], { wanted: false, leaver: false }],
  ])('%s', (_, claims, expected) => {
    expect(wanted([hr, partner], claims)).toMatchObject(expected)
  })

  it('a leaver is one whom nobody else wants', () => {
    const leaves = row({ status: 'leaver' })
    expect(wanted([leaves], []).leaver).toBe(true)
    expect(wanted([leaves, partner], [claim(PARTNERS)])).toMatchObject({ leaver: false, wanted: true })
  })

  it('protection survives absence, and ends when a row no longer says so', () => {
    const shielded = wanted([hr], [claim(HR)], null, true)
    expect(wanted([], [], shielded).protected).toBe(true)
    expect(wanted([hr], [claim(HR)], shielded).protected).toBe(false)
  })
})
