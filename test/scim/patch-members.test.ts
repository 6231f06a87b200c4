import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ScimError } from '../../src/scim/error.ts'
import { GROUP } from '../../src/scim/group.ts'
import { lastWords } from '../../src/scim/patch-members.ts'
import type { MemberStep } from '../../src/store/mirror-members.ts'
import { bodyOf, membersOf, patched, patchedBy, refusal } from './patching.ts'

/** Who is in a group after these steps, one after the other. */
function done(before: readonly string[], steps: readonly MemberStep[]): string[] {
  let members = new Set(before)
  for (const { op, values } of steps) {
    if (op === 'replace') members = new Set()
    for (const value of values) {
      if (op === 'remove') members.delete(value)
      else members.add(value)
    }
  }
  return [...members].sort()
}

describe('filters on members', () => {
  it.each([
    ['value eq "a"', ['a']],
    ['Value EQ "a"', ['a']],
    ['value eq "a" or value eq "b" or value eq "c"', ['a', 'b', 'c']],
    ['(value eq "a") or (value eq "b" and type eq "User")', ['a', 'b']],
    ['type eq "User" and value eq "a"', ['a']],
    ['type eq "User" and (value eq "a" or value eq "b")', ['a', 'b']],
    ['(value eq "a" or value eq "b") and (value eq "b" or value eq "c")', ['b']],
    ['value eq "a" or value eq "a"', ['a']],
    ['value eq A', ['A']],
  ])('%s', (filter, values) => {
    expect(membersOf({ op: 'remove', path: `members[${filter}]` })).toEqual([{ op: 'remove', values }])
  })

  it.each([['value eq "a" and value eq "b"'], ['nobody eq "a"']])('%s finds nobody', (filter) => {
    expect(membersOf({ op: 'remove', path: `members[${filter}]` })).toEqual([])
  })

  it.each([
    'type eq "User"',
    'value ne "a"',
    'value sw "a"',
    'value pr',
    'display eq "Ada"',
    'not (value eq "a")',
    'value eq "a" or type eq "User"',
    'value eq "a" and display eq "Ada"',
    'value eq "a" or value sw "b"',
  ])('%s is invalidFilter, and the sentence says what is supported', (filter) => {
    const remove = () => membersOf({ op: 'remove', path: `members[${filter}]` })
    expect(refusal(remove)).toBe('invalidFilter')
    expect(remove).toThrow(
      new ScimError(
        'invalidFilter',
        `[${JSON.stringify(filter)}] cannot be used for members, only this can: value eq "…", several of them with or, and type eq "…" beside each.`,
      ),
    )
  })

  it.each([
    [{ op: 'replace', path: 'members[value eq "a"]', value: { value: 'b' } }],
    [{ op: 'replace', path: 'members[value eq "a"].value', value: 'b' }],
    [{ op: 'add', path: 'members[value eq "a"].type', value: 'Group' }],
    [{ op: 'remove', path: 'members[value eq "a"].value' }],
    [{ op: 'replace', path: 'members.value', value: 'b' }],
    [{ op: 'replace', path: 'members[value eq "a"].display', value: 'b' }],
  ])('%j: a member is what it is: mutability', (operation) => {
    expect(refusal(() => membersOf(operation))).toBe('mutability')
  })
})

describe('values', () => {
  it.each([
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    ['a', ['a']],
    [{ value: 'a' }, ['a']],
    [[{ VALUE: 'a', $ref: 'https://x.example/Users/a' }], ['a']],
    [[{ value: 5 }], ['5']],
  ])('%j', (value, values) => {
    expect(membersOf({ op: 'add', path: 'members', value })).toEqual([{ op: 'add', values }])
  })

  it.each([
    [[{ display: 'Ada' }]],
    [[{ value: '' }]],
    [[{ value: null }]],
    [[null]],
    [''],
    [[[]]],
    [[{ value: 'a\0' }]],
    [[{ value: '\ud800' }]],
  ])('%j is invalidValue', (value) => {
    for (const op of ['add', 'replace', 'remove'])
      expect(refusal(() => membersOf({ op, path: 'members', value }))).toBe('invalidValue')
  })

  it('null adds nobody, and unassigns', () => {
    expect(membersOf({ op: 'add', path: 'members', value: null })).toEqual([])
    expect(membersOf({ op: 'add', path: 'members', value: [] })).toEqual([])
    expect(membersOf({ op: 'remove', path: 'members', value: [] })).toEqual([])
    expect(membersOf({ op: 'replace', path: 'members', value: null })).toEqual([{ op: 'replace', values: [] }])
    expect(membersOf({ op: 'remove', path: 'members', value: null })).toEqual([{ op: 'replace', values: [] }])
  })
})

describe('steps', () => {
  const add = (...values: string[]) => ({ op: 'add', path: 'members', value: values })
  const remove = (value: string) => ({ op: 'remove', path: `members[value eq "${value}"]` })

  const replace = (...values: string[]) => ({ op: 'replace', path: 'members', value: values })

  it.each([
    [
      [add('a'), add('b', 'a'), remove('c'), remove('d'), add('e')],
      ['add a b e', 'remove c d'],
    ],
    [[replace('x'), replace('x'), add('b')], ['replace x b']],
    [[add('a'), remove('a'), add('a')], ['add a']],
    [
      [add('a'), remove('a')],
      ['add a', 'remove a'],
    ],
    [[remove('a'), add('a')], ['add a']],
    [
      [add('a'), replace('b', 'c'), remove('c'), remove('d')],
      ['replace a b c', 'remove a c'],
    ],
    [[remove('a'), replace()], ['replace ']],
  ])('of many, the last word for each id counts: %j', (operations, steps) => {
    expect(membersOf(...operations).map(({ op, values }) => `${op} ${values.join(' ')}`)).toEqual(steps)
  })

  it('whatever is done in whatever order: two steps do the same, and name everybody who was to be added', () => {
    const ids = fc.subarray(['a', 'b', 'c', 'd'])
    const steps = fc.array(fc.record({ op: fc.constantFrom('add', 'remove', 'replace'), values: ids }), {
      maxLength: 9,
    })
    fc.assert(
      fc.property(ids, steps, (before, all) => {
        const few = lastWords(all)
        expect(few.length).toBeLessThanOrEqual(2)
        expect(done(before, few)).toEqual(done(before, all))
        const named = (some: readonly MemberStep[]) =>
          new Set(some.flatMap(({ op, values }) => (op === 'remove' ? [] : values)))
        expect(named(few)).toEqual(named(all))
      }),
    )
  })

  it('1,000 operations may stand in one PATCH, each with any number of members, and no more', () => {
    const ids = Array.from({ length: 1_000 }, (_, nth) => `${nth}`)
    expect(membersOf(...ids.map(remove))).toEqual([{ op: 'remove', values: ids }])
    const much = ids.map((_, nth) => add(...ids.map((id) => `${nth % 20} ${id}`)))
    const began = performance.now()
    expect(membersOf(...much)[0]?.values).toHaveLength(20_000)
    expect(performance.now() - began).toBeLessThan(20_000)
    expect(refusal(() => membersOf(...ids.map(remove), remove('a')))).toBe('413')
  })

  it('members and attributes together; members never get into the document', () => {
    const operations = [add('a'), { op: 'replace', path: 'displayName', value: 'New' }, remove('a')]
    const result = patchedBy({ displayName: 'Old' }, bodyOf(...operations), { type: GROUP })
    expect(result.document).toEqual({ displayName: 'New' })
    expect(result.members.map((step) => step.op)).toEqual(['add', 'remove'])
  })

  it('strict: members can be removed by a filter, since a member has no part that could be named instead', () => {
    const how = { type: GROUP, dialect: 'strict' } as const
    expect(patchedBy({ displayName: 'G' }, bodyOf(remove('a')), how).members).toEqual([{ op: 'remove', values: ['a'] }])
    expect(refusal(() => patched({ displayName: 'G' }, [remove('a"] or [value eq "b')], how))).toBe('invalidPath')
  })
})
