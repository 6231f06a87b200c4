/** An organization that is gone from the configuration: nothing is done for it any more, and it stands in nobody's way. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hashToken, makeLinkSecret } from '../../src/auth.ts'
import { findToken, insertToken } from '../../src/store/access.ts'
import { markDirty } from '../../src/store/dirty.ts'
import { organizationsWithDue } from '../../src/store/due.ts'
import { findOrganization, listOrganizations, retireOthers } from '../../src/store/organizations.ts'
import { createLetterBox, writeAdministratorLetter } from '../../src/store/outbox.ts'
import { abandonedPlans } from '../../src/store/plan-life.ts'
import { movePlan } from '../../src/store/plans.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import { NOON, remove, testOrganization } from '../support/organization.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

/** An organization in which everything that rosterd does for one is there to do. */
async function busy(letters: number) {
  const { sql } = database
  const world = await testOrganization(sql, {
    people: [{ email: 'ann@acme.test', state: 'active' }],
    administrators: Array.from({ length: letters }, (_, n) => `root${n}@acme.test`),
  })
  const plan = await world.plan([remove('ann@acme.test')])
  await movePlan(sql, world.id, plan, ['approved'], 'approved', { startedAt: NOON })
  await writeAdministratorLetter(sql, world.id, { event: 'plan_waits', planId: plan }, NOON)
  await markDirty(sql, world.id, [world.person('ann@acme.test')])
  const [row] = await sql<{ key: string }[]>`select key from organizations where id = ${world.id}`
  const key = row?.key ?? ''
  const hash = hashToken(`of ${key}`)
  await insertToken(sql, world.id, {
    hash,
    hint: '',
    role: 'admin',
    administratorKey: 'root0@acme.test',
    createdBy: 'test',
    createdAt: NOON,
    expiresAt: null,
  })
  return { id: world.id, key, hash }
}

test('nothing is listed, planned, applied, answered or mailed for it; the letters of the others go on', async () => {
  const { sql } = database
  // More letters than are taken at once, and older than anybody else's.
  const [gone, kept] = [await busy(6), await busy(1)]
  const seen = async () => ({
    listed: (await listOrganizations(sql)).map(({ id }) => id),
    found: await Promise.all([gone, kept].map(async ({ key }) => (await findOrganization(sql, key)) !== null)),
    signed: await Promise.all([gone, kept].map(async ({ hash }) => (await findToken(sql, hash, NOON)) !== null)),
    due: await organizationsWithDue(sql, NOON),
    plans: (await abandonedPlans(sql)).map(({ organizationId }) => organizationId),
  })
  const both = [gone.id, kept.id]
  expect(await seen()).toEqual({ listed: both, found: [true, true], signed: [true, true], due: both, plans: both })

  await retireOthers(sql, [kept.key])
  const one = [kept.id]
  expect(await seen()).toEqual({ listed: one, found: [false, true], signed: [false, true], due: one, plans: one })
  const taken = await createLetterBox(sql, makeLinkSecret).take(4, NOON)
  expect(taken.map(({ organization }) => organization.key)).toEqual([kept.key])

  // Nothing of it was lost: whoever writes it into the configuration again finds it as it was.
  await sql`update organizations set retired = false where id = ${gone.id}`
  expect(await seen()).toEqual({ listed: both, found: [true, true], signed: [true, true], due: both, plans: both })
  expect(await createLetterBox(sql, makeLinkSecret).take(9, NOON)).toHaveLength(6)
})
