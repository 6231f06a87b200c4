/** Nothing crosses from one source to another: every route with the token of somebody else, and two organizations that write at once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BULK, ENTERPRISE, type Endpoint, openEndpoint, PATCH, resources, type SourceName } from './endpoint.ts'

let here: Endpoint
let user: string
let group: string
beforeAll(async () => {
  here = await openEndpoint()
  user = await here.user({ userName: 'secret-person', externalId: 'secret-id', title: 'Secret title' })
  group = await here.group([user], { displayName: 'Secret group', externalId: 'secret-group' })
})
afterAll(() => here?.drop())

const OTHERS: SourceName[] = ['globex', 'entra', 'second']
const nothing = async (answer: { text: string }) =>
  expect(answer.text).not.toMatch(/secret-person|Secret title|Secret group|secret-id/)

describe.each(OTHERS)('to %s', (source) => {
  const ask = (method: string, path: string, body?: object) => here.ask(method, path, body, { source })

  test('what is not theirs is not there', async () => {
    const active = { schemas: [PATCH], Operations: [{ op: 'replace', value: { active: false } }] }
    const members = { schemas: [PATCH], Operations: [{ op: 'remove', path: 'members' }] }
    for (const [method, path, body] of [
      ['GET', `/Users/${user}`],
      ['GET', `/Groups/${group}`],
      ['PUT', `/Users/${user}`, { userName: 'mine' }],
      ['PUT', `/Groups/${group}`, { displayName: 'mine' }],
      ['PATCH', `/Users/${user}`, active],
      ['PATCH', `/Groups/${group}`, members],
      [
        'PATCH',
        `/Groups/${group}`,
        { ...members, Operations: [{ op: 'replace', path: 'displayName', value: 'mine' }] },
      ],
      ['DELETE', `/Users/${user}`],
      ['DELETE', `/Groups/${group}`],
    ] as const) {
      const answer = await ask(method, path, body)
      expect([method, path, answer.status]).toEqual([method, path, 404])
      await nothing(answer)
    }
    expect((await here.ask('GET', `/Users/${user}`)).json).toMatchObject({ userName: 'secret-person', active: true })
    expect(await here.membersOf(group)).toEqual([user])
  })

  test('lists, filters and searches find nothing of it', async () => {
    const filters = [
      '',
      `id eq "${user}"`,
      'userName eq "secret-person"',
      'externalId eq "secret-id"',
      'displayName eq "Secret group"',
      `members.value eq "${user}"`,
      `groups.value eq "${group}"`,
      'title pr',
      'not (id eq "x")',
      'meta.lastModified gt "2000-01-01T00:00:00Z"',
    ]
    for (const filter of filters) {
      for (const path of ['/Users', '/Groups', '']) {
        const query = filter === '' ? '' : `?filter=${encodeURIComponent(filter)}`
        const listed = await ask('GET', `${path}${query}`)
        await nothing(listed)
        expect(resources(listed).map((one) => one['id'])).not.toContain(user)
        await nothing(await ask('POST', `${path}/.search`, { filter: filter || undefined, count: 1000 }))
      }
    }
  })

  test('keys are free for them, and answers do not tell that others have them', async () => {
    const made = await ask('POST', '/Users', { userName: 'secret-person', externalId: 'secret-id' })
    expect(made.status).toBe(201)
    expect((await ask('DELETE', `/Users/${String(made.json['id'])}`)).status).toBe(204)
  })

  test('nobody of others becomes a member, in whatever way', async () => {
    const own = await here.group([], {}, { source })
    for (const answer of [
      await ask('POST', '/Groups', { displayName: 'x', members: [{ value: user }] }),
      await ask('PUT', `/Groups/${own}`, { displayName: 'x', members: [{ value: user }] }),
      await ask('PATCH', `/Groups/${own}`, { Operations: [{ op: 'add', path: 'members', value: [{ value: user }] }] }),
      await ask('PATCH', `/Groups/${own}`, { Operations: [{ op: 'add', path: 'members', value: [{ value: group }] }] }),
    ]) {
      expect(answer.status).toBe(400)
      await nothing(answer)
    }
    const bulk = await ask('POST', '/Bulk', {
      schemas: [BULK],
      Operations: [
        { method: 'DELETE', path: `/Users/${user}` },
        {
          method: 'PATCH',
          path: `/Groups/${own}`,
          data: { Operations: [{ op: 'add', path: 'members', value: [{ value: user }] }] },
        },
      ],
    })
    expect(bulk.json['Operations']).toMatchObject([{ status: '404' }, { status: '400' }])
    expect(await here.membersOf(own, { source })).toEqual([])
    // A manager need not be there; nothing is told of who it is.
    const boss = await here.user({ [ENTERPRISE]: { manager: { value: user } } }, { source })
    await nothing(await ask('GET', `/Users/${boss}`))
  })

  test('what is offered is what their own organization has', async () => {
    const { text } = await ask('GET', '/Entitlements')
    expect(text.includes('acme-cad')).toBe(source !== 'globex')
    expect(text.includes('globex-cad')).toBe(source === 'globex')
  })
})

test('two organizations and sixteen writers: every row belongs to whoever wrote it', { timeout: 120_000 }, async () => {
  const sources: SourceName[] = ['second', 'globex']
  const writer = async (n: number) => {
    const source = sources[n % 2] ?? 'second'
    const asked = { source }
    const mine: string[] = []
    for (let round = 0; round < 30; round += 1) {
      // The same names and external ids on both sides.
      const name = `w${n >> 1}-${round}`
      const id = await here.user(
        { userName: name, externalId: name, title: source, emails: [{ value: `${name}@x.example` }] },
        asked,
      )
      mine.push(id)
      const other = mine[(round * 7) % mine.length] ?? id
      const work = [
        here.patch(`/Users/${other}`, [{ op: 'replace', path: 'nickName', value: `${source} ${round}` }], asked),
        here
          .group(mine.slice(-3), { displayName: `g-${name}`, externalId: `g-${name}` }, asked)
          .then((made) =>
            here.patch(`/Groups/${made}`, [{ op: 'add', path: 'members', value: [{ value: other }] }], asked),
          ),
        here.ask(
          'POST',
          '/Bulk',
          {
            schemas: [BULK],
            Operations: [0, 1, 2, 3].map((k) => ({
              method: 'POST',
              path: '/Users',
              bulkId: `b${k}`,
              data: { userName: `${name}-${k}`, title: source },
            })),
          },
          asked,
        ),
      ]
      await Promise.all(work)
    }
  }
  await Promise.all(Array.from({ length: 16 }, (_, n) => writer(n)))

  for (const source of sources) {
    const { organization, source: id } = here.scopes.get(source) ?? { organization: 0, source: 0 }
    const [row] = await here.sql<{ users: number; foreign: number; groups: number; members: number }[]>`
      select count(*) filter (where type = 'User')::int as users,
        count(*) filter (where type = 'User' and document->>'title' is distinct from ${source} and document->>'userName' ~ '^w')::int as foreign,
        count(*) filter (where type = 'Group')::int as groups,
        (select count(*) from mirror_members m where m.organization_id = ${organization} and m.source_id = ${id}
          and not exists (select from mirror_resources r where r.organization_id = ${organization} and r.source_id = ${id} and r.id = m.member_id))::int as members
      from mirror_resources where organization_id = ${organization} and source_id = ${id} and document->>'userName' ~ '^w' or
        organization_id = ${organization} and source_id = ${id} and document->>'displayName' ~ '^g-w'`
    expect(row).toEqual({ users: 8 * 30 * 5, foreign: 0, groups: 8 * 30, members: 0 })
    const audit = await here.sql`
      select from audit a where a.organization_id = ${organization} and a.act like 'mirror.%'
        and not exists (select from mirror_resources r where r.organization_id = ${organization} and r.id::text = split_part(a.object, ' ', 2))`
    expect(audit).toHaveLength(0)
    const marks = await here.sql`
      select from mirror_marks k where k.organization_id = ${organization} and k.source_id = ${id}
        and not exists (select from mirror_resources r where r.organization_id = ${organization} and r.source_id = ${id} and r.id = k.id)`
    expect(marks).toHaveLength(0)
  }
})
