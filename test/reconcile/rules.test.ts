import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { compileCondition } from '../../src/reconcile/condition.ts'
import type { DirectoryRow } from '../../src/reconcile/model.ts'
import { compile, conditionSchema, consequenceSchema, ruleSchema } from '../../src/reconcile/rules.ts'
import { row, rulesOf } from '../support/world.ts'

const why = (condition: string, of: DirectoryRow) => compileCondition(conditionSchema.parse(parse(condition)))(of)

const ada = row({
  groups: ['Engineering', 'R&D Berlin'],
  attributes: { department: 'Research', costcenter: '4711', empty: ' ' },
})

describe('conditions', () => {
  it.each([
    ['{ everyone: true }', 'everyone'],
    ['{ group: { name: "  ENGINEERING " } }', 'group Engineering'],
    ['{ group: { name: Engineer } }', null],
    ['{ group: { id: engineering } }', 'group Engineering'],
    ['{ group: { id: Engineering } }', null],
    ['{ group: { matches: "r&d .*" } }', 'group R&D Berlin'],
    ['{ group: { matches: "r&d" } }', null],
    ['{ attribute: department, is: research }', 'department Research'],
    ['{ attribute: Department, is: [Sales, Research] }', 'Department Research'],
    ['{ attribute: department, is: Sales }', null],
    ['{ attribute: Cost Center, matches: "47\\\\d+" }', 'Cost Center 4711'],
    ['{ attribute: cost_center, matches: "47" }', null],
    ['{ attribute: department, matches: research }', null],
    ['{ attribute: email, matches: ".*@acme[.]example" }', 'email ada@acme.example'],
    ['{ attribute: department, present: true }', 'any department'],
    ['{ attribute: empty, present: true }', null],
    ['{ attribute: country, present: false }', 'no country'],
    [
      '{ all: [{ group: { name: Engineering } }, { attribute: department, is: Research }] }',
      'group Engineering and department Research',
    ],
    ['{ all: [{ group: { name: Engineering } }, { attribute: department, is: Sales }] }', null],
    ['{ any: [{ attribute: department, is: Sales }, { group: { name: Engineering } }] }', 'group Engineering'],
    ['{ not: { group: { name: Sales } } }', 'not group Sales'],
    ['{ not: { group: { name: Engineering } } }', null],
  ])('%s matches because of %s', (condition, because) => {
    expect(why(condition, ada)).toBe(because)
  })

  it('a regular expression that would take for ever elsewhere is answered at once', () => {
    const began = performance.now()
    expect(
      why('{ attribute: department, matches: "(a+)+b" }', row({ attributes: { department: 'a'.repeat(5_000) } })),
    ).toBeNull()
    expect(performance.now() - began).toBeLessThan(20_000)
  })
})

describe('what a rule may not look like', () => {
  it.each([
    ['{ groop: { name: X } }', 'groop is not a condition'],
    ['{}', 'a condition is needed'],
    ['{ group: { nam: X } }', 'group takes exactly one of name, id and matches'],
    ['{ group: { matches: "(" } }', 'not a regular expression'],
    ['{ group: { matches: "(?=a)b" } }', 'not a regular expression'],
    ['{ attribute: department, equals: X }', 'attribute takes exactly one of is, matches and present'],
    ['{ everyone: true, not: { everyone: true } }', 'everyone and not stand together'],
    ['{ all: [{ everyone: true }, { grp: X }] }', 'grp is not a condition'],
    ['{ not: { any: [{ grp: X }] } }', 'grp is not a condition'],
    ['{ all: [] }', 'needs at least one condition'],
  ])('condition %s: %s', (text, message) => {
    const read = conditionSchema.safeParse(parse(text))
    expect(read.error?.issues.map((one) => one.message).join('; ') ?? 'accepted').toContain(message)
  })

  it.each([
    ['{ produkt: cad }', 'produkt is not a consequence'],
    ['{ product: cad, until: 2027-01-01 }', 'until'],
    ['{ product: [cad, sim] }', 'product takes a product key'],
    ['{ product: cad, expires: 30.06.2027 }', 'expires must be a date'],
    ['{ product: cad, expires: 2027-02-30 }', 'expires must be a date'],
    ['{ member: boss }', 'member takes one of the roles'],
    ['{ exclude: false }', 'the value of exclude'],
  ])('consequence %s: %s', (text, message) => {
    const read = consequenceSchema.safeParse(parse(text))
    expect(read.error?.issues.map((one) => one.message).join('; ') ?? 'accepted').toContain(message)
  })

  it.each([
    ['{ key: r, when: { group: { name: A } }, then: { member: admin } }', 'must name a group by id'],
    [
      '{ key: r, when: { any: [{ group: { id: a } }, { everyone: true }] }, then: { member: admin } }',
      'must name a group by id',
    ],
    ['{ key: r, when: { not: { group: { id: a } } }, then: { member: owner } }', 'must name a group by id'],
    ['{ key: R, when: { everyone: true }, then: { member: member } }', 'key must be'],
    ['{ key: r, when: { everyone: true }, then: [] }', 'then needs at least one consequence'],
    ['{ key: r, when: { everyone: true }, then: [{ member: member }, { oops: 1 }] }', 'oops is not a consequence'],
    ['{ key: r, priority: 0, when: { everyone: true }, then: { member: member } }', '1'],
    ['{ key: r, when: { everyone: true }, than: { member: member } }', 'than'],
  ])('rule %s: %s', (text, message) => {
    const read = ruleSchema.safeParse(parse(text))
    expect(read.error?.issues.map((one) => one.message).join('; ') ?? 'accepted').toContain(message)
  })

  it('takes a role above member where every way in leads through a group named by its id', () => {
    const text =
      '{ key: r, when: { all: [{ everyone: true }, { any: [{ group: { id: a } }, { group: { id: b } }] }] }, then: { member: admin } }'
    const read = ruleSchema.parse(parse(text))
    expect([read.priority, read.version, read.source, read.then]).toEqual([500, 1, null, [{ member: 'admin' }]])
  })
})

describe('compile', () => {
  const rules = rulesOf(`
- { key: b, source: hr, priority: 10, when: { everyone: true }, then: { member: member } }
- { key: a, source: hr, priority: 10, when: { everyone: true }, then: { manage_admins: true } }
- { key: z, priority: 5, when: { everyone: true }, then: { member: member } }
- { key: other, source: partners, when: { everyone: true }, then: { member: member } }
`)

  it('takes the rules of the source, lowest number first, ties by key', () => {
    const compiled = compile(rules, 'hr')
    expect(compiled.rules.map((one) => one.key)).toEqual(['z', 'a', 'b'])
    expect(compiled.managesAdmins).toBe(true)
    expect(compile(rules.toReversed(), 'hr').rules.map((one) => one.key)).toEqual(['z', 'a', 'b'])
  })

  it('a rule without a source does not speak of what was done by hand', () => {
    expect(compile(rules, 'manual').rules).toEqual([])
    expect(compile(rules, 'partners').managesAdmins).toBe(false)
  })
})
