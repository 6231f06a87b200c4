/** From a pushed user to a row of the directory: a table of documents. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mirrorAttributes } from '../../src/reconcile/mirror-attributes.ts'
import { type MirrorUser, mirrorIdentity, mirrorRow, mirrorRowText } from '../../src/reconcile/mirror-row.ts'

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const CUSTOM = 'urn:acme:params:scim:schemas:extension:studio:2.0:User'
const FREED = '2819C223f7e040b9a0b1c2d3e4f50617'

const user = (document: object, over: Partial<MirrorUser> = {}): MirrorUser => ({
  id: '0190b0c0-0000-7000-8000-000000000001',
  document,
  active: true,
  deleted: false,
  groups: [],
  ...over,
})
const work = { value: 'w@acme.example', type: 'work' }
const home = { value: 'h@acme.example', type: 'home' }
const primary = { value: 'p@acme.example', primary: true }

test.each<[string, object, string]>([
  ['the primary address', { emails: [home, work, primary] }, 'p@acme.example'],
  ['the one for work where none is primary', { emails: [home, work] }, 'w@acme.example'],
  ['the type in other case', { emails: [home, { ...work, type: 'Work' }] }, 'w@acme.example'],
  ['the first of the others', { emails: [home, { value: 'x@acme.example' }] }, 'h@acme.example'],
  ['the next one where the primary is none', { emails: [{ ...primary, value: 'nobody' }, home] }, 'h@acme.example'],
  ['the user name where there is none', { userName: 'Ada@Acme.example' }, 'Ada@Acme.example'],
  ['an address before the user name', { userName: 'ada@acme.example', emails: [home] }, 'h@acme.example'],
  ['no address', { userName: 'ada' }, ''],
  ['no address where there is nothing', {}, ''],
  [
    'elements that have another shape are passed over',
    { emails: ['x@acme.example', { value: 7 }, home] },
    'h@acme.example',
  ],
  ['emails that have another shape are none', { emails: 'x@acme.example' }, ''],
])('e-mail: %s', (_, document, email) => {
  const { profile } = mirrorRow(user(document))
  expect([profile.email, profile.emailKey]).toEqual([email, email.toLowerCase()])
})

test.each<[string, object, Partial<MirrorUser>, (string | null)[]]>([
  ['as it is', { userName: ' Ada\u00A0' }, {}, ['Ada', 'ada']],
  ['none', {}, {}, [null, null]],
  ['freed by a soft deletion', { userName: `${FREED}Ada` }, { active: false }, ['Ada', 'ada']],
  ['32 digits and no more', { userName: FREED }, { active: false }, [FREED, FREED.toLowerCase()]],
  [
    'of somebody active who is called so',
    { userName: `${FREED}Ada` },
    {},
    [`${FREED}Ada`, `${FREED}Ada`.toLowerCase()],
  ],
  [
    '31 digits',
    { userName: `${FREED.slice(1)}xAda` },
    { active: false },
    [`${FREED.slice(1)}xAda`, `${FREED.slice(1)}xAda`.toLowerCase()],
  ],
])('user name: %s', (_, document, over, names) => {
  const { profile } = mirrorRow(user(document, over))
  expect([profile.userName, profile.userNameKey]).toEqual(names)
})

test('an address that was freed with the user name is the one before; another one stays', () => {
  const document = { userName: `${FREED}a@x.example`, emails: [{ value: `${FREED}a@x.example` }] }
  expect(mirrorIdentity(user(document, { active: false }))).toEqual({
    externalId: null,
    userName: 'a@x.example',
    userNameKey: 'a@x.example',
    email: 'a@x.example',
    emailKey: 'a@x.example',
  })
  const other = { ...document, emails: [home] }
  expect(mirrorIdentity(user(other, { active: false })).email).toBe('h@acme.example')
})

test.each<[Partial<MirrorUser>, string]>([
  [{}, 'active'],
  [{ active: false }, 'leaver'],
  [{ deleted: true }, 'deleted'],
  [{ active: false, deleted: true }, 'deleted'],
])('status: %j is %s', (over, status) => {
  expect(mirrorRow(user({}, over)).status).toBe(status)
})

test.each<[string, object, (string | null)[]]>([
  ['names', { name: { givenName: ' Ada ', familyName: 'King  Noel' } }, ['Ada', 'King Noel', null]],
  ['the display name', { displayName: 'Ada L.', name: { formatted: 'Ada Lovelace' } }, [null, null, 'Ada L.']],
  ['the formatted name without one', { name: { formatted: 'Ada Lovelace' } }, [null, null, 'Ada Lovelace']],
  ['a name of another shape', { name: 'Ada', displayName: ['Ada'] }, [null, null, null]],
])('%s', (_, document, names) => {
  const { profile } = mirrorRow(user(document))
  expect([profile.firstName, profile.lastName, profile.displayName]).toEqual(names)
})

test.each<[object, string | null]>([
  [{ preferredLanguage: 'de-AT', locale: 'en_US' }, 'de-AT'],
  [{ preferredLanguage: 'da, en-gb;q=0.8' }, 'da'],
  [{ preferredLanguage: 'German', locale: 'en_US' }, 'en-US'],
  [{ locale: 'C' }, null],
  [{}, null],
])('language of %j: %s', (document, language) => {
  expect(mirrorRow(user(document)).profile.language).toBe(language)
})

test('products: what entitlements say, each once and in order; what is no name is none', () => {
  const values = ['V-Ray', ' houdini ', 'V-Ray', '', 'x'.repeat(201)]
  const entitlements = [...values.map((value) => ({ value, type: 'app' })), { type: 'app' }, 'vray']
  expect(mirrorRow(user({ entitlements })).products).toEqual([
    { product: 'V-Ray', expiresAt: null },
    { product: 'houdini', expiresAt: null },
  ])
})

describe('attributes', () => {
  test.each<[string, object, Record<string, string>]>([
    [
      'simple ones',
      { title: 'Painter', costCentre: 7, userType: 'Employee' },
      { costcentre: '7', title: 'Painter', usertype: 'Employee' },
    ],
    [
      'parts of complex ones',
      { name: { middleName: 'B', 'honorific-Suffix': 'III' } },
      { namemiddlename: 'B', namehonorificsuffix: 'III' },
    ],
    [
      'of the enterprise extension',
      { [ENTERPRISE]: { department: 'R&D', manager: { value: 'm1' } } },
      { department: 'R&D', manager: 'm1' },
    ],
    ['booleans', { [CUSTOM]: { remote: false } }, { remote: 'false' }],
    [
      'several values in order',
      { roles: [{ value: 'b' }, { value: 'a' }], [CUSTOM]: { skills: ['y', 'x', 'y'] } },
      { roles: 'a; b', skills: 'x; y' },
    ],
    [
      'the address for work',
      {
        addresses: [
          { type: 'home', country: 'FR' },
          { type: 'work', country: 'DE' },
        ],
      },
      { addressescountry: 'DE' },
    ],
    [
      'the primary one before it',
      {
        addresses: [
          { type: 'work', country: 'DE' },
          { primary: true, country: 'FR' },
        ],
      },
      { addressescountry: 'FR' },
    ],
    [
      'not what rows have columns for, nor what nobody decides by',
      { userName: 'x', active: true, emails: [home], phoneNumbers: [{ value: '1' }], photos: [{ value: 'p' }] },
      {},
    ],
    ['not what is longer than any department', { title: 'x'.repeat(1001) }, {}],
    ['not what is nothing', { title: '', [CUSTOM]: 'no object', nickName: null }, {}],
  ])('%s', (_, document, attributes) => {
    expect(mirrorAttributes({ ...document })).toEqual(attributes)
  })

  test('the enterprise extension has its short names before others, and the core before it', () => {
    const document = {
      [CUSTOM]: { department: 'Studio', title: 'Chief' },
      [ENTERPRISE]: { department: 'R&D' },
      title: 'Painter',
    }
    expect(mirrorAttributes(document)).toEqual({
      department: 'R&D',
      title: 'Painter',
      [`${CUSTOM.toLowerCase().replace('2.0', '20')}:department`]: 'Studio',
      [`${CUSTOM.toLowerCase().replace('2.0', '20')}:title`]: 'Chief',
    })
  })
})

describe('any document', () => {
  const document = fc.dictionary(
    fc.oneof(
      fc.constantFrom(
        'userName',
        'emails',
        'name',
        'entitlements',
        'active',
        'externalId',
        'locale',
        '__proto__',
        'constructor',
      ),
      fc.string(),
    ),
    fc.jsonValue(),
  )

  test('gives a row, whatever it has inside', () => {
    fc.assert(
      fc.property(document, fc.boolean(), fc.boolean(), (given, active, deleted) => {
        const row = mirrorRow(user(given, { active, deleted }))
        expect(Object.values(row.attributes).every((value) => typeof value === 'string')).toBe(true)
        expect(row.profile.email === '').toBe(row.profile.emailKey === '')
      }),
    )
  })

  test('gives the same text in whatever order its names stand', () => {
    fc.assert(
      fc.property(document, (given) => {
        const turned = Object.fromEntries(Object.entries(given).reverse())
        expect(mirrorRowText(mirrorRow(user(turned)))).toBe(mirrorRowText(mirrorRow(user(given))))
      }),
    )
  })
})

test('the text of a row: a group that is called otherwise is another content, in other case it is not', () => {
  const text = (name: string) => mirrorRowText(mirrorRow(user({}, { groups: [{ id: 'g', name }] })))
  expect(text('Artists')).toBe(text('ARTISTS '))
  expect(text('Artists')).not.toBe(text('Painters'))
})
