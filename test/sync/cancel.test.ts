/** A plan is stopped: while it runs within five seconds, and whatever it had done is told and counted. */
import { afterEach, expect, test } from 'vitest'
import { builtIn } from '../../src/sync/built-in.ts'
import { cancel } from '../../src/sync/cancel.ts'
import { execute } from '../../src/sync/execute.ts'
import type { OrganizationWriter } from '../../src/sync/organization.ts'
import { KIM, openWorld, type World } from '../support/pipeline.ts'
import { WIDE_LIMITS } from '../support/wide-limits.ts'

let world: World
afterEach(() => world?.close())

const roster = (people: number) =>
  `external_id,email,first_name,last_name,groups\n${Array.from({ length: people }, (_, n) => `${n},p${n}@acme.example,P,N${n},Artists\n`).join('')}`

/** A plan of two items a person, by hand as far as anything that runs it can see. */
async function approved(people: number, seats = people): Promise<number> {
  world = await openWorld({
    products: `vray: { name: V-Ray, seats: ${Math.max(1, seats)} }`,
    more: WIDE_LIMITS,
  })
  await world.drop('roster.csv', roster(people))
  const [id = 0] = (await world.propose()).plans
  await world.sql`update plans set lane = 'by_hand' where id = ${id}`
  await world.approve(id)
  return id
}

/** A writer that calls back after so many batches. */
function stopping(after: number, then: () => Promise<void>): OrganizationWriter {
  const writer = builtIn(world.parts, world.organization)
  let batches = 0
  return {
    read: (people) => writer.read(people),
    async write(batch) {
      const outcomes = await writer.write(batch)
      batches += 1
      if (batches === after) await then()
      return outcomes
    },
  }
}

const run = (id: number, writer?: OrganizationWriter) =>
  execute(world.parts, world.organization, id, new AbortController().signal, writer)
const stop = (id: number) => cancel(world.parts, world.organization, id, { actor: KIM })
const states = async (id: number) =>
  Object.fromEntries(
    (
      await world.sql<{ state: string; items: number }[]>`
        select coalesce(o.state, 'pending') as state, count(*)::int as items from plan_items i
        left join outcomes o using (organization_id, plan_id, number) where i.plan_id = ${id} group by 1`
    ).map(({ state, items }) => [state, items]),
  )
const letters = async (audience: string) =>
  (await world.sql<{ event: string }[]>`select event from letters where audience = ${audience} order by id`).map(
    (one) => one.event,
  )

test('before it runs: nothing happens, nobody is mailed, and it cannot be started any more', async () => {
  const id = await approved(2)
  await expect(
    cancel(world.parts, world.organization, id, { actor: { ...KIM, role: 'viewer' } }),
  ).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await stop(id)
  expect(await world.plan(id)).toMatchObject({ state: 'cancelled', closedReason: 'kim@acme.example cancelled it.' })
  expect(await run(id)).toBe('cancelled')
  expect(await world.members()).toEqual([])
  expect(await states(id)).toEqual({ cancelled: 4 })
  expect(await letters('member')).toEqual([])
  await expect(stop(id)).rejects.toMatchObject({ code: 'PLAN_STATE' })
})

test('between two waves: what was done is told once, the rest is cancelled, and the next proposal asks for it again', async () => {
  const id = await approved(3)
  expect(
    await run(
      id,
      stopping(1, () => stop(id)),
    ),
  ).toBe('cancelled')
  expect(await states(id)).toEqual({ succeeded: 3, cancelled: 3 })
  expect(await world.members()).toMatchObject([{ products: [] }, { products: [] }, { products: [] }])
  expect(await letters('member')).toEqual(['plan', 'plan', 'plan'])
  expect(await letters('administrator')).toContain('plan_completed')
  const [item] = await world.sql`select code, params from outcomes where state = 'cancelled' limit 1`
  expect(item).toEqual({ code: 'CANCELLED', params: { who: 'kim@acme.example' } })
  const [free] = await world.sql`select plan_id from lanes`
  expect(free).toEqual({ plan_id: null })
  const [again] = (await world.propose('due')).plans
  expect(await world.actions(again)).toEqual([0, 1, 2].map((n) => `assign p${n}@acme.example vray`))
})

test('a plan of sync: its people are left alone until the source repeats itself', async () => {
  const id = await approved(3)
  await world.sql`update plans set lane = 'sync' where id = ${id}`
  await run(
    id,
    stopping(1, () => stop(id)),
  )
  expect((await world.propose('due')).plans).toEqual([])
  await world.drop('again.csv', roster(3))
  expect((await world.propose()).plans).toHaveLength(1)
})

test('100,000 items, cancelled from elsewhere in the middle: no batch begins after it, within five seconds', async () => {
  const id = await approved(50_000)
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const running = run(
    id,
    stopping(5, async () => begin()),
  )
  await begun
  const before = performance.now()
  await stop(id)
  expect(performance.now() - before).toBeLessThan(5_000)
  const there = await states(id)
  expect(there['pending']).toBeUndefined()
  expect(there['cancelled']).toBeGreaterThan(50_000)
  expect(await running).toBe('cancelled')
  expect(performance.now() - before).toBeLessThan(5_000)
  // Whatever was done, was done before: every member stands in an outcome.
  expect(await states(id)).toEqual(there)
  const [members] = await world.sql<{ count: number }[]>`select count(*)::int as count from members`
  expect(members?.count).toBe(there['succeeded'])
}, 120_000)
