/** PATCH as identity providers send it, letter by letter; each row by its id. */
import { describe, expect, it } from 'vitest'
import type { Document } from '../../src/scim/document.ts'
import { GROUP } from '../../src/scim/group.ts'
import type { ResourceType } from '../../src/scim/schema.ts'
import { attribute } from '../../src/scim/schema.ts'
import { USER } from '../../src/scim/user.ts'
import {
  ADA,
  BOSS,
  bodyOf,
  ENTERPRISE,
  HOME,
  membersOf,
  OWN_ID,
  patched,
  patchedBy,
  refusal,
  WORK,
} from './patching.ts'

const NEW: Document = { userName: 'new@acme.example', active: true }
const MEMBER = '018f7d5e-2222-7000-8000-000000000002'

describe('Entra ID: users', () => {
  it.each([
    ['E-12', { op: 'Replace', path: 'active', value: 'False' }],
    ['E-12', { op: 'Replace', path: 'active', value: 'false' }],
    ['E-13', { op: 'Add', path: 'active', value: 'False' }],
    ['E-14', { op: 'replace', path: 'active', value: false }],
    ['O-10', { op: 'replace', value: { active: false } }],
    ['O-10', { op: 'Replace', value: { Active: 'False' } }],
  ])('%s: %j disables', (_, operation) => {
    for (const dialect of ['lenient', 'entra', 'okta'] as const)
      expect(patched(ADA, [operation], { dialect })).toEqual({ ...ADA, active: false })
  })

  it.each([
    ['O-13', { op: 'replace', value: { active: true } }],
    ['E-12', { op: 'Replace', path: 'active', value: 'True' }],
  ])('%s: %j enables', (_, operation) => {
    expect(patched({ ...ADA, active: false }, [operation])).toEqual(ADA)
  })

  it('E-12: under strict a boolean is a boolean', () => {
    const operation = { op: 'Replace', path: 'active', value: 'False' }
    expect(refusal(() => patched(ADA, [operation], { dialect: 'strict' }))).toBe('invalidValue')
  })

  it('E-15: booleans as strings inside of values', () => {
    const value = [{ primary: 'True', type: 'WindowsAzureActiveDirectoryRole', value: 'Admin' }]
    const roles = [{ primary: true, type: 'WindowsAzureActiveDirectoryRole', value: 'Admin' }]
    expect(patched(NEW, [{ op: 'Add', path: 'roles', value }])).toEqual({ ...NEW, roles })
  })

  it.each(['Add', 'Replace'])('E-16: %s of the work address changes it, or makes it', (op) => {
    const operation = { op, path: 'emails[type eq "work"].value', value: 'Countess@acme.example' }
    expect(patched(ADA, [operation])['emails']).toEqual([{ ...WORK, value: 'Countess@acme.example' }, HOME])
    const emails = [{ type: 'work', value: 'Countess@acme.example' }]
    expect(patched(NEW, [operation])).toEqual({ ...NEW, emails })
    expect(patched({ ...NEW, emails: [HOME] }, [operation])['emails']).toEqual([HOME, ...emails])
    expect(patched({ ...NEW, emails }, [operation])['emails']).toEqual(emails)
  })

  it('E-16: what it makes has the type as it was sent', () => {
    const operation = { op: 'Add', path: 'phoneNumbers[type eq "Direct Line"].value', value: '55555555555' }
    const phoneNumbers = [{ type: 'Direct Line', value: '55555555555' }]
    expect(patched(NEW, [operation])).toEqual({ ...NEW, phoneNumbers })
    const again = { op: 'Add', path: 'phoneNumbers[type eq "direct line"].value', value: '6' }
    expect(patched(NEW, [operation, again])['phoneNumbers']).toEqual([{ type: 'Direct Line', value: '6' }])
  })

  it('E-17: several operations build up one value', () => {
    const operations = [
      { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '1' },
      { op: 'Add', path: 'phoneNumbers[type eq "work"].value', value: '2' },
      { op: 'Replace', path: 'addresses[type eq "work"].formatted', value: '100 Blvd' },
      { op: 'Replace', path: 'addresses[type eq "work"].streetAddress', value: '100 Enterprise Blvd' },
      { op: 'Replace', path: 'addresses[type eq "work"].locality', value: 'San Francisco' },
      { op: 'Add', path: 'addresses[type eq "work"].postalCode', value: 94105 },
    ]
    const after = {
      ...NEW,
      phoneNumbers: [
        { type: 'mobile', value: '1' },
        { type: 'work', value: '2' },
      ],
      addresses: [
        {
          type: 'work',
          formatted: '100 Blvd',
          streetAddress: '100 Enterprise Blvd',
          locality: 'San Francisco',
          postalCode: '94105',
        },
      ],
    }
    expect(patched(NEW, operations)).toEqual(after)
    expect(patched(after, operations)).toBe(after)
  })

  it('E-18: a boolean in a filter, as a string; three operations, one role', () => {
    const operations = [
      { op: 'Add', path: 'roles[primary eq "True"].display', value: 'Admin' },
      { op: 'Add', path: 'roles[primary eq "True"].value', value: 'admin' },
      { op: 'Add', path: 'roles[primary eq "True"].type', value: 'Direct' },
    ]
    const admin = { primary: true, display: 'Admin', value: 'admin', type: 'Direct' }
    expect(patched(NEW, operations)).toEqual({ ...NEW, roles: [admin] })
    const others = { ...NEW, roles: [{ value: 'reader', primary: false }] }
    expect(patched(others, operations)['roles']).toEqual([{ value: 'reader', primary: false }, admin])
    const before = { ...NEW, roles: [{ value: 'old', primary: true }] }
    expect(patched(before, operations)['roles']).toEqual([admin])
  })

  it('E-19: one operation for each attribute', () => {
    const operations = [
      { op: 'Replace', path: 'displayName', value: 'B' },
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'b@acme.example' },
      { op: 'Replace', path: 'name.givenName', value: 'K' },
      { op: 'Replace', path: 'externalId', value: 'x' },
      { op: 'Replace', path: `${ENTERPRISE}:employeeNumber`, value: 'A' },
    ]
    expect(patched(NEW, operations)).toEqual({
      ...NEW,
      displayName: 'B',
      emails: [{ type: 'work', value: 'b@acme.example' }],
      name: { givenName: 'K' },
      externalId: 'x',
      [ENTERPRISE]: { employeeNumber: 'A' },
    })
  })

  it('E-20: keys that are paths', () => {
    const value = {
      displayName: 'B',
      'name.givenName': 'K',
      'name.familyName': 'U',
      [`${ENTERPRISE}:employeeNumber`]: 'A',
      'emails[type eq "work"].value': 'b@acme.example',
    }
    expect(patched(NEW, [{ op: 'replace', value }])).toEqual({
      ...NEW,
      displayName: 'B',
      name: { givenName: 'K', familyName: 'U' },
      [ENTERPRISE]: { employeeNumber: 'A' },
      emails: [{ type: 'work', value: 'b@acme.example' }],
    })
  })

  it.each([
    [
      'an array of one',
      'manager',
      [{ $ref: 'http://x.example/Users/byron', value: 'byron' }],
      { $ref: 'http://x.example/Users/byron', value: 'byron' },
    ],
    ['plain text', `${ENTERPRISE}:manager`, 'byron', { value: 'byron' }],
    ['an object', `${ENTERPRISE}:manager`, { value: 'byron' }, { value: 'byron' }],
    ['a path to the value', `${ENTERPRISE}:manager.value`, 'byron', { value: 'byron' }],
    [
      'with a name, which only the server knows',
      'manager',
      { value: 'byron', displayName: 'George', $ref: null },
      { value: 'byron' },
    ],
  ])('E-25: the manager as %s', (_, path, value, manager) => {
    for (const op of ['Add', 'Replace']) {
      expect(patched(NEW, [{ op, path, value }])).toEqual({ ...NEW, [ENTERPRISE]: { manager } })
      // The reference to the manager before would be one to somebody else.
      expect(patched(ADA, [{ op, path, value }])[ENTERPRISE]).toEqual({ department: 'Engines', manager })
    }
  })

  it.each([
    [{ op: 'Replace', path: `${ENTERPRISE}:manager`, value: { value: '' } }],
    [{ op: 'Replace', path: `${ENTERPRISE}:manager`, value: '' }],
    [{ op: 'Replace', path: `${ENTERPRISE}:manager`, value: [{ value: '' }] }],
    [{ op: 'Replace', path: `${ENTERPRISE}:manager`, value: null }],
    [{ op: 'Replace', path: `${ENTERPRISE}:manager`, value: { value: null } }],
    [{ op: 'Replace', path: `${ENTERPRISE}:manager.value`, value: '' }],
    [{ op: 'Remove', path: `${ENTERPRISE}:manager`, value: { value: '' } }],
    [{ op: 'Remove', path: `${ENTERPRISE}:manager` }],
    [{ op: 'Remove', path: 'manager', value: [{ value: BOSS.value }] }],
    [{ op: 'replace', value: { [`${ENTERPRISE}:manager`]: '' } }],
    [{ op: 'replace', value: { [ENTERPRISE]: { manager: null } } }],
  ])('E-25: %j takes the manager away', (operation) => {
    expect(patched(ADA, [operation])[ENTERPRISE]).toEqual({ department: 'Engines' })
  })

  const role = JSON.stringify({ id: '06b0', value: '25', displayName: 'Role1234' })
  it('E-26, E-27: a role in JSON in a string is kept as it was sent, and in every cycle it is the same role', () => {
    const operation = { op: 'Add', path: 'roles', value: [{ value: role }] }
    const once = patched(NEW, [operation])
    expect(once).toEqual({ ...NEW, roles: [{ value: role }] })
    for (let cycle = 0; cycle < 3; cycle++) expect(patched(once, [operation])).toBe(once)
  })

  it('E-27: displayName in a role is its display, and the same in every cycle', () => {
    const operation = {
      op: 'Add',
      path: 'roles',
      value: [{ primary: false, type: 'T', displayName: 'Role', value: '1' }],
    }
    const once = patched(NEW, [operation])
    expect(once).toEqual({ ...NEW, roles: [{ primary: false, type: 'T', display: 'Role', value: '1' }] })
    expect(patched(once, [operation])).toBe(once)
  })

  it('E-28: replacing all roles', () => {
    const value = [
      { primary: false, type: 'T', display: 'A', value: 'a' },
      { primary: false, type: 'T', display: 'B', value: 'b' },
    ]
    expect(patched({ ...NEW, roles: [{ value: 'old' }] }, [{ op: 'replace', path: 'roles', value }])['roles']).toEqual(
      value,
    )
  })

  it('E-29: an extension of the configuration, which schemas need not name', () => {
    const urn = 'urn:ietf:params:scim:schemas:extension:CustomExtensionName:2.0:User'
    const tag = attribute({ name: 'tag', description: 'A word.' })
    const badge = attribute({ name: 'badge', type: 'integer', description: 'A number.' })
    const schema = { id: urn, name: 'Custom', description: 'Custom', attributes: [tag, badge] }
    const type: ResourceType = { ...USER, extensions: [...USER.extensions, { schema, required: false }] }
    const operations = [
      { op: 'Add', path: `${urn}:tag`, value: 'x' },
      { op: 'Replace', value: { [`${urn}:badge`]: '7' } },
    ]
    expect(patched(NEW, operations, { type })).toEqual({ ...NEW, [urn]: { tag: 'x', badge: 7 } })
    expect(patched(NEW, operations)).toBe(NEW)
  })

  it('E-30: never two addresses of one type', () => {
    const operations = [
      { op: 'Add', path: 'emails[type eq "work"].value', value: 'a@acme.example' },
      { op: 'Add', path: 'emails[type eq "WORK"].value', value: 'b@acme.example' },
      { op: 'Add', path: 'emails[type eq "work" and primary eq true].value', value: 'c@acme.example' },
      { op: 'Replace', path: 'emails[type eq "work"].primary', value: 'True' },
    ]
    const emails = [{ type: 'work', value: 'c@acme.example', primary: true }]
    expect(patched(NEW, operations)).toEqual({ ...NEW, emails })
    const home = { ...NEW, emails: [{ ...HOME, primary: true }] }
    expect(patched(home, operations)['emails']).toEqual([{ ...HOME, primary: false }, ...emails])
  })

  it('E-31: null is no value, and clears', () => {
    const value = { title: null, addresses: null, phoneNumbers: [], [ENTERPRISE]: null }
    const { title: _, addresses: __, [ENTERPRISE]: ___, ...rest } = ADA
    expect(patched(ADA, [{ op: 'replace', value }])).toEqual(rest)
    expect(patched(ADA, [{ op: 'add', value: { [ENTERPRISE]: null } }])).toBe(ADA)
  })

  it('E-42: 36 additions in one PATCH', () => {
    const parts = ['formatted', 'streetAddress', 'locality', 'region', 'postalCode', 'country']
    const paths = [
      ...['work', 'other', 'home'].flatMap((type) => parts.map((part) => `addresses[type eq "${type}"].${part}`)),
      ...['work', 'mobile', 'fax'].map((type) => `phoneNumbers[type eq "${type}"].value`),
      ...['formatted', 'familyName', 'givenName'].map((part) => `name.${part}`),
      ...['displayName', 'nickName', 'title', 'userType', 'preferredLanguage', 'locale', 'timezone'],
      'emails[type eq "work"].value',
      ...['employeeNumber', 'department', 'costCenter', 'organization'].map((part) => `${ENTERPRISE}:${part}`),
    ]
    expect(paths).toHaveLength(36)
    const operations = paths.map((path, index) => ({ op: 'add', path, value: `v${index}` }))
    const after = patched({ userName: 'u' }, operations)
    const addresses = ['work', 'other', 'home'].map((type, nth) => ({
      type,
      ...Object.fromEntries(parts.map((part, at) => [part, `v${nth * 6 + at}`])),
    }))
    expect(after['addresses']).toEqual(addresses)
    expect(after['phoneNumbers']).toHaveLength(3)
    expect(after[ENTERPRISE]).toEqual({
      employeeNumber: 'v32',
      department: 'v33',
      costCenter: 'v34',
      organization: 'v35',
    })
    expect(patched(after, operations)).toBe(after)
  })
})

describe('Entra ID: members', () => {
  it.each([
    ['E-21', { op: 'Add', path: 'members', value: [{ $ref: null, value: MEMBER }] }, 'add'],
    ['E-22', { op: 'Remove', path: 'members', value: [{ $ref: null, value: MEMBER }] }, 'remove'],
    ['E-22', { op: 'Remove', path: 'members', value: [{ value: MEMBER, display: 'other', type: 'Group' }] }, 'remove'],
    ['E-23', { op: 'remove', path: `members[value eq "${MEMBER}"]` }, 'remove'],
    ['JumpCloud', { op: 'remove', path: 'members', value: [{ value: MEMBER }] }, 'remove'],
    ['E-22', { op: 'Remove', path: 'members', value: { value: MEMBER } }, 'remove'],
    ['E-22', { op: 'Remove', path: 'Members', value: MEMBER }, 'remove'],
  ])('%s: %j', (_, operation, op) => {
    expect(membersOf(operation)).toEqual([{ op, values: [MEMBER] }])
  })

  it('E-21: many members in one operation, each once', () => {
    const ids = Array.from({ length: 100_000 }, (_, nth) => `${nth}`)
    const value = [...ids, ...ids].map((id) => ({ $ref: null, value: id }))
    expect(membersOf({ op: 'Add', path: 'members', value })).toEqual([{ op: 'add', values: ids }])
  })
})

describe('Okta', () => {
  const group: Document = { displayName: 'Old' }
  it('O-17: renaming a group with its own id among the values leaves the members alone', () => {
    const operation = { op: 'replace', value: { id: OWN_ID, displayName: 'New' } }
    const type = GROUP
    expect(patchedBy(group, bodyOf(operation), { type, dialect: 'okta' })).toEqual({
      document: { displayName: 'New' },
      members: [],
      ignored: [],
    })
    expect(patched(group, [{ op: 'replace', value: { id: null, displayName: 'New' } }], { type })).toEqual({
      displayName: 'New',
    })
    const other = { op: 'replace', value: { id: MEMBER, displayName: 'New' } }
    expect(refusal(() => patched(group, [other], { type, dialect: 'okta' }))).toBe('mutability')
  })

  it('O-18: remove and add in one PATCH, in either order', () => {
    const operations = [
      { op: 'remove', path: `members[value eq "${MEMBER}"]` },
      { op: 'add', path: 'members', value: [{ value: OWN_ID, display: 'test.user@okta.local' }] },
    ]
    expect(membersOf(...operations)).toEqual([
      { op: 'add', values: [OWN_ID] },
      { op: 'remove', values: [MEMBER] },
    ])
    expect(membersOf(...operations.toReversed()).map((step) => step.op)).toEqual(['add', 'remove'])
  })

  it.each([
    ['O-19', [{ value: MEMBER }], [MEMBER]],
    ['O-19: an empty group is pushed', [], []],
    ['O-20: display may be null', [{ value: MEMBER, display: null }], [MEMBER]],
    [
      'Keycloak: all members on every change',
      [{ value: MEMBER }, { value: OWN_ID }, { value: MEMBER }],
      [MEMBER, OWN_ID],
    ],
  ])('%s', (_, value, values) => {
    expect(membersOf({ op: 'replace', path: 'members', value })).toEqual([{ op: 'replace', values }])
    expect(membersOf({ op: 'replace', value: { members: value } })).toEqual([{ op: 'replace', values }])
  })

  it('O-21: a PATCH of members alone leaves the document itself as it is', () => {
    const operation = { op: 'add', path: 'members', value: [{ value: MEMBER }] }
    expect(patchedBy(group, bodyOf(operation), { type: GROUP }).document).toBe(group)
  })
})

describe('others', () => {
  it('OneLogin: a remove with a list removes what is on it', () => {
    const remove = (value: unknown) => patched(ADA, [{ op: 'remove', path: 'emails', value }])['emails']
    expect(remove([{ value: 'ADA@home.example' }])).toEqual([WORK])
    expect(remove([{ value: 'ada@home.example', type: 'home', display: 'other' }])).toEqual([WORK])
    expect(remove([{ type: 'work' }])).toEqual([HOME])
    expect(remove({ value: 'ada@acme.example' })).toEqual([HOME])
    expect(remove('ada@acme.example')).toEqual([HOME])
    expect(remove([{ value: 'ada@home.example', type: 'work' }])).toEqual([WORK, HOME])
    expect(remove([{ test: true }])).toEqual([WORK, HOME])
    expect(remove([])).toEqual([WORK, HOME])
    expect(remove(null)).toBeUndefined()
  })

  it('Ory Polis: with and without a path in one request, without schemas, and attributes that nobody knows', () => {
    const body = {
      Operations: [
        { op: 'replace', path: 'name.givenName', value: 'David' },
        { op: 'replace', path: 'name.familyName', value: 'Jones' },
        { op: 'replace', path: 'companyName', value: 'Ory' },
        { op: 'add', path: 'address.streetAddress', value: '123 Main St' },
        { op: 'replace', value: { active: false } },
      ],
    }
    expect(patchedBy(NEW, body)).toEqual({
      document: { ...NEW, name: { givenName: 'David', familyName: 'Jones' }, active: false },
      members: [],
      ignored: ['companyName', 'address.streetAddress'],
    })
  })
})
