/**
 * One table of what the functions of the store promise, on a real PostgreSQL: the embedded one, and the server of DATABASE_URL
 * where that is set. Every case has an organization of its own in a database that all of them share.
 */
import { afterAll, beforeAll, describe, test } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import { access } from './conformance/access.ts'
import { contested } from './conformance/contested.ts'
import { desired } from './conformance/desired.ts'
import { directory } from './conformance/directory.ts'
import { drift } from './conformance/drift.ts'
import { type Cases, Ground } from './conformance/ground.ts'
import { invariants } from './conformance/invariants.ts'
import { matching } from './conformance/matching.ts'
import { organizations } from './conformance/organizations.ts'
import { plans } from './conformance/plans.ts'
import { proposal } from './conformance/proposal.ts'
import { rejections } from './conformance/rejections.ts'
import { seats } from './conformance/seats.ts'
import { snapshots } from './conformance/snapshots.ts'
import { staging } from './conformance/staging.ts'
import { tenancy } from './conformance/tenancy.ts'

const SUITE: Record<string, Cases> = {
  organizations,
  snapshots,
  staging,
  directory,
  desired,
  drift,
  matching,
  contested,
  proposal,
  invariants,
  rejections,
  seats,
  plans,
  access,
  tenancy,
}

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

describe.each(Object.entries(SUITE))('the store: %s', (_, cases) => {
  test.each(Object.entries(cases))('%s', async (_, holds) => {
    await holds(await Ground.open(database.sql))
  })
})
