/** Filters over members: what they find, and what is said of one that is wrong. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isRosterdError } from '../../src/errors.ts'
import { memberCondition } from '../../src/sync/where.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import { AT, WhereGround, ZONE } from './where-ground.ts'

let database: FreshDatabase
let ground: WhereGround
beforeAll(async () => {
  database = await freshDatabase()
  ground = await WhereGround.open(database.sql, [
    {
      email: 'Ann@acme.test',
      userName: 'ann',
      firstName: 'Änne',
      lastName: 'Groß',
      language: 'de-AT',
      state: 'active',
      role: 'admin',
      invitedAt: '2026-01-31T23:30:00Z',
      acceptedAt: '2026-03-01T10:00:00Z',
      groups: ['G1', 'g2'],
      // Through 30 June in Berlin.
      products: [{ product: 'cad', expires: '2027-06-30T22:00:00Z', borrowed: '2026-11-21T00:00:00Z' }],
      sources: [{ source: 'hr', rule: 'artists' }],
    },
    {
      email: 'bob@acme.test',
      displayName: 'ΣΊΣΥΦΟΣ',
      firstName: 'Bob',
      state: 'invited',
      groups: ['g3', 'g9'],
      products: [
        { product: 'cad', expires: null },
        { product: 'sim', expires: '2027-01-01T00:00:00Z', borrowed: '2026-11-20T11:00:00Z' },
      ],
      sources: [
        { source: 'hr', rule: 'everyone' },
        { source: 'manual', rule: 'manual' },
      ],
    },
    { email: 'cyd@müller.test', state: 'suspended', lastName: '%', groups: [] },
    { email: 'dan@acme.test', state: 'removed' },
  ])
})
afterAll(() => database.drop())

const [ann, bob, cyd, dan] = ['Ann@acme.test', 'bob@acme.test', 'cyd@müller.test', 'dan@acme.test']

describe('a filter finds', () => {
  it.each<[string, (string | undefined)[]]>([
    ['active eq true', [ann]],
    ['ACTIVE EQ false', [bob, cyd, dan]],
    ['active ne true', [bob, cyd, dan]],
    ['state eq "Suspended"', [cyd]],
    ['state ne "removed" and role eq "admin"', [ann]],
    ['userName eq "ANN"', [ann]],
    ['userName pr', [ann, bob, cyd, dan]],
    ['not (userName pr)', []],
    ['userName eq null', []],
    ['userName sw "b"', [bob]],
    ['emails eq "ANN@Acme.test"', [ann]],
    ['emails.value ew "@ACME.test"', [ann, bob, dan]],
    ['emails[value sw "bob" or value sw "dan"]', [bob, dan]],
    ['emails[value sw "b"].value ew "test"', [bob]],
    ['emails pr', [ann, bob, cyd, dan]],
    ['emails ew "@MÜLLER.test"', [cyd]],
    ['emails co "@müller.test"', [cyd]],
    ['name.givenName eq "ÄNNE"', [ann]],
    ['name.familyName eq "GROSS"', [ann]],
    ['name.familyName co "OSS"', [ann]],
    ['name.familyName eq "%"', [cyd]],
    ['name.familyName sw "%"', [cyd]],
    ['name.formatted eq "änne groß"', [ann]],
    ['displayName eq "änne gross"', [ann]],
    ['displayName eq "σίσυφος"', [bob]],
    ['displayName ew "ΟΣ"', [bob]],
    ['name.givenName gt "bo"', [ann, bob]],
    ['name.givenName pr and not (name.familyName pr)', [bob]],
    ['preferredLanguage sw "DE"', [ann]],
    ['groups.display eq "artists"', [ann]],
    ['groups eq "G1"', [ann]],
    ['groups.value eq "g1"', []],
    ['groups.display eq "künstler"', [ann]],
    ['groups.display eq "STRASSE"', [bob]],
    ['groups.display eq "an older name"', []],
    ['groups.value eq "g9"', [bob]],
    ['groups[value eq "g9" and display pr]', []],
    ['groups pr', [ann, bob]],
    ['groups.display ne "Artists"', [ann, bob, cyd, dan]],
    ['not (groups.display eq "Artists")', [bob, cyd, dan]],
    ['products eq "CAD"', [ann, bob]],
    ['products.display co "grösse"', [ann, bob]],
    ['groups.display eq "Artists" and not (products.value eq "sim")', [ann]],
    ['not (products pr)', [cyd, dan]],
    ['products[value eq "cad" and expires pr]', [ann]],
    ['products.value eq "cad" and products.expires pr', [ann, bob]],
    ['products.expires eq "2027-06-30"', [ann]],
    ['products.expires lt "2027-06-30"', [bob]],
    ['products.expires le "2027-06-30"', [ann, bob]],
    ['products.expires gt "2027-06-30"', []],
    ['products.expires ge "2027-06-30"', [ann]],
    ['products.expires eq "2027-07-01T00:00:00+02:00"', [ann]],
    ['products.expires eq null', [cyd, dan]],
    ['products[expires eq null]', [bob]],
    ['products[value eq "cad" and borrowed eq true]', [ann]],
    ['borrowed eq true', [ann]],
    ['sources.value eq "HR"', [ann, bob]],
    ['sources.rule eq "everyone" or sources.display eq "the manual feed"', [bob]],
    ['not (sources pr)', [cyd, dan]],
    ['meta.created eq "2026-02-01"', [ann]],
    ['meta.created lt "2026-02-01"', []],
    ['meta.lastModified ge "2026-03-01" and meta.lastModified lt "2026-03-02"', [ann]],
    ['meta.lastModified eq "2026-03-01T10:00:00Z"', [ann]],
    ['id eq "mem_0"', []],
    ['role eq "member" and (state eq "invited" or state eq "removed")', [bob, dan]],
  ])('%s', async (text, expected) => {
    expect(await ground.find(text)).toEqual(expected)
  })

  it('by id, with its prefix and without', async () => {
    const id = ground.ids.get('bob@acme.test')
    expect(await ground.find(`id eq "mem_${id}"`)).toEqual([bob])
    expect(await ground.find(`id eq "${id}"`)).toEqual([bob])
  })
})

describe('what is wrong is said, with its place', () => {
  it.each([
    ['', 1, 'a condition is missing at the end.'],
    ['active', 7, 'an operator is missing at the end; there are eq, ne, co, sw, ew, gt, ge, lt, le and pr.'],
    ['active eq yes', 11, 'yes has to stand in quotation marks: "yes".'],
    ['active eq "true"', 11, '"active" is true or false, without quotation marks.'],
    ['active gt 1', 1, '"active" is true or false and cannot be compared with gt, only with eq and ne.'],
    ['state eq "gone"', 10, '"state" is one of invited, active, suspended, removed.'],
    [
      'products.expires co "2027"',
      1,
      '"products.expires" is a date and cannot be compared with co, only with eq, ne, gt, ge, lt and le.',
    ],
    [
      'products.expires eq "30.06.2027"',
      1,
      '"products.expires" is a date, and "30.06.2027" is none such as "2027-06-30" or "2027-06-30T09:00:00Z".',
    ],
    ['products.value eq 5', 19, '"products.value" is text, which stands in quotation marks: "5".'],
    ['products[value eq "vray"', 9, 'the bracket "[" is never closed.'],
    ['name[givenName eq "a"]', 1, 'no brackets can follow "name"; they follow emails, groups, products, sources.'],
    ['products[colour eq "a"]', 10, 'there is no attribute "colour"; there are value, display, expires, borrowed.'],
    [
      'active eq true and group eq "a"',
      20,
      'there is no attribute "group"; there are id, userName, emails.value, name.givenName, name.familyName, name.formatted, displayName, preferredLanguage, active, state, role, groups.value, groups.display, products.value, products.display, products.expires, products.borrowed, sources.value, sources.display, sources.rule, borrowed, meta.created, meta.lastModified.',
    ],
  ])('%s', (text, at, why) => {
    try {
      memberCondition(text, { at: AT, zone: ZONE })
      expect.unreachable()
    } catch (error) {
      if (!isRosterdError(error)) throw error
      expect(error.code).toBe('FILTER_INVALID')
      expect(error.message).toBe(`The filter is wrong at character ${at}: ${why}`)
    }
  })
})
