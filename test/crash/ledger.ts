/** What must be true of a roster that has come to its end, and of the letters of all. */
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect } from 'vitest'
import type { Sql } from '../../src/store/connection.ts'
import { type Installation, until } from '../support/daemon.ts'
import type { Delivery } from '../support/mail-server.ts'
import { readMail } from '../support/read-mail.ts'
import type { Hunter } from './hunter.ts'
import { fileOf, membersOf } from './roster.ts'
import type { Way } from './turn.ts'

/** One outcome an item, members and seats as the roster says, and each step of the plan once in the audit; returns its items. */
export async function checkBooks(sql: Sql, { generation, plan }: Way): Promise<number> {
  if (!plan) throw new Error(`${fileOf(generation)} has no plan`)
  const [header] = await sql<{ state: string; items: number; outcomes: number; succeeded: number }[]>`
    select p.state, p.items, count(o)::int as outcomes, (count(o) filter (where o.state = 'succeeded'))::int as succeeded
    from plans p left join outcomes o on o.organization_id = p.organization_id and o.plan_id = p.id
    where p.id = ${plan.id} group by p.organization_id, p.id`
  const { items } = plan
  expect(header).toEqual({ state: 'applied', items, outcomes: items, succeeded: items })

  const members = await sql<{ email: string; product: string | null }[]>`
    select m.email, p.key as product from members m
    left join assignments a on a.organization_id = m.organization_id and a.person_id = m.person_id
    left join products p on p.organization_id = a.organization_id and p.id = a.product_id
    where m.state <> 'removed'`
  const listed = members.map(({ email, product }) => `${email} ${product ?? ''}`.trim()).sort()
  expect(listed).toEqual(membersOf(generation))
  const seats = await sql<{ key: string; used: number; live: number }[]>`
    select p.key, p.used, (select count(*)::int from assignments a
      where a.organization_id = p.organization_id and a.product_id = p.id) as live
    from products p order by p.key`
  expect(seats.map(({ used }) => used)).toEqual(seats.map(({ live }) => live))

  const acts = await sql<{ act: string; times: number }[]>`
    select act, count(*)::int as times from audit
    where object = ${`pln_${plan.id}`} and act <> 'batch.applied' group by act order by act`
  expect(acts.map(({ act, times }) => `${act} ${times}`)).toEqual([
    'plan.applied 1',
    'plan.approved 1',
    'plan.created 1',
    'plan.started 1',
  ])
  const [batches] = await sql<{ items: number; most: number }[]>`
    with batches as (
      select ("after" ->> 'from')::int as first, ("after" ->> 'to')::int as last,
        ("after" -> 'states' ->> 'succeeded')::int as items
      from audit where act = 'batch.applied' and plan_id = ${plan.id})
    select sum(items)::int as items, max(times)::int as most
    from batches, lateral (select count(*) as times from batches other
      where other.first <= batches.last and other.last >= batches.first) touching`
  expect(batches).toEqual({ items, most: 1 })
  return items
}

const LEAVING_MS = 180_000

/** Everything is where it belongs, nothing is left to do, and the daemon ends as asked. */
export async function checkEnd(
  hunter: Hunter,
  deliveries: Delivery[],
  generations: number,
): Promise<Post & { seats: number }> {
  const daemon = await hunter.daemon()
  await hunter.inside.ask((sql) => checkFiles(sql, hunter.place, generations))
  const again = await daemon.ask('POST', '/plans', {})
  expect([again.status, again.body['items']]).toEqual([200, []])
  // A letter that could not be worded while the database was away is due again a minute later.
  const leaving = (sql: Sql) => sql`select from letters where state in ('due', 'sending')`
  await until(async () => (await hunter.inside.ask(leaving)).length === 0, LEAVING_MS)
  const post = await hunter.inside.ask((sql) => checkPost(sql, deliveries))
  const [seats] = await hunter.inside.ask((sql) => sql<{ used: number }[]>`select sum(used)::int as used from products`)
  expect(await daemon.stop()).toBe(0)
  return { ...post, seats: seats?.used ?? 0 }
}

/** Each file was read once and lies where it belongs, and nowhere else. */
async function checkFiles(sql: Sql, place: Installation, generations: number): Promise<void> {
  const files = Array.from({ length: generations }, (_, generation) => fileOf(generation))
  const read = await sql<{ file: string; state: string }[]>`select file, state from snapshots order by file, id`
  expect(read.map(({ file, state }) => `${file} ${state}`)).toEqual(files.map((file) => `${file} admitted`))
  // A file is put away a moment after it was read.
  const lying = () => Promise.all(['in', 'processing', 'failed'].map((name) => filesBelow(join(place.folder(), name))))
  await until(async () => (await lying()).flat().length === 0)
  const processed = await filesBelow(join(place.folder(), 'processed'))
  const names = processed.map((path) => basename(path).replace(/^.*-(?=roster-)/, ''))
  expect(names.filter((name) => name.endsWith('.csv')).sort()).toEqual(files)
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

interface Post {
  /** Letters to members that arrived. */
  letters: number
  /** Those of which nobody can say whether they left. */
  unknown: number
}

/** At most one letter a person and plan has arrived, and none is missing without being said so; administrators miss none. */
async function checkPost(sql: Sql, deliveries: Delivery[]): Promise<Post> {
  const letters = await sql<{ key: string; audience: string; state: string; event: string }[]>`
    select address || ' pln_' || plan_id as key, audience, state, event from letters`
  const mails = deliveries.map(readMail)
  const keys = mails
    .filter(({ subject }) => !subject.startsWith('[rosterd]'))
    .map(({ to, text }) => `${to} ${/Reference: (pln_\d+)/.exec(text)?.[1]}`)
  const arrived = new Set(keys)
  expect(keys.length - arrived.size, 'letters that arrived twice').toBe(0)

  const toMembers = letters.filter(({ audience }) => audience === 'member')
  expect(Object.keys(Object.groupBy(toMembers, ({ state }) => state)).sort()).toEqual(expect.arrayContaining(['sent']))
  expect(toMembers.filter(({ state }) => state !== 'sent' && state !== 'unknown')).toEqual([])
  expect(toMembers.filter(({ key, state }) => state === 'sent' && !arrived.has(key))).toEqual([])
  const written = new Set(toMembers.map(({ key }) => key))
  expect([...arrived].filter((key) => !written.has(key))).toEqual([])

  const [owed] = await sql<{ missing: number; surplus: number }[]>`
    with owed as (select distinct plan_id, person_id from plan_items i
      where kind in ('invite', 'remove', 'assign', 'revoke')
        and exists (select from plans p where p.organization_id = i.organization_id and p.id = i.plan_id and p.state = 'applied')),
    written as (select plan_id, person_id from letters where audience = 'member')
    select (select count(*)::int from (select * from owed except select * from written) a) as missing,
      (select count(*)::int from (select * from written except select * from owed) b) as surplus`
  expect(owed).toEqual({ missing: 0, surplus: 0 })

  const plans = await sql<{ id: number }[]>`select id from plans where state = 'applied' order by id`
  const told = mails.filter(({ subject }) => subject.startsWith('[rosterd]')).map(({ text }) => text)
  const untold = plans.filter(({ id }) => told.filter((text) => new RegExp(`\\bpln_${id}\\b`).test(text)).length < 2)
  expect(untold, 'plans of which administrators did not hear both that they wait and how they ended').toEqual([])
  return { letters: arrived.size, unknown: toMembers.filter(({ state }) => state === 'unknown').length }
}
