import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { giveBackLane, renewLane, takeLane } from '../../src/store/lanes.ts'
import { execute } from '../../src/sync/execute.ts'
import { sweep } from '../../src/sync/sweep.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import { invite, NOON, testOrganization, testParts } from '../support/organization.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

const HOUR = 3_600_000

async function lapse(organization: number): Promise<void> {
  await database.sql`update lanes set until = clock_timestamp() - interval '1 second' where organization_id = ${organization}`
}

async function laneWorld() {
  const world = await testOrganization(database.sql)
  return {
    ...world,
    take: (plan: number, lane: 'sync' | 'urgent' = 'sync') => takeLane(database.sql, world.id, lane, plan),
  }
}

describe('a lane', () => {
  test('is held by one plan at a time, whoever asks', async () => {
    const { id, take } = await laneWorld()
    const leases = await Promise.all([1, 2, 3, 4].map((plan) => take(plan)))
    expect(leases.filter((lease) => lease !== null)).toHaveLength(1)
    expect(await take(9, 'urgent')).toEqual({ organizationId: id, lane: 'urgent', planId: 9, token: 1 })
  })

  test('is free at once when it is given back, and every holder has a higher token', async () => {
    const { take } = await laneWorld()
    const tokens: number[] = []
    for (const plan of [1, 2, 3]) {
      const lease = await take(plan)
      if (lease === null) throw new Error('the lane is busy')
      tokens.push(lease.token)
      await giveBackLane(database.sql, lease)
    }
    expect(tokens).toEqual([1, 2, 3])
  })

  test('whose lease lapsed goes to the next; the old holder can neither renew it nor give it back', async () => {
    const { id, take } = await laneWorld()
    const old = await take(1)
    if (old === null) throw new Error('the lane is busy')
    await lapse(id)
    const lease = await take(1)
    expect(lease).toMatchObject({ token: 2 })
    expect(await renewLane(database.sql, old)).toBe(false)
    await giveBackLane(database.sql, old)
    expect(await take(1)).toBeNull()
  })

  test('that lapsed and was taken by nobody can still be renewed', async () => {
    const { id, take } = await laneWorld()
    const lease = await take(1)
    if (lease === null) throw new Error('the lane is busy')
    await lapse(id)
    expect(await renewLane(database.sql, lease)).toBe(true)
    expect(await take(2)).toBeNull()
  })
})

describe('the sweep', () => {
  test('starts what lies there, one plan a lane, the interrupted one first', async () => {
    const world = await testOrganization(database.sql, { people: [{ email: 'ann@acme.test' }] })
    const items = [invite('ann@acme.test')]
    const [approved, asked, applying, urgent, done] = [
      await world.plan(items),
      await world.plan(items),
      await world.plan(items),
      await world.plan(items, { lane: 'urgent' }),
      await world.plan(items),
    ]
    const set = (plan: number, state: string, startedAt: Date | null) => database.sql`
      update plans set state = ${state}, started_at = ${startedAt} where organization_id = ${world.id} and id = ${plan}`
    await set(approved, 'approved', null)
    await set(asked, 'approved', NOON)
    await set(applying, 'applying', NOON)
    await set(urgent, 'approved', NOON)
    await set(done, 'applied', NOON)
    const parts = testParts(database.sql)
    const mine = () => parts.sent.filter((job) => job.startsWith(`execute ${world.id} `)).sort()
    await sweep(parts)
    expect(mine()).toEqual([`execute ${world.id} ${applying}`, `execute ${world.id} ${urgent}`].sort())
    await takeLane(database.sql, world.id, 'sync', applying)
    parts.sent.length = 0
    await sweep(parts)
    expect(mine()).toEqual([`execute ${world.id} ${urgent}`])
    await lapse(world.id)
    await set(applying, 'applied', NOON)
    parts.sent.length = 0
    await sweep(parts)
    expect(mine()).toEqual([`execute ${world.id} ${asked}`, `execute ${world.id} ${urgent}`].sort())
  })

  test('a plan whose lane was busy when it should start is started later', async () => {
    const world = await testOrganization(database.sql, { people: [{ email: 'ann@acme.test' }] })
    const plan = await world.plan([invite('ann@acme.test')])
    const other = await takeLane(database.sql, world.id, 'sync', 999)
    if (other === null) throw new Error('the lane is busy')
    const parts = testParts(database.sql)
    expect(await execute(parts, world.id, plan, new AbortController().signal)).toBe('approved')
    expect(await world.members()).toEqual([])
    await giveBackLane(database.sql, other)
    await sweep(parts)
    expect(parts.sent).toContain(`execute ${world.id} ${plan}`)
  })

  test('ends plans that nobody decided on, and approved ones that nobody started', async () => {
    const world = await testOrganization(database.sql, { people: [{ email: 'ann@acme.test' }] })
    const items = [invite('ann@acme.test')]
    const plans = [
      await world.plan(items, { approved: false }),
      await world.plan(items, { approvedAt: new Date(NOON.getTime() - 25 * HOUR) }),
      await world.plan(items, { approvedAt: new Date(NOON.getTime() - 23 * HOUR) }),
    ]
    const states = async () => {
      const rows = await database.sql<{ state: string }[]>`
        select state from plans where organization_id = ${world.id} and id = any(${plans}::bigint[]) order by id`
      return rows.map((row) => row.state)
    }
    await sweep(testParts(database.sql))
    expect(await states()).toEqual(['awaiting_approval', 'expired', 'approved'])
    await sweep(testParts(database.sql, new Date(NOON.getTime() + 7 * 24 * HOUR)))
    expect(await states()).toEqual(['expired', 'expired', 'expired'])
    const audit = await database.sql`select act from audit where organization_id = ${world.id}`
    expect(audit.map((row) => row['act'])).toEqual(['plan.expired', 'plan.expired', 'plan.expired'])
  })
})
