/** What identity providers look up by comes from an index, among some tens of thousands; and sorting. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GROUP } from '../../src/scim/group.ts'
import type { ResourceType } from '../../src/scim/schema.ts'
import { orderOf } from '../../src/scim/sort.ts'
import { USER } from '../../src/scim/user.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import { DEVICE } from './device.ts'
import { found, idOf, keep, planOf, sorted } from './filter-ground.ts'

const PEOPLE = 30_000
const id = (n: number) => idOf(n)

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
  await database.sql`
    insert into mirror_resources (organization_id, source_id, type, id, document, comparable, unique_key, external_id,
      display_name_key, active, version, created_at, modified_at)
    select 1, 1, kind, ('00000000-0000-7000-8000-' || lpad(to_hex(n + shift), 12, '0'))::uuid, '{}', value,
      value->>'userName', value->>'externalId', value->>'displayName', n % 100 <> 0, n, now(), '2026-01-01'::timestamptz + n * interval '1 minute'
    from (values ('User', 0, ${PEOPLE}::int), ('Group', 100000, 3000)) kinds (kind, shift, many)
    cross join lateral generate_series(1, many) n
    cross join lateral (select jsonb_build_object('userName', 'user' || n, 'externalId', 'x' || n, 'displayName', 'name ' || n,
      'active', n % 100 <> 0, 'title', 'title ' || n,
      'emails', jsonb_build_array(jsonb_build_object('type', 'work', 'value', 'user' || n || '@example.com'))) as value) made`
  await database.sql`
    insert into mirror_emails (organization_id, source_id, value_key, id)
    select 1, 1, 'user' || n || '@example.com', ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid
    from generate_series(1, ${PEOPLE}::int) n`
  await database.sql`
    insert into mirror_members (organization_id, source_id, group_id, member_id, member_type)
    select 1, 1, ('00000000-0000-7000-8000-' || lpad(to_hex(100000 + 1 + n % 3000), 12, '0'))::uuid,
      ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'User'
    from generate_series(1, ${PEOPLE}::int) n`
  await database.sql`analyze mirror_resources, mirror_emails, mirror_members`
})
afterAll(() => database.drop())

/** Filter → the index that has to serve it, and how many it finds. */
const INDEXED: [ResourceType, string, index: string, finds: number][] = [
  [USER, 'userName eq "USER77"', 'mirror_resources_unique', 1],
  [USER, 'userName sw "user2999"', 'mirror_resources_unique', 11],
  [USER, 'externalId eq "x77"', 'mirror_resources_external', 1],
  [USER, 'displayName eq "Name 77"', 'mirror_resources_display', 1],
  [USER, 'displayName sw "Name 2999"', 'mirror_resources_display', 11],
  [USER, `id eq "${id(77)}"`, 'mirror_resources_organization_id_source_id_type_id_pk', 1],
  [USER, `id eq "${id(77)}" and manager eq "${id(78)}"`, 'mirror_resources_organization_id_source_id_type_id_pk', 0],
  [USER, 'emails.value eq "User77@example.com"', 'mirror_emails_organization_id_source_id_value_key_id_pk', 1],
  [USER, 'emails eq "user77@example.com"', 'mirror_emails_organization_id_source_id_value_key_id_pk', 1],
  [USER, 'emails[value eq "user77@example.com"]', 'mirror_emails_organization_id_source_id_value_key_id_pk', 1],
  [USER, 'emails[type eq "work" and value eq "user77@example.com"]', 'mirror_emails_organization_id', 1],
  [USER, 'emails[type eq "work"].value eq "user77@example.com"', 'mirror_emails_organization_id', 1],
  [USER, 'userName eq "user5" or emails.value eq "user77@example.com"', 'mirror_emails_organization_id', 2],
  [USER, 'userName eq "user5" or externalId eq "x77"', 'mirror_resources_external', 2],
  [USER, 'active eq false', 'mirror_resources_inactive', 300],
  [USER, 'meta.lastModified gt "2026-01-21T19:55:00Z"', 'mirror_resources_modified', 5],
  [USER, `groups eq "${id(100_005)}"`, 'mirror_members', 10],
  [USER, `groups.value eq "${id(100_005)}" and userName eq "user4"`, 'mirror_resources_unique', 1],
  [GROUP, 'displayName eq "name 5"', 'mirror_resources_', 1],
  [GROUP, `members eq "${id(4)}"`, 'mirror_members_member', 1],
  [GROUP, `members.value eq "${id(4)}" and id eq "${id(100_005)}"`, 'mirror_members_', 1],
  [GROUP, `members[value eq "${id(4)}" and type eq "User"]`, 'mirror_members_member', 1],
]

describe('filters that an index serves', () => {
  it.each(INDEXED.map(([type, ...row]) => [type.name, ...row, type] as const))(
    '%s: %s',
    async (_, text, index, finds, type) => {
      expect(await found(database.sql, type, text)).toHaveLength(finds)
      const plan = await planOf(database.sql, type, text)
      expect(plan).toContain(index)
      expect(plan).not.toContain('"Seq Scan"')
    },
  )

  it('and a beginning ends before the name that comes next', async () => {
    expect(await found(database.sql, USER, 'userName sw "user2"')).toHaveLength(11_111)
    expect(await found(database.sql, USER, 'userName sw "user3" and userName lt "user30"')).toEqual([id(3)])
  })

  it('and one that none does reads all', async () => {
    expect(await planOf(database.sql, USER, 'title eq "title 5"')).not.toMatch(
      /mirror_resources_(unique|external|display)/,
    )
    expect(await found(database.sql, USER, 'title eq "TITLE 5"')).toEqual([id(5)])
  })
})

describe('42 sorting', () => {
  let few: FreshDatabase
  const at = { created: '2026-01-01T00:00:00Z', modified: '2026-01-01T00:00:00Z' }
  beforeAll(async () => {
    few = await freshDatabase()
    const user = (n: number, document: Record<string, never> | object) => ({
      type: USER,
      id: id(n),
      document: JSON.parse(JSON.stringify({ active: true, ...document })),
      ...at,
      modified: `2026-01-0${5 - n}T00:00:00Z`,
    })
    await keep(few.sql, [
      user(1, { userName: 'bob', title: 'Zz', externalId: 'b', profileUrl: 'b' }),
      user(2, {
        userName: 'Ann',
        title: 'aa',
        externalId: 'B',
        name: { familyName: 'ä' },
        emails: [
          { value: 'z', type: 'b' },
          { value: 'C', type: 'x', primary: true },
        ],
      }),
      user(3, {
        userName: 'cy',
        name: { familyName: 'Z' },
        emails: [{ value: 'b', type: 'a' }, { value: 'a' }],
        profileUrl: 'B',
      }),
      user(4, { userName: 'DEE', emails: [{ type: 'work' }], title: 'AA' }),
      { type: GROUP, id: id(11), document: { displayName: 'one' }, ...at, membersAt: '2026-05-05T00:00:00Z' },
      { type: GROUP, id: id(12), document: { displayName: 'two' }, ...at, modified: '2026-04-04T00:00:00Z' },
      ...[10, 9, 100, -1].map((ports, n) => ({
        type: DEVICE,
        id: id(21 + n),
        document: { serialNumber: `s${n}`, ports, tags: [`t${ports}`] },
        ...at,
      })),
      { type: DEVICE, id: id(25), document: { serialNumber: 'S0' }, ...at },
    ])
  })
  afterAll(() => few.drop())

  const ORDERS: [ResourceType, string, order: string][] = [
    [USER, 'userName', '2134'],
    [USER, 'USERNAME', '2134'],
    [USER, ' urn:ietf:params:scim:schemas:core:2.0:User:userName ', '2134'],
    [USER, 'externalId', '2134'],
    [USER, 'profileUrl', '3124'],
    [USER, 'title', '2413'],
    [USER, 'name.familyName', '3214'],
    [USER, 'emails', '3214'],
    [USER, 'emails.value', '3214'],
    [USER, 'emails.type', '3421'],
    [USER, 'meta.lastModified', '4321'],
    [USER, 'meta.created', '1234'],
    [USER, 'id', '1234'],
    [USER, 'active', '1234'],
    [GROUP, 'meta.lastModified', '21'],
    [DEVICE, 'ports', '42135'],
    [DEVICE, 'tags', '41325'],
    [DEVICE, 'serialNumber', '51234'],
  ]
  it.each(ORDERS.map(([type, ...row]) => [type.name, ...row, type] as const))(
    '%s by %s',
    async (_, sortBy, order, type) => {
      const last = (ids: string[] | null) => ids?.map((one) => Number.parseInt(one.slice(-3), 16) % 10).join('')
      const ascending = await sorted(few.sql, type, sortBy)
      expect(last(ascending)).toBe(order)
      expect(await sorted(few.sql, type, sortBy, 'ASCENDING')).toEqual(ascending)
    },
  )

  it('descending, with the absent first', async () => {
    const order = async (sortBy: string) =>
      (await sorted(few.sql, USER, sortBy, 'Descending'))?.map((one) => one.at(-1)).join('')
    expect(await order('userName')).toBe('4312')
    expect(await order('title')).toBe('3124')
    expect(await order('name.familyName')).toBe('1423')
    expect(await order('emails')).toBe('1423')
  })

  it.each([
    'password',
    'nosuch',
    'name',
    'addresses',
    'groups',
    'groups.value',
    'meta',
    'meta.location',
    'meta.version',
    'schemas',
    '',
    'a.b.c',
  ])('and %s is ignored', (sortBy) => {
    expect(orderOf(USER, sortBy, 'descending')).toBeNull()
    expect(orderOf(USER, undefined, 'descending')).toBeNull()
  })
  it('like the members of a group and what is kept and never shown', () => {
    expect(orderOf(GROUP, 'members.value', undefined)).toBeNull()
    expect(orderOf(DEVICE, 'secret', undefined)).toBeNull()
  })
})
