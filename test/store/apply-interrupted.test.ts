import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Outcome } from '../../src/reconcile/model.ts'
import type { Sql } from '../../src/store/connection.ts'
import { LeaseLost, takeLane } from '../../src/store/lanes.ts'
import { nextItems } from '../../src/store/outcomes.ts'
import { builtIn } from '../../src/sync/built-in.ts'
import { execute } from '../../src/sync/execute.ts'
import type { OrganizationWriter } from '../../src/sync/organization.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import {
  assign,
  invite,
  remove,
  rename,
  revoke,
  type TestItem,
  type TestOrganization,
  testOrganization,
  testParts,
} from '../support/organization.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

const never = new AbortController().signal

const items: TestItem[] = [
  rename('bob@acme.test', 'robert@acme.test'),
  invite('ann@acme.test'),
  revoke('cleo@acme.test', 'cad'),
  assign('ann@acme.test', 'cad'),
  assign('bob@acme.test', 'cad'),
  remove('cleo@acme.test'),
]

function smallWorld(): Promise<TestOrganization> {
  return testOrganization(database.sql, {
    products: { cad: { owned: 1 } },
    administrators: ['root@acme.test'],
    people: [
      { email: 'ann@acme.test' },
      { email: 'bob@acme.test', state: 'active' },
      { email: 'cleo@acme.test', state: 'active', products: { cad: null }, link: 'ghost' },
    ],
  })
}

const AFTER = {
  outcomes: [
    'update_identity bob@acme.test: succeeded',
    'invite ann@acme.test: succeeded',
    'revoke cleo@acme.test cad: succeeded',
    'assign ann@acme.test cad: succeeded',
    'assign bob@acme.test cad: waiting_seat SEATS_EXHAUSTED',
    'remove cleo@acme.test: succeeded',
  ],
  members: ['ann@acme.test invited member: cad', 'cleo@acme.test removed member', 'robert@acme.test active member'],
  letters: [
    'member plan ann@acme.test',
    'member plan bob@acme.test',
    'member plan cleo@acme.test',
    'member plan robert@acme.test',
    'administrator plan_completed root@acme.test',
  ],
}

async function look(world: TestOrganization, plan: number) {
  await world.seats()
  return {
    outcomes: await world.outcomes(plan),
    members: await world.members(),
    letters: await world.letters(plan),
  }
}

/** Everything that a batch writes, counted. */
async function traces(sql: Sql, world: TestOrganization): Promise<unknown> {
  const [row] = await sql`
    select (select revision from organizations where id = ${world.id}) as revision,
      (select count(*)::int from outcomes where organization_id = ${world.id}) as outcomes,
      (select count(*)::int from letters where organization_id = ${world.id}) as letters,
      (select count(*)::int from audit where organization_id = ${world.id} and act = 'batch.applied') as audit,
      (select count(*)::int from waits where organization_id = ${world.id}) as waits,
      (select coalesce(sum(version), 0)::int from members where organization_id = ${world.id}) as members,
      (select count(*)::int from assignments where organization_id = ${world.id}) as assignments,
      (select string_agg(state, ',') from person_links where organization_id = ${world.id}) as links`
  return row
}

/** A pool whose transactions break at their n-th statement, counted over all of them. */
function breaking(sql: Sql, at: number): { sql: Sql; broke: () => boolean } {
  let statements = 0
  let broke = false
  const counting = <T extends object>(handle: T): T =>
    new Proxy(handle, {
      apply(target, self, args) {
        statements += 1
        if (statements === at) {
          broke = true
          throw new Error('the power went out')
        }
        return typeof target === 'function' ? Reflect.apply(target, self, args) : undefined
      },
    })
  const proxied = new Proxy(sql, {
    get(target, name) {
      if (name !== 'begin') return Reflect.get(target, name)
      return (work: (transaction: object) => Promise<unknown>) =>
        target.begin((transaction) => work(counting(transaction)))
    },
  })
  return { sql: proxied, broke: () => broke }
}

describe('interrupted', () => {
  test('at every statement: nothing is half done, and going on ends as if nothing had happened', {
    timeout: 120_000,
  }, async () => {
    let at = 1
    for (;;) {
      const world = await smallWorld()
      const plan = await world.plan(items)
      const broken = breaking(database.sql, at)
      const run = execute({ ...testParts(database.sql), sql: broken.sql }, world.id, plan, never)
      await run.catch((error: unknown) => expect(error).toMatchObject({ message: 'the power went out' }))
      const after = await look(world, plan)
      const waves = new Set([0, 1, 2, 3, 5, 6])
      expect(waves, `statement ${at}`).toContain(after.outcomes.filter((line) => !line.endsWith('pending')).length)
      expect(await execute(testParts(database.sql), world.id, plan, never)).toBe('applied')
      expect(await look(world, plan), `statement ${at}`).toEqual(AFTER)
      if (!broken.broke()) break
      at += 1
    }
    expect(at).toBeGreaterThan(60)
  })

  test('after the last statement, before the commit: the batch leaves no trace', async () => {
    const world = await smallWorld()
    const plan = await world.plan(items)
    const before = await traces(database.sql, world)
    const begin = (work: (transaction: object) => Promise<unknown>) =>
      database.sql.begin(async (transaction) => {
        await work(transaction)
        throw new Error('the power went out')
      })
    const sql = new Proxy(database.sql, {
      get: (target, name) => (name === 'begin' ? begin : Reflect.get(target, name)),
    })
    const lease = await takeLane(database.sql, world.id, 'sync', plan)
    if (lease === null) throw new Error('no lease')
    const first = await nextItems(database.sql, world.id, plan, { after: 0, limit: 10 })
    const who = { lease, quiet: false, actor: 'test', operation: null }
    const batch = { organizationId: world.id, planId: plan, ...who, items: first }
    await expect(builtIn({ sql, now: () => new Date() }, world.id).write(batch)).rejects.toThrow('power')
    expect(await traces(database.sql, world)).toEqual(before)
  })

  test('a signal stops it after the batch; the plan stays applying, the lane is free, another start goes on', async () => {
    const world = await smallWorld()
    const plan = await world.plan(items)
    const parts = testParts(database.sql)
    const stop = new AbortController()
    const inner = builtIn(parts, world.id)
    let batches = 0
    const writer: OrganizationWriter = {
      ...inner,
      write(batch) {
        batches += 1
        if (batches === 2) stop.abort()
        return inner.write(batch)
      },
    }
    expect(await execute(parts, world.id, plan, stop.signal, writer)).toBe('applying')
    expect(batches).toBe(2)
    expect((await world.outcomes(plan)).filter((line) => line.endsWith('pending'))).toHaveLength(4)
    expect(await world.letters(plan)).toEqual([])
    expect(parts.sent).toEqual([])
    expect(await execute(parts, world.id, plan, never)).toBe('applied')
    expect(await look(world, plan)).toEqual(AFTER)
  })

  test('by an item that the database refuses: that one fails with a reference, the others of its batch do not', async () => {
    await database.sql`alter table members add constraint refused check (email <> 'p5@acme.test')`
    try {
      const people = Array.from({ length: 12 }, (_, index) => `p${index}@acme.test`)
      const world = await testOrganization(database.sql, {
        products: { cad: { owned: 20 } },
        people: people.map((email) => ({ email })),
      })
      const plan = await world.plan(people.flatMap((who) => [invite(who), assign(who, 'cad')]))
      expect(await execute(testParts(database.sql), world.id, plan, never)).toBe('partially_failed')
      expect(await world.outcomes(plan)).toEqual([
        ...people.map((who, index) => `invite ${who}: ${index === 5 ? 'failed_permanent INTERNAL' : 'succeeded'}`),
        ...people.map((who, index) => `assign ${who} cad: ${index === 5 ? 'blocked BLOCKED_BY' : 'succeeded'}`),
      ])
      expect(await world.seats()).toEqual({ cad: 11 })
    } finally {
      await database.sql`alter table members drop constraint refused`
    }
  })
})

describe('two workers', () => {
  test('of one plan: the second returns at once, each item has one outcome', async () => {
    const world = await smallWorld()
    const plan = await world.plan(items)
    const states = await Promise.all([1, 2, 3].map(() => execute(testParts(database.sql), world.id, plan, never)))
    expect(states).toContain('applied')
    expect(await look(world, plan)).toEqual(AFTER)
    const [{ batches } = { batches: 0 }] = await database.sql<{ batches: number }[]>`
      select count(*)::int as batches from audit where organization_id = ${world.id} and act = 'batch.applied'`
    expect(batches).toBe(5)
  })

  test('a worker that slept through its lease writes nothing', async () => {
    const world = await smallWorld()
    const plan = await world.plan(items)
    const parts = testParts(database.sql)
    const inner = builtIn(parts, world.id)
    const seen: (Outcome[] | Error)[] = []
    const writer: OrganizationWriter = {
      ...inner,
      async write(batch) {
        await database.sql`update lanes set until = now() - interval '1 second' where organization_id = ${world.id}`
        expect(await execute(testParts(database.sql), world.id, plan, never)).toBe('applied')
        const before = await traces(database.sql, world)
        try {
          const outcomes = await inner.write(batch)
          seen.push(outcomes)
          return outcomes
        } catch (error) {
          if (error instanceof Error) seen.push(error)
          expect(await traces(database.sql, world)).toEqual(before)
          throw error
        }
      },
    }
    expect(await execute(parts, world.id, plan, never, writer)).toBe('applying')
    expect(seen).toEqual([expect.any(LeaseLost)])
    expect(await look(world, plan)).toEqual(AFTER)
    expect(parts.sent).toEqual([])
  })

  test('of two lanes on the same people end one after the other', async () => {
    const people = Array.from({ length: 40 }, (_, index) => `p${index}@acme.test`)
    const world = await testOrganization(database.sql, {
      products: { cad: { owned: 20 } },
      people: people.map((email) => ({ email, state: 'active' })),
    })
    const sync = await world.plan(people.map((who) => assign(who, 'cad')))
    const byHand = await world.plan(
      [...people].reverse().map((who) => assign(who, 'cad')),
      { lane: 'by_hand' },
    )
    const urgent = await world.plan(
      people.map((who) => remove(who)),
      { lane: 'urgent' },
    )
    const states = await Promise.all(
      [sync, byHand, urgent].map((plan) => execute(testParts(database.sql), world.id, plan, never)),
    )
    for (const state of states) expect(['applied', 'partially_failed', 'failed', 'stale']).toContain(state)
    const { cad } = await world.seats()
    expect(cad).toBeLessThanOrEqual(20)
  })
})
