import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { guard, limitsSchema, type PlanFacts } from '../../src/reconcile/guard.ts'
import { type Amounts, NO_FACTS, NOTHING } from '../../src/reconcile/guard-facts.ts'
import type { ActionKind } from '../../src/reconcile/model.ts'
import { overrideCount, overrideSum } from '../../src/reconcile/review.ts'

const limits = limitsSchema.parse({})

/** Facts of a plan: kinds follow from the amounts unless they are given. */
function facts(plan: Partial<Amounts>, more: Partial<PlanFacts> = {}): PlanFacts {
  const amounts = { ...NOTHING, ...plan }
  const kinds: Partial<Record<ActionKind, number>> = {
    remove: amounts.remove,
    suspend: amounts.suspend,
    update_identity: amounts.rename,
    shorten: amounts.shorten,
    revoke: Object.values(amounts.revoke).reduce((sum, one) => sum + one, 0),
  }
  return { ...NO_FACTS, members: 1000, plan: amounts, kinds, ...more }
}

const product = (key: string, holders: number) => ({ key, name: key, holders })
const judge = (guardId: string, given: PlanFacts, by = limits) =>
  guard(given, by).filter((finding) => finding.guard === guardId)

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
  ])('%i of %i members: %s, limit %i', (remove, members, verdict, limit) => {
    expect(judge('G1', facts({ remove }, { members }))).toMatchObject([
      { verdict, limit, measured: remove, of: members, nature: 'amount' },
    ])
  })

  it('the messages hold the arithmetic, and say that nothing was applied', () => {
    const told = (remove: number, members: number) => judge('G1', facts({ remove }, { members }))[0]?.message
    expect(told(450, 1000)).toBe('Removals: 450 of 1,000 members = 45 %, limit 100 (10 %). 0 of 450 were applied.')
    expect(told(700, 1000)).toBe(
      'Removals: 700 of 1,000 members = 70 %, above 500 (50 %) two administrators have to agree. 0 of 700 were applied.',
    )
    expect(told(4, 3607)).toBe('Removals: 4 of 3,607 members = 0.1 %, limit 100 (2.8 %).')
    expect(told(3, 5)).toBe('Removals: 3 of 5 members = 60 %, limit 2 (40 %). 0 of 3 were applied.')
  })
})

describe('limits are settings', () => {
  it.each([
    ['a number alone', { percent: null, number: 20 }, 20],
    ['a share alone', { percent: 3, number: null }, 30],
    ['any: the smaller', { percent: 3, number: 20 }, 20],
    ['all: the larger', { percent: 3, number: 20, match: 'all' }, 30],
    ['the floor stays', { percent: 0, number: 0, floor: 7 }, 7],
    ['neither share nor number: the floor, for nothing turns a guard off', { percent: null, number: null }, 5],
  ])('%s', (_, remove, limit) => {
    const by = limitsSchema.parse({ remove })
    expect(judge('G1', facts({ remove: limit }), by)).toMatchObject([{ verdict: 'pass', limit }])
    expect(judge('G1', facts({ remove: limit + 1 }), by)).toMatchObject([{ verdict: 'hold', limit }])
  })

  it('unknown ones are refused', () => {
    expect(limitsSchema.safeParse({ remove: { flor: 0 } }).success).toBe(false)
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
  ])('%i of %i holders: %s, limit %i', (cad, holders, verdict, limit) => {
    const given = facts({ revoke: { cad } }, { products: [product('cad', holders)] })
    expect(judge('G2', given)).toMatchObject([{ scope: 'cad', verdict, limit }])
  })

  it('one finding per product, by key', () => {
    const given = facts({ revoke: { sim: 1, cad: 61 } }, { products: [product('sim', 9), product('cad', 100)] })
    const [cad, sim] = judge('G2', given)
    expect([cad?.scope, sim?.scope]).toEqual(['cad', 'sim'])
    expect(cad?.message).toBe(
      'Revokes of cad: 61 of 100 holders = 61 %, above 60 (60 %) two administrators have to agree. 0 of 61 were applied.',
    )
  })
})

describe('G3: revokes of all products', () => {
  const products = [product('cad', 1000), product('sim', 1000)]
  it.each([
    [300, 'pass'],
    [301, 'hold'],
    [1200, 'hold'],
    [1201, 'refuse'],
  ])('%i of 2,000 assignments: %s', (revokes, verdict) => {
    const cad = Math.floor(revokes / 2)
    const given = facts({ revoke: { cad, sim: revokes - cad } }, { products })
    expect(judge('G3', given)).toMatchObject([{ verdict, measured: revokes, of: 2000 }])
  })

  it('few assignments: the floor', () => {
    const few = { products: [product('cad', 12)] }
    expect(judge('G3', facts({ revoke: { cad: 10 } }, few))).toMatchObject([{ verdict: 'pass', limit: 10 }])
    expect(judge('G3', facts({ revoke: { cad: 11 } }, few))).toMatchObject([{ verdict: 'hold', limit: 10 }])
  })
})

describe('G4: a mapped group that shrinks', () => {
  const group = (lost: number, left: number, over: object = {}) =>
    judge('G4', {
      ...facts({ revoke: { cad: lost } }, { products: [product('cad', 100_000)] }),
      groups: [
        { groups: 'Artists', rule: 'artists', product: 'cad', productName: 'CAD', lost, left, items: lost, ...over },
      ],
    })[0]
  it.each([
    // lost, left, verdict
    [5, 0, undefined],
    [5, 1, undefined],
    [6, 6, undefined],
    [6, 5, 'hold'],
    [6, 0, 'hold'],
    [9, 0, 'hold'],
    [10, 0, 'refuse'],
    [10, 1, 'hold'],
    [80, 0, 'refuse'],
  ])('%i lost, %i left: %s', (lost, left, verdict) => expect(group(lost, left)?.verdict).toBe(verdict))

  it('row 7: a group emptied while its people are still there refuses the revokes, and only them', () => {
    const given = facts({ revoke: { cad: 80 } }, { products: [product('cad', 400)], kinds: { revoke: 80, invite: 3 } })
    const findings = guard(
      {
        ...given,
        groups: [
          { groups: 'Artists', rule: 'artists', product: 'cad', productName: 'CAD', lost: 80, left: 0, items: 80 },
        ],
      },
      limits,
    )
    const stopped = findings.filter((one) => one.verdict === 'refuse')
    expect(stopped.map((one) => [one.guard, one.message])).toEqual([
      [
        'G4',
        'Group Artists (rule artists): 80 of 80 people would lose CAD = 100 %: the group is empty, and two administrators have to agree. 0 of 80 were applied.',
      ],
    ])
    expect(findings.filter((one) => one.verdict !== 'pass').flatMap((one) => one.holds)).not.toContainEqual(
      expect.objectContaining({ kind: 'invite' }),
    )
    expect(overrideCount(findings)).toBe(80)
  })

  it('a rule that gives the membership holds the removals', () => {
    expect(group(12, 0, { product: null, productName: null })?.holds).toEqual([
      { kind: 'remove', product: null, items: 12 },
    ])
  })
})

it.each([
  [0, undefined],
  [100, 'pass'],
  [101, 'hold'],
  [501, 'refuse'],
])('G5: %i suspensions of 1,000 members: %s', (suspend, verdict) => {
  expect(judge('G5', facts({ suspend }))[0]?.verdict).toBe(verdict)
})

it('G5: with limits of its own', () => {
  const by = limitsSchema.parse({ remove: { number: 1, floor: 0 }, suspend: { number: 50 } })
  expect(judge('G5', facts({ suspend: 50 }), by)).toMatchObject([{ verdict: 'pass', limit: 50 }])
  expect(judge('G5', facts({ suspend: 50 }), limitsSchema.parse({ remove: { number: 1, floor: 0 } }))).toMatchObject([
    { verdict: 'hold', limit: 1 },
  ])
})

describe('G6: renames', () => {
  it.each([
    [100, 'pass'],
    [101, 'hold'],
    [500, 'hold'],
    [501, 'refuse'],
  ])('%i of 1,000 addresses: %s', (rename, verdict) => expect(judge('G6', facts({ rename }))[0]?.verdict).toBe(verdict))

  it('names that wander', () => {
    const swapped = (swappedNames: number) => judge('G6', facts({}, { swappedNames, kinds: { update_profile: 9 } }))
    expect(swapped(3)).toEqual([])
    expect(swapped(4)).toMatchObject([
      { verdict: 'hold', nature: 'amount', holds: [{ kind: 'update_profile', product: null, items: 9 }] },
    ])
  })
})

describe('G7: invitations', () => {
  const invited = (invite: number, firstInvites = 0, members = 1000) =>
    judge('G7', facts({}, { kinds: { invite }, firstInvites, members }))[0]
  it.each([
    [250, 1000, 'pass'],
    [251, 1000, 'hold'],
    [50, 10, 'pass'],
    [51, 10, 'hold'],
    [5_000, 100_000, 'pass'],
    [5_001, 100_000, 'refuse'],
  ])('%i to %i members: %s', (invite, members, verdict) => {
    expect(invited(invite, 0, members)).toMatchObject({ verdict, nature: 'amount' })
  })

  it('the first of a source are looked at, however many there are', () => {
    expect(invited(900_000, 900_000, 0)).toMatchObject({ verdict: 'hold', nature: 'look' })
    expect(invited(900_000, 899_950)).toMatchObject({ verdict: 'pass', measured: 50 })
    expect(invited(900_000, 899_000)).toMatchObject({ verdict: 'hold', measured: 1000, nature: 'amount' })
  })
})

describe('looks', () => {
  it('G8: only what goes to domains that nobody has', () => {
    const newDomains = [{ domain: 'acme.exarnple', invites: 2, renames: 0 }]
    expect(judge('G8', facts({}, { newDomains, kinds: { invite: 30 } }))).toMatchObject([
      { verdict: 'hold', nature: 'look', holds: [{ kind: 'invite', items: 2, domains: ['acme.exarnple'] }] },
    ])
    expect(judge('G8', facts({}))).toEqual([])
  })

  it('G9: only what concerns administrators', () => {
    expect(judge('G9', facts({ remove: 3 }, { administrators: { remove: 1 } }))).toMatchObject([
      { verdict: 'hold', nature: 'look', holds: [{ kind: 'remove', items: 1, administrators: true }] },
    ])
    expect(judge('G9', facts({ remove: 3 }))).toEqual([])
  })

  it.each([
    [{ rules: true, settings: false }, 'Changed rules: '],
    [{ rules: false, settings: true }, 'Changed settings: '],
    [{ rules: true, settings: true }, 'Changed rules and settings: '],
  ])('G16: %j', (changed, begins) => {
    const [finding] = judge('G16', facts({ remove: 1 }, { changed, kinds: { remove: 1, invite: 2, assign: 0 } }))
    expect(finding).toMatchObject({ verdict: 'hold', nature: 'look', message: expect.stringContaining(begins) })
    expect(finding?.holds?.map((hold) => hold.kind)).toEqual(['invite', 'remove'])
  })

  it('G18: the first plan of a source, all of it', () => {
    const [finding] = judge(
      'G18',
      facts({}, { newSources: [{ id: 4, name: 'HR feed' }], kinds: { invite: 2, assign: 1 } }),
    )
    expect(finding).toMatchObject({ verdict: 'hold', nature: 'look', measured: 3 })
    expect(finding?.message).toContain('First plan of HR feed')
    expect(finding?.holds?.map((hold) => hold.sources)).toEqual([[4], [4]])
    expect(judge('G18', facts({}))).toEqual([])
  })

  it.each([
    [3, undefined],
    [4, 'hold'],
  ])('G19: %i names removed and invited: %s', (namesakes, verdict) => {
    const [finding] = judge('G19', facts({}, { namesakes, kinds: { remove: 5, invite: 6 } }))
    expect(finding?.verdict).toBe(verdict)
    if (verdict) expect(finding).toMatchObject({ nature: 'look', holds: [{ kind: 'remove' }, { kind: 'invite' }] })
  })

  it('none of them asks for a number', () => {
    const given = facts(
      {},
      { newSources: [{ id: 4, name: 'HR' }], changed: { rules: true, settings: true }, kinds: { invite: 9 } },
    )
    expect(overrideCount(guard(given, limits))).toBeNull()
  })
})

describe('G10: shortened assignments', () => {
  it.each([
    [5, 10, 'pass'],
    [6, 10, 'hold'],
    [15, 100, 'pass'],
    [16, 100, 'hold'],
    [100, 100, 'hold'],
  ])('%i of %i: %s', (shorten, holders, verdict) => {
    expect(judge('G10', facts({ shorten }, { products: [product('cad', holders)] }))[0]?.verdict).toBe(verdict)
  })
})

describe('G15: what came before counts', () => {
  const later = (before: Partial<PlanFacts>, remove: number, members = 1000) =>
    judge('G15', facts({ remove }, { members, ...before }))[0]
  const day = (remove: number) => ({ day: { ...NOTHING, remove }, week: { ...NOTHING, remove } })
  const week = (remove: number) => ({ week: { ...NOTHING, remove } })
  it.each([
    // before in 24 hours, now, members today, verdict
    [0, 10, 1000, undefined],
    [50, 50, 950, 'pass'],
    [50, 51, 950, 'hold'],
    [400, 101, 600, undefined], // 501 of 1,000: refused, see below
  ])('%i in 24 hours and %i now, %i members: %s', (before, now, members, verdict) => {
    const finding = later(day(before), now, members)
    if (before === 400) expect(finding?.verdict).toBe('refuse')
    else expect(finding?.verdict).toBe(verdict)
  })

  it('says both numbers, of as many members as there were', () => {
    expect(later(day(50), 51, 950)?.message).toBe(
      'Removals in 24 hours: 50 before and 51 in this plan = 101 of 1,000 members = 10.1 %, limit 100 (10 %). 0 of 51 were applied.',
    )
  })

  it('row 4: eight per cent smaller every night, held in the third by the limit of seven days', () => {
    expect(judge('G1', facts({ remove: 80 }))).toMatchObject([{ verdict: 'pass' }])
    expect(later(week(80), 74, 920)).toMatchObject({ verdict: 'pass' })
    expect(later(week(154), 68, 846)).toMatchObject({ verdict: 'hold', measured: 222, limit: 200 })
    expect(later(week(154), 46, 846)).toMatchObject({ verdict: 'pass', measured: 200 })
  })

  it('whoever was suspended is a member still, and is not counted twice', () => {
    const suspended = { day: { ...NOTHING, suspend: 50 }, week: { ...NOTHING, suspend: 50 } }
    const [finding] = judge('G15', facts({ suspend: 1 }, { members: 500, ...suspended }))
    expect(finding).toMatchObject({ verdict: 'hold', measured: 51, of: 500, limit: 50 })
  })

  it('revokes of a product, and of all', () => {
    const given = facts(
      { revoke: { cad: 10 } },
      {
        products: [product('cad', 90)],
        day: { ...NOTHING, revoke: { cad: 10 } },
        week: { ...NOTHING, revoke: { cad: 10 } },
      },
    )
    expect(judge('G15', given).map((one) => [one.scope, one.verdict, one.measured])).toEqual([
      ['revoke/cad/24 hours', 'hold', 20],
      ['revoke/24 hours', 'hold', 20],
    ])
  })
})

describe('the number to type', () => {
  it('counts each item once, whichever guards stop at it', () => {
    const given = facts(
      { remove: 7, revoke: { cad: 7 } },
      { members: 40, products: [product('cad', 40)], day: { ...NOTHING, remove: 5 }, week: { ...NOTHING, remove: 5 } },
    )
    const findings = guard(given, limits)
    expect(overrideCount(findings)).toBe(14)
    expect(overrideSum(findings)).toBe('14 = 7 removals + 7 revokes of cad')
    const all = guard(
      facts({ revoke: { cad: 20, sim: 20 } }, { products: [product('cad', 50), product('sim', 50)] }),
      limits,
    )
    expect(all.filter((one) => one.verdict !== 'pass').map((one) => one.guard)).toEqual(['G2', 'G2', 'G3'])
    expect(overrideCount(all)).toBe(40)
  })

  it('what is refused is to be typed as well', () => {
    expect(overrideCount(guard(facts({ remove: 900 }), limits))).toBe(900)
  })
})

describe('laws', () => {
  const RANK = { pass: 0, hold: 1, refuse: 2 }
  const worst = (given: PlanFacts, by = limits) =>
    guard(given, by).reduce((rank, one) => Math.max(rank, RANK[one.verdict]), 0)
  const count = fc.nat({ max: 3_000 })

  it('more of anything that is taken away never turns a hold into a pass', () => {
    const amounts = fc.record({
      remove: count,
      suspend: count,
      rename: count,
      shorten: count,
      revoke: fc.record({ cad: count, sim: count }),
    })
    const setting = fc.record({
      floor: fc.nat({ max: 50 }),
      percent: fc.option(fc.integer({ min: 0, max: 100 })),
      number: fc.option(fc.nat({ max: 500 })),
      match: fc.constantFrom('any', 'all'),
      refuse_percent: fc.option(fc.integer({ min: 0, max: 100 })),
    })
    fc.assert(
      fc.property(
        amounts,
        amounts,
        amounts,
        fc.nat({ max: 5_000 }),
        count,
        count,
        setting,
        (plan, more, before, members, cad, sim, remove) => {
          const by = limitsSchema.parse({ remove, revoke: remove, revoke_all: remove, rename: remove })
          const sum = (a: Amounts, b: Amounts): Amounts => ({
            remove: a.remove + b.remove,
            suspend: a.suspend + b.suspend,
            rename: a.rename + b.rename,
            shorten: a.shorten + b.shorten,
            revoke: {
              cad: (a.revoke['cad'] ?? 0) + (b.revoke['cad'] ?? 0),
              sim: (a.revoke['sim'] ?? 0) + (b.revoke['sim'] ?? 0),
            },
          })
          const around = { members, products: [product('cad', cad), product('sim', sim)], day: before, week: before }
          expect(worst(facts(sum(plan, more), around), by)).toBeGreaterThanOrEqual(worst(facts(plan, around), by))
        },
      ),
    )
  })

  it('whatever does not pass says how much of the plan it holds', () => {
    fc.assert(
      fc.property(count, count, fc.nat({ max: 5_000 }), (remove, suspend, members) => {
        for (const one of guard(facts({ remove, suspend }, { members }), limits)) {
          if (one.verdict === 'pass') continue
          expect(one.holds?.length).toBeGreaterThan(0)
          expect(one.message).toMatch(/0 of [\d,]+ were applied\.$/)
        }
      }),
    )
  })
})
