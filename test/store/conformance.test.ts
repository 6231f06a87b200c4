/**
 * One table of what the functions of the store promise, on a real PostgreSQL: the embedded one, and the server of DATABASE_URL
 * where that is set. Every case has an organization of its own in a database that all of them share.
 */
import { afterAll, beforeAll, describe, test } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import { desired } from './conformance/desired.ts'
import { directory } from './conformance/directory.ts'
import { drift } from './conformance/drift.ts'
import { type Cases, Ground } from './conformance/ground.ts'
import { organizations } from './conformance/organizations.ts'
import { snapshots } from './conformance/snapshots.ts'

const SUITE: Record<string, Cases> = {
  organizations,
  snapshots,
  directory,
  desired,
  drift,
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
