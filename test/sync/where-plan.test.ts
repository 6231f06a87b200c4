/** How the database answers filters when there are many members: by indexes where there are some, and never a list once per member. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { whereMembers } from '../../src/store/member-filter.ts'
import { unprepared } from '../../src/store/mirror-unusual.ts'
import { memberCondition } from '../../src/sync/where.ts'
import { Ground, NOON } from '../store/conformance/ground.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'

let database: FreshDatabase
let ground: Ground
beforeAll(async () => {
  database = await freshDatabase()
  ground = await Ground.open(database.sql)
  const { sql, id } = ground
  const hr = ground.source('hr')
  const many = sql`generate_series(1000001, 1010000) n`
  await sql`
    insert into members (organization_id, person_id, id, state, role, email, email_key, invited_at)
    select ${id}, n, n, 'active', 'member', 'p' || n || '@acme.test', 'p' || n || '@acme.test', ${NOON} from ${many}`
  await sql`
    insert into directory_users (organization_id, source_id, anchor_key, from_change, person_id, anchor, email, email_key, status,
      groups, products, attributes, hash)
    select ${id}, ${hr}, 'a' || n, 1, n, 'a' || n, 'p' || n || '@acme.test', 'p' || n || '@acme.test', 'active',
      array['g' || n % 50, 'g' || n % 31], '[]', '{}', '' from ${many}`
  await sql`
    insert into directory_groups (organization_id, source_id, id, name, from_change)
    select ${id}, ${hr}, 'g' || n, 'Group ' || n, 1 from generate_series(0, 49) n`
  await sql`
    insert into assignments (organization_id, person_id, product_id, since)
    select ${id}, n, ${ground.product('cad')}, ${NOON} from ${many} where n % 2 = 0`
  await sql`analyze members, directory_users, directory_groups, assignments, products`
})
afterAll(() => database.drop())

async function planOf(text: string): Promise<string> {
  const { sql, id } = ground
  const condition = memberCondition(text, { at: NOON, zone: 'Europe/Berlin' })
  const lines = await unprepared(sql<{ 'QUERY PLAN': string }[]>`
    explain (costs off) select m.person_id from members m
    where m.organization_id = ${id} and m.state <> 'removed' and ${whereMembers(sql, condition)}`)
  return lines.map((line) => line['QUERY PLAN']).join('\n')
}

it.each([
  ['emails.value eq "p1000007@acme.test"', /Index (Only )?Scan using members_email/],
  ['not (products.value eq "cad")', /Anti Join/],
  ['not (groups.display eq "Group 7")', /Anti Join/],
  ['not (groups pr)', /Anti Join/],
  ['products.value eq "cad"', /Semi Join|HashAggregate/],
])('%s', async (text, expected) => {
  expect(await planOf(text)).toMatch(expected)
})
