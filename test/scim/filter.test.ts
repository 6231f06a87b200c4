/** Filters by statement (RFC 7644 §3.4.2.2) and by what Entra ID sends, over the same few people in the database and in memory. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { comparableOf } from '../../src/scim/comparable.ts'
import type { Dialect } from '../../src/scim/dialect.ts'
import { ScimError } from '../../src/scim/error.ts'
import { parseFilter, parseFilterOver } from '../../src/scim/filter.ts'
import { matches } from '../../src/scim/filter-match.ts'
import { GROUP } from '../../src/scim/group.ts'
import type { ResourceType } from '../../src/scim/schema.ts'
import { USER } from '../../src/scim/user.ts'
import { type Filter, whereOf } from '../../src/store/mirror-filter.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import { DEVICE } from './device.ts'
import { found, idOf, type Kept, keep, SCOPE } from './filter-ground.ts'

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User'
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const [ANN, BOB, CY, DEE] = [1, 2, 3, 4].map(idOf)
const [STAFF, LEADS, ALL] = [11, 12, 13].map(idOf)
const ROUTER = idOf(21)

const at = { created: '2026-01-01T00:00:00Z', modified: '2026-02-01T00:00:00Z' }
const PEOPLE: Record<string, Kept> = {
  ann: {
    type: USER,
    id: String(ANN),
    document: {
      userName: 'Ann@Example.com',
      externalId: 'Jyoung',
      active: true,
      displayName: 'Ann Äpfel',
      name: { givenName: 'Ann', familyName: 'Straße' },
      title: '100%_a\\b "x"',
      nickName: '',
      emails: [
        { value: 'ann@example.com', type: 'work', primary: true },
        { value: 'ann@home.org', type: 'home' },
      ],
      roles: [{ value: 'admin', primary: true }],
      photos: [{ value: 'https://x/Ann.png', type: 'photo' }],
      x509Certificates: [{ value: 'QUJD' }],
      [ENTERPRISE]: { department: 'R&D', manager: { value: String(BOB) } },
    },
    ...at,
  },
  bob: {
    type: USER,
    id: String(BOB),
    document: {
      userName: 'bob',
      externalId: 'jyoung',
      active: false,
      title: 'x',
      emails: [
        { value: 'bob@home.org', type: 'work' },
        { value: 'bob@work.org', type: 'home' },
      ],
      name: { givenName: '' },
    },
    created: '0001-01-03T00:00:00Z',
    modified: '2015-10-10T21:38:21.861Z',
  },
  cy: {
    type: USER,
    id: String(CY),
    document: { userName: 'O’Brien', active: true, addresses: [{ country: 'DE' }] },
    created: '2026-01-01T00:00:00.001Z',
    modified: '2026-02-01T00:00:00.001Z',
  },
  dee: {
    type: USER,
    id: String(DEE),
    document: { userName: 'dee', active: true, [ENTERPRISE]: { employeeNumber: '701984' } },
    ...at,
  },
  staff: {
    type: GROUP,
    id: String(STAFF),
    document: { displayName: 'Staff' },
    ...at,
    members: [
      { value: String(ANN), type: 'User' },
      { value: String(LEADS), type: 'Group' },
    ],
    membersAt: '2026-03-01T00:00:00Z',
  },
  leads: {
    type: GROUP,
    id: String(LEADS),
    document: { displayName: 'Leads' },
    ...at,
    members: [{ value: String(BOB), type: 'User' }],
  },
  all: { type: GROUP, id: String(ALL), document: { displayName: 'ALL', externalId: 'e1' }, ...at },
  router: {
    type: DEVICE,
    id: ROUTER,
    document: {
      serialNumber: 'Sn1',
      ports: 9007199254740992,
      weight: 0.1,
      boughtAt: '2026-01-01T00:00:00.1234567+02:00',
      tags: ['red', 'Blue'],
    },
    ...at,
  },
}
const nameOf = (id: string): string => Object.entries(PEOPLE).find(([, kept]) => kept.id === id)?.[0] ?? id

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
  await keep(database.sql, Object.values(PEOPLE))
})
afterAll(() => database.drop())

/** Names of who is found; memory has to agree wherever it can. */
async function who(type: ResourceType, text: string, dialect: Dialect = 'lenient'): Promise<string> {
  const ids = await found(database.sql, type, text, dialect)
  if (!/groups|members|meta|\bid\b/i.test(text)) {
    const filter = parseFilter(type, text, dialect)
    const own = Object.values(PEOPLE).filter((one) => one.type === type)
    expect(own.filter((one) => matches(filter, comparableOf(type, one.document))).map((one) => one.id)).toEqual(ids)
  }
  return ids.map(nameOf).join(' ')
}

function refusal(type: ResourceType, text: string, dialect: Dialect): string | null {
  try {
    parseFilter(type, text, dialect)
    return null
  } catch (error) {
    if (!(error instanceof ScimError) || error.scimType !== 'invalidFilter') throw error
    return error.message
  }
}

/** Statement or row → users' filters and who is found, in every dialect unless a mark says otherwise. */
const FINDS: Record<string, [filter: string, who: string][]> = {
  '31 operators and names without case': [
    ['userName eq "ann@example.com"', 'ann'],
    ['USERNAME Eq "ANN@EXAMPLE.COM"', 'ann'],
    ['username NE "bob"', 'ann cy dee'],
    ['title Co "0%_A"', 'ann'],
    ['title sW "100%_a\\\\b"', 'ann'],
    ['title EW "\\"X\\""', 'ann'],
    ['title co "%"', 'ann'],
    ['title sw "1_"', ''],
    ['title sw "%"', ''],
    ['userName gt "bob"', 'cy dee'],
    ['userName GE "BOB"', 'bob cy dee'],
    ['userName lt "bob"', 'ann'],
    ['userName le "bob"', 'ann bob'],
    ['userName sw "b"', 'bob'],
    ['userName sw ""', 'ann bob cy dee'],
    ['userName ew "ee"', 'dee'],
    ['userName co "O’b"', 'cy'],
    ['displayName sw "ann ä"', 'ann'],
    ['displayName sw "ann A\u0308"', 'ann'],
    ['title PR', 'ann bob'],
    ['title pr AND active eq true', 'ann'],
    ['title eq "x" OR active eq true', 'ann bob cy dee'],
  ],
  '32 grouping, then not, then and, then or': [
    ['userName eq "dee" or userName eq "bob" and active eq true', 'dee'],
    ['(userName eq "dee" or userName eq "bob") and active eq true', 'dee'],
    ['(userName eq "dee" or userName eq "bob") and active eq false', 'bob'],
    ['active eq true and userName eq "bob" or userName eq "dee"', 'dee'],
    ['not (active eq true) or userName eq "dee"', 'bob dee'],
    ['not(active eq true or userName eq "dee")', 'bob'],
    ['NOT (active eq true) and title pr', 'bob'],
    ['not (not (title pr))', 'ann bob'],
    ['not (title co "x") and active eq true', 'cy dee'],
  ],
  '33 JSON values': [
    ['title eq "100%_a\\\\b \\"x\\""', 'ann'],
    ['displayName eq "Ann \\u00c4pfel"', 'ann'],
    ['active eq true', 'ann cy dee'],
    ['active eq false', 'bob'],
    ['active ne true', 'bob'],
    ['active ne false', 'ann cy dee'],
    ['nickName eq null', 'ann bob cy dee'],
  ],
  '34 present is not empty': [
    ['nickName pr', ''],
    ['name pr', 'ann'],
    ['name.givenName pr', 'ann'],
    ['emails pr', 'ann bob'],
    ['emails.value pr', 'ann bob'],
    ['roles.primary pr', 'ann'],
    ['addresses pr', 'cy'],
    ['phoneNumbers pr', ''],
    [`${ENTERPRISE} pr`, 'ann dee'],
    ['schemas pr', 'ann bob cy dee'],
    ['meta pr', 'ann bob cy dee'],
    ['id pr', 'ann bob cy dee'],
    ['groups pr', 'ann bob'],
    ['groups.display pr', 'ann bob'],
    ['meta.lastModified pr', 'ann bob cy dee'],
  ],
  '35 null, and ne on what is absent or many': [
    ['title eq null', 'cy dee'],
    ['title ne null', 'ann bob'],
    ['emails eq null', 'cy dee'],
    ['title ne "x"', 'ann cy dee'],
    ['nickName ne "x"', 'ann bob cy dee'],
    ['emails.type ne "work"', 'ann bob cy dee'],
    ['roles.value ne "admin"', 'bob cy dee'],
    ['not (emails.type eq "work")', 'cy dee'],
    ['groups ne "x"', 'ann bob cy dee'],
    [`groups ne "${STAFF}"`, 'bob cy dee'],
    [`not (groups eq "${STAFF}")`, 'cy dee'],
    ['externalId ne "jyoung"', 'ann cy dee'],
    [`id ne "${ANN}"`, 'bob cy dee'],
  ],
  '36 case and type': [
    ['externalId eq "Jyoung"', 'ann'],
    ['externalId eq "jyoung"', 'bob'],
    ['externalId eq "JYOUNG"', ''],
    ['name.familyName eq "STRASSE"', 'ann'],
    ['photos.value eq "https://x/ann.png"', ''],
    ['photos.value eq "https://x/Ann.png"', 'ann'],
    ['x509Certificates.value eq "QUJD"', 'ann'],
    ['x509Certificates.value eq "qujd"', ''],
    ['id eq "00000000-0000-7000-8000-00000000000A"', ''],
    ['id eq "no id at all"', ''],
    ['id ne "no id at all"', 'ann bob cy dee'],
    [`id sw "00000000-0000-7000"`, 'ann bob cy dee'],
    ['meta.created eq "2026-01-01T01:00:00+01:00"', 'ann dee'],
    ['meta.created gt "2026-01-01T00:00:00.0000001Z"', 'cy'],
    ['meta.created ge "2026-01-01T00:00:00.0010000Z"', 'cy'],
    ['meta.created ge "2026-01-01T00:00:00.0010001Z"', ''],
    ['meta.created lt "2026-01-01T00:00:00.0010001Z"', 'ann bob cy dee'],
    ['meta.created le "2026-01-01T00:00:00.0009999Z"', 'ann bob dee'],
    ['meta.created eq "2026-01-01T00:00:00.0010001Z"', ''],
    ['meta.created ne "2026-01-01T00:00:00.0010001Z"', 'ann bob cy dee'],
    ['meta.created lt "2000-01-01T00:00:00Z"', 'bob'],
    ['meta.created ge "0001-01-01T00:00:00+01:00"', 'ann bob cy dee'],
    ['meta.created le "9999-12-31T23:59:59.9999999-08:00"', 'ann bob cy dee'],
    ['roles[primary eq true]', 'ann'],
  ],
  '37 elements': [
    ['emails co "HOME.org"', 'ann bob'],
    ['emails[type eq "work" and value co "home"]', 'bob'],
    ['emails.type eq "work" and emails.value co "home"', 'ann bob'],
    ['emails[type eq "work" and value eq "ann@example.com"]', 'ann'],
    ['emails[type eq "home" and value eq "ann@example.com"]', ''],
    ['emails[not (type eq "work")]', 'ann bob'],
    ['emails[value eq "bob@home.org" or value eq "ann@home.org"]', 'ann bob'],
    ['emails[value eq "bob@home.org"] and emails[value eq "bob@work.org"]', 'bob'],
    ['name[givenName eq "ann" and familyName sw "str"]', 'ann'],
    ['name[not (givenName eq "x")]', 'ann'],
    ['meta[created lt "2000-01-01T00:00:00Z"]', 'bob'],
    [`manager eq "${BOB}"`, 'ann'],
    [`groups eq "${LEADS}"`, 'bob'],
    [`groups.value eq "${STAFF}"`, 'ann bob'],
    [`groups[value eq "${STAFF}" and type eq "direct"]`, 'ann'],
    [`groups[value eq "${STAFF}" and type eq "indirect"]`, 'bob'],
    ['groups.display eq "STAFF"', 'ann bob'],
    ['groups[display eq "Leads" and type eq "direct"]', 'bob'],
    [`groups.$ref eq "https://x/v2/Groups/${LEADS}"`, 'bob'],
    ['groups eq "no id"', ''],
  ],
  '38 qualified names': [
    [`${CORE}:userName eq "dee"`, 'dee'],
    [`${CORE.toUpperCase()}:USERNAME eq "dee"`, 'dee'],
    [`${ENTERPRISE}:manager.value eq "${BOB}"`, 'ann'],
    [`${ENTERPRISE}:manager eq "${BOB}"`, 'ann'],
    [`${ENTERPRISE}:department eq "r&d"`, 'ann'],
    [`${CORE}:emails[type eq "work"].value eq "ann@example.com"`, 'ann'],
    [`${CORE}:name.givenName eq "ann"`, 'ann'],
    [`schemas eq "${ENTERPRISE}"`, 'ann dee'],
    [`schemas eq "${CORE.toUpperCase()}"`, 'ann bob cy dee'],
    [`schemas[value co "enterprise"]`, 'ann dee'],
    ['schemas eq "urn:x"', ''],
    ['meta.resourceType eq "User"', 'ann bob cy dee'],
    ['meta.resourceType eq "Group"', ''],
  ],
  'E-2 what Entra looks up by': [
    ['userName eq "ANN@example.com"', 'ann'],
    ['externalId eq "jyoung"', 'bob'],
    ['emails[type eq "work"].value eq "ann@example.com"', 'ann'],
    ['emails[type eq "work"].value eq "ann@home.org"', ''],
  ],
  'E-5 eq and and': [['userName eq "bob" and externalId eq "jyoung"', 'bob']],
  'E-6 references': [
    [`id eq "${ANN}" and manager eq "${BOB}"`, 'ann'],
    [`manager eq "${BOB}" and id eq "${ANN}"`, 'ann'],
    [`id eq "${BOB}" and ${ENTERPRISE}:manager eq "${BOB}"`, ''],
  ],
  'E-35 another case': [['userName eq "ANN@EXAMPLE.COM"', 'ann']],
  'E-46 collection': [
    [
      'active eq true and (meta.lastModified ge "0001-01-03T00:00:00.0000000Z" and meta.lastModified le "2026-02-01T00:00:00.0000000Z")',
      'ann dee',
    ],
    ['(ActiVe eq true) and meta.lastmodified ge "2026-02-01T00:00:00.0010000Z"', 'cy'],
  ],
}

/** Only where a source is taken less strictly. */
const LENIENT: Record<string, [filter: string, who: string][]> = {
  'E-4 bare words': [
    ['externalId eq jyoung', 'bob'],
    ['userName sw O', 'cy'],
    ['emails.Value co example.com', 'ann'],
    ['(emails.Value co example.com)', 'ann'],
    ['meta.Created gt 2015-10-10T14:38:21.8617979-07:00', 'ann cy dee'],
    ['meta.lastModified gt 2015-10-10T14:38:21.8607979-07:00', 'ann bob cy dee'],
    ['meta.lastModified gt 2015-10-10T14:38:21.8617979-07:00', 'ann cy dee'],
    ['active eq True', 'ann cy dee'],
  ],
  'E-18 booleans in quotation marks': [
    ['roles[primary eq "True"]', 'ann'],
    ['active eq "FALSE"', 'bob'],
  ],
  'numbers for text': [
    ['employeeNumber eq 701984', 'dee'],
    [`${ENTERPRISE}:employeeNumber eq 701984`, 'dee'],
  ],
  'E-9 extensions without their names': [['department eq "R&D"', 'ann']],
  '39 unknown attributes never match': [
    ['nosuch eq "x"', ''],
    ['nosuch ne "x"', ''],
    ['nosuch pr or userName eq "bob"', 'bob'],
    ['not (nosuch pr)', 'ann bob cy dee'],
    ['emails.nosuch eq "x"', ''],
    ['emails[nosuch eq "x"]', ''],
    ['nosuch[type eq "x"]', ''],
    ['urn:x:y eq "x"', ''],
    ['constructor pr', ''],
  ],
}

/** Groups'. */
const GROUPS: Record<string, [filter: string, who: string][]> = {
  'E-2, E-35 displayName eq': [
    ['displayName eq "Staff"', 'staff'],
    ['displayName eq "sTAFF"', 'staff'],
    ['displayName eq "nobody"', ''],
    ['displayName co "A"', 'staff leads all'],
  ],
  'E-3 externalId eq': [['externalId eq "e1"', 'all']],
  'E-6 members': [
    [`id eq "${STAFF}" and members eq "${ANN}"`, 'staff'],
    [`members.value eq "${ANN}" and id eq "${STAFF}"`, 'staff'],
    [`members eq "${BOB}"`, 'leads'],
    [`members[value eq "${LEADS}" and type eq "group"]`, 'staff'],
    [`members[value eq "${LEADS}" and type eq "User"]`, ''],
    [`members[type eq "Group"].value eq "${LEADS}"`, 'staff'],
    ['members.type eq "Group"', 'staff'],
    [`members.$ref eq "https://x/scim/v2/Users/${BOB}"`, 'leads'],
    [`members.$ref eq "https://x/scim/v2/Groups/${BOB}"`, ''],
    [`members.$ref ne "../Users/${BOB}"`, 'staff all'],
    ['members pr', 'staff leads'],
    ['members eq null', 'all'],
    [`members ne "${BOB}"`, 'staff all'],
    [`not (members eq "${BOB}")`, 'staff all'],
    ['members eq "nobody"', ''],
    [`members eq "${BOB}" or displayName eq "all"`, 'leads all'],
  ],
  'members change when a group changed': [
    ['meta.lastModified gt "2026-02-01T00:00:00Z"', 'staff'],
    ['meta.lastModified eq "2026-02-01T00:00:00Z"', 'leads all'],
  ],
}

const DEVICES: Record<string, [filter: string, who: string][]> = {
  '36 numbers': [
    ['ports eq 9007199254740992', 'router'],
    ['ports lt 9007199254740993', 'router'],
    ['ports eq 9007199254740993', ''],
    ['ports ge 9.007199254740992e15', 'router'],
    ['weight eq 0.10', 'router'],
    ['weight gt 0.1000000000000000000000000001', ''],
    ['weight ge -1', 'router'],
  ],
  '36 instants of the client': [
    ['boughtAt eq "2025-12-31T22:00:00.1234567Z"', 'router'],
    ['boughtAt gt "2025-12-31T23:00:00.1234566+01:00"', 'router'],
    ['boughtAt gt "2025-12-31T23:00:00.1234567+01:00"', ''],
  ],
  'several values without parts': [
    ['tags eq "blue"', 'router'],
    ['tags[value eq "RED"]', 'router'],
    ['tags.value eq "red"', ''],
    ['tags ne "red"', 'router'],
    ['not (tags eq "red")', ''],
  ],
}

/** Refused in every dialect → what is said. */
const REFUSED: Record<string, string> = {
  'active gt true': 'true can be compared with eq and ne alone, not with gt',
  'active ge "false"': '"active" has the type boolean and cannot be compared with ge, only with eq and ne',
  'active co "t"': 'cannot be compared with co',
  'active eq "perhaps"': 'neither true nor false',
  'active eq 1': 'neither true nor false',
  'x509Certificates.value gt "QUJD"':
    'has the type binary and cannot be compared with gt, only with eq, ne, co, sw and ew',
  'x509Certificates[value le "QUJD"]': 'has the type binary and cannot be compared with le',
  'meta.created sw "2026"': 'has the type dateTime and cannot be compared with sw, only with eq, ne, gt, ge, lt and le',
  'meta.created gt "yesterday"': 'is no date and time',
  'meta.created gt "2026-02-30T00:00:00Z"': 'is no date and time',
  'meta.created gt 5': 'is no date and time',
  'title gt null': 'null can be compared with eq and ne alone',
  'title gt 5 and password eq "x"': '"password" is never shown',
  'password pr': '"password" is never shown',
  'password sw "a"': '"password" is never shown',
  'not (PASSWORD eq "x")': '"PASSWORD" is never shown',
  [`${CORE}:password eq null`]: 'is never shown',
  'name eq "x"': '"name" has parts and no value of its own; name one of them, such as name.formatted',
  'addresses co "x"': 'has parts and no value',
  'meta.location eq "https://x"': 'nothing can be looked up by "meta.location"; use id',
  'title[value eq "x"]': 'has no parts',
  'emails[emails[type eq "x"]]': 'no parts',
  'emails.value[type eq "x"]': 'no parts',
  [`${ENTERPRISE} eq "x"`]: 'has parts and no value',
  'groups.$ref co "x"': 'can be compared with eq and ne alone',
}

/** Refused by a strict source alone. */
const STRICT: Record<string, string> = {
  '33 bare words: externalId eq jyoung': 'jyoung has to stand in quotation marks: "jyoung"',
  '33 active eq True': 'True has to stand in quotation marks',
  '36 active eq "true"': 'neither true nor false',
  '36 title eq 5': '"title" is text, which stands in quotation marks: "5"',
  '39 nosuch eq "x"': 'at character 1: User has no attribute "nosuch"',
  '39 emails.nosuch pr': 'User has no attribute "emails.nosuch"',
  '39 emails[nosuch pr]': 'User has no attribute "nosuch"',
  '39 nosuch[type pr]': 'no attribute "nosuch"',
  '39 department eq "x"': 'no attribute "department"',
  '39 urn:x:y pr': 'no attribute "urn:x:y"',
}

const rows = (table: Record<string, [string, string][]>) =>
  Object.entries(table).flatMap(([row, filters]) => filters.map(([text, names]) => [row, text, names] as const))

describe('filters find', () => {
  it.each(rows(FINDS))('%s: %s', async (_, text, names) => {
    expect(await who(USER, text)).toBe(names)
    // A strict source reads the same, but for extensions without their names.
    if (!/(^| )manager/.test(text)) expect(await who(USER, text, 'strict')).toBe(names)
  })
  it.each(rows(LENIENT))('to a lenient source, %s: %s', async (_, text, names) => {
    expect(await who(USER, text)).toBe(names)
    expect(await who(USER, text, 'entra')).toBe(names)
    expect(await who(USER, text, 'okta')).toBe(names)
  })
  it.each(rows(GROUPS))('among groups, %s: %s', async (_, text, names) => {
    expect(await who(GROUP, text)).toBe(names)
    expect(await who(GROUP, text, 'strict')).toBe(names)
  })
  it.each(rows(DEVICES))('among devices, %s: %s', async (_, text, names) => {
    // A part that a plain value does not have is unknown, which a strict source is told.
    expect(await who(DEVICE, text)).toBe(names)
  })
})

describe('filters are refused', () => {
  it.each(Object.entries(REFUSED))('%s', (text, told) => {
    expect(refusal(USER, text, 'lenient')).toContain(told)
    expect(refusal(USER, text, 'strict')).not.toBeNull()
  })
  it.each(Object.entries(STRICT))('to a strict source, %s', (row, told) => {
    const text = row.replace(/^\d+ (?:bare words: )?/, '')
    expect(refusal(USER, text, 'strict')).toContain(told)
    expect(refusal(USER, text, 'lenient')).toBeNull()
  })
  it('40 for what is kept and never shown', () => {
    expect(refusal(DEVICE, 'secret eq "x"', 'lenient')).toContain('is never shown')
    expect(refusal(DEVICE, 'contacts.pin pr', 'lenient')).toContain('is never shown')
    expect(refusal(DEVICE, 'contacts[pin eq "1"]', 'lenient')).toContain('is never shown')
    const some = parseFilter(DEVICE, 'contacts pr', 'lenient')
    expect(matches(some, { contacts: [{ pin: '1' }] })).toBe(false)
    expect(matches(some, { contacts: [{ pin: '1' }, { value: 'x' }] })).toBe(true)
  })
})

describe('29 filters over several types', () => {
  const over = async (text: string, dialect: Dialect = 'strict') => {
    const filter: Filter = parseFilterOver([USER, GROUP], text, dialect)
    const found = await database.sql<{ id: string }[]>`
      select r.id from mirror_resources r where r.organization_id = 1 and r.source_id = 1 and r.type = any(array['User', 'Group'])
        and (${whereOf(database.sql, filter, SCOPE)}) order by r.id`
    return found.map(({ id }) => nameOf(id)).join(' ')
  }

  it('match where the attribute is, and nowhere else', async () => {
    expect(await over('meta.resourceType eq "User"')).toBe('ann bob cy dee')
    expect(await over('meta.resourceType eq "Group" and displayName co "a"')).toBe('staff leads all')
    expect(await over('displayName sw "a"')).toBe('ann all')
    expect(await over('userName eq "bob"')).toBe('bob')
    expect(await over('userName ne "bob"')).toBe('ann cy dee')
    expect(await over('externalId pr')).toBe('ann bob all')
    await expect(over('nosuch pr')).rejects.toThrow('no resource has an attribute "nosuch"')
  })
})

describe('41 filters as large as they may be', () => {
  it.each([
    ['conditions', Array.from({ length: 230 }, (_, n) => `title eq "${n}"`).join(' or ')],
    ['conditions on members', Array.from({ length: 60 }, () => `groups.value eq "${STAFF}"`).join(' and ')],
    ['brackets', `${'not('.repeat(32)}title eq "x"${')'.repeat(32)}`],
    ['alternations', `${'title pr and title pr or '.repeat(60)}title pr`],
  ])('of %s are read and run', async (_, text) => {
    expect(text.length).toBeLessThanOrEqual(4_096)
    expect(await who(USER, text)).toMatch(/^(?:|ann bob|bob)$/)
  })
})
