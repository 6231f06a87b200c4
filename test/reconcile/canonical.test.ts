import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, hashHeader, itemText, type PlanHeader } from '../../src/reconcile/canonical.ts'
import type { Action } from '../../src/reconcile/model.ts'
import { type Operation, PIN_DEFAULT } from '../../src/reconcile/operation.ts'
import { planPerson } from '../../src/reconcile/plan-person.ts'
import { AT, CAD, HR, newcomer, policyOf, row } from '../support/world.ts'

describe('canonicalJson', () => {
  it('RFC 8785, section 3.2.2: the sample', () => {
    const sample = {
      numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    }
    expect(canonicalJson(sample)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
  })

  it('RFC 8785, section 3.2.3: keys are sorted by UTF-16 code units', () => {
    const keys = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 }
    expect(Object.values(JSON.parse(canonicalJson(keys)) satisfies Record<string, number>).length).toBe(7)
    expect([...canonicalJson(keys).matchAll(/:(\d)/g)].map(([, digit]) => digit)).toEqual([
      '2',
      '4',
      '6',
      '7',
      '1',
      '5',
      '3',
    ])
  })

  it('an absent property and an undefined one are the same', () => {
    expect(canonicalJson({ a: undefined, b: [-0] })).toBe('{"b":[0]}')
  })

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [1n], ['\ud800'], [() => 1], [undefined], [{ '\ud800': 1 }]])(
    '%s has no form',
    (value) => {
      expect(() => canonicalJson(value)).toThrow(TypeError)
    },
  )

  it('means what it says, and one value has one form', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const turned: unknown = JSON.parse(JSON.stringify(value), (_, one: unknown) => {
          if (typeof one !== 'object' || one === null || Array.isArray(one)) return one
          return Object.fromEntries(Object.entries(one).reverse())
        })
        expect(canonicalJson(turned)).toBe(canonicalJson(value))
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})

describe('the hash of a plan', () => {
  const header = {
    schema: 1,
    organization: 'acme',
    baseRevision: 7,
    snapshots: ['s1'],
    rulesetVersion: 1,
    settingsVersion: 1,
  }
  const keys = { product: () => 'cad', source: () => 'hr' }
  const hash = (lines: string[], of: PlanHeader = header) => {
    const running = hashHeader(of)
    for (const line of lines) running.item(line)
    return running.hex()
  }

  it('covers the header, every item and their order', () => {
    const hashes = [
      hash(['a', 'b']),
      hash(['b', 'a']),
      hash(['a']),
      hash(['ab']),
      hash(['a', 'b'], { ...header, baseRevision: 8 }),
    ]
    expect(new Set(hashes).size).toBe(5)
    expect(hash(['a', 'b'])).toBe(hash(['a', 'b']))
  })

  it('covers what a person asked for; a plan of sync has the hash it always had', () => {
    const operation: Operation = {
      verb: 'remove',
      products: [],
      allProducts: false,
      expiresAt: null,
      role: 'member',
      revokeFirst: true,
      wait: false,
      pin: PIN_DEFAULT,
      where: null,
      file: null,
      rows: { given: 1, merged: 0, errors: 0 },
    }
    const others: Operation[] = [
      operation,
      { ...operation, revokeFirst: false },
      { ...operation, pin: { kind: 'always' } },
    ]
    const hashes = others.map((one) => hash(['a'], { ...header, operation: one }))
    expect(new Set([hash(['a']), ...hashes]).size).toBe(4)
    const before = `{"baseRevision":7,"organization":"acme","rulesetVersion":1,"schema":1,"settingsVersion":1,"snapshots":["s1"]}\na\n`
    expect(hash(['a'])).toBe(createHash('sha256').update(before).digest('hex'))
  })

  it('speaks of people, products and sources by key, so that ids of a database do not matter', () => {
    const lines = (personId: number, productId: number, sourceId: number) => {
      const policy = policyOf({ products: [{ ...CAD, id: productId }], sources: [{ ...HR, id: sourceId }] })
      const person = newcomer([row({ personId, source: { ...HR, id: sourceId }, groups: ['Engineering'] })], policy)
      return planPerson(person, policy, AT).map((one: Action) => itemText(one, keys))
    }
    expect(lines(1, 11, 1)).toHaveLength(2)
    expect(lines(987, 654, 321)).toEqual(lines(1, 11, 1))
  })
})
