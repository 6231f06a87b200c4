/** People of a plan, each counted once by the worst of their items; with the rows that never became one they are what was given. */
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { OUTCOME_STATES, type OutcomeState } from '../../src/reconcile/model.ts'
import { PIN_DEFAULT } from '../../src/reconcile/operation.ts'
import { VERDICT_OF, VERDICTS } from '../../src/reconcile/people-tally.ts'
import { countPeople } from '../../src/store/people-tally.ts'
import { draft } from '../../src/sync/draft.ts'
import { edit } from '../../src/sync/edit.ts'
import { KIM, openWorld, type World } from '../support/pipeline.ts'
import { WIDE_LIMITS } from '../support/wide-limits.ts'

let world: World
afterEach(() => world?.close())

const email = (name: string) => `${name}@acme.example`
const ROSTER = `external_id,email,groups\n${['ada', 'bob', 'cem', 'dee'].map((name) => `${name},${email(name)},Artists\n`).join('')}`

test('whatever became of the items, the numbers are those of an honest count', async () => {
  world = await openWorld({ more: WIDE_LIMITS })
  await world.drop('roster.csv', ROSTER)
  const [plan = 0] = (await world.propose()).plans
  const items = await world.items(plan)
  expect(items).toHaveLength(8)
  const state = fc.constantFrom<OutcomeState | 'pending'>('pending', ...OUTCOME_STATES)
  await fc.assert(
    fc.asyncProperty(fc.array(state, { minLength: 8, maxLength: 8 }), async (states) => {
      await world.sql`delete from outcomes`
      const rows = items.flatMap(({ number }, index) =>
        states[index] === 'pending' ? [] : [{ number, state: states[index] ?? '' }],
      )
      for (const row of rows)
        await world.sql`
          insert into outcomes (organization_id, plan_id, number, state, params, at)
          values (${world.organization}, ${plan}, ${row.number}, ${row.state}, '{}', ${world.at})`
      const expected = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0]))
      for (const own of Map.groupBy(items, (item) => item.personId).values()) {
        const verdicts = own.map((item) => VERDICT_OF[states[items.indexOf(item)] ?? 'pending'])
        const worst = VERDICTS.find((verdict) => verdicts.includes(verdict)) ?? 'noChange'
        expected[worst] = (expected[worst] ?? 0) + 1
      }
      expect(await countPeople(world.sql, world.organization, plan)).toEqual(expected)
    }),
    { numRuns: 25 },
  )
})

test('rows given = people by what became of them + rows merged + rows in error, before and after', async () => {
  world = await openWorld({ more: WIDE_LIMITS })
  await world.sync('roster.csv', ROSTER)
  const users = ['ada', 'bob', 'cem', 'ADA', 'zoe'].map(email)
  const { plan } = await draft(world.parts, world.organization, {
    actor: KIM,
    operation: {
      verb: 'remove',
      selection: { users: [...users, 'no address'] },
      products: [],
      allProducts: false,
      expiresAt: null,
      role: 'member',
      revokeFirst: false,
      wait: false,
      pin: PIN_DEFAULT,
    },
    quiet: false,
  })
  const sum = async () => {
    const tally = await countPeople(world.sql, world.organization, plan)
    const { operation } = await world.plan(plan)
    const { given = 0, merged = 0, errors = 0 } = operation?.rows ?? {}
    const people = Object.values(tally).reduce((all, one) => all + one, 0)
    expect(given).toBe(6)
    expect(people + merged + errors).toBe(given)
    return tally
  }
  const { hash } = await world.plan(plan)
  await edit(world.parts, world.organization, plan, { actor: KIM, act: 'leave_out', hash, emails: [email('cem')] })
  expect(await sum()).toMatchObject({ toDo: 2, leftOut: 1 })
  await world.approve(plan)
  expect(await world.run(plan)).toBe('failed')
  expect(await sum()).toMatchObject({ toDo: 0, failed: 2, leftOut: 1 })
})

test('a plan of which statistics know nothing yet is counted in one pass, while its items come to their ends', async () => {
  world = await openWorld({ more: WIDE_LIMITS })
  await world.drop('roster.csv', ROSTER)
  const [plan = 0] = (await world.propose()).plans
  const copy = (from: number, many: number) => world.sql`
    insert into plan_items select (jsonb_populate_record(i, jsonb_build_object('plan_id', ${from}::bigint, 'number', n, 'person_id', n))).*
    from plan_items i, generate_series(1, ${many}::int) n where i.plan_id = ${plan} and i.number = 1`
  const end = (of: number, many: number) => world.sql`
    insert into outcomes (organization_id, plan_id, number, state, params, at)
    select ${world.organization}, ${of}, n, 'succeeded', '{}', ${world.at} from generate_series(1, ${many}::int) n`
  for (const table of ['plan_items', 'outcomes'])
    await world.sql`alter table ${world.sql(table)} set (autovacuum_enabled = off)`
  await copy(plan + 1, 20_000)
  await end(plan + 1, 20_000)
  await world.sql`analyze plan_items, outcomes`
  await copy(plan + 2, 20_000)
  await end(plan + 2, 15_000)
  const began = Date.now()
  expect(await countPeople(world.sql, world.organization, plan + 2)).toMatchObject({ succeeded: 15_000, toDo: 5_000 })
  expect(Date.now() - began).toBeLessThan(3_000)
})
