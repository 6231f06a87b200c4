/** Bodies of POST and PUT, and how resources go out: statements of RFC 7643 and rows of Entra ID (E) and Okta (O). */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Dialect } from '../../src/scim/dialect.ts'
import type { Document } from '../../src/scim/document.ts'
import { ScimError } from '../../src/scim/error.ts'
import { extended } from '../../src/scim/extension.ts'
import { GROUP } from '../../src/scim/group.ts'
import { represent, representMember } from '../../src/scim/represent.ts'
import { readResource } from '../../src/scim/resource.ts'
import type { ResourceType } from '../../src/scim/schema.ts'
import { USER } from '../../src/scim/user.ts'
import { checkDocument } from '../../src/scim/validate.ts'
import { DEVICE, NETWORK_URN } from './device.ts'

const CORE = USER.schema.id
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const post = (type: ResourceType, body: unknown, dialect: Dialect = 'lenient') =>
  readResource(type, body, { dialect, before: null })
const user = (more: object, dialect: Dialect = 'lenient') =>
  post(USER, { schemas: [CORE], ...('username' in more ? {} : { userName: 'ann' }), ...more }, dialect).document
const refused = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    if (error instanceof ScimError) return `${error.status} ${error.scimType}: ${error.message}`
    throw error
  }
  return 'accepted'
}
const ANN = { userName: 'ann', active: true }

describe('accepted in every dialect', () => {
  it.each<[string, object, object]>([
    [
      '1 names and URNs in any case',
      { schemas: [CORE.toUpperCase()], username: 'ann', NAME: { GIVENNAME: 'A' } },
      { name: { givenName: 'A' } },
    ],
    ['6 null is unassigned', { title: null, emails: null, name: null }, {}],
    ['6 so is an empty list', { emails: [] }, {}],
    ['6 and an object of nothing', { name: { givenName: null } }, {}],
    [
      '7, 9, 13 what the server knows better is ignored',
      { id: 'x', meta: { version: 7 }, groups: [{ value: 'g' }] },
      {},
    ],
    ['12 a password is dropped', { password: 'secret' }, {}],
    ['4 text may be empty', { title: '' }, { title: '' }],
    [
      '10 an extension under its URN',
      { schemas: [CORE, ENTERPRISE], [ENTERPRISE.toUpperCase()]: { Department: 'R' } },
      { [ENTERPRISE]: { department: 'R' } },
    ],
    [
      '16 the name of a manager is readOnly',
      { schemas: [CORE, ENTERPRISE], [ENTERPRISE]: { manager: { value: 'm', displayName: 'M' } } },
      { [ENTERPRISE]: { manager: { value: 'm' } } },
    ],
    [
      '5 the same value twice is one',
      {
        emails: [
          { value: 'a@x.com', type: 'work' },
          { value: 'a@x.com', type: 'work' },
        ],
      },
      { emails: [{ value: 'a@x.com', type: 'work' }] },
    ],
    [
      'E-30 two values of a type stay two',
      {
        emails: [
          { value: 'a', type: 'work' },
          { value: 'b', type: 'work' },
        ],
      },
      {
        emails: [
          { value: 'a', type: 'work' },
          { value: 'b', type: 'work' },
        ],
      },
    ],
    [
      'E-32 nothing is reformatted',
      { userName: 'Ann', phoneNumbers: [{ value: '55555555555' }] },
      { userName: 'Ann', phoneNumbers: [{ value: '55555555555' }] },
    ],
    ['14 certificates', { x509Certificates: [{ value: 'MIIDQzCC' }] }, { x509Certificates: [{ value: 'MIIDQzCC' }] }],
    ['8 the external id', { externalId: 'X' }, { externalId: 'X' }],
  ])('%s', (_, body, more) => {
    for (const dialect of ['lenient', 'entra', 'okta', 'strict'] as const) {
      expect(user(body, dialect)).toEqual({ ...ANN, ...more })
    }
  })
})

describe('accepted leniently, refused strictly', () => {
  it.each<[string, object, object, string]>([
    ['E-15 text for a boolean', { active: 'False' }, { active: false }, 'invalidValue'],
    [
      'E-15 also inside',
      { roles: [{ value: 'a', primary: 'True' }] },
      { roles: [{ value: 'a', primary: true }] },
      'invalidValue',
    ],
    ['O-29 a number for text', { externalId: 701984 }, { externalId: '701984' }, 'invalidValue'],
    [
      'O-29 also inside',
      { addresses: [{ postalCode: 91608 }] },
      { addresses: [{ postalCode: '91608' }] },
      'invalidValue',
    ],
    ['one value for a list', { emails: { value: 'a@x.com' } }, { emails: [{ value: 'a@x.com' }] }, 'invalidValue'],
    ['text for an element', { emails: ['a@x.com'] }, { emails: [{ value: 'a@x.com' }] }, 'invalidValue'],
    ['a list of one for a value', { title: ['Dr'] }, { title: 'Dr' }, 'invalidValue'],
    ['an empty list for a value', { title: [] }, {}, 'invalidValue'],
    ['null in a list', { emails: [null, { value: 'a' }] }, { emails: [{ value: 'a' }] }, 'invalidValue'],
    [
      'E-9 an attribute of an extension without its URN',
      { department: 'R' },
      { [ENTERPRISE]: { department: 'R' } },
      'invalidSyntax',
    ],
    [
      'E-9 the misspelt URN',
      {
        schemas: [CORE, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User'],
        'urn:ietf:params:scim:schemas:extension:enterprise:2.0User': { department: 'R' },
      },
      { [ENTERPRISE]: { department: 'R' } },
      'invalidSyntax',
    ],
    [
      'E-25 a manager as a list',
      { manager: [{ $ref: 'http://x/Users/1', value: '1' }] },
      { [ENTERPRISE]: { manager: { $ref: 'http://x/Users/1', value: '1' } } },
      'invalidSyntax',
    ],
    [
      'E-25 a manager as text',
      { [`${ENTERPRISE}:manager`]: '1' },
      { [ENTERPRISE]: { manager: { value: '1' } } },
      'invalidSyntax',
    ],
    ['E-25 an empty manager', { schemas: [CORE, ENTERPRISE], [ENTERPRISE]: { manager: '' } }, {}, 'invalidValue'],
    [
      'E-29 an extension that schemas does not list',
      { [ENTERPRISE]: { department: 'R' } },
      { [ENTERPRISE]: { department: 'R' } },
      'invalidSyntax',
    ],
    [
      'E-27 displayName for display',
      { roles: [{ value: 'a', displayName: 'A' }] },
      { roles: [{ value: 'a', display: 'A' }] },
      'invalidSyntax',
    ],
    [
      'an unknown attribute',
      { nosuch: 1, name: { nosuch: 1, givenName: 'A' } },
      { name: { givenName: 'A' } },
      'invalidSyntax',
    ],
    ['the core under its URN', { [CORE]: { title: 'Dr', userName: 'other' } }, { title: 'Dr' }, 'invalidSyntax'],
    [
      'a dotted path',
      { 'name.givenName': 'A', name: { familyName: 'L' } },
      { name: { givenName: 'A', familyName: 'L' } },
      'invalidSyntax',
    ],
    ['no schemas', { schemas: undefined }, {}, 'invalidSyntax'],
    ['empty schemas', { schemas: [] }, {}, 'invalidSyntax'],
    ['2 a schema twice', { schemas: [CORE, CORE] }, {}, 'invalidSyntax'],
    ['E-10 an unknown schema', { schemas: [CORE, 'http://schemas.microsoft.com/x'] }, {}, 'invalidSyntax'],
    ['schemas without the core', { schemas: [ENTERPRISE] }, {}, 'invalidSyntax'],
  ])('%s', (_, body, more, scimType) => {
    for (const dialect of ['lenient', 'entra', 'okta'] as const)
      expect(user(body, dialect)).toEqual({ ...ANN, ...more })
    expect(refused(() => user(body, 'strict'))).toContain(`400 ${scimType}: `)
  })
  it('E-9 what stands in its place counts, wherever the other one stands', () => {
    const there = { [ENTERPRISE]: { department: 'there' } }
    expect(user({ department: 'here', ...there })).toEqual({ ...ANN, ...there })
    expect(user({ ...there, department: 'here' })).toEqual({ ...ANN, ...there })
    expect(user({ ...there, department: null })).toEqual({ ...ANN, ...there })
  })
  it('says what it ignored', () => {
    const { ignored } = post(USER, {
      userName: 'a',
      x: 1,
      name: { y: 2 },
      [ENTERPRISE]: { z: 3 },
      ['w'.repeat(200)]: 4,
    })
    expect(ignored).toEqual(['x', 'name.y', `${ENTERPRISE}:z`, `${'w'.repeat(100)}…`])
  })
  it('E-26, E-28 roles with JSON inside come back as they were sent', () => {
    const roles = [{ primary: true, type: 'WindowsAzureActiveDirectoryRole', value: '{"id":"06b0","value":"25"}' }]
    expect(user({ roles })).toEqual({ ...ANN, roles })
  })
})

describe('refused in every dialect', () => {
  it.each<[string, unknown, string]>([
    ['25 no object', [], '400 invalidSyntax: The body is an empty array but must be a JSON object: one User.'],
    ['25 no object', 'x', '400 invalidSyntax: The body is "x"'],
    ['25 no object', null, '400 invalidSyntax: The body is null'],
    ['11, 25 nothing required', { schemas: [CORE] }, '400 invalidValue: userName is required'],
    ['11 empty', { schemas: [CORE], userName: ' ' }, '400 invalidValue: userName is required'],
    ['6 null for what is required', { schemas: [CORE], userName: null }, '400 invalidValue: userName is required'],
    ['4 a boolean', { active: 'yes' }, '400 invalidValue: active is "yes" but must be true or false'],
    ['4 a boolean', { active: 1 }, '400 invalidValue: active is 1 but must be true or false'],
    ['4 text', { title: { a: 1 } }, '400 invalidValue: title is an object but must be text'],
    ['4 text', { title: ['a', 'b'] }, '400 invalidValue: title is an array of 2 but has a single value'],
    ['4 infinity', { title: Number.POSITIVE_INFINITY }, '400 invalidValue: title is a number with a fraction or'],
    ['4 infinity', { active: Number.POSITIVE_INFINITY }, '400 invalidValue: active is a number that is too large but'],
    ['O-29 a number with a fraction', { externalId: 701984.1 }, '400 invalidValue: externalId is a number with a'],
    ['O-29 beyond 2^53', { externalId: 2 ** 53 }, '400 invalidValue: externalId is a number with a fraction or'],
    [
      '4 base64url',
      { x509Certificates: [{ value: 'ab-_' }] },
      '400 invalidValue: x509Certificates.value is "ab-_" but must be base64',
    ],
    ['4 base64 unpadded', { x509Certificates: [{ value: 'abcde' }] }, '400 invalidValue: x509Certificates.value'],
    ['4 parts', { name: 'Ann Lee' }, '400 invalidValue: name is "Ann Lee" but consists of parts'],
    [
      '5 two primary',
      {
        emails: [
          { value: 'a', primary: true },
          { value: 'b', primary: true },
        ],
      },
      '400 invalidValue: emails has 2 values with "primary": true',
    ],
    ['1 the same name twice', { username: 'bob' }, '400 invalidSyntax: userName stands twice in the body'],
    [
      '1 the same name twice inside',
      { name: { givenName: 'a', GivenName: 'b' } },
      '400 invalidSyntax: givenName stands twice in name',
    ],
    [
      '1 an extension twice',
      { [ENTERPRISE]: { department: 'a' }, [ENTERPRISE.toUpperCase()]: { division: 'b' }, schemas: [CORE, ENTERPRISE] },
      `400 invalidSyntax: ${ENTERPRISE} stands twice in the body`,
    ],
    ['NUL', { title: 'a\0b' }, '400 invalidValue: title has a NUL character'],
    ['half a character', { title: 'a\ud800' }, '400 invalidValue: title has half of a surrogate pair'],
    [
      'an extension that is no object',
      { schemas: [CORE, ENTERPRISE], [ENTERPRISE]: 'x' },
      '400 invalidValue: urn:ietf:params:scim:schemas:extension:enterprise:2.0:User is "x"',
    ],
    ['a key too long for an index', { externalId: 'x'.repeat(513) }, '400 invalidValue: externalId is "'],
    ['an address too long for an index', { emails: [{ value: 'x'.repeat(513) }] }, '400 invalidValue: emails is "'],
  ])('%s', (_, body, message) => {
    const plain = typeof body === 'object' && body !== null && !Array.isArray(body)
    const whole =
      plain && !('schemas' in body && !('userName' in body) && Object.keys(body).length === 1)
        ? { schemas: [CORE], userName: 'ann', ...body }
        : body
    for (const dialect of ['lenient', 'strict'] as const)
      expect(refused(() => post(USER, whole, dialect))).toContain(message)
  })
  it('names a value by its first 100 characters', () => {
    const message = refused(() => user({ active: 'é'.repeat(5000) }))
    expect(message).toContain(`"${'é'.repeat(100)}"…`)
    expect(message.length).toBeLessThan(250)
  })
  it('does not let a name reach a prototype', () => {
    const body: unknown = JSON.parse(
      '{"userName":"ann","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"name":{"__proto__":{"polluted":1}}}',
    )
    const { document, ignored } = post(USER, body)
    expect(document).toEqual(ANN)
    expect(ignored).toEqual(['__proto__', 'constructor', 'name.__proto__'])
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    expect(refused(() => post(USER, body, 'strict'))).toContain('400 invalidSyntax')
  })
})

describe('whole requests', () => {
  it('E-9 the worked example of Entra', () => {
    const { document, members } = post(USER, {
      schemas: [CORE, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User'],
      userName: 'UserName123',
      active: true,
      addresses: null,
      phoneNumbers: null,
      title: null,
      department: null,
      manager: null,
      emails: [{ type: 'work', value: 'a@b.com', primary: true }],
      externalId: 'jyoung',
      name: { familyName: 'Young', givenName: 'Joy' },
    })
    expect(members).toBeNull()
    expect(document).toEqual({
      externalId: 'jyoung',
      userName: 'UserName123',
      name: { familyName: 'Young', givenName: 'Joy' },
      active: true,
      emails: [{ type: 'work', value: 'a@b.com', primary: true }],
    })
  })
  it('E-8 an extension that is listed and not there', () => {
    expect(user({ schemas: [CORE, ENTERPRISE], roles: [], meta: { resourceType: 'User' } }, 'strict')).toEqual(ANN)
  })
  it('O-6 what Okta creates', () => {
    const body = {
      schemas: [CORE],
      userName: 'test.user@okta.local',
      name: { givenName: 'Test', familyName: 'User' },
      emails: [{ primary: true, value: 'test.user@okta.local', type: 'work' }],
      displayName: 'Test User',
      locale: 'en-US',
      externalId: '00ujl29u0le5T6Aj10h7',
    }
    const { document } = post(USER, { ...body, groups: [], password: '1mz050nq', active: true })
    const { schemas: _, ...kept } = body
    expect(document).toEqual({ ...kept, active: true })
    expect(JSON.stringify(document)).not.toContain('1mz050nq')
  })
  it('O-29 the sample users', () => {
    expect(user({ externalId: 701984, name: null, addresses: [{ postalCode: 91608 }] })).toEqual({
      ...ANN,
      externalId: '701984',
      addresses: [{ postalCode: '91608' }],
    })
  })
  it('E-10 what Entra creates as a group', () => {
    const schemas = [GROUP.schema.id, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group']
    const body = { schemas, externalId: '8aa1', displayName: 'Sales', meta: { resourceType: 'Group' } }
    expect(post(GROUP, body)).toEqual({
      document: { externalId: '8aa1', displayName: 'Sales' },
      members: null,
      ignored: [],
    })
  })
  it.each<[string, unknown, string[] | null]>([
    ['O-16 an empty list', [], []],
    ['O-20 null for display', [{ value: '1', display: null }], ['1']],
    ['E-21 null for $ref', [{ $ref: null, value: '1' }], ['1']],
    ['each once', [{ value: '1' }, { value: '2', type: 'User', display: 'x' }, { value: '1' }], ['1', '2']],
    ['null', null, null],
  ])('members: %s', (_, members, ids) => {
    for (const dialect of ['lenient', 'strict'] as const) {
      expect(post(GROUP, { schemas: [GROUP.schema.id], displayName: 'S', members }, dialect).members).toEqual(ids)
    }
  })
  it.each<[unknown, string]>([
    [[{ display: 'x' }], 'members has an object without a "value"'],
    [[{ value: '' }], 'members has an object without a "value"'],
    [[{ value: 'a\0' }], 'members.value has a NUL'],
    [[[1]], 'members has an array of 1 without'],
    [[{ value: { a: 1 } }], 'members.value is an object'],
  ])('members: %j is refused', (members, message) => {
    const body = { schemas: [GROUP.schema.id], displayName: 'S', members }
    expect(refused(() => post(GROUP, body))).toContain(`400 invalidValue: ${message}`)
    expect(refused(() => post(GROUP, body, 'strict'))).toMatch(/^400 invalid(?:Value|Syntax): members/)
  })
  it('reads a hundred thousand members', () => {
    const members = Array.from({ length: 100_000 }, (_, at) => ({ value: `00000000-0000-7000-8000-${at}` }))
    expect(post(GROUP, { displayName: 'S', members }).members).toHaveLength(100_000)
  })
})

describe('what a PUT leaves out', () => {
  const put = (body: object, before: Document, dialect: Dialect = 'lenient', type = USER) =>
    readResource(type, body, { dialect, before }).document
  it('O-9 is cleared; what the server knows better is ignored', () => {
    const before = { userName: 'ann', title: 'Dr', active: true, emails: [{ value: 'a' }] }
    const body = { schemas: [CORE], id: 'other', meta: {}, groups: [{ value: 'g' }], userName: 'ann2', active: false }
    expect(put(body, before)).toEqual({ userName: 'ann2', active: false })
  })
  it.each([true, false])('active stays %s, and strictly has to be said', (active) => {
    const body = { schemas: [CORE], userName: 'ann' }
    expect(put(body, { userName: 'ann', active })).toEqual({ userName: 'ann', active })
    expect(put({ ...body, active: null }, { userName: 'ann', active })).toEqual({ userName: 'ann', active })
    expect(refused(() => put(body, { userName: 'ann', active }, 'strict'))).toContain('400 invalidValue: active')
  })
  it('20, 55 what is immutable stays, and cannot become something else', () => {
    const before = { serialNumber: 'SN1', enabled: true, [NETWORK_URN]: { address: 'h' } }
    const body = { [NETWORK_URN]: { address: 'h' } }
    expect(put(body, before, 'lenient', DEVICE)).toEqual(before)
    expect(put({ ...body, serialNumber: 'SN1' }, before, 'lenient', DEVICE)).toEqual(before)
    const strictly = { ...body, schemas: [DEVICE.schema.id, NETWORK_URN], enabled: true }
    expect(refused(() => put(strictly, before, 'strict', DEVICE))).toBe(
      '400 mutability: serialNumber is "SN1" for ever and cannot become null.',
    )
    expect(refused(() => put({ ...body, serialNumber: 'sn1' }, before, 'lenient', DEVICE))).toBe(
      '400 mutability: serialNumber is "SN1" for ever and cannot become "sn1".',
    )
  })
})

describe('a type that no code knows', () => {
  const device = (more: object, dialect: Dialect = 'lenient') =>
    post(
      DEVICE,
      { schemas: [DEVICE.schema.id, NETWORK_URN], serialNumber: 'S', [NETWORK_URN]: { address: 'h' }, ...more },
      dialect,
    )
  it('is read like any other', () => {
    const more = {
      enabled: false,
      ports: 4,
      weight: 1.5,
      boughtAt: '2026-11-22T09:30:00+01:00',
      key: 'QUI=',
      manual: 'https://x.com',
      tags: ['a', 'b'],
      contacts: [{ value: 'c', since: '2026-01-01T00:00:00Z' }],
      [NETWORK_URN]: { address: 'h', constructor: 'c' },
    }
    const read = device({ ...more, parts: [{ value: 'p' }] }, 'strict')
    expect(read).toEqual({ document: { serialNumber: 'S', ...more }, members: ['p'], ignored: [] })
  })
  it('12 what is only written is dropped inside an element too', () => {
    const contacts = [{ value: 'c', pin: '1234' }]
    expect(device({ contacts }).document['contacts']).toEqual([{ value: 'c' }])
  })
  it('numbers as text, leniently', () => {
    expect(device({ ports: '-4', weight: '1.5e2' }).document).toMatchObject({ ports: -4, weight: 150 })
  })
  it.each<[object, string]>([
    [{ ports: 1.5 }, 'invalidValue: ports is 1.5 but must be a whole number'],
    [{ ports: 1e300 }, 'invalidValue: ports is 1e+300 but must be a whole number'],
    [{ ports: '1.0' }, 'invalidValue: ports'],
    [{ weight: 'x' }, 'invalidValue: weight is "x" but must be a number'],
    [{ boughtAt: 'yesterday' }, 'invalidValue: boughtAt is "yesterday" but must be a time such as'],
    [{ contacts: [{ primary: true }] }, 'invalidValue: contacts.value is required'],
    [
      { [NETWORK_URN]: null },
      `invalidValue: The extension ${NETWORK_URN} is required: send an object of its attributes`,
    ],
    [{ [NETWORK_URN]: { constructor: 'x' } }, `invalidValue: ${NETWORK_URN}:address is required`],
    [{ serialNumber: 'x'.repeat(600) }, 'invalidValue: serialNumber is "xxx'],
  ])('18, 25 refuses %j', (more, message) => expect(refused(() => device(more))).toContain(`400 ${message}`))
})

describe('going out', () => {
  const at = { version: 3, createdAt: new Date('2026-01-01T00:00:00Z'), modifiedAt: new Date('2026-02-01T00:00:00.5Z') }
  const endpoints = new Map([
    ['User', '/Users'],
    ['Group', '/Groups'],
  ])
  const around = { baseUrl: 'https://r.example.com/scim/v2', endpoints }
  it('2, 9 says what the server knows', () => {
    const document = { userName: 'ann', [ENTERPRISE]: { department: 'R' }, 'urn:forgotten:extension': { a: 1 } }
    const groups = [{ value: 'g', display: 'Sales', type: 'direct' as const }]
    expect(represent(USER, { id: 'u', document, ...at }, { ...around, groups })).toEqual({
      schemas: [CORE, ENTERPRISE],
      id: 'u',
      userName: 'ann',
      [ENTERPRISE]: { department: 'R' },
      groups: [{ value: 'g', $ref: 'https://r.example.com/scim/v2/Groups/g', display: 'Sales', type: 'direct' }],
      meta: {
        resourceType: 'User',
        created: '2026-01-01T00:00:00.000Z',
        lastModified: '2026-02-01T00:00:00.500Z',
        location: 'https://r.example.com/scim/v2/Users/u',
        version: 'W/"3"',
      },
    })
  })
  it('15 shows members with their types', () => {
    const members = [
      { value: 'u', type: 'User' },
      { value: 'd', type: 'Device' },
    ]
    expect(members.map((one) => representMember(one, around))).toEqual([
      { value: 'u', $ref: 'https://r.example.com/scim/v2/Users/u', type: 'User' },
      { value: 'd', type: 'Device' },
    ])
  })

  const text = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
    .filter((one) => one.trim() !== '' && one.isWellFormed() && !one.includes('\0'))
  const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
  const element = fc.record({ value: text, type: optional(fc.constantFrom('work', 'home')), display: optional(text) })
  const written = fc
    .record({
      userName: text,
      externalId: optional(text),
      active: fc.boolean(),
      name: optional(fc.record({ givenName: text })),
      emails: optional(fc.uniqueArray(element, { minLength: 1, maxLength: 3, selector: (one) => JSON.stringify(one) })),
      [ENTERPRISE]: optional(fc.record({ department: text, manager: optional(fc.record({ value: text })) })),
    })
    .map((one): unknown => JSON.parse(JSON.stringify(one)))
  it('and coming back says the same, in every dialect', () => {
    fc.assert(
      fc.property(written, fc.constantFrom<Dialect>('lenient', 'strict'), (body, dialect) => {
        const stored = post(USER, body).document
        expect(stored).toEqual(body)
        const out = represent(USER, { id: 'u', document: stored, ...at }, { ...around, groups: [] })
        expect(readResource(USER, out, { dialect, before: stored }).document).toEqual(stored)
        expect(checkDocument(USER, stored, dialect)).toEqual(stored)
      }),
    )
  })
})

describe('after a PATCH', () => {
  it('drops what became empty and keeps what no schema knows any more', () => {
    const document = { userName: 'ann', title: null, emails: [], [ENTERPRISE]: { manager: {} }, 'urn:gone': { a: 1 } }
    expect(checkDocument(USER, document, 'strict')).toEqual({ userName: 'ann', 'urn:gone': { a: 1 } })
  })
  it.each<[Document, string]>([
    [{}, 'userName is required'],
    [
      {
        userName: 'a',
        emails: [
          { value: 'a', primary: true },
          { value: 'b', primary: true },
        ],
      },
      'emails has 2 values',
    ],
    [{ userName: 'a', active: 'maybe' }, 'active is "maybe"'],
    [{ userName: 'x'.repeat(513) }, 'userName is "'],
  ])('67 refuses %j', (document, message) => {
    expect(refused(() => checkDocument(USER, document, 'lenient'))).toContain(`400 invalidValue: ${message}`)
  })
})

describe('whatever comes', () => {
  const names = fc.constantFrom(
    'userName',
    'schemas',
    'name',
    'emails',
    'active',
    'members',
    'value',
    'primary',
    'id',
    'meta',
    'groups',
    '__proto__',
    'name.givenName',
    'displayName',
    'serialNumber',
    'boughtAt',
    'ports',
    CORE,
    ENTERPRISE,
    NETWORK_URN,
    `${ENTERPRISE}:manager`,
  )
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(null, true, 'True', '', 'a\0', '\ud800', Number.POSITIVE_INFINITY, -0),
      fc.string(),
      fc.double(),
      fc.array(tie('json'), { maxLength: 4 }),
      fc.dictionary(fc.oneof(names, fc.string()), tie('json'), { maxKeys: 5 }),
    ),
  }))
  it('is read or refused with a SCIM error, and what is read holds no surprise', () => {
    const before = fc.constantFrom(null, { userName: 'a', active: false })
    fc.assert(
      fc.property(
        json,
        fc.constantFrom(USER, GROUP, DEVICE),
        fc.constantFrom<Dialect>('lenient', 'strict'),
        before,
        (value, type, dialect, old) => {
          const body =
            typeof value === 'object' && value !== null
              ? { userName: 'a', displayName: 'd', serialNumber: 's', [NETWORK_URN]: { address: 'h' }, ...value }
              : value
          const outcome = refused(() => {
            const { document } = readResource(type, body, { dialect, before: old })
            expect(JSON.stringify(document)).not.toMatch(/null|\\u0000|\[\]|\{\}|password/)
            expect(checkDocument(type, document, dialect)).toEqual(document)
          })
          expect(outcome).toMatch(/^accepted$|^400 (?:invalidValue|invalidSyntax|mutability): ./)
        },
      ),
      { numRuns: 1000 },
    )
  })
})

it('an extension of the configuration is read like the others', () => {
  const badge = {
    name: 'badge',
    description: '',
    type: 'string',
    multiValued: false,
    required: false,
    caseExact: true,
    mutability: 'readWrite',
    returned: 'default',
  } as const
  const type = extended(USER, [
    {
      urn: 'urn:ietf:params:scim:schemas:extension:CustomExtensionName:2.0:User',
      resource: 'User',
      name: 'C',
      description: '',
      required: false,
      attributes: [badge],
    },
  ])
  const urn = type.extensions[1]?.schema.id ?? ''
  expect(post(type, { userName: 'ann', [urn]: { Badge: 7 } }).document).toEqual({ ...ANN, [urn]: { badge: '7' } })
  expect(post(type, { userName: 'ann', [`${urn}:badge`]: 'x' }).document).toEqual({ ...ANN, [urn]: { badge: 'x' } })
})
