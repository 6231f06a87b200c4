/** Requests that come together are answered as if each had come alone: on a real database, with many writers at once. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Transaction } from '../../src/store/connection.ts'
import { createResource, type MirrorRow, type MirrorScope, updateResources } from '../../src/store/mirror.ts'
import { setActive } from '../../src/store/mirror-active.ts'
import { countResources, listResources } from '../../src/store/mirror-list.ts'
import {
  changeMembersOfMany,
  type MemberStep,
  type MembersChanged,
  MembersMissing,
  readGroupMembers,
} from '../../src/store/mirror-members.ts'
import { type MirrorResource, readResource } from '../../src/store/mirror-resource.ts'
import { MirrorTogether } from '../../src/store/mirror-together.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import { random } from '../support/random.ts'

const START = Date.parse('2027-01-04T08:00:00.000Z')
const TYPES = ['User', 'Group']
const PLAIN = { groups: false, members: false }
let database: FreshDatabase
let mirror: MirrorTogether
let next = 0
beforeAll(async () => {
  database = await freshDatabase()
  mirror = new MirrorTogether(database.sql)
})
afterAll(async () => {
  await database?.drop()
})

const newScope = (organization = 1): MirrorScope => {
  next += 1
  return { organization, source: next }
}
const idOf = (n: number) => `0190b0c0-0000-7000-8000-${String(n).padStart(12, '0')}`
const times = <T>(length: number, make: (n: number) => T): T[] => Array.from({ length }, (_, n) => make(n))

function rowOf(n: number, over: Partial<MirrorRow> & { title?: string } = {}): MirrorRow {
  const { title = '', ...more } = over
  const active = more.active ?? true
  const document = JSON.stringify({ userName: `user${n}`, title, active })
  const keys = { uniqueKey: `user${n}`, externalId: null, displayNameKey: null, emailKeys: [] }
  return { id: idOf(n), document, comparable: document, active, ...keys, ...more }
}

/** Each has its own time and its own request. */
const madeBy = (n: number) => ({
  at: new Date(START + n * 1_000),
  author: { actor: `idp ${n}`, token: n + 1, request: `req-${n}` },
})

const create = (scope: MirrorScope, row: MirrorRow, by = 0) => mirror.create(scope, 'User', { row, ...madeBy(by) })

async function update(scope: MirrorScope, row: MirrorRow, expected: number, by = 0) {
  const change = { expected, emails: false, urgent: false, renamed: false }
  return await mirror.update(scope, 'User', { row, change, ...madeBy(by) })
}

const active = (scope: MirrorScope, n: number, value: boolean, by = 0) =>
  mirror.active(scope, 'User', { id: idOf(n), active: value, ...madeBy(by) }, false)

const members = (scope: MirrorScope, group: string, by: number, ...steps: MemberStep[]) =>
  mirror.members(scope, 'Group', TYPES, { group, steps, ...madeBy(by) })

const group = async (scope: MirrorScope, n: number, ids: string[] = []) => {
  const { at, author } = madeBy(0)
  await createResource(database.sql, scope, 'Group', rowOf(n), { ids, types: TYPES }, at, author)
  return idOf(n)
}

const read = (scope: MirrorScope, n: number) => readResource(database.sql, scope, 'User', idOf(n), PLAIN)

async function membersOf(scope: MirrorScope, id: string): Promise<string[]> {
  const found: string[] = []
  for await (const part of readGroupMembers(database.sql, scope, [id]))
    found.push(...part.members.map(({ value }) => value))
  return found
}

/** What the audit says of this organization: whose request, by which token and when, for each object. */
const told = async (organization: number, act: string) =>
  await database.sql<{ object: string; actor: string; request: string; token: number; at: Date }[]>`
    select object, actor, request_id as request, token_id as token, at from audit
    where organization_id = ${organization} and act = ${act} order by at, object`

const toldOf = (object: string, by: number) => {
  const { at, author } = madeBy(by)
  return { object, actor: author.actor, request: author.request, token: author.token, at }
}

const codeOf = (settled: PromiseSettledResult<unknown>): unknown => {
  const reason: unknown = settled.status === 'rejected' ? settled.reason : null
  return reason instanceof Error && 'code' in reason ? reason.code : null
}

test('two hundred creates at once, twenty with a key that another has and one that the database refuses: each gets its own answer', async () => {
  const scope = newScope(100)
  // Some follow whoever has the key at once, others come much later.
  const keyOf = (n: number) => (n >= 189 ? n - 189 : n % 20 === 19 ? n - 1 : n)
  const refused = 100
  const settled = await Promise.allSettled(
    times(200, (n) =>
      create(
        scope,
        rowOf(n, { uniqueKey: `key${keyOf(n)}`, ...(n === refused && { comparable: '{"title":"\\u0000"}' }) }),
        n,
      ),
    ),
  )
  const made: number[] = []
  for (const [n, one] of settled.entries()) {
    if (n === refused) expect(codeOf(one)).toBe('22P05')
    else if (keyOf(n) !== n) expect(one).toEqual({ status: 'fulfilled', value: null })
    else {
      made.push(n)
      const stored = await read(scope, n)
      expect(one).toEqual({ status: 'fulfilled', value: stored?.version })
      expect(stored).toMatchObject({ text: rowOf(n).document, createdAt: madeBy(n).at, modifiedAt: madeBy(n).at })
    }
  }
  expect(made).toHaveLength(179)
  expect(await countResources(database.sql, scope, { types: ['User'], where: null })).toBe(179)
  expect(await told(100, 'mirror.created')).toEqual(made.map((n) => toldOf(`User ${idOf(n)}`, n)))
  const marks = await database.sql<{ id: string }[]>`
    select id from mirror_marks where organization_id = 100 order by id`
  expect(marks.map((one) => one.id)).toEqual(made.map(idOf))
})

test('updates at once, one of them to a key that another has: that one alone is refused', async () => {
  const scope = newScope(101)
  const versions = await Promise.all(times(30, (n) => create(scope, rowOf(n))))
  const settled = await Promise.allSettled(
    times(30, (n) =>
      update(
        scope,
        rowOf(n, { title: 'new', ...(n === 7 && { uniqueKey: 'user8' }) }),
        n === 9 ? 0 : (versions[n] ?? 0),
        n,
      ),
    ),
  )
  expect(settled.map(codeOf)).toEqual(times(30, (n) => (n === 7 ? '23505' : null)))
  for (const [n, one] of settled.entries()) {
    const stored = await read(scope, n)
    const changed = n !== 7 && n !== 9
    expect(stored?.text).toBe(rowOf(n, { title: changed ? 'new' : '' }).document)
    const value = changed ? { version: stored?.version, modifiedAt: madeBy(n).at } : null
    if (n !== 7) expect(one).toEqual({ status: 'fulfilled', value })
    if (changed) expect(stored?.modifiedAt).toEqual(madeBy(n).at)
  }
  const changed = times(30, (n) => n).filter((n) => n !== 7 && n !== 9)
  expect(await told(101, 'mirror.changed')).toEqual(changed.map((n) => toldOf(`User ${idOf(n)}`, n)))
})

test('eight update one resource again and again: in every round one wins and the others are overtaken', async () => {
  const scope = newScope()
  let version = (await create(scope, rowOf(1))) ?? 0
  for (let round = 0; round < 10; round += 1) {
    const done = await Promise.all(times(8, (n) => update(scope, rowOf(1, { title: `${round}/${n}` }), version, n)))
    const winners = done.flatMap((one, n) => (one === null ? [] : [n]))
    expect(winners).toHaveLength(1)
    const stored = await read(scope, 1)
    expect(stored?.text).toBe(rowOf(1, { title: `${round}/${winners[0]}` }).document)
    expect(stored?.version).toBeGreaterThan(version)
    version = stored?.version ?? 0
  }
})

test('eight who begin again whenever they are overtaken lose nothing', async () => {
  const scope = newScope()
  await create(scope, rowOf(1))
  const titleOf = (stored: MirrorResource | null) => String(stored?.document['title'])
  await Promise.all(
    times(8, async (n) => {
      for (let done = 0, tries = 0; done < 3; tries += 1) {
        expect(tries).toBeLessThan(100)
        const stored = await mirror.read(scope, 'User', 'id', idOf(1), PLAIN)
        const row = rowOf(1, { title: `${titleOf(stored)} ${n}.${done}` })
        if ((await update(scope, row, stored?.ownVersion ?? 0, n)) !== null) done += 1
      }
    }),
  )
  const words = titleOf(await read(scope, 1))
    .trim()
    .split(' ')
  expect(words.sort()).toEqual(times(24, (n) => `${Math.floor(n / 3)}.${n % 3}`))
})

test.each([
  ['before', [0, 1]],
  ['after', [1, 0]],
])(
  'who made their update from an old version and came %s one made from the newest does not take its place',
  async (_, order) => {
    const scope = newScope()
    const old = (await create(scope, rowOf(1))) ?? 0
    const newest = (await update(scope, rowOf(1, { title: 'newest' }), old))?.version ?? 0
    const asked = [
      () => update(scope, rowOf(1, { title: 'late' }), old),
      () => update(scope, rowOf(1, { title: 'next' }), newest),
    ]
    const done = new Map(await Promise.all(order.map(async (n) => [n, await asked[n]?.()] as const)))
    expect([done.get(0), typeof done.get(1)?.version]).toEqual([null, 'number'])
    expect((await read(scope, 1))?.document['title']).toBe('next')
  },
)

test('changes of members at once, one of which names somebody who is not there: that one alone is told', async () => {
  const scope = newScope(102)
  await Promise.all(times(40, (n) => create(scope, rowOf(n))))
  const groups = await Promise.all(times(4, (n) => group(scope, 1_000 + n)))
  const groupOf = (n: number) => groups[n % 4] ?? ''
  const gone = idOf(2_000)
  const settled = await Promise.allSettled(
    times(40, (n) =>
      members(scope, n === 20 ? gone : groupOf(n), n, { op: 'add', values: [n === 13 ? gone : idOf(n)] }),
    ),
  )
  for (const [n, one] of settled.entries()) {
    if (n === 13) expect(one).toMatchObject({ status: 'rejected', reason: { name: MembersMissing.name, ids: [gone] } })
    else if (n === 20) expect(one).toEqual({ status: 'fulfilled', value: 'gone' })
    else expect(one).toMatchObject({ status: 'fulfilled', value: { changed: true } })
  }
  const added = times(40, (n) => n).filter((n) => n !== 13 && n !== 20)
  for (const [place, id] of groups.entries())
    expect(await membersOf(scope, id)).toEqual(added.filter((n) => n % 4 === place).map(idOf))
  expect(await told(102, 'mirror.members')).toEqual(added.map((n) => toldOf(`Group ${groupOf(n)}`, n)))
})

test('changes of one group are done in the order in which they came, each on what the one before left', async () => {
  const scope = newScope()
  await Promise.all(times(3, (n) => create(scope, rowOf(n))))
  const id = await group(scope, 1_000)
  const [a, b, c] = times(3, idOf)
  const steps: [MemberStep, boolean][] = [
    [{ op: 'add', values: [a ?? ''] }, true],
    [{ op: 'add', values: [a ?? ''] }, false],
    [{ op: 'remove', values: [a ?? ''] }, true],
    [{ op: 'replace', values: [b ?? '', c ?? ''] }, true],
    [{ op: 'remove', values: [b ?? ''] }, true],
    [{ op: 'remove', values: [b ?? ''] }, false],
  ]
  const done = await Promise.all(steps.map(([step], n) => members(scope, id, n, step)))
  expect(done).toMatchObject(steps.map(([, changed]) => ({ changed })))
  expect(await membersOf(scope, id)).toEqual([c])
})

test('who is made active and inactive in one go is so by turns, and is in the end what was asked last', async () => {
  const scope = newScope(105)
  await Promise.all(times(3, (n) => create(scope, rowOf(n))))
  const asked = [false, false, true, false, true, true, false]
  const sets = await Promise.all(
    asked.flatMap((value, by) => [active(scope, 0, value, by), ...(by < 3 ? [active(scope, by, false, 10 + by)] : [])]),
  )
  const seen = sets.map((set) => (typeof set === 'string' ? set : [set.resource.id, set.resource.active, set.changed]))
  const [a, b, c] = times(3, idOf)
  expect(seen).toEqual([
    [a, false, true],
    [a, false, false],
    [a, false, false],
    [b, false, true],
    [a, true, true],
    [c, false, true],
    ...[false, true, true, false].map((value, n) => [a, value, n !== 2]),
  ])
  expect((await read(scope, 0))?.text).toBe(rowOf(0, { active: false }).document)
  const changes = [
    [0, 0],
    [0, 2],
    [0, 3],
    [0, 4],
    [0, 6],
    [1, 11],
    [2, 12],
  ] as const
  expect(await told(105, 'mirror.changed')).toEqual(changes.map(([n, by]) => toldOf(`User ${idOf(n)}`, by)))
  const all = { types: ['User'], where: null }
  expect(await countResources(database.sql, scope, { ...all, onlyActive: true })).toBe(0)
  expect(await countResources(database.sql, scope, { ...all, onlyActive: false })).toBe(3)
})

test('where one of those who mean the same person is refused, the others are told what they did, not that it was done', async () => {
  const scope = newScope(107)
  await create(scope, rowOf(0))
  const refused = { id: idOf(0), active: true, ...madeBy(1), author: { ...madeBy(1).author, request: '\u0000' } }
  const settled = await Promise.allSettled([
    active(scope, 0, false),
    mirror.active(scope, 'User', refused, false),
    active(scope, 0, true, 2),
  ])
  expect(settled.map(codeOf)).toEqual([null, '22P05', null])
  expect(settled[0]).toMatchObject({ value: { changed: true } })
  expect(settled[2]).toMatchObject({ value: { changed: true } })
  expect(await told(107, 'mirror.changed')).toEqual([0, 2].map((by) => toldOf(`User ${idOf(0)}`, by)))
})

test('toggles at once, of people of whom one is gone and one has to be read: each gets its own answer', async () => {
  const scope = newScope(106)
  await Promise.all(times(5, (n) => create(scope, rowOf(n, n === 3 ? { document: '{"userName":"user3"}' } : {}))))
  const sets = await Promise.all([0, 9, 1, 3, 4].map((n) => active(scope, n, n === 4, n)))
  expect(sets.map((set) => (typeof set === 'string' ? set : set.changed))).toEqual([
    true,
    'gone',
    true,
    'unclear',
    false,
  ])
  expect(await told(106, 'mirror.changed')).toEqual([0, 1].map((n) => toldOf(`User ${idOf(n)}`, n)))
  const marks = await database.sql<{ id: string; urgent: boolean }[]>`
    select id, urgent from mirror_marks where organization_id = 106 order by number desc limit 2`
  expect(new Map(marks.map(({ id, urgent }) => [id, urgent]))).toEqual(new Map([0, 1].map((n) => [idOf(n), true])))
  for (const n of [0, 1]) expect((await read(scope, n))?.modifiedAt).toEqual(madeBy(n).at)
})

test('sixteen writers of two daemons add and remove in two groups: the end is right, and versions only grow', async () => {
  const scope = newScope()
  await Promise.all(times(16, (n) => create(scope, rowOf(n))))
  const groups = await Promise.all([group(scope, 1_000), group(scope, 1_001)])
  const daemons = [mirror, new MirrorTogether(database.sql)]
  const next = random(7)
  const within = new Map<string, Set<string>>(groups.map((id) => [id, new Set()]))
  const plans = times(16, () => times(20, () => ({ group: groups[next() < 0.5 ? 0 : 1] ?? '', add: next() < 0.6 })))
  await Promise.all(
    plans.map(async (plan, n) => {
      const last = new Map<string, number>()
      for (const [step, { group: id, add }] of plan.entries()) {
        const there = within.get(id) ?? new Set<string>()
        const steps: MemberStep[] = [{ op: add ? 'add' : 'remove', values: [idOf(n)] }]
        const change = { group: id, steps, ...madeBy(step) }
        const done: MembersChanged | undefined = await daemons[n % 2]?.members(scope, 'Group', TYPES, change)
        if (done === undefined || typeof done === 'string') throw new Error(done)
        expect(done.changed).toBe(there.has(idOf(n)) !== add)
        expect(done.version - (last.get(id) ?? 0)).toBeGreaterThanOrEqual(done.changed ? 1 : 0)
        last.set(id, done.version)
        if (add) there.add(idOf(n))
        else there.delete(idOf(n))
      }
    }),
  )
  for (const id of groups) expect(await membersOf(scope, id)).toEqual([...(within.get(id) ?? [])].sort())
})

/** Does the first in a transaction that ends only when the second waits for it, and has then done the third. */
async function crossing(
  first: (transaction: Transaction) => Promise<unknown>,
  second: () => Promise<unknown>,
  third: (transaction: Transaction) => Promise<unknown>,
): Promise<void> {
  let later: Promise<PromiseSettledResult<unknown>[]> | undefined
  await database.sql.begin(async (transaction) => {
    await first(transaction)
    later = Promise.allSettled([second()])
    for (let waits = 0; waits === 0; ) {
      const [row] = await transaction<{ waits: number }[]>`
        select count(*)::int as waits from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      waits = row?.waits ?? 0
    }
    await third(transaction)
  })
  expect(await later).toMatchObject([{ status: 'fulfilled' }])
}

test.each(['updates', 'toggles'])(
  '%s of several hold all of them before they count: nobody waits in a circle',
  async (kind) => {
    const scope = newScope()
    const versions = await Promise.all(times(2, (n) => create(scope, rowOf(n))))
    // Wherever the other one counts, this one wants to count there too.
    const count = (transaction: Transaction) => transaction`
    insert into mirror_totals as m (organization_id, source_id, type, active, part, count)
    select 1, ${scope.source}, 'User', false, part, 0 from generate_series(0, 15) part
    on conflict (organization_id, source_id, type, active, part) do update set count = m.count`
    await crossing(
      (transaction) =>
        transaction`select from mirror_resources where source_id = ${scope.source} and id = ${idOf(1)} for no key update`,
      () =>
        kind === 'toggles'
          ? setActive(
              database.sql,
              scope,
              'User',
              times(2, (n) => ({ id: idOf(n), active: false, ...madeBy(n) })),
              false,
            )
          : updateResources(
              database.sql,
              scope,
              'User',
              times(2, (n) => ({
                row: rowOf(n, { active: false }),
                change: { expected: versions[n] ?? 0, emails: false, urgent: true, renamed: false },
                ...madeBy(n),
              })),
            ),
      count,
    )
    expect([(await read(scope, 0))?.active, (await read(scope, 1))?.active]).toEqual([false, false])
  },
)

test('changes of a group and of one that is in it hold both before anybody is taken out: nobody waits in a circle', async () => {
  const scope = newScope()
  await create(scope, rowOf(1))
  const inner = await group(scope, 1_001)
  const outer = await group(scope, 1_000, [inner])
  let answer: MembersChanged[] = []
  await crossing(
    (transaction) =>
      transaction`select from mirror_resources where source_id = ${scope.source} and id = ${inner} for update`,
    async () => {
      const steps: [string, MemberStep][] = [
        [outer, { op: 'remove', values: [inner] }],
        [inner, { op: 'add', values: [idOf(1)] }],
      ]
      const changes = steps.map(([id, step], n) => ({ group: id, steps: [step], ...madeBy(n) }))
      answer = await changeMembersOfMany(database.sql, scope, 'Group', changes, TYPES)
    },
    // As whoever deletes the inner one does.
    (transaction) => transaction`delete from mirror_members where source_id = ${scope.source} and member_id = ${inner}`,
  )
  expect(answer).toMatchObject([{ changed: false }, { changed: true }])
})

test('sources that are written at once never mix, though their ids and names are the same', async () => {
  const one = newScope(103)
  const scopes = [one, { ...one, organization: 104 }, newScope(103)]
  const nameOf = ({ organization, source }: MirrorScope) => `${organization}/${source}`
  await Promise.all(times(20, (n) => Promise.all(scopes.map((at) => create(at, rowOf(n, { title: nameOf(at) }), n)))))
  await Promise.all(scopes.map((at) => group(at, 1_000)))
  await Promise.all(
    scopes.flatMap((at, place) =>
      times(20, async (n) => {
        if (n % 3 === place) await active(at, n, false)
        else await members(at, idOf(1_000), n, { op: 'add', values: [idOf(n)] })
      }),
    ),
  )
  for (const [place, at] of scopes.entries()) {
    const answers = await Promise.all(times(20, (n) => mirror.read(at, 'User', 'uniqueKey', `user${n}`, PLAIN)))
    expect(answers.map((stored) => stored?.document['title'])).toEqual(times(20, () => nameOf(at)))
    expect(answers.map((stored) => stored?.active)).toEqual(times(20, (n) => n % 3 !== place))
    expect(await membersOf(at, idOf(1_000))).toEqual(times(20, idOf).filter((_, n) => n % 3 !== place))
    const all = { types: ['User'], where: null }
    expect(await countResources(database.sql, at, all)).toBe(20)
    expect(await countResources(database.sql, at, { ...all, onlyActive: true })).toBe(
      times(20, (n) => n).filter((n) => n % 3 !== place).length,
    )
  }
})

/** As the list does it. */
async function page(scope: MirrorScope) {
  return await mirror.page(scope, 'all', async () => {
    const query = {
      types: ['User'],
      where: null,
      order: null,
      offset: 0,
      after: null,
      limit: 100,
      groups: false,
      members: false,
    }
    const { resources, total } = await listResources(database.sql, scope, query)
    return { resources, totalResults: total ?? 0 }
  })
}

test('whoever reads sees every write that was acknowledged before they began', async () => {
  const act = fc.record({
    kind: fc.constantFrom('update', 'toggle', 'read', 'look up', 'page'),
    n: fc.nat(3),
    wait: fc.nat(3),
  })
  const clients = fc.array(fc.array(act, { minLength: 1, maxLength: 8 }), { minLength: 2, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(clients, async (all) => {
      const scope = newScope()
      const acknowledged = new Map<number, number>()
      const acknowledge = (n: number, version: number) =>
        acknowledged.set(n, Math.max(version, acknowledged.get(n) ?? 0))
      for (const [n, version] of (await Promise.all(times(4, (n) => create(scope, rowOf(n))))).entries())
        acknowledge(n, version ?? 0)
      await Promise.all(
        all.map(async (acts) => {
          for (const { kind, n, wait } of acts) {
            for (let turn = 0; turn < wait; turn += 1) await new Promise(setImmediate)
            const before = new Map(acknowledged)
            const seen = (one: MirrorResource | null | undefined, which = n) =>
              expect(one?.version).toBeGreaterThanOrEqual(before.get(which) ?? 0)
            if (kind === 'toggle') {
              const set = await active(scope, n, wait % 2 === 0)
              if (typeof set === 'string') throw new Error(set)
              seen(set.resource)
              acknowledge(n, set.resource.version)
            } else if (kind === 'page') {
              const { resources, totalResults } = await page(scope)
              expect(totalResults).toBe(4)
              for (const which of before.keys())
                seen(
                  resources.find((one) => one.id === idOf(which)),
                  which,
                )
            } else if (kind === 'look up') seen(await mirror.read(scope, 'User', 'uniqueKey', `user${n}`, PLAIN))
            else {
              const stored = await mirror.read(scope, 'User', 'id', idOf(n), PLAIN)
              seen(stored)
              if (kind === 'read' || stored === null) continue
              const row = rowOf(n, { title: `${wait}`, active: stored.active })
              const updated = await update(scope, row, stored.ownVersion)
              if (updated !== null) acknowledge(n, updated.version)
            }
          }
        }),
      )
      for (const [n, version] of acknowledged) expect((await read(scope, n))?.version).toBe(version)
    }),
    { numRuns: 25 },
  )
})
