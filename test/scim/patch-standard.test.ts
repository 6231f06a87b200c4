/** RFC 7644 §3.5.2, by its own examples and by its sentences. */
import { describe, expect, it } from 'vitest'
import type { Document } from '../../src/scim/document.ts'
import { GROUP } from '../../src/scim/group.ts'
import { readPatch } from '../../src/scim/patch-request.ts'
import { USER } from '../../src/scim/user.ts'
import { DEVICE, NETWORK_URN } from './device.ts'
import { ADA, bodyOf, ENTERPRISE, HOME, membersOf, OFFICE, patched, patchedBy, refusal, WORK } from './patching.ts'

describe("the RFC's own examples", () => {
  it('§3.5.2.1: adding a member', () => {
    const value = [{ display: 'Babs Jensen', $ref: 'https://example.com/v2/Users/2819c223', value: '2819c223' }]
    expect(membersOf({ op: 'add', path: 'members', value })).toEqual([{ op: 'add', values: ['2819c223'] }])
  })

  it('§3.5.2.1: adding without a path', () => {
    const emails = [{ value: 'babs@jensen.org', type: 'home' }]
    expect(patched(ADA, [{ op: 'add', value: { emails, nickName: 'Babs' } }])).toEqual({
      ...ADA,
      emails: [WORK, HOME, ...emails],
      nickName: 'Babs',
    })
  })

  it('§3.5.2.2: removing a member, all members, an e-mail address by a filter of two conditions', () => {
    expect(membersOf({ op: 'remove', path: 'members[value eq "2819c223-7f76"]' })).toEqual([
      { op: 'remove', values: ['2819c223-7f76'] },
    ])
    expect(membersOf({ op: 'remove', path: 'members' })).toEqual([{ op: 'replace', values: [] }])
    const path = 'emails[type eq "work" and value ew "acme.example"]'
    expect(patched(ADA, [{ op: 'remove', path }])).toEqual({ ...ADA, emails: [HOME] })
  })

  it('§3.5.2.2: removing one member and adding another; removing all and adding two', () => {
    const remove = { op: 'remove', path: 'members[value eq "2819c223"]' }
    const add = { op: 'add', path: 'members', value: [{ display: 'James Smith', value: '08e1d05d' }] }
    expect(membersOf(remove, add)).toEqual([
      { op: 'add', values: ['08e1d05d'] },
      { op: 'remove', values: ['2819c223'] },
    ])
    const two = [{ value: '2819c223' }, { value: '08e1d05d' }]
    expect(membersOf({ op: 'remove', path: 'members' }, { op: 'add', path: 'members', value: two })).toEqual([
      { op: 'replace', values: ['2819c223', '08e1d05d'] },
    ])
  })

  it('§3.5.2.3: replacing all members', () => {
    const value = [{ display: 'Babs Jensen', value: '2819c223' }, { value: '08e1d05d' }]
    expect(membersOf({ op: 'replace', path: 'members', value })).toEqual([
      { op: 'replace', values: ['2819c223', '08e1d05d'] },
    ])
  })

  it("§3.5.2.3: replacing a user's work address, one part of it, and attributes without a path", () => {
    const value = {
      type: 'work',
      streetAddress: '911 Universal City Plaza',
      locality: 'Hollywood',
      region: 'CA',
      postalCode: '91608',
      country: 'US',
      formatted: '911 Universal City Plaza\nHollywood, CA 91608 US',
      primary: true,
    }
    expect(patched(ADA, [{ op: 'replace', path: 'addresses[type eq "work"]', value }])).toEqual({
      ...ADA,
      addresses: [value],
    })
    const path = 'addresses[type eq "work"].streetAddress'
    expect(patched(ADA, [{ op: 'replace', path, value: '1010 Broadway Ave' }])).toEqual({
      ...ADA,
      addresses: [{ ...OFFICE, streetAddress: '1010 Broadway Ave' }],
    })
    const emails = [
      { value: 'bjensen@example.com', type: 'work', primary: true },
      { value: 'babs@jensen.org', type: 'home' },
    ]
    expect(patched(ADA, [{ op: 'replace', value: { emails, nickName: 'Babs' } }])).toEqual({
      ...ADA,
      emails,
      nickName: 'Babs',
    })
  })

  it('§3.5.2: the paths of Figure 8 are paths', () => {
    const user = ['name.familyName', 'addresses[type eq "work"]', 'addresses[type eq "work"].streetAddress']
    for (const path of user) expect(readPatch(USER, bodyOf({ op: 'remove', path }), 'strict')).toHaveLength(1)
    for (const path of ['members', 'members[value eq "2819c223-7f76-453a-919d-413861904646"]'])
      expect(readPatch(GROUP, bodyOf({ op: 'remove', path }), 'strict')).toHaveLength(1)
    const display = 'members[value eq "2819c223-7f76-453a-919d-413861904646"].displayName'
    expect(readPatch(GROUP, bodyOf({ op: 'remove', path: display }), 'lenient')).toHaveLength(1)
  })
})

describe('59: all or nothing, in order', () => {
  it('one bad operation, and nothing happens', () => {
    const before = structuredClone(ADA)
    const operations = [
      { op: 'replace', path: 'title', value: 'Countess' },
      { op: 'add', path: 'emails', value: [{ value: 'x@acme.example' }] },
      { op: 'replace', path: 'active', value: 'perhaps' },
    ]
    expect(refusal(() => patched(ADA, operations))).toBe('invalidValue')
    expect(ADA).toEqual(before)
  })

  it('E-43: each operation sees what the one before left', () => {
    const operations = [
      { op: 'remove', path: 'externalId' },
      { op: 'add', path: 'externalId', value: 'one' },
      { op: 'replace', path: 'externalId', value: 'two' },
    ]
    expect(patched(ADA, operations)).toEqual({ ...ADA, externalId: 'two' })
    const required = [
      { op: 'remove', path: 'userName' },
      { op: 'add', path: 'userName', value: 'countess' },
    ]
    expect(patched(ADA, required)).toEqual({ ...ADA, userName: 'countess' })
  })
})

describe('61: add', () => {
  it.each<[string, string, unknown, Document]>([
    ['a single value replaces the other', 'title', 'Countess', { title: 'Countess' }],
    ['a new one', 'nickName', 'Al', { nickName: 'Al' }],
    ['complex: the parts are merged', 'name', { givenName: 'A' }, { name: { givenName: 'A', familyName: 'Lovelace' } }],
    ['multi-valued: behind the others', 'emails', [{ value: 'x' }], { emails: [WORK, HOME, { value: 'x' }] }],
    ['nothing', 'emails', [], {}],
    ['null adds nothing to several values', 'emails', null, {}],
    ['null unassigns a single one', 'nickName', null, {}],
    ['the same again', 'emails', [WORK], {}],
    ['the same in other case', 'emails', [{ value: 'ADA@acme.example', type: 'WORK' }], {}],
    ['the same address again', 'addresses', [OFFICE], {}],
    [
      'the same with more',
      'emails',
      [{ ...HOME, display: 'At home' }],
      { emails: [WORK, { ...HOME, display: 'At home' }] },
    ],
    ['twice in one value', 'emails', [{ value: 'x' }, { value: 'X' }], { emails: [WORK, HOME, { value: 'x' }] }],
    ['another type', 'emails', [{ ...HOME, type: 'other' }], { emails: [WORK, HOME, { ...HOME, type: 'other' }] }],
  ])('%s', (_, path, value, change) => {
    expect(patched(ADA, [{ op: 'add', path, value }])).toEqual({ ...ADA, ...change })
    expect(patched(ADA, [{ op: 'add', value: { [path]: value } }])).toEqual({ ...ADA, ...change })
  })

  it('what is there already gives the same document back', () => {
    const operations = [
      { op: 'add', path: 'emails', value: [HOME] },
      { op: 'add', path: 'name', value: { familyName: 'Lovelace' } },
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'ada@acme.example' },
      { op: 'replace', path: 'active', value: 'True' },
    ]
    expect(patched(ADA, operations)).toBe(ADA)
  })
})

describe('62: replace', () => {
  it.each<[string, string, unknown, Document]>([
    ['the whole set', 'emails', [{ value: 'x' }], { emails: [{ value: 'x' }] }],
    ['the same value twice is one', 'emails', [{ value: 'x' }, { value: 'X' }], { emails: [{ value: 'x' }] }],
    ['parts that are not given stay', 'name', { givenName: 'A' }, { name: { givenName: 'A', familyName: 'Lovelace' } }],
    ['a part that is null goes', 'name', { givenName: null }, { name: { familyName: 'Lovelace' } }],
    ['nothing in it, nothing changes', 'name', {}, {}],
    ['what is not there is added', 'nickName', 'Al', { nickName: 'Al' }],
    ['one part', 'name.middleName', 'K', { name: { givenName: 'Ada', familyName: 'Lovelace', middleName: 'K' } }],
  ])('%s', (_, path, value, change) => {
    expect(patched(ADA, [{ op: 'replace', path, value }])).toEqual({ ...ADA, ...change })
  })

  it.each([[null], [[]]])('%j unassigns', (value) => {
    const { emails: _, title: __, ...rest } = ADA
    const operations = ['emails', 'title'].map((path) => ({ op: 'replace', path, value }))
    expect(patched(ADA, operations)).toEqual(rest)
  })

  it('94: under strict the whole complex value is replaced', () => {
    const operation = { op: 'replace', path: 'name', value: { givenName: 'A' } }
    expect(patched(ADA, [operation], { dialect: 'strict' })).toEqual({ ...ADA, name: { givenName: 'A' } })
    const { name: _, ...rest } = ADA
    expect(patched(ADA, [{ ...operation, value: {} }], { dialect: 'strict' })).toEqual(rest)
    expect(patched(ADA, [{ ...operation, op: 'add' }], { dialect: 'strict' })['name']).toEqual({
      givenName: 'A',
      familyName: 'Lovelace',
    })
  })

  it.each(['lenient', 'entra', 'okta'] as const)(
    '%s: a filter that finds nothing makes what it describes',
    (dialect) => {
      const operation = { op: 'replace', path: 'emails[type eq "other"].value', value: 'x' }
      expect(patched(ADA, [operation], { dialect })['emails']).toEqual([WORK, HOME, { type: 'other', value: 'x' }])
    },
  )

  it('a filter that finds nothing and describes nothing is noTarget, and every one under strict', () => {
    for (const filter of [
      'type ne "work" and type ne "home"',
      'type sw "oth"',
      'not (value pr)',
      'type eq "a" or type eq "b"',
      'type eq "a" and type eq "b"',
      'type eq null',
      'nobody eq "a"',
    ])
      expect(refusal(() => patched(ADA, [{ op: 'replace', path: `emails[${filter}].value`, value: 'x' }]))).toBe(
        'noTarget',
      )
    const path = 'emails[type eq "other"].value'
    for (const op of ['add', 'replace'])
      expect(refusal(() => patched(ADA, [{ op, path, value: 'x' }], { dialect: 'strict' }))).toBe('noTarget')
  })

  it('a value that is replaced keeps what it was found by', () => {
    const operation = { op: 'replace', path: 'emails[type eq "work"]', value: { value: 'x' } }
    expect(patched(ADA, [operation])['emails']).toEqual([{ type: 'work', value: 'x' }, HOME])
    expect(patched(ADA, [{ ...operation, op: 'add' }])['emails']).toEqual([{ ...WORK, value: 'x' }, HOME])
    expect(patched(ADA, [{ ...operation, value: 'x' }])['emails']).toEqual([{ type: 'work', value: 'x' }, HOME])
  })

  it('one part of all values; which one is meant by a bare emails.value has to be said', () => {
    const display = patched(ADA, [{ op: 'replace', path: 'emails.display', value: 'x' }])
    expect(display['emails']).toEqual([
      { ...WORK, display: 'x' },
      { ...HOME, display: 'x' },
    ])
    const value = [{ op: 'replace', path: 'emails.value', value: 'x' }]
    expect(refusal(() => patched(ADA, value))).toBe('invalidPath')
    expect(refusal(() => patched(ADA, [{ op: 'replace', path: 'emails.value', value: null }]))).toBe('invalidPath')
    expect(patched({ ...ADA, emails: [WORK] }, value)['emails']).toEqual([{ ...WORK, value: 'x' }])
    expect(patched({ userName: 'u' }, value)).toEqual({ userName: 'u', emails: [{ value: 'x' }] })
  })

  it('values that become the same are one, and primary if one of them was', () => {
    const emails = [HOME, WORK, { value: 'x', type: 'other' }]
    const operation = { op: 'replace', path: 'emails[value ew "example"]', value: { value: 'y', type: 'work' } }
    expect(patched({ ...ADA, emails }, [operation])['emails']).toEqual([{ value: 'y', type: 'work' }, emails[2]])
    const values = ['value', 'type'].map((part) => ({
      op: 'replace',
      path: `emails[value ew "example" or value eq "y"].${part}`,
      value: 'y',
    }))
    expect(patched({ ...ADA, emails }, values)['emails']).toEqual([{ value: 'y', type: 'y', primary: true }, emails[2]])
  })

  it('94: under strict a filter finds one value, and a path names a part of it', () => {
    const both = { op: 'replace', path: 'emails[value pr].display', value: 'x' }
    expect(patched(ADA, [both])['emails']).toEqual([
      { ...WORK, display: 'x' },
      { ...HOME, display: 'x' },
    ])
    expect(refusal(() => patched(ADA, [both], { dialect: 'strict' }))).toBe('invalidFilter')
    for (const op of ['add', 'replace', 'remove']) {
      const element = { op, path: 'emails[type eq "work"]', value: { value: 'x' } }
      expect(refusal(() => patched(ADA, [element], { dialect: 'strict' }))).toBe('invalidPath')
    }
  })
})

describe('63: remove', () => {
  const { emails: _, ...withoutEmails } = ADA
  it.each<[string, string, Document]>([
    ['all values', 'emails', withoutEmails],
    ['all that are found', 'emails[value pr]', withoutEmails],
    ['one of them', 'emails[type eq "home"]', { ...ADA, emails: [WORK] }],
    ['nobody found: nothing to do', 'emails[type eq "other"]', ADA],
    ['not there: nothing to do', 'nickName', ADA],
    ['a part', 'name.givenName', { ...ADA, name: { familyName: 'Lovelace' } }],
    [
      'a part of one value',
      'emails[type eq "work"].primary',
      { ...ADA, emails: [{ value: WORK.value, type: 'work' }, HOME] },
    ],
    [
      'a part of all values',
      'emails.type',
      { ...ADA, emails: [{ value: WORK.value, primary: true }, { value: HOME.value }] },
    ],
    ['a value of which nothing but its kind is left goes', 'emails[type eq "work"].value', { ...ADA, emails: [HOME] }],
    ['an attribute of an extension', `${ENTERPRISE}:manager`, { ...ADA, [ENTERPRISE]: { department: 'Engines' } }],
    [
      'the value of a reference, and with it the reference',
      'manager.value',
      { ...ADA, [ENTERPRISE]: { department: 'Engines' } },
    ],
  ])('%s', (__, path, after) => {
    expect(patched(ADA, [{ op: 'remove', path }])).toEqual(after)
  })

  it('the last part takes the attribute along, the last attribute its extension', () => {
    expect(patched({ userName: 'u', name: { givenName: 'A' } }, [{ op: 'remove', path: 'name.givenName' }])).toEqual({
      userName: 'u',
    })
    expect(patched({ userName: 'u', [ENTERPRISE]: { division: 'N' } }, [{ op: 'remove', path: 'division' }])).toEqual({
      userName: 'u',
    })
  })

  it('what is required stays: invalidValue', () => {
    expect(refusal(() => patched(ADA, [{ op: 'remove', path: 'userName' }]))).toBe('invalidValue')
    expect(refusal(() => patched(ADA, [{ op: 'replace', path: 'userName', value: '' }]))).toBe('invalidValue')
    expect(refusal(() => patched({ displayName: 'G' }, [{ op: 'remove', path: 'displayName' }], { type: GROUP }))).toBe(
      'invalidValue',
    )
  })
})

describe('64: one primary value', () => {
  it.each([
    ['added', { op: 'add', path: 'emails', value: [{ value: 'x', primary: true }] }],
    ['made', { op: 'add', path: 'emails[type eq "other"]', value: { value: 'x', primary: 'True' } }],
  ])('%s: the old one no longer is', (_, operation) => {
    const emails = patched(ADA, [operation])['emails']
    expect(emails).toEqual([{ ...WORK, primary: false }, HOME, expect.objectContaining({ value: 'x', primary: true })])
  })

  it('named by a filter, or said of a value that is there', () => {
    const emails = [
      { ...WORK, primary: false },
      { ...HOME, primary: true },
    ]
    expect(patched(ADA, [{ op: 'replace', path: 'emails[type eq "home"].primary', value: true }])['emails']).toEqual(
      emails,
    )
    expect(patched(ADA, [{ op: 'add', path: 'emails', value: [{ ...HOME, primary: true }] }])['emails']).toEqual(emails)
  })

  it('two at once are invalidValue', () => {
    const value = [
      { value: 'x', primary: true },
      { value: 'y', primary: true },
    ]
    for (const op of ['add', 'replace'])
      expect(refusal(() => patched(ADA, [{ op, path: 'emails', value }]))).toBe('invalidValue')
    expect(refusal(() => patched(ADA, [{ op: 'replace', path: 'emails[value pr].primary', value: true }]))).toBe(
      'invalidValue',
    )
    expect(refusal(() => patched(ADA, [{ op: 'replace', path: 'emails.primary', value: true }]))).toBe('invalidValue')
  })
})

describe('65: what may not be written', () => {
  it.each([
    'id',
    'meta',
    'meta.created',
    'groups',
    'groups[value eq "x"].value',
    'groups.display',
    `${ENTERPRISE}:manager.displayName`,
  ])('%s is readOnly: mutability where a path names it', (path) => {
    for (const op of ['add', 'replace', 'remove'])
      for (const dialect of ['lenient', 'strict'] as const)
        expect(refusal(() => patched(ADA, [{ op, path, value: 'x' }], { dialect }))).toBe('mutability')
  })

  it('among values without a path, readOnly attributes are passed over', () => {
    const value = {
      meta: { version: 'W/"1"' },
      groups: [{ value: 'x' }],
      schemas: ['urn:x'],
      'manager.displayName': 'B',
      title: 'x',
    }
    expect(patched(ADA, [{ op: 'replace', value }])).toEqual({ ...ADA, title: 'x' })
  })

  const device: Document = { serialNumber: 'S1', enabled: true, [NETWORK_URN]: { address: 'a' } }
  it('immutable: once it has a value, only the same again', () => {
    const set = (value: unknown, op = 'replace') =>
      patched(device, [{ op, path: 'serialNumber', value }], { type: DEVICE })
    expect(set('S1')).toBe(device)
    expect(refusal(() => set('s1'))).toBe('mutability')
    expect(refusal(() => set(null))).toBe('mutability')
    expect(refusal(() => patched(device, [{ op: 'remove', path: 'serialNumber' }], { type: DEVICE }))).toBe(
      'mutability',
    )
    const { serialNumber: _, ...without } = device
    expect(patched(without, [{ op: 'add', path: 'serialNumber', value: 'S2' }], { type: DEVICE })).toEqual({
      ...device,
      serialNumber: 'S2',
    })
  })

  it('schemas follow from the attributes', () => {
    expect(patched(ADA, [{ op: 'add', path: 'schemas', value: ['urn:example:x'] }])).toBe(ADA)
    const strictly = (op: string, value: unknown) =>
      refusal(() => patched(ADA, [{ op, path: 'schemas', value }], { dialect: 'strict' }))
    expect(strictly('add', [ENTERPRISE])).toBe('accepted')
    expect(strictly('add', ['urn:example:x'])).toBe('invalidSyntax')
    expect(strictly('remove', [ENTERPRISE])).toBe('mutability')
  })

  it('a password is checked and thrown away', () => {
    expect(patched(ADA, [{ op: 'replace', path: 'password', value: '1mz050nq' }])).toBe(ADA)
    expect(patched(ADA, [{ op: 'replace', value: { password: 'x', title: 'y' } }])).toEqual({ ...ADA, title: 'y' })
    expect(patched(ADA, [{ op: 'remove', path: 'password' }])).toBe(ADA)
    expect(refusal(() => patched(ADA, [{ op: 'replace', path: 'password', value: { a: 1 } }]))).toBe('invalidValue')
    expect(refusal(() => patched(ADA, [{ op: 'replace', path: 'password', value: '\0' }]))).toBe('invalidValue')
  })

  it.each([
    [{ op: 'remove', path: 'active' }],
    [{ op: 'replace', path: 'active', value: null }],
    [{ op: 'replace', path: 'active', value: [] }],
    [{ op: 'replace', path: 'active', value: [null] }],
    [{ op: 'add', value: { active: null } }],
  ])('active stays what it is by %j; under strict that is invalidValue', (operation) => {
    for (const active of [true, false]) {
      const user = { userName: 'u', active }
      expect(patched(user, [operation])).toBe(user)
    }
    if ('path' in operation)
      expect(refusal(() => patched(ADA, [operation], { dialect: 'strict' }))).toBe('invalidValue')
  })
})

describe('67: the result is one of its type', () => {
  it.each<[string, unknown]>([
    ['active', 'perhaps'],
    ['title', { a: 1 }],
    ['title', ['a', 'b']],
    ['title', 'a\0b'],
    ['title', '\ud800'],
    ['name', 'Ada'],
    ['name', ['a', 'b']],
    ['emails', [{ value: { a: 1 } }]],
    ['emails', [['x']]],
    ['x509Certificates', [{ value: 'no base64' }]],
    ['name.givenName', { a: 1 }],
    ['emails[type eq "work"].primary', 'perhaps'],
    ['emails[type eq "work"]', ['a', 'b']],
    ['userName', 'x'.repeat(600)],
  ])('%s = %j is invalidValue', (path, value) => {
    for (const op of ['add', 'replace']) expect(refusal(() => patched(ADA, [{ op, path, value }]))).toBe('invalidValue')
  })

  it('unknown parts are ignored and named; under strict they are invalidSyntax', () => {
    const operation = { op: 'add', path: 'emails', value: [{ value: 'x', colour: 'red' }] }
    expect(patchedBy(ADA, bodyOf(operation)).ignored).toEqual(['emails.colour'])
    expect(refusal(() => patched(ADA, [operation], { dialect: 'strict' }))).toBe('invalidSyntax')
  })

  it('what was stored under other rules stays until something changes', () => {
    const old = { userName: 'u', title: 5, [`${ENTERPRISE}x`]: { gone: true } }
    expect(patched(old, [{ op: 'remove', path: 'nickName' }], { dialect: 'strict' })).toBe(old)
    expect(patched(old, [{ op: 'add', path: 'title', value: 'x' }])).toEqual({ ...old, title: 'x' })
  })
})

it('a type that only tests have is patched as users are', () => {
  const device: Document = { serialNumber: 'S1', tags: ['a'], enabled: true, [NETWORK_URN]: { address: 'x' } }
  const operations = [
    { op: 'add', path: 'tags', value: ['b', 'A', 'c'] },
    { op: 'remove', path: 'tags', value: ['B'] },
    { op: 'replace', path: 'ports', value: '5' },
    { op: 'remove', path: 'enabled' },
    { op: 'add', path: 'constructor', value: 'K' },
    { op: 'add', path: 'contacts', value: [{ value: 'c', since: '2026-01-01T00:00:00Z' }] },
    { op: 'replace', path: 'contacts[since ge "2026-01-01T02:00:00+02:00"].value', value: 'd' },
  ]
  expect(patched(device, operations, { type: DEVICE })).toEqual({
    serialNumber: 'S1',
    tags: ['a', 'c'],
    enabled: true,
    ports: 5,
    contacts: [{ value: 'd', since: '2026-01-01T00:00:00Z' }],
    [NETWORK_URN]: { address: 'x', constructor: 'K' },
  })
})
