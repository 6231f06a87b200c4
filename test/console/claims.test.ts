/** Claims of all kinds of providers, as an address and roles. */
import { describe, expect, test } from 'vitest'
import { addressIn, rolesIn } from '../../src/console/sign-in/claims.ts'

const ORGANIZATIONS = ['acme', 'globex']
const ROLES = { staff: 'viewer', 'IT Acme': { acme: 'operator' }, root: 'admin' } as const

describe('roles', () => {
  const given = (claims: Record<string, unknown>, rolesClaim = 'groups') =>
    rolesIn(claims, { rolesClaim, roles: ROLES }, ORGANIZATIONS)

  test.each<[string, Record<string, unknown>, Record<string, string>]>([
    ['a list', { groups: ['staff', 'other'] }, { acme: 'viewer', globex: 'viewer' }],
    ['a text', { groups: 'staff' }, { acme: 'viewer', globex: 'viewer' }],
    ['one organization', { groups: ['IT Acme'] }, { acme: 'operator' }],
    ['the strongest of several', { groups: ['root', 'staff', 'IT Acme'] }, { acme: 'admin', globex: 'admin' }],
    ['the strongest, in whatever order', { groups: ['IT Acme', 'staff'] }, { acme: 'operator', globex: 'viewer' }],
    ['names that the configuration does not have', { groups: ['constructor', '__proto__', 'Staff'] }, {}],
    ['no list of texts', { groups: [{ name: 'root' }, 1, null] }, {}],
    ['an object', { groups: { root: true } }, {}],
    ['no claim', {}, {}],
  ])('of %s', (_, claims, wanted) => {
    expect(given(claims)).toEqual(wanted)
  })

  test('of a claim that is nested, or whose name holds dots', () => {
    const all = { acme: 'admin', globex: 'admin' }
    expect(given({ realm_access: { roles: ['root'] } }, 'realm_access.roles')).toEqual(all)
    expect(given({ 'https://acme.example/roles': ['root'] }, 'https://acme.example/roles')).toEqual(all)
    expect(given({ realm_access: 'roles' }, 'realm_access.roles')).toEqual({})
    expect(given({}, 'constructor.name')).toEqual({})
  })
})

describe('the address', () => {
  const of = (claims: Record<string, unknown>, emailClaim = 'email') => addressIn(claims, { emailClaim })

  test.each<[string, Record<string, unknown>, string | null]>([
    ['is compared as addresses are', { email: 'Kim@Acme.Example' }, 'kim@acme.example'],
    ['is none when the provider did not verify it', { email: 'kim@acme.example', email_verified: false }, null],
    ['is none when the provider says so in text', { email: 'kim@acme.example', email_verified: 'false' }, null],
    ['is none when it is no address', { email: 'kim' }, null],
    ['is none when it is no text', { email: ['kim@acme.example'] }, null],
    ['is none without the claim', {}, null],
  ])('%s', (_, claims, wanted) => {
    expect(of(claims)).toBe(wanted)
  })

  test('may stand in another claim, of which nobody says that it is verified', () => {
    expect(of({ upn: 'kim@acme.example', email_verified: false }, 'upn')).toBe('kim@acme.example')
  })
})
