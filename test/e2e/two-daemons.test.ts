/** Row 29: two daemons on one database serve everything and share the work; what falls due falls due once. */
import { mkdtemp, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Daemon, Installation, run, until } from '../support/daemon.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'

const PEOPLE = 400
const roster = (people: number) =>
  `external_id,email\n${Array.from({ length: people }, (_, n) => `${n},p${n}@acme.example\n`).join('')}`

let database: FreshDatabase
let share: string
let places: Installation[] = []
let daemons: Daemon[] = []
beforeAll(async () => {
  database = await freshDatabase()
  share = await mkdtemp(join(await realpath(tmpdir()), 'rosterd-share-'))
  const config = `organizations:
  acme:
    name: Acme
    domains: [acme.example]
    administrators: [{ email: kim@acme.example, role: admin }]
    sources: { hr: { kind: csv, approval: manual, settle: 50ms, poll: 500ms, folder: ${share} } }
    rules: { everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] } }
`
  places = [await Installation.make(config), await Installation.make(config)]
  daemons = await Promise.all(places.map((place) => place.start({ DATABASE_URL: database.url, LOG_LEVEL: 'info' })))
})
afterAll(async () => {
  for (const place of places) await place.remove()
  await database?.drop()
  await rm(share, { recursive: true, force: true })
})

const planShape = z.looseObject({ id: z.string(), state: z.string(), itemCount: z.number() })

test('files of one folder are each read once, and make one plan, which both show', async () => {
  const [first, second] = daemons
  if (!first || !second) throw new Error('two daemons were expected')
  for (let n = 1; n <= 3; n += 1) {
    await writeFile(join(share, `in/.${n}.tmp`), roster(PEOPLE + n))
    await rename(join(share, `in/.${n}.tmp`), join(share, `in/${n}.csv`))
    await until(
      async () =>
        (await database.sql`select from snapshots where file = ${`${n}.csv`} and state = 'admitted'`).length > 0,
    )
  }
  const shown = await until(async () => {
    const found = (await first.list('/plans', planShape)).filter(({ state }) => state === 'awaiting_approval')
    return found.length === 1 && found[0]?.itemCount === PEOPLE + 3 && found
  })
  expect((await second.list('/plans', planShape)).filter(({ state }) => state === 'awaiting_approval')).toEqual(shown)
  expect(await database.sql`select count(*)::int as n from snapshots`).toEqual([{ n: 3 }])
})

test('a plan approved at one is applied once, whoever takes it', async () => {
  const [plan] = await database.sql<{ id: number }[]>`select id from plans where state = 'awaiting_approval'`
  const approved = await run(['approve', `pln_${plan?.id}`, '--yes'], places[1]?.environment ?? {})
  expect([approved.code, approved.err]).toEqual([0, ''])
  const [counted] = await database.sql<{ members: number; outcomes: number; audits: number }[]>`
    select (select count(*)::int from members) as members, (select count(*)::int from outcomes) as outcomes,
      (select count(*)::int from audit where act = 'plan.started') as audits`
  expect(counted).toEqual({ members: PEOPLE + 3, outcomes: PEOPLE + 3, audits: 1 })
})

test('a schedule that is due fires at one of them, once', async () => {
  const fired = () => daemons.map((daemon) => daemon.logged().match(/reconciled by schedule/g)?.length ?? 0)
  await until(
    async () => (await database.sql`select from sources where key = 'hr' and reconciled_at is not null`).length > 0,
  )
  await database.sql`update sources set reconciled_at = now() - interval '3 days' where key = 'hr'`
  await until(async () => fired().some((times) => times > 0))
  await until(
    async () =>
      (await database.sql`select from jobs.job where name = 'reconcile' and state < 'completed'`).length === 0,
  )
  expect(fired().reduce((sum, times) => sum + times, 0)).toBe(1)
  expect(await database.sql`select from plans where state = 'awaiting_approval'`).toHaveLength(0)
})

test('one is killed: the other goes on with everything', async () => {
  const [first, second] = daemons
  await first?.kill()
  await writeFile(join(share, 'in/.last.tmp'), roster(PEOPLE + 4))
  await rename(join(share, 'in/.last.tmp'), join(share, 'in/last.csv'))
  await until(async () =>
    (await second?.list('/plans', planShape))?.some(
      ({ state, itemCount }) => state === 'awaiting_approval' && itemCount === 1,
    ),
  )
  expect(await second?.stop()).toBe(0)
})
