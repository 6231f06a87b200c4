import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { execute } from '../../src/sync/execute.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import {
  assign,
  invite,
  NOON,
  remove,
  rename,
  revoke,
  type TestPerson,
  testOrganization,
  testParts,
} from '../support/organization.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

const never = new AbortController().signal
const people = (count: number, more: Partial<TestPerson> = {}): TestPerson[] =>
  Array.from({ length: count }, (_, index) => ({ email: `p${index}@acme.test`, state: 'active', ...more }))

describe('what else a batch writes', () => {
  test('an invitation by hand becomes a claim of the pseudo-source manual, and the person is dirty', async () => {
    const { sql } = database
    const world = await testOrganization(sql, { people: [{ email: 'ann@acme.test' }] })
    const plan = await world.plan([invite('ann@acme.test', { firstName: 'Ann' })], { lane: 'by_hand' })
    expect(await execute(testParts(sql), world.id, plan, never)).toBe('applied')
    const person = world.person('ann@acme.test')
    expect(
      await sql`select person_id, status, role, rule, source_id from claims where organization_id = ${world.id}`,
    ).toEqual([{ person_id: person, status: 'active', role: 'member', rule: 'manual', source_id: 2 }])
    expect(await sql`select anchor_key, state from person_links where organization_id = ${world.id}`).toEqual([
      { anchor_key: 'ann@acme.test', state: 'linked' },
    ])
    expect(
      await sql`select email_key, first_name, status, attributes from directory_users where organization_id = ${world.id}`,
    ).toEqual([
      { email_key: 'ann@acme.test', first_name: 'Ann', status: 'active', attributes: { actor: 'root@acme.test' } },
    ])
    expect(await sql`select person_id from dirty_people where organization_id = ${world.id}`).toEqual([
      { person_id: person },
    ])
  })

  test('a removal lets go of the links that no source shows any more', async () => {
    const { sql } = database
    const world = await testOrganization(sql, { people: people(2, { link: 'ghost' }) })
    await execute(testParts(sql), world.id, await world.plan([remove('p0@acme.test')]), never)
    expect(
      await sql`select anchor_key, state from person_links where organization_id = ${world.id} order by 1`,
    ).toEqual([
      { anchor_key: 'p0@acme.test', state: 'released' },
      { anchor_key: 'p1@acme.test', state: 'ghost' },
    ])
  })

  test('a released claim lets go of the link and of nothing else', async () => {
    const { sql } = database
    const world = await testOrganization(sql, { people: people(1, { link: 'ghost' }) })
    const plan = await world.plan([{ kind: 'release_claim', who: 'p0@acme.test', after: { link: 'hr:p0@acme.test' } }])
    expect(await execute(testParts(sql), world.id, plan, never)).toBe('applied')
    expect(await sql`select state from person_links where organization_id = ${world.id}`).toEqual([
      { state: 'released' },
    ])
    expect(await world.members()).toEqual(['p0@acme.test active member'])
    expect(await world.letters(plan)).toEqual([])
  })

  test('a newcomer found to be a member brings link, row, claim, grant and waits along; as of before, they were apart', async () => {
    const { sql } = database
    const world = await testOrganization(sql, {
      products: { cad: { owned: 1 } },
      people: [
        { email: 'ann@acme.test', state: 'active' },
        { email: 'hr-7', link: 'linked' },
      ],
    })
    const [ann, newcomer] = [world.person('ann@acme.test'), world.person('hr-7')]
    await sql`
      insert into directory_users (organization_id, source_id, anchor_key, from_change, person_id, anchor, email, email_key, status, groups,
        products, attributes, hash)
      values (${world.id}, 1, 'hr-7', 1, ${newcomer}, 'hr-7', 'ann@acme.test', 'ann@acme.test', 'active', '{}', '[]', '{}', '\\x00')`
    await sql`
      insert into claims (organization_id, person_id, source_id, from_change, status, role, rule)
      values (${world.id}, ${newcomer}, 1, 1, 'active', 'member', 'r')`
    await sql`
      insert into grants (organization_id, person_id, product_id, source_id, rule, from_change, priority, seat_priority)
      values (${world.id}, ${newcomer}, 1, 1, 'r', 1, 500, 500)`
    await sql`
      insert into waits (organization_id, person_id, product_id, kind, since) values (${world.id}, ${newcomer}, 1, 'seat', ${NOON})`
    const plan = await world.plan([
      { kind: 'link', who: 'ann@acme.test', from: 'hr-7', after: { link: 'hr:hr-7' } },
      assign('ann@acme.test', 'cad'),
    ])
    expect(await execute(testParts(sql), world.id, plan, never)).toBe('applied')
    for (const table of ['directory_users', 'claims', 'grants']) {
      const versions = await sql`
        select person_id, to_change is null as live from ${sql(table)} where organization_id = ${world.id} order by from_change`
      expect(versions, table).toEqual([
        { person_id: newcomer, live: false },
        { person_id: ann, live: true },
      ])
    }
    expect(await sql`select person_id, state from person_links where organization_id = ${world.id}`).toEqual([
      { person_id: ann, state: 'linked' },
    ])
    expect(await sql`select id, merged_into from people where organization_id = ${world.id} order by id`).toEqual([
      { id: ann, merged_into: null },
      { id: newcomer, merged_into: ann },
    ])
    expect(await sql`select person_id from dirty_people where organization_id = ${world.id} order by 1`).toEqual([
      { person_id: ann },
      { person_id: newcomer },
    ])
    expect(await sql`select person_id from waits where organization_id = ${world.id}`).toEqual([])
    expect(await world.members()).toEqual(['ann@acme.test active member: cad'])
  })

  test('who finds no seat waits with a place in the list, and stops waiting when they get one', async () => {
    const { sql } = database
    const world = await testOrganization(sql, { products: { cad: { owned: 0 } }, people: people(3) })
    const all = people(3).map((one) => assign(one.email, 'cad'))
    const first = await world.plan(all)
    expect(await execute(testParts(sql), world.id, first, never)).toBe('applied')
    const outcomes =
      await sql`select params from outcomes where organization_id = ${world.id} and plan_id = ${first} order by number`
    expect(outcomes.map((row) => row['params'])).toEqual(
      [1, 2, 3].map((position) => ({
        product: 'CAD',
        used: 0,
        owned: 0,
        name: `p${position - 1}@acme.test`,
        position,
        needed: '3 seats',
        outcome: `p${position - 1}@acme.test is number ${position} in the waiting list.`,
      })),
    )
    expect(await sql`select product_id, kind, plan_id, until from waits where organization_id = ${world.id}`).toEqual(
      all.map(() => ({ product_id: 1, kind: 'seat', plan_id: first, until: null })),
    )
    await sql`update products set owned = 2 where organization_id = ${world.id}`
    const later = testParts(sql, new Date(NOON.getTime() + 3_600_000))
    expect(await execute(later, world.id, await world.plan(all), never)).toBe('applied')
    expect(await sql`select person_id, since from waits where organization_id = ${world.id}`).toEqual([
      { person_id: world.person('p2@acme.test'), since: NOON },
    ])
  })

  test('one audit row a batch, with the digest of its outcomes and the revision it made', async () => {
    const { sql } = database
    const world = await testOrganization(sql, {
      products: { cad: { owned: 1 } },
      people: people(1, { products: { cad: null } }),
    })
    const plan = await world.plan([revoke('p0@acme.test', 'cad'), remove('p0@acme.test')])
    await execute(testParts(sql), world.id, plan, never)
    const rows = await sql<{ act: string; actor: string; object: string; after: Record<string, unknown> }[]>`
      select act, actor, object, after from audit where organization_id = ${world.id} order by id`
    const batch = (number: number, digest: unknown) => ({
      act: 'batch.applied',
      actor: 'root@acme.test',
      object: `pln_${plan}`,
      after: { from: number, to: number, revision: number, states: { succeeded: 1 }, digest },
    })
    expect(rows.map((row) => row.act)).toEqual(['plan.started', 'batch.applied', 'batch.applied', 'plan.applied'])
    expect(rows.slice(1, 3)).toEqual([1, 2].map((number) => batch(number, expect.stringMatching(/^[0-9a-f]{64}$/))))
  })

  test('a quiet plan mails nobody but the administrators', async () => {
    const world = await testOrganization(database.sql, {
      people: [{ email: 'ann@acme.test' }],
      administrators: ['root@acme.test'],
    })
    const plan = await world.plan([invite('ann@acme.test')], { quiet: true })
    expect(await execute(testParts(database.sql), world.id, plan, never)).toBe('applied')
    expect(await world.letters(plan)).toEqual(['administrator plan_completed root@acme.test'])
  })

  test('two people who stand far apart in the plan exchange addresses all the same', { timeout: 60_000 }, async () => {
    const world = await testOrganization(database.sql)
    const { sql } = database
    const rows = await sql<{ id: number; n: number }[]>`
      with born as (
        insert into people (organization_id, id, from_change)
        select ${world.id}, nextval('person_ids'), 1 from generate_series(0, 2499) returning id),
      numbered as (select id, (row_number() over (order by id) - 1)::int as n from born),
      joined as (
        insert into members (organization_id, person_id, id, state, role, email, email_key, invited_at)
        select ${world.id}, id, nextval('member_ids'), 'active', 'member', 'q' || n || '@acme.test', 'q' || n || '@acme.test', ${NOON}
        from numbered)
      select id, n from numbered order by n`
    for (const row of rows) world.people.set(`q${row.n}@acme.test`, row.id)
    const last = rows.length - 1
    const plan = await world.plan(
      rows.map(({ n }) =>
        rename(`q${n}@acme.test`, n === 0 ? `q${last}@acme.test` : n === last ? 'q0@acme.test' : `z${n}@acme.test`),
      ),
    )
    expect(await execute(testParts(sql), world.id, plan, never)).toBe('applied')
    expect(new Set((await world.outcomes(plan)).map((line) => line.split(': ')[1]))).toEqual(new Set(['succeeded']))
    const [first] =
      await sql`select email from members where organization_id = ${world.id} and person_id = ${world.person('q0@acme.test')}`
    expect(first).toEqual({ email: `q${last}@acme.test` })
  })
})

describe('freshness', () => {
  const affected = async (count: number) => {
    const world = await testOrganization(database.sql, { people: people(20) })
    const plan = await world.plan(people(20).map((one) => remove(one.email)))
    await database.sql`
      update members set state = 'suspended' where organization_id = ${world.id}
        and person_id = any(${people(count).map((one) => world.person(one.email))}::bigint[])`
    await database.sql`update organizations set revision = revision + 1 where id = ${world.id}`
    return { world, plan }
  }

  test('semantics row 26: a few items no longer fit, they are skipped and the others run', async () => {
    const { world, plan } = await affected(2)
    expect(await execute(testParts(database.sql), world.id, plan, never)).toBe('applied')
    const outcomes = await world.outcomes(plan)
    expect(outcomes.filter((line) => line.endsWith('skipped_stale STALE_ITEM'))).toHaveLength(2)
    expect(outcomes.filter((line) => line.endsWith('succeeded'))).toHaveLength(18)
  })

  test('semantics row 27: more than a tenth no longer fits, the plan is stale and nothing was done', async () => {
    const { world, plan } = await affected(3)
    const parts = testParts(database.sql)
    expect(await execute(parts, world.id, plan, never)).toBe('stale')
    expect(new Set((await world.outcomes(plan)).map((line) => line.split(': ')[1]))).toEqual(new Set(['pending']))
    expect(parts.sent).toEqual([`propose ${world.id} due`])
    const [row] =
      await database.sql`select closed_reason from plans where organization_id = ${world.id} and id = ${plan}`
    const changed = [0, 1, 2].map((n) => `The membership of p${n}@acme.test was changed after this plan was made.`)
    expect(row).toEqual({
      closed_reason: `3 of its 20 items no longer fit the organization. For instance: ${changed.join(' ')}`,
    })
  })

  test('what somebody else has already done does not make a plan stale', async () => {
    const world = await testOrganization(database.sql, { people: people(4, { state: 'removed' }) })
    const plan = await world.plan(people(4).map((one) => remove(one.email)))
    await database.sql`update organizations set revision = revision + 1 where id = ${world.id}`
    expect(await execute(testParts(database.sql), world.id, plan, never)).toBe('applied')
  })

  test('a plan whose content is not what was approved never runs', async () => {
    const world = await testOrganization(database.sql, { people: people(1) })
    const plan = await world.plan([remove('p0@acme.test')])
    await database.sql`update plans set hash = 'other' where organization_id = ${world.id} and id = ${plan}`
    await expect(execute(testParts(database.sql), world.id, plan, never)).rejects.toMatchObject({
      code: 'PLAN_HASH_MISMATCH',
    })
    expect(await world.members()).toEqual(['p0@acme.test active member'])
  })
})
