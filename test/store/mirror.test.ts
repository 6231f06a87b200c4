/** The mirror of a SCIM source against a real database: what each write does, and what two writers at once leave. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  createResource,
  createResources,
  deleteResource,
  findConflicts,
  type MirrorRow,
  updateResource,
} from '../../src/store/mirror.ts'
import { countResources, listResources } from '../../src/store/mirror-list.ts'
import { changeMembers, type MemberStep, MembersMissing, readGroupMembers } from '../../src/store/mirror-members.ts'
import { readResource } from '../../src/store/mirror-resource.ts'
import { forgetDeleted, forgetMemberChanges } from '../../src/store/mirror-retention.ts'
import { inTime, TooSlow, withinTime } from '../../src/store/mirror-unusual.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'

const AT = new Date('2027-01-04T08:00:00.000Z')
const AUTHOR = { actor: 'idp', token: 1, request: 'req-1' }
const PLAIN = { groups: true, members: true }
let database: FreshDatabase
let next = 0
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(async () => {
  await database?.drop()
})

const scope = () => {
  next += 1
  return { organization: 1, source: next }
}
const idOf = (n: number) => `0190b0c0-0000-7000-8000-${String(n).padStart(12, '0')}`

function user(n: number, name = `user${n}`, more: Partial<MirrorRow> = {}): MirrorRow {
  const document = JSON.stringify({ userName: name, active: true })
  return {
    id: idOf(n),
    document,
    comparable: document,
    uniqueKey: name,
    externalId: null,
    displayNameKey: null,
    active: true,
    emailKeys: [`${name}@acme.example`],
    ...more,
  }
}

const create = (at: ReturnType<typeof scope>, row: MirrorRow) =>
  createResource(database.sql, at, 'User', row, null, AT, AUTHOR)

async function group(at: ReturnType<typeof scope>, n: number, members: number[]): Promise<string> {
  const row = {
    ...user(n, `group${n}`),
    document: `{"displayName":"group${n}"}`,
    displayNameKey: `group${n}`,
    emailKeys: [],
  }
  const made = await createResource(
    database.sql,
    at,
    'Group',
    row,
    { ids: members.map(idOf), types: ['User', 'Group'] },
    AT,
    AUTHOR,
  )
  expect(made).not.toBeNull()
  return row.id
}

const change = (at: ReturnType<typeof scope>, id: string, steps: MemberStep[], expected: number | null = null) =>
  changeMembers(database.sql, at, 'Group', id, { steps, types: ['User', 'Group'], expected }, AT, AUTHOR)

async function membersOf(at: ReturnType<typeof scope>, id: string): Promise<string[]> {
  const found: string[] = []
  for await (const { members } of readGroupMembers(database.sql, at, [id]))
    found.push(...members.map((one) => one.value))
  return found
}

const marks = async (at: ReturnType<typeof scope>) =>
  (
    await database.sql<{ id: string }[]>`
      delete from mirror_marks where source_id = ${at.source} returning id, number`
  )
    .map((row) => row.id)
    .sort()

test('sixteen at once with one user name make one resource', async () => {
  const at = scope()
  const made = await Promise.all(Array.from({ length: 16 }, (_, n) => create(at, user(n, 'ada'))))
  expect(made.filter((version) => version !== null)).toHaveLength(1)
  expect(await countResources(database.sql, at, { types: ['User'], where: null })).toBe(1)
  const late = { id: idOf(99), uniqueKey: 'ada', externalId: null }
  expect(await findConflicts(database.sql, at, 'User', [late])).toEqual(new Map([[idOf(99), 'unique']]))
})

test('many at once: whoever meets a key that is there is left out, and the rest are all there', async () => {
  const at = scope()
  await create(at, user(1, 'ada', { externalId: 'x1' }))
  const rows = [user(2), user(3, 'ada'), user(4, 'grace', { externalId: 'x1' }), user(5), user(6, 'user5')]
  const made = await createResources(
    database.sql,
    at,
    'User',
    rows.map((row) => ({ row, at: AT, author: AUTHOR })),
  )
  expect([...made.keys()].sort()).toEqual([idOf(2), idOf(5)])
  expect(await countResources(database.sql, at, { types: ['User'], where: null })).toBe(3)
  expect(await marks(at)).toEqual([idOf(1), idOf(2), idOf(5)])
})

test('an update names the version that it was made from, and moves the totals', async () => {
  const at = scope()
  const version = await create(at, user(1))
  const put = (expected: number) =>
    updateResource(
      database.sql,
      at,
      'User',
      user(1, 'user1', { active: false }),
      { expected, emails: false, urgent: true, renamed: false },
      AT,
      AUTHOR,
    )
  expect(await put(version ?? 0)).toBeGreaterThan(version ?? 0)
  expect(await put(version ?? 0)).toBeNull()
  expect(await countResources(database.sql, at, { types: ['User'], where: null, onlyActive: false })).toBe(1)
  expect(await countResources(database.sql, at, { types: ['User'], where: null, onlyActive: true })).toBe(0)
})

test('a deleted resource is gone everywhere, its name is free, and its memberships are over', async () => {
  const at = scope()
  await create(at, user(1))
  await create(at, user(2))
  const id = await group(at, 10, [1, 2])
  expect((await readResource(database.sql, at, 'User', idOf(1), PLAIN))?.groups).toEqual([
    { value: id, display: 'group10', type: 'direct' },
  ])
  const gone = { expected: null, urgent: true }
  expect(await deleteResource(database.sql, at, 'User', idOf(1), gone, AT, AUTHOR)).toBe('deleted')
  expect(await deleteResource(database.sql, at, 'User', idOf(1), gone, AT, AUTHOR)).toBe('gone')
  expect(await readResource(database.sql, at, 'User', idOf(1), PLAIN)).toBeNull()
  expect(await membersOf(at, id)).toEqual([idOf(2)])
  expect(await create(at, user(3, 'user1'))).not.toBeNull()
})

test('members: steps in their order, nothing twice, and the version moves only when something changed', async () => {
  const at = scope()
  for (const n of [1, 2, 3]) await create(at, user(n))
  const id = await group(at, 10, [])
  const first = await change(at, id, [{ op: 'add', values: [idOf(1), idOf(2)] }])
  expect(first).toMatchObject({ changed: true })
  expect(await change(at, id, [{ op: 'add', values: [idOf(2)] }])).toMatchObject({ changed: false })
  await marks(at)
  await change(at, id, [
    { op: 'remove', values: [idOf(1)] },
    { op: 'add', values: [idOf(3)] },
  ])
  expect(await membersOf(at, id)).toEqual([idOf(2), idOf(3)])
  expect(await marks(at)).toEqual([idOf(1), idOf(3)])
  await change(at, id, [{ op: 'replace', values: [idOf(1)] }])
  expect(await membersOf(at, id)).toEqual([idOf(1)])
  await expect(
    change(at, id, [
      { op: 'remove', values: [idOf(1)] },
      { op: 'add', values: [idOf(77)] },
    ]),
  ).rejects.toThrow(MembersMissing)
  expect(await membersOf(at, id)).toEqual([idOf(1)])
  expect(await change(at, id, [{ op: 'add', values: [idOf(2)] }], 1)).toBe('other version')
  expect(await change(at, idOf(404), [{ op: 'add', values: [idOf(2)] }])).toBe('gone')
})

test('forty writers on one group lose nothing', async () => {
  const at = scope()
  for (let n = 1; n <= 40; n += 1) await create(at, user(n))
  const id = await group(at, 100, [])
  await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      change(at, id, [{ op: 'add', values: [idOf(n + 1), idOf(((n + 7) % 40) + 1)].sort() }]),
    ),
  )
  expect(await membersOf(at, id)).toHaveLength(40)
})

test('groups in groups, in a circle too: what is indirect is told as such, and everybody below is marked', async () => {
  const at = scope()
  await create(at, user(1))
  const inner = await group(at, 10, [1])
  const outer = await group(at, 11, [10])
  await marks(at)
  await change(at, inner, [{ op: 'add', values: [outer] }])
  expect(await marks(at)).toEqual([idOf(1)])
  expect((await readResource(database.sql, at, 'User', idOf(1), PLAIN))?.groups).toEqual([
    { value: inner, display: 'group10', type: 'direct' },
    { value: outer, display: 'group11', type: 'indirect' },
  ])
})

test('pages by place and by the last one seen are the same pages', async () => {
  const at = scope()
  for (let n = 1; n <= 7; n += 1) await create(at, user(n))
  const query = { types: ['User'], where: null, order: null, limit: 3, groups: false, members: false }
  const second = await listResources(database.sql, at, { ...query, offset: 3, after: null })
  const after = await listResources(database.sql, at, { ...query, offset: 0, after: { type: 'User', id: idOf(3) } })
  expect(second.resources.map((one) => one.id)).toEqual([idOf(4), idOf(5), idOf(6)])
  expect(after.resources).toEqual(second.resources)
  expect([second.total, after.total]).toEqual([7, 7])
})

test('what was deleted is remembered for a time; a group that was, as long as it had people', async () => {
  const at = scope()
  for (const n of [1, 2]) await create(at, user(n))
  const full = await group(at, 10, [2])
  const empty = await group(at, 11, [])
  const gone = { expected: null, urgent: false }
  await deleteResource(database.sql, at, 'User', idOf(1), gone, AT, AUTHOR)
  for (const id of [full, empty]) await deleteResource(database.sql, at, 'Group', id, gone, AT, AUTHOR)
  await forgetDeleted(database.sql, AT)
  const left = async () =>
    (
      await database.sql<{ id: string }[]>`
        select id from mirror_resources where source_id = ${at.source} and deleted_at is not null order by id`
    ).map((row) => row.id)
  expect(await left()).toEqual([idOf(1), full, empty])
  await forgetDeleted(database.sql, new Date(AT.getTime() + 1))
  expect(await left()).toEqual([full])
})

test('how often the members of a group changed is forgotten with the group, and not before', async () => {
  const at = scope()
  for (const n of [1, 2]) await create(at, user(n))
  const [kept, gone] = [await group(at, 10, []), await group(at, 11, [])]
  for (const id of [kept, gone]) await change(at, id, [{ op: 'add', values: [idOf(1)] }])
  await change(at, gone, [{ op: 'remove', values: [idOf(1)] }])
  const before = await readResource(database.sql, at, 'Group', kept, PLAIN)
  await deleteResource(database.sql, at, 'Group', gone, { expected: null, urgent: false }, AT, AUTHOR)
  const later = new Date(AT.getTime() + 1)
  await forgetMemberChanges(database.sql, later)
  const known = () => database.sql<{ id: string }[]>`
    select distinct group_id as id from mirror_member_changes where source_id = ${at.source} order by id`
  expect(await known()).toEqual([{ id: kept }, { id: gone }])
  await forgetDeleted(database.sql, later)
  await forgetMemberChanges(database.sql, later)
  expect(await known()).toEqual([{ id: kept }])
  expect(await readResource(database.sql, at, 'Group', kept, PLAIN)).toEqual(before)
})

test('what clients make up leaves no prepared statement behind, and does not take for ever', async () => {
  const at = scope()
  await create(at, user(1))
  const query = { types: ['User'], order: null, offset: 0, after: null, limit: 10, groups: false, members: false }
  const { sql } = database
  await sql.begin(async (transaction) => {
    const where = transaction`r.document->>'made up' is null`
    const { resources } = await listResources(transaction, at, { ...query, where, unusual: true })
    expect(resources).toHaveLength(1)
    const known = await transaction<{ statement: string }[]>`select statement from pg_prepared_statements`
    expect(known.filter(({ statement }) => statement.includes('made up'))).toEqual([])
  })
  await expect(inTime(sql, 20, async (transaction) => transaction`select pg_sleep(1)`)).rejects.toThrow(TooSlow)
  await sql.begin(async (transaction) => {
    await withinTime(transaction, 20, async () => transaction`select 1`)
    // What comes after takes as long as it takes.
    await transaction`select pg_sleep(0.05)`
  })
  const slow = sql.begin((transaction) => withinTime(transaction, 20, async () => transaction`select pg_sleep(1)`))
  await expect(slow).rejects.toThrow(TooSlow)
})
