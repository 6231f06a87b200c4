/** Many writers at once: nothing is lost, nothing is made twice, and nobody sees an internal error. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { BULK, type Endpoint, openEndpoint, PATCH, resources } from './endpoint.ts'

let here: Endpoint
beforeAll(async () => {
  here = await openEndpoint()
})
afterAll(() => here?.drop())

const WRITERS = 16
const all = <T>(work: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: WRITERS }, (_, n) => work(n)))
const sorted = (answers: { status: number }[]) => answers.map((one) => one.status).sort()

test.each([
  ['Users', (_: number) => ({ userName: 'one-of-sixteen' })],
  ['Users', (n: number) => ({ userName: `x-${n}`, externalId: 'one-of-sixteen' })],
  ['Groups', (_: number) => ({ displayName: 'One of sixteen' })],
])('sixteen POSTs to %s with one key make one, and fifteen are told', async (endpoint, body) => {
  const answers = await all((n) => here.ask('POST', `/${endpoint}`, body(n)))
  expect(sorted(answers)).toEqual([201, ...Array.from({ length: WRITERS - 1 }, () => 409)])
  expect(answers.filter((one) => one.status === 409).every((one) => one.json['scimType'] === 'uniqueness')).toBe(true)
})

test('sixteen Bulks with the same hundred people make a hundred', async () => {
  const operations = Array.from({ length: 100 }, (_, n) => ({
    method: 'POST',
    path: '/Users',
    bulkId: `b${n}`,
    data: { userName: `bulk-${n}` },
  }))
  const answers = await all((n) =>
    here.ask('POST', '/Bulk', { schemas: [BULK], Operations: n % 2 === 0 ? operations : operations.toReversed() }),
  )
  const outcomes = z.object({ Operations: z.array(z.object({ status: z.string() })) })
  const statuses = answers.flatMap((one) => outcomes.parse(one.json).Operations.map(({ status }) => status))
  expect(statuses.filter((one) => one === '201')).toHaveLength(100)
  expect(statuses.filter((one) => one === '409')).toHaveLength(1_500)
  expect((await here.ask('GET', '/Users?filter=userName sw "bulk-"&count=0')).json['totalResults']).toBe(100)
})

test('sixteen who rename different people to one name: one does', async () => {
  const ids = await all(() => here.user())
  const answers = await all((n) =>
    here.patch(`/Users/${ids[n]}`, [{ op: 'replace', path: 'userName', value: 'everybody' }]),
  )
  expect(sorted(answers)).toEqual([200, ...Array.from({ length: WRITERS - 1 }, () => 409)])
})

test('sixteen who patch one user lose nothing: whoever is told 200 is in it', async () => {
  const id = await here.user()
  const answers = await all((n) =>
    here.patch(`/Users/${id}`, [{ op: 'add', path: 'roles', value: [{ value: `role-${n}` }] }]),
  )
  expect(answers.filter((one) => ![200, 412].includes(one.status))).toEqual([])
  const { json } = await here.ask('GET', `/Users/${id}`)
  const roles = z
    .array(z.object({ value: z.string() }))
    .parse(json['roles'])
    .map((one) => one.value)
  const done = answers.flatMap((one, n) => (one.status === 200 ? [`role-${n}`] : []))
  expect(done.length).toBeGreaterThan(0)
  expect(roles.sort()).toEqual(done.sort())
})

test('sixteen who change the members of one group, in every way at once, lose nothing', async () => {
  const people = await Promise.all(Array.from({ length: 64 }, () => here.user()))
  const [kept, leaving] = [people.slice(0, 32), people.slice(32)]
  const id = await here.group(leaving)
  const values = (ids: string[]) => ids.map((value) => ({ value }))
  const answers = await all((n) => {
    const [add, remove] = [kept.slice(n * 2, n * 2 + 2), leaving.slice(n * 2, n * 2 + 2)]
    const crossing = kept.slice(((n + 3) % 16) * 2, ((n + 3) % 16) * 2 + 2).toReversed()
    return here.patch(`/Groups/${id}`, [
      { op: 'add', path: 'members', value: values([...add, ...crossing]) },
      { op: 'remove', path: 'members', value: values(n % 2 === 0 ? remove : remove.toReversed()) },
      ...(n % 4 === 0 ? [{ op: 'replace', path: 'displayName', value: `Busy ${n}` }] : []),
    ])
  })
  expect(answers.filter((one) => one.status !== 204)).toEqual([])
  expect(await here.membersOf(id)).toEqual([...kept].sort())
  expect(String((await here.ask('GET', `/Groups/${id}`)).json['displayName'])).toMatch(/^Busy /)
})

test('sixteen who replace all members at once leave those of one of them', async () => {
  const people = await Promise.all(Array.from({ length: WRITERS }, () => here.user()))
  const id = await here.group(people)
  const answers = await all((n) =>
    n % 2 === 0
      ? here.patch(`/Groups/${id}`, [{ op: 'replace', path: 'members', value: [{ value: people[n] }] }])
      : here.ask('PUT', `/Groups/${id}`, { displayName: `Replaced ${n}`, members: [{ value: people[n] }] }),
  )
  expect(answers.filter((one) => ![200, 204, 412].includes(one.status))).toEqual([])
  expect(await here.membersOf(id)).toHaveLength(1)
})

test('a PUT that changes no text, overtaken by a new name, gives the group the name that it says', async () => {
  const [person, id] = [await here.user(), await here.group([], { displayName: 'Before' })]
  let answer: Promise<{ status: number; json: Record<string, unknown> }> | undefined
  await here.sql.begin(async (transaction) => {
    await transaction`select from mirror_resources where id = ${id} for update`
    answer = here.ask('PUT', `/Groups/${id}`, { displayName: 'Before', members: [{ value: person }] })
    for (let waits = 0; waits === 0; ) {
      const [row] = await transaction<{ waits: number }[]>`
        select count(*)::int as waits from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      waits = row?.waits ?? 0
    }
    await transaction`
      update mirror_resources set version = nextval('mirror_numbers'), document = '{"displayName":"After"}',
        comparable = '{"displayName":"after"}', display_name_key = 'after', unique_key = 'after' where id = ${id}`
  })
  const said = await answer
  expect([said?.status, said?.json['displayName']]).toEqual([200, 'Before'])
  const { json } = await here.ask('GET', `/Groups/${id}`)
  expect([json['displayName'], json['meta']]).toEqual(['Before', said?.json['meta']])
  expect(await here.membersOf(id)).toEqual([person])
})

test('people who are deleted while they are added to groups are in none of them, and groups go while members come', async () => {
  const people = await Promise.all(Array.from({ length: WRITERS }, () => here.user()))
  const ids = [await here.group(), await here.group()]
  const answers = await all(async (n) => {
    const [person, group] = [people[n] ?? '', ids[n % 2] ?? '']
    const both = await Promise.all([
      here.patch(`/Groups/${group}`, [{ op: 'add', path: 'members', value: [{ value: person }] }]),
      here.ask('DELETE', `/Users/${person}`),
      ...(n === 8 ? [here.ask('DELETE', `/Groups/${ids[1]}`)] : []),
    ])
    return both.map((one) => one.status)
  })
  expect(answers.flat().filter((status) => ![204, 400, 404].includes(status))).toEqual([])
  const gone = await here.sql`
    select from mirror_members m join mirror_resources r on r.organization_id = m.organization_id and r.source_id = m.source_id
      and r.id = m.member_id and r.deleted_at is not null
    join mirror_resources g on g.organization_id = m.organization_id and g.source_id = m.source_id and g.id = m.group_id and g.deleted_at is null`
  expect(gone).toHaveLength(0)
})

test('the totals are what there is', async () => {
  for (const endpoint of ['Users', 'Groups']) {
    const counted = (await here.ask('GET', `/${endpoint}?count=0`)).json['totalResults']
    let there = 0
    for (let cursor = ''; ; ) {
      const page = await here.ask('GET', `/${endpoint}?count=1000&cursor=${cursor}&attributes=id`)
      there += resources(page).length
      if (page.json['nextCursor'] === undefined) break
      cursor = String(page.json['nextCursor'])
    }
    expect(there).toBe(counted)
  }
})

test('thirty-two who change one user at once, and set no condition, are all heard; dates never go back', async () => {
  const id = await here.user()
  const seen: [version: number, at: string][] = []
  let over = false
  const watching = (async () => {
    while (!over) {
      const { json } = await here.ask('GET', `/Users/${id}`)
      const { version, lastModified } = z.object({ version: z.string(), lastModified: z.string() }).parse(json['meta'])
      seen.push([Number(/\d+/.exec(version)?.[0]), lastModified])
    }
  })()
  const change = (n: number) =>
    n % 4 === 0
      ? { active: n % 8 === 0 }
      : n % 4 === 1
        ? { title: `title ${n}` }
        : n % 4 === 2
          ? { nickName: `nick ${n}` }
          : { displayName: `name ${n}` }
  for (let round = 0; round < 6; round += 1) {
    const answers = await Promise.all(
      Array.from({ length: 32 }, (_, n) =>
        here.ask('PATCH', `/Users/${id}`, {
          schemas: [PATCH],
          Operations: [{ op: 'replace', value: change(n + round) }],
        }),
      ),
    )
    expect(answers.map((one) => one.status)).toEqual(Array.from({ length: 32 }, () => 200))
  }
  over = true
  await watching
  const ordered = seen.toSorted((a, b) => a[0] - b[0])
  expect(ordered.map(([, at]) => at)).toEqual(ordered.map(([, at]) => at).toSorted())
})
