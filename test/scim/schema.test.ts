/** Schemas as data, values as they are compared, keys: statements of RFC 7643 by section. */
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findPath, named } from '../../src/scim/attribute-path.ts'
import { comparableOf, foldCase } from '../../src/scim/comparable.ts'
import { ENTERPRISE_USER } from '../../src/scim/enterprise.ts'
import { customSchema, extended } from '../../src/scim/extension.ts'
import { GROUP } from '../../src/scim/group.ts'
import { instantOf } from '../../src/scim/instant.ts'
import { keysOf } from '../../src/scim/keys.ts'
import { type Attribute, attribute, COMMON, schemasOf } from '../../src/scim/schema.ts'
import { USER } from '../../src/scim/user.ts'
import { DEVICE } from './device.ts'

const TYPES = [USER, GROUP, DEVICE]
const every = (attributes: readonly Attribute[]): Attribute[] =>
  attributes.flatMap((one) => [one, ...every(one.subAttributes ?? [])])
const ALL = [...COMMON, ...TYPES.flatMap(schemasOf).flatMap((schema) => schema.attributes)]

describe('§2.1 names (1)', () => {
  it.each([
    ['username', 'userName', null],
    ['NAME.FAMILYNAME', 'name', 'familyName'],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName', 'userName', null],
    ['URN:IETF:PARAMS:SCIM:SCHEMAS:EXTENSION:ENTERPRISE:2.0:USER:MANAGER.VALUE', 'manager', 'value'],
    ['meta.lastmodified', 'meta', 'lastModified'],
  ])('finds %s', (text, name, sub) => {
    const path = findPath(USER, text, false)
    expect([path?.attribute?.name, path?.sub?.name ?? null]).toEqual([name, sub])
  })
  it.each(['nosuch', 'name.nosuch', 'a..b', '__proto__', 'constructor', 'department', 'urn:x:userName'])(
    'does not find %s',
    (text) => expect(findPath(USER, text, false)).toBeNull(),
  )
  it('finds what belongs to an extension without its URN, leniently', () => {
    expect(findPath(USER, 'department', true)?.extension).toBe(ENTERPRISE_USER)
  })
})

describe('§2.2, §7 characteristics', () => {
  it('have the defaults of the RFC where nothing is said (3)', () => {
    expect(attribute({ name: 'x', description: '' })).toEqual({
      name: 'x',
      description: '',
      type: 'string',
      multiValued: false,
      required: false,
      caseExact: false,
      mutability: 'readWrite',
      returned: 'default',
      uniqueness: 'none',
    })
  })
  it('references and binaries are exact; complex attributes alone have parts, which are simple (4)', () => {
    for (const one of every(ALL)) {
      if (one.type === 'reference' || one.type === 'binary') expect(one.caseExact, one.name).toBe(true)
      expect(one.subAttributes !== undefined, one.name).toBe(one.type === 'complex')
      for (const sub of one.subAttributes ?? []) expect(sub.type, `${one.name}.${sub.name}`).not.toBe('complex')
    }
  })
  it('id: by the server, exact, always (7); externalId: exact, by the client (8); meta: readOnly (9)', () => {
    expect(named(COMMON, 'id')).toMatchObject({
      mutability: 'readOnly',
      returned: 'always',
      caseExact: true,
      uniqueness: 'server',
    })
    expect(named(COMMON, 'externalId')).toMatchObject({ mutability: 'readWrite', caseExact: true })
    expect(named(COMMON, 'meta')?.mutability).toBe('readOnly')
  })
})

describe('§4 values', () => {
  const user = (name: string) => named(USER.schema.attributes, name)
  it('userName is required and unique without case (11)', () => {
    expect(user('userName')).toMatchObject({ required: true, uniqueness: 'server', caseExact: false })
  })
  it('password is written and never shown (12)', () => {
    expect(user('password')).toMatchObject({ mutability: 'writeOnly', returned: 'never' })
  })
  it('groups is readOnly, direct or indirect (13)', () => {
    expect(user('groups')?.mutability).toBe('readOnly')
    expect(named(user('groups')?.subAttributes, 'type')?.canonicalValues).toEqual(['direct', 'indirect'])
  })
  it('certificates are binary, photos references, addresses have no value (14)', () => {
    expect(named(user('x509Certificates')?.subAttributes, 'value')?.type).toBe('binary')
    expect(named(user('photos')?.subAttributes, 'value')?.type).toBe('reference')
    expect(named(user('addresses')?.subAttributes, 'value')).toBeNull()
  })
  it('a group has a name, and members that never change (15)', () => {
    expect(named(GROUP.schema.attributes, 'displayName')?.required).toBe(true)
    const members = named(GROUP.schema.attributes, 'members')
    expect(named(members?.subAttributes, 'value')?.mutability).toBe('immutable')
    expect(named(members?.subAttributes, 'type')?.canonicalValues).toEqual(['User', 'Group'])
  })
  it('the name of a manager is readOnly (16)', () => {
    const manager = named(ENTERPRISE_USER.attributes, 'manager')
    expect(named(manager?.subAttributes, 'displayName')?.mutability).toBe('readOnly')
  })
  it('O-27 what Okta needs at least', () => {
    for (const path of ['userName', 'name.givenName', 'name.familyName', 'emails', 'active']) {
      expect(findPath(USER, path, false), path).not.toBeNull()
    }
  })
  it('has the attributes of §8.7.1', () => {
    const names = (attributes: readonly Attribute[]): string =>
      attributes
        .map((one) => one.name)
        .sort()
        .join(' ')
    expect(names(USER.schema.attributes)).toBe(
      'active addresses displayName emails entitlements groups ims locale name nickName password phoneNumbers photos preferredLanguage profileUrl roles timezone title userName userType x509Certificates',
    )
    expect(names(ENTERPRISE_USER.attributes)).toBe('costCenter department division employeeNumber manager organization')
  })
})

describe('§2.3.5 dateTime', () => {
  it.each([
    ['2026-11-22T09:30:00Z', '2026-11-22T09:30:00.000000000Z'],
    ['2015-10-10T14:38:21.8617979-07:00', '2015-10-10T21:38:21.861797900Z'],
    ['2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00.000000000Z'],
    ['0001-01-03T00:00:00.0000000Z', '0001-01-03T00:00:00.000000000Z'],
    ['2024-02-29T24:00:00Z', '2024-03-01T00:00:00.000000000Z'],
    ['2026-11-22T09:30:00.1234567891234Z', '2026-11-22T09:30:00.123456789Z'],
    ['2026-11-22T09:30:00', '2026-11-22T09:30:00.000000000Z'],
    ['9999-12-31T23:59:59-00:00', '9999-12-31T23:59:59.000000000Z'],
  ])('%s', (text, utc) => expect(instantOf(text)).toBe(utc))
  it.each([
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-11-22',
    '2026-11-22 09:30:00Z',
    '2026-11-22T24:00:01Z',
    '2026-11-22T23:60:00Z',
    '2026-11-22T23:00:60Z',
    '2026-11-22T23:00:00+15:00',
    '0001-01-01T00:00:00+01:00',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59-01:00',
    '+12026-11-22T09:30:00Z',
    `2026-11-22T09:30:00.${'1'.repeat(99)}Z`,
    '',
  ])('%s is none', (text) => expect(instantOf(text)).toBeNull())
  it('text order is time order', () => {
    const date = fc.date({ min: new Date('0001-01-02'), max: new Date('9999-12-30'), noInvalidDate: true })
    fc.assert(
      fc.property(date, date, (a, b) => {
        const [one, other] = [instantOf(a.toISOString()) ?? '', instantOf(b.toISOString()) ?? '']
        expect(one.length).toBe(30)
        expect(one < other).toBe(a < b)
      }),
    )
  })
})

describe('comparing', () => {
  it('folds strings, keeps exact ones, and brings times to UTC', () => {
    const document = {
      externalId: 'AbC',
      serialNumber: 'SN-1',
      label: 'Straße',
      enabled: true,
      ports: 4,
      boughtAt: '2026-11-22T09:30:00+02:00',
      key: 'QUJD',
      tags: ['Ä', 'B'],
      contacts: [{ value: 'Ann@X.com', primary: true, since: '2026-01-01T00:00:00Z' }],
      [DEVICE.extensions[0]?.schema.id ?? '']: { address: 'HOST', constructor: 'X' },
    }
    expect(comparableOf(DEVICE, document)).toEqual({
      ...document,
      label: 'strasse',
      boughtAt: '2026-11-22T07:30:00.000000000Z',
      tags: ['ä', 'b'],
      contacts: [{ value: 'ann@x.com', primary: true, since: '2026-01-01T00:00:00.000000000Z' }],
      [DEVICE.extensions[0]?.schema.id ?? '']: { address: 'host', constructor: 'x' },
    })
  })
  it('folding twice is folding once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(foldCase(foldCase(text))).toBe(foldCase(text))
      }),
    )
  })
  it.each([
    ['É', 'e\u0301'],
    ['ΟΔΟΣ', 'οδος'],
    ['STRASSE', 'straße'],
  ])('%s is %s', (a, b) => expect(foldCase(a)).toBe(foldCase(b)))

  it('keys: folded but for the external id, each address once', () => {
    const emails = [{ value: 'A@x.com' }, { value: 'a@X.com', type: 'work' }, { type: 'home' }, { value: '' }]
    expect(keysOf(USER, { userName: 'Ann', externalId: 'E1', displayName: 'Ann LEE', active: false, emails })).toEqual({
      uniqueKey: 'ann',
      externalId: 'E1',
      displayNameKey: 'ann lee',
      active: false,
      emailKeys: ['a@x.com'],
    })
    expect(keysOf(GROUP, { displayName: 'Sales' })).toMatchObject({ uniqueKey: 'sales', displayNameKey: 'sales' })
    expect(keysOf(DEVICE, { serialNumber: 'Sn', enabled: false })).toMatchObject({ uniqueKey: 'Sn', active: false })
    expect(keysOf(USER, { userName: 'x', externalId: '' })).toMatchObject({ externalId: null, active: true })
  })
})

describe('custom extensions (10, E-29)', () => {
  const own = {
    urn: 'urn:acme:scim:2.0:User',
    resource: 'User' as const,
    name: 'Acme',
    description: 'Ours',
    required: true,
    attributes: [
      { name: 'badge', description: '', type: 'reference' as const, multiValued: false, required: true },
      { name: 'level', description: '', type: 'integer' as const, multiValued: true, required: false },
    ].map((one) => ({ ...one, caseExact: false, mutability: 'readWrite' as const, returned: 'default' as const })),
  }
  it('become schemas of the types they are meant for', () => {
    expect(customSchema(own)).toMatchObject({
      id: own.urn,
      attributes: [
        { name: 'badge', type: 'reference', caseExact: true, required: true, uniqueness: 'none' },
        { name: 'level', type: 'integer', multiValued: true },
      ],
    })
    expect(extended(USER, [own]).extensions.map((one) => [one.schema.name, one.required])).toEqual([
      ['EnterpriseUser', false],
      ['Acme', true],
    ])
    expect(extended(GROUP, [own])).toBe(GROUP)
  })
})

it('no code asks for a resource type by name', () => {
  const folder = new URL('../../src/scim/', import.meta.url)
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.ts'))) {
    const code = readFileSync(new URL(file, folder), 'utf8')
    expect(code, file).not.toMatch(/(?:===|!==|case)\s*'(?:User|Group|Role|Entitlement)'/)
    expect(code, file).not.toMatch(/(?:===|!==)\s*(?:USER|GROUP)\b/)
    expect(code, file).not.toMatch(/'(?:User|Group)'\s*(?:===|!==)/)
  }
})
