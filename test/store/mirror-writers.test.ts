/** Two writers of one group: its version moves with every commit, and nobody is in a group who is not there. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Transaction } from '../../src/store/connection.ts'
import {
  createResource,
  createResources,
  deleteResource,
  type MirrorRow,
  type MirrorScope,
  updateResource,
} from '../../src/store/mirror.ts'
import { changeMembers, type MemberStep, readGroupMembers } from '../../src/store/mirror-members.ts'
import { readResource } from '../../src/store/mirror-resource.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'

const AT = new Date('2027-01-04T08:00:00.000Z')
const AUTHOR = { actor: 'idp', token: 1, request: 'req-1' }
const SCOPE: MirrorScope = { organization: 1, source: 1 }
const TYPES = ['User', 'Group']
let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(async () => {
  await database?.drop()
})

let made = 0
function rowOf(key?: string): MirrorRow {
  made += 1
  const id = `0190b0c0-0000-7000-8000-${String(made).padStart(12, '0')}`
  return {
    id,
    document: '{}',
    comparable: '{}',
    uniqueKey: key ?? id,
    externalId: null,
    displayNameKey: key ?? id,
    active: true,
    emailKeys: [],
  }
}

async function make(type: 'User' | 'Group', members: string[] = []): Promise<string> {
  const row = rowOf()
  const given = type === 'Group' ? { ids: members, types: TYPES } : null
  await createResource(database.sql, SCOPE, type, row, given, AT, AUTHOR)
  return row.id
}

const change = (handle: Transaction | FreshDatabase['sql'], group: string, ...steps: MemberStep[]) =>
  changeMembers(handle, SCOPE, 'Group', group, { steps, types: TYPES, expected: null }, AT, AUTHOR)
const add = (...values: string[]): MemberStep => ({ op: 'add', values })
const remove = (...values: string[]): MemberStep => ({ op: 'remove', values })

const destroy = (type: 'User' | 'Group', id: string) =>
  deleteResource(database.sql, SCOPE, type, id, { expected: null, urgent: false }, AT, AUTHOR)

async function seen(group: string): Promise<{ version: number | undefined; members: number }> {
  let members = 0
  for await (const part of readGroupMembers(database.sql, SCOPE, [group])) members += part.members.length
  const options = { groups: false, members: true }
  return { version: (await readResource(database.sql, SCOPE, 'Group', group, options))?.version, members }
}

/** Does the first in a transaction that commits only when the second is done, or waits for it. */
async function whileOpen<T>(
  first: (transaction: Transaction) => Promise<unknown>,
  second: () => Promise<T>,
): Promise<T> {
  let later: Promise<T> | undefined
  await database.sql.begin(async (transaction) => {
    await first(transaction)
    later = second()
    await Promise.race([later, new Promise((wake) => setTimeout(wake, 1_000))])
  })
  if (later === undefined) throw new Error('nothing came second')
  return await later
}

test('the version of a group never stays while its members change, in whatever order two writers commit', async () => {
  const [ada, bob] = [await make('User'), await make('User')]
  const group = await make('Group')
  const between = await whileOpen(
    (transaction) => change(transaction, group, add(ada)),
    async () => {
      await change(database.sql, group, add(bob))
      return await seen(group)
    },
  )
  const after = await seen(group)
  expect([between.members, after.members]).toEqual([1, 2])
  expect(after.version).toBeGreaterThan(between.version ?? 0)
})

test('what a change answers as the version is what the next one may insist on', async () => {
  const [ada, bob] = [await make('User'), await make('User')]
  const group = await make('Group')
  const first = await change(database.sql, group, add(ada))
  if (typeof first === 'string') throw new Error(first)
  expect((await seen(group)).version).toBe(first.version)
  const insist = { steps: [add(bob)], types: TYPES, expected: first.version }
  expect(await changeMembers(database.sql, SCOPE, 'Group', group, insist, AT, AUTHOR)).toMatchObject({ changed: true })
  expect(await changeMembers(database.sql, SCOPE, 'Group', group, insist, AT, AUTHOR)).toBe('other version')
})

test('DELETE of somebody who is being added: they are in no group afterwards', async () => {
  const ada = await make('User')
  const group = await make('Group')
  expect(
    await whileOpen(
      (transaction) => change(transaction, group, add(ada)),
      () => destroy('User', ada),
    ),
  ).toBe('deleted')
  expect((await seen(group)).members).toBe(0)
})

test('DELETE of a group that somebody is being added to: they are marked after the group is gone', async () => {
  const ada = await make('User')
  const group = await make('Group')
  await whileOpen(
    (transaction) => change(transaction, group, add(ada)),
    () => destroy('Group', group),
  )
  const marks = await database.sql<{ id: string }[]>`select id from mirror_marks order by number desc limit 1`
  expect(marks).toEqual([{ id: ada }])
})

test('adding to a group that is being deleted adds nobody', async () => {
  const ada = await make('User')
  const group = await make('Group')
  const gone = { expected: null, urgent: false }
  const answer = await whileOpen(
    (transaction) => deleteResource(transaction, SCOPE, 'Group', group, gone, AT, AUTHOR),
    () => change(database.sql, group, add(ada)),
  )
  expect(answer).toBe('gone')
})

test('adding, taking out and deleting the same people at once, nobody waits in a circle', {
  timeout: 60_000,
}, async () => {
  for (let round = 0; round < 5; round += 1) {
    const people = await Promise.all(Array.from({ length: 6 }, () => make('User')))
    const inner = await make('Group', people.slice(0, 3))
    const outer = await make('Group', [inner, ...people])
    const back = people.toReversed()
    const work: (() => Promise<unknown>)[] = [
      ...people.map((one) => () => change(database.sql, outer, remove(one), add(one))),
      ...people.slice(0, 2).map((one) => () => destroy('User', one)),
      () => change(database.sql, outer, remove(...people), add(...back.slice(0, 2))),
      () => change(database.sql, inner, { op: 'replace', values: back.slice(0, 4) }),
      () => change(database.sql, inner, { op: 'replace', values: people.slice(2, 5) }),
      () => destroy('Group', inner),
    ]
    const outcomes = await Promise.allSettled(work.map((one) => one()))
    // Somebody who is added when they are gone already is missing, and that is said; nothing else goes wrong.
    const wrong = outcomes.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []))
    expect(wrong.filter((one) => !one.includes('no resources have the ids'))).toEqual([])
    const dangling = await database.sql`
      select from mirror_members m join mirror_resources r on r.id = m.member_id where r.deleted_at is not null`
    expect(dangling).toHaveLength(0)
  }
})

test('the same people many at once, in opposite orders: each is made once, and nobody waits in a circle', async () => {
  for (let round = 0; round < 3; round += 1) {
    const keys = Array.from({ length: 1_000 }, (_, n) => `round${round} ${n}`)
    const orders = [keys, keys.toReversed(), keys, keys.toReversed()].map((order) => order.map((key) => rowOf(key)))
    const answers = await Promise.all(
      orders.map((rows) =>
        createResources(
          database.sql,
          SCOPE,
          'User',
          rows.map((row) => ({ row, at: AT, author: AUTHOR })),
        ),
      ),
    )
    expect(answers.reduce((sum, one) => sum + one.size, 0)).toBe(keys.length)
  }
})

test('adding with a new name and replacing with a new name at once: one of them does, and nobody waits in a circle', async () => {
  const people = await Promise.all(Array.from({ length: 4 }, () => make('User')))
  for (let round = 0; round < 5; round += 1) {
    const group = await make('Group')
    const before = await readResource(database.sql, SCOPE, 'Group', group, { groups: false, members: true })
    const both = (step: MemberStep) =>
      database.sql.begin(async (transaction) => {
        const members = { steps: [step], types: TYPES, expected: null, turn: true }
        await changeMembers(transaction, SCOPE, 'Group', group, members, AT, AUTHOR)
        const name = { expected: before?.ownVersion ?? 0, emails: false, urgent: false, renamed: true }
        return await updateResource(transaction, SCOPE, 'Group', { ...rowOf(), id: group }, name, AT, AUTHOR)
      })
    const done = await Promise.all(
      Array.from({ length: 16 }, (_, n) =>
        both({ op: n % 2 === 0 ? 'add' : 'replace', values: people.slice(n % 4, (n % 4) + 1) }),
      ),
    )
    expect(done.filter((version) => version !== null)).toHaveLength(1)
  }
})
