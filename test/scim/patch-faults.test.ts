/** What the library scim-patch gets wrong, each a test here. */
import { describe, expect, it } from 'vitest'
import { GROUP } from '../../src/scim/group.ts'
import { ADA, ENTERPRISE, membersOf, patched, patchedBy, refusal } from './patching.ts'

const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']

describe('prototypes', () => {
  it.each(
    NAMES.flatMap((name) => [
      name,
      `${name}.polluted`,
      `${name}.prototype`,
      `name.${name}`,
      `emails.${name}`,
      `emails[type eq "work"].${name}`,
      `emails[${name} eq "x"].value`,
      `${name}[type eq "x"].value`,
      `${ENTERPRISE}:${name}`,
      `${ENTERPRISE}:manager.${name}`,
    ]),
  )('%s is a name that nobody knows', (path) => {
    for (const op of ['add', 'replace', 'remove']) {
      const operation = { op, path, value: 'polluted' }
      expect(refusal(() => patched(ADA, [operation], { dialect: 'strict' }))).toMatch(/^invalid(Syntax|Filter)$/)
      const outcome = refusal(() => expect(patched(ADA, [operation])).toEqual(ADA))
      expect(outcome).toBe(path.includes('[') && path.startsWith('emails[_') ? 'invalidFilter' : outcome)
    }
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it.each(NAMES)('%s in a value, at every level', (name) => {
    const inner = `{"${name}":{"polluted":true},"polluted":true}`
    const values = [
      `{"op":"add","value":${inner}}`,
      `{"op":"replace","value":{"${name}.polluted":true,"name":${inner},"title":"x"}}`,
      `{"op":"add","path":"name","value":${inner}}`,
      `{"op":"add","path":"emails","value":[{"value":"x","${name}":{"polluted":true}}]}`,
      `{"op":"replace","path":"emails[type eq \\"work\\"]","value":{"value":"x","${name}":{"polluted":true}}}`,
      `{"op":"replace","path":"${ENTERPRISE}","value":${inner}}`,
      `{"op":"add","value":{"${ENTERPRISE}":${inner}}}`,
      `{"op":"replace","path":"${ENTERPRISE}:manager","value":${inner}}`,
    ]
    for (const text of values) {
      const operation: unknown = JSON.parse(text)
      const after = patched(ADA, [operation])
      expect(JSON.stringify(after)).not.toContain('polluted')
      expect(Object.keys(after).every((key) => Object.hasOwn(ADA, key))).toBe(true)
      expect(Object.getPrototypeOf(after)).toBe(Object.prototype)
    }
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    const member: unknown = JSON.parse(`{"op":"add","path":"members","value":[{"${name}":{"value":"x"},"value":"a"}]}`)
    expect(membersOf(member)).toEqual([{ op: 'add', values: ['a'] }])
  })

  it('as op, as a key of an operation, as the body', () => {
    const body: unknown = JSON.parse('{"__proto__":{"Operations":[{"op":"remove","path":"title"}]}}')
    expect(refusal(() => patchedBy(ADA, body))).toBe('invalidSyntax')
    const operation: unknown = JSON.parse('{"__proto__":{"op":"remove","path":"title"}}')
    expect(refusal(() => patched(ADA, [operation]))).toBe('invalidSyntax')
    expect(refusal(() => patched(ADA, [{ op: '__proto__', path: 'title' }]))).toBe('invalidSyntax')
  })
})

it("Entra ID's removal of members is not ignored, and removes nobody else", () => {
  const operation = { op: 'Remove', path: 'members', value: [{ $ref: null, value: 'a' }] }
  expect(membersOf(operation)).toEqual([{ op: 'remove', values: ['a'] }])
})

it('atomic: what was done before the mistake is not seen', () => {
  const group = { displayName: 'G' }
  const before = structuredClone(group)
  const operations = [
    { op: 'replace', path: 'displayName', value: 'X' },
    { op: 'add', path: 'members', value: [{ value: 'a' }] },
    { op: 'remove', path: 'members[value gt "a"]' },
  ]
  expect(refusal(() => patched(group, operations, { type: GROUP }))).toBe('invalidFilter')
  expect(group).toEqual(before)
})

it('knows the schema: one value of an attribute that has several is a list, and one that has one is none', () => {
  expect(patched({ userName: 'u' }, [{ op: 'add', path: 'roles', value: 'admin' }])).toEqual({
    userName: 'u',
    roles: [{ value: 'admin' }],
  })
  expect(patched({ userName: 'u' }, [{ op: 'add', path: 'title', value: ['x'] }])).toEqual({
    userName: 'u',
    title: 'x',
  })
  expect(patched({ userName: 'u' }, [{ op: 'add', path: 'TITLE', value: 7 }])).toEqual({ userName: 'u', title: '7' })
})

it('thousands of operations on thousands of values are refused instead of taking minutes', () => {
  const emails = Array.from({ length: 5_000 }, (_, nth) => ({ value: `${nth}@acme.example` }))
  const operations = Array.from({ length: 5_000 }, () => ({ op: 'remove', path: 'emails[value eq "x"]' }))
  const began = performance.now()
  expect(refusal(() => patched({ userName: 'u', emails }, operations))).toBe('413')
  expect(performance.now() - began).toBeLessThan(20_000)
})
