/** In which groups people are: whatever groups contain each other, and however somebody asks. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createResource, deleteResource, type MirrorScope } from '../../src/store/mirror.ts'
import { setActive } from '../../src/store/mirror-active.ts'
import { listResources } from '../../src/store/mirror-list.ts'
import { changeMembers } from '../../src/store/mirror-members.ts'
import type { MirrorGroup } from '../../src/store/mirror-memberships.ts'
import { lookUpResources, type MirrorResource } from '../../src/store/mirror-resource.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'

const AT = new Date('2027-01-04T08:00:00.000Z')
const AUTHOR = { actor: 'idp', token: 1, request: 'req-1' }
const TYPES = ['User', 'Group']
const AROUND = { groups: true, members: false }
let database: FreshDatabase
let next = 0
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(async () => {
  await database?.drop()
})

const newScope = (): MirrorScope => {
  next += 1
  return { organization: 1, source: next }
}
const idOf = (n: number) => `0190b0c0-0000-7000-8000-${String(n).padStart(12, '0')}`
/** Groups and people have ids of one series. */
const personOf = (n: number) => idOf(5_000 + n)

async function make(scope: MirrorScope, type: 'User' | 'Group', id: string, name: string, ids: string[] = []) {
  const document = JSON.stringify(type === 'Group' ? { displayName: name } : { userName: name, active: true })
  const keys = { uniqueKey: id, externalId: null, displayNameKey: null, emailKeys: [] }
  const row = { id, document, comparable: document, active: true, ...keys }
  const members = type === 'Group' ? { ids, types: TYPES } : null
  await createResource(database.sql, scope, type, row, members, AT, AUTHOR)
}

const add = (scope: MirrorScope, group: string, values: string[]) => {
  const change = { steps: [{ op: 'add' as const, values }], types: TYPES, expected: null }
  return changeMembers(database.sql, scope, 'Group', group, change, AT, AUTHOR)
}

const destroy = (scope: MirrorScope, group: string) =>
  deleteResource(database.sql, scope, 'Group', group, { expected: null, urgent: false }, AT, AUTHOR)

/** What everybody is told of these people's groups, in every way of asking. */
async function asked(scope: MirrorScope, people: string[]): Promise<Record<string, Map<string, MirrorGroup[] | null>>> {
  const { sql } = database
  const groupsOf = (found: Iterable<MirrorResource>) => new Map([...found].map((one) => [one.id, one.groups]))
  const query = { types: ['User'], where: null, order: null, offset: 0, after: null, ...AROUND }
  const list = (over: { offset?: number; limit: number }) => listResources(sql, scope, { ...query, ...over })
  const alone = people.map((id) => lookUpResources(sql, scope, 'User', 'id', [id], AROUND))
  const pages = people.map((_, offset) => list({ offset, limit: 1 }))
  const toggles = people.map((id) => ({ id, active: false, at: AT, author: AUTHOR }))
  const whole = await list({ limit: 100 })
  return {
    alone: groupsOf((await Promise.all(alone)).flatMap((one) => [...one.values()])),
    together: groupsOf((await lookUpResources(sql, scope, 'User', 'id', people, AROUND)).values()),
    byKey: groupsOf((await lookUpResources(sql, scope, 'User', 'uniqueKey', people, AROUND)).values()),
    page: groupsOf(whole.resources),
    pages: groupsOf((await Promise.all(pages)).flatMap((one) => one.resources)),
    toggled: groupsOf(
      (await setActive(sql, scope, 'User', toggles, true)).flatMap((one) =>
        typeof one === 'string' ? [] : [one.resource],
      ),
    ),
  }
}

const direct = (n: number): MirrorGroup => ({ value: idOf(n), display: `group ${n}`, type: 'direct' })
const indirect = (n: number): MirrorGroup => ({ ...direct(n), type: 'indirect' })

/** Everybody's groups, however they are asked for. */
async function expectGroups(scope: MirrorScope, wanted: Map<string, MirrorGroup[]>) {
  for (const [way, found] of Object.entries(await asked(scope, [...wanted.keys()])))
    expect([way, found]).toEqual([way, wanted])
}

test('groups in a circle: everybody is in all of them, and directly where they were put', async () => {
  const scope = newScope()
  for (let n = 0; n < 3; n += 1) {
    await make(scope, 'User', personOf(n), `user ${n}`)
    await make(scope, 'Group', idOf(n), `group ${n}`)
  }
  // 0 is in 1, which is in 2, which is in 0; and 1 is in itself.
  for (const [outer, inner] of [
    [1, 0],
    [2, 1],
    [0, 2],
    [1, 1],
  ] as const)
    await add(scope, idOf(outer), [idOf(inner)])
  await add(scope, idOf(0), [personOf(0)])
  await add(scope, idOf(1), [personOf(1)])
  await add(scope, idOf(2), [personOf(1)])
  await expectGroups(
    scope,
    new Map([
      [personOf(0), [direct(0), indirect(1), indirect(2)]],
      [personOf(1), [indirect(0), direct(1), direct(2)]],
      [personOf(2), []],
    ]),
  )
})

test('a deleted group is nobody’s, nor is what it was in', async () => {
  const scope = newScope()
  await make(scope, 'User', personOf(0), 'user 0')
  await make(scope, 'Group', idOf(0), 'group 0', [personOf(0)])
  await make(scope, 'Group', idOf(1), 'group 1', [idOf(0)])
  await make(scope, 'Group', idOf(2), 'group 2', [idOf(1)])
  await expectGroups(scope, new Map([[personOf(0), [direct(0), indirect(1), indirect(2)]]]))
  await destroy(scope, idOf(1))
  await expectGroups(scope, new Map([[personOf(0), [direct(0)]]]))
  await destroy(scope, idOf(0))
  await expectGroups(scope, new Map([[personOf(0), []]]))
})

test('somebody in three hundred groups has them all, once each and in order', async () => {
  const scope = newScope()
  const [one, other] = [personOf(0), personOf(1)]
  await make(scope, 'User', one, 'one')
  await make(scope, 'User', other, 'other')
  const within = Array.from({ length: 300 }, (_, n) => n)
  await Promise.all(within.map((n) => make(scope, 'Group', idOf(n), `group ${n}`, n % 3 === 0 ? [one, other] : [one])))
  // All of them are in two more, one of which is in the other.
  await make(scope, 'Group', idOf(300), 'group 300', within.map(idOf))
  await make(scope, 'Group', idOf(301), 'group 301', [...within.map(idOf), idOf(300)])
  const above = [indirect(300), indirect(301)]
  await expectGroups(
    scope,
    new Map([
      [one, [...within.map(direct), ...above]],
      [other, [...within.filter((n) => n % 3 === 0).map(direct), ...above]],
    ]),
  )
})

const PEOPLE = 5
const GROUPS = 8

/** As anybody would find out with a pencil. */
function penciled(
  person: number,
  put: [number, number][],
  nested: [number, number][],
  deleted: number[],
): MirrorGroup[] {
  const gone = new Set(deleted)
  const own = new Set(put.filter(([who, group]) => who === person && !gone.has(group)).map(([, group]) => group))
  const all = new Set(own)
  for (let size = -1; size < all.size; ) {
    size = all.size
    for (const [inner, outer] of nested) if (all.has(inner) && !gone.has(outer)) all.add(outer)
  }
  return [...all].sort((a, b) => a - b).map((n) => (own.has(n) ? direct(n) : indirect(n)))
}

test('whatever is in what, a page, a look-up and a change tell the same, which is right', async () => {
  const pairs = (first: number, second: number, maxLength: number) =>
    fc.array(fc.tuple(fc.nat(first - 1), fc.nat(second - 1)), { maxLength })
  const given = fc.record({
    put: pairs(PEOPLE, GROUPS, 12),
    nested: pairs(GROUPS, GROUPS, 14),
    deleted: fc.array(fc.nat(GROUPS - 1), { maxLength: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(given, async ({ put, nested, deleted }) => {
      const scope = newScope()
      const people = Array.from({ length: PEOPLE }, (_, n) => n)
      await Promise.all(people.map((n) => make(scope, 'User', personOf(n), `user ${n}`)))
      await Promise.all(Array.from({ length: GROUPS }, (_, n) => make(scope, 'Group', idOf(n), `group ${n}`)))
      for (let n = 0; n < GROUPS; n += 1) {
        const inner = nested.filter(([, outer]) => outer === n).map(([one]) => idOf(one))
        const persons = put.filter(([, group]) => group === n).map(([one]) => personOf(one))
        if (inner.length + persons.length > 0) await add(scope, idOf(n), [...inner, ...persons])
      }
      for (const n of new Set(deleted)) await destroy(scope, idOf(n))
      await expectGroups(scope, new Map(people.map((n) => [personOf(n), penciled(n, put, nested, deleted)])))
    }),
    { numRuns: 40 },
  )
})
