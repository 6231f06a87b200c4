/** Which attributes are shown: statements 45 to 47, RFC 7644 §3.4.2.5 and §3.9. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GROUP } from '../../src/scim/group.ts'
import { type Names, project, readSelection } from '../../src/scim/project.ts'
import { USER } from '../../src/scim/user.ts'
import { DEVICE, NETWORK_URN } from './device.ts'

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User'
const meta = { resourceType: 'User', version: 'W/"1"' }
const base = { schemas: [CORE, ENTERPRISE], id: '1' }
const name = { givenName: 'Ann', familyName: 'Lee' }
const emails = [{ value: 'a@x.com', type: 'work' }, { type: 'home' }]
const extension = { department: 'R&D', manager: { value: '2' } }
const ANN = { ...base, externalId: 'e', userName: 'ann', name, emails, [ENTERPRISE]: extension, meta }

describe('attributes (45, 47)', () => {
  it.each<[Names, object]>([
    ['userName', { userName: 'ann' }],
    ['USERNAME', { userName: 'ann' }],
    [`${CORE}:userName`, { userName: 'ann' }],
    [' userName ,  externalId ', { userName: 'ann', externalId: 'e' }],
    [['userName', 'externalId'], { userName: 'ann', externalId: 'e' }],
    ['name.familyName', { name: { familyName: 'Lee' } }],
    ['name.familyName,name', { name }],
    ['name,name.familyName', { name }],
    ['emails.value', { emails: [{ value: 'a@x.com' }] }],
    ['name.middleName', {}],
    [ENTERPRISE, { [ENTERPRISE]: extension }],
    [`${ENTERPRISE}:department`, { [ENTERPRISE]: { department: 'R&D' } }],
    [`${ENTERPRISE}:manager.value`, { [ENTERPRISE]: { manager: { value: '2' } } }],
    ['manager', { [ENTERPRISE]: { manager: { value: '2' } } }],
    ['id', {}],
    ['nosuch', {}],
    ['__proto__,constructor', {}],
    ['password', {}],
  ])('%j', (attributes, more) => {
    const shown = project(USER, { ...ANN, password: 'x' }, readSelection(USER, { attributes }))
    expect(shown).toEqual({ ...base, ...more, meta })
  })
  it('keeps meta unless a part of it is asked for', () => {
    const shown = project(USER, ANN, readSelection(USER, { attributes: 'meta.version' }))
    expect(shown).toEqual({ ...base, meta: { version: 'W/"1"' } })
  })
})

describe('excludedAttributes (45, 47)', () => {
  const without = (...gone: string[]) => Object.fromEntries(Object.entries(ANN).filter(([key]) => !gone.includes(key)))
  it.each<[Names, object]>([
    ['userName', without('userName')],
    ['id,schemas', ANN],
    ['meta', without('meta')],
    ['name.givenName', { ...ANN, name: { familyName: 'Lee' } }],
    ['emails.value', { ...ANN, emails: [{ type: 'work' }, { type: 'home' }] }],
    ['emails.type', { ...ANN, emails: [{ value: 'a@x.com' }] }],
    [ENTERPRISE, without(ENTERPRISE)],
    [`${ENTERPRISE}:manager`, { ...ANN, [ENTERPRISE]: { department: 'R&D' } }],
    ['nosuch', ANN],
  ])('%j', (excludedAttributes, rest) => {
    expect(project(USER, ANN, readSelection(USER, { excludedAttributes }))).toEqual(rest)
  })
})

describe('returned (20, 45)', () => {
  const device = { schemas: [], id: '1', label: 'L', notes: 'N', secret: 'S', seal: 'always', [NETWORK_URN]: {} }
  const keys = (query: Parameters<typeof readSelection>[1], written?: typeof device) =>
    Object.keys(project(DEVICE, device, readSelection(DEVICE, query, written ?? null)))
      .slice(2)
      .join(' ')
  it.each([
    [{}, 'label seal'],
    [{ attributes: 'notes' }, 'notes seal'],
    [{ attributes: 'secret' }, 'seal'],
    [{ attributes: 'label' }, 'label seal'],
    [{ excludedAttributes: 'seal,label' }, 'seal'],
    [{ excludedAttributes: 'label' }, 'seal'],
  ])('%j shows %s', (query, shown) => expect(keys(query)).toBe(shown))
  it('on request is also on the write that set it', () => {
    expect(keys({}, device)).toBe('label notes seal')
    expect(keys({ attributes: 'label' }, device)).toBe('label seal')
    expect(keys({ excludedAttributes: 'notes' }, device)).toBe('label seal')
  })
})

it('both are an error (46); an empty one is none', () => {
  expect(() => readSelection(USER, { attributes: 'id', excludedAttributes: ['name'] })).toThrow('exclude each other')
  expect(project(USER, ANN, readSelection(USER, { attributes: '', excludedAttributes: ' , ' }))).toEqual(ANN)
})

it.each<[Parameters<typeof readSelection>[1], boolean]>([
  [{}, true],
  [{ attributes: 'displayName' }, false],
  [{ attributes: 'Members.value' }, true],
  [{ excludedAttributes: 'MEMBERS' }, false],
  [{ excludedAttributes: 'members.display' }, true],
])('E-7 members are wanted for %j: %s', (query, wanted) => {
  expect(readSelection(GROUP, query).wants('members')).toBe(wanted)
})

it('shows only what is there, and always the id', () => {
  const path = fc.oneof(fc.string(), fc.constantFrom('userName', 'name.givenName', ENTERPRISE, 'emails', 'id', 'meta'))
  fc.assert(
    fc.property(fc.array(path), fc.boolean(), (paths, only) => {
      const selection = readSelection(USER, only ? { attributes: paths } : { excludedAttributes: paths })
      const shown = project(USER, ANN, selection)
      expect(shown['id']).toBe('1')
      expect(project(USER, shown, selection)).toEqual(shown)
      for (const key of Object.keys(shown)) expect(ANN).toHaveProperty([key])
    }),
  )
})
