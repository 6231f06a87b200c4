/** Kills between something that was done and the answer that says so, and daemons that are started twice. */
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import type { Sql } from '../../src/store/connection.ts'
import { type Daemon, Installation, until } from '../support/daemon.ts'
import { freshDatabase } from '../support/database.ts'
import { mailServer, type ServerBehaviour } from '../support/mail-server.ts'
import { readMail } from '../support/read-mail.ts'
import { Inside } from './inside.ts'
import { silentCommit } from './silent-commit.ts'

const CONFIG = `
organizations:
  acme:
    name: Acme
    administrators: [{ email: admin@acme.example, role: admin }]
    products: { vray: { name: V-Ray, seats: 5 } }
    sources: { hr: { kind: csv, approval: manual, settle: 50ms } }
    rules: { everyone: { source: hr, when: { everyone: true }, then: [{ member: member }, { product: vray }] } }
`
const PEOPLE = ['ada@acme.example', 'bob@acme.example', 'eve@acme.example']
const ROSTER = `external_id,email\n${PEOPLE.map((email, n) => `${n},${email}\n`).join('')}`

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of closing.splice(0).reverse()) await step()
})

async function mail(behaviour: ServerBehaviour = {}) {
  const server = await mailServer(behaviour)
  closing.push(() => server.close())
  return { ...server, SMTP_URL: `smtp://127.0.0.1:${server.port}` }
}

async function installed(): Promise<Installation> {
  const place = await Installation.make(CONFIG)
  closing.push(() => place.remove())
  return place
}

const planShape = z.looseObject({ id: z.string(), hash: z.string() })

async function approve(daemon: Daemon): Promise<string> {
  const plan = await until(async () => (await daemon.list('/plans?state=awaiting_approval', planShape))[0])
  expect((await daemon.ask('POST', `/plans/${plan.id}/approve`, { hash: plan.hash })).status).toBe(200)
  return plan.id
}

const stateOf = async (daemon: Daemon, plan: string) => (await daemon.ask('GET', `/plans/${plan}`)).body['state']

/** Addresses of members to whom a letter arrived, once for each time. */
const arrived = (deliveries: Parameters<typeof readMail>[0][]) =>
  deliveries
    .map(readMail)
    .filter(({ subject }) => !subject.startsWith('[rosterd]'))
    .map(({ to }) => to)
    .sort()

async function letters(sql: Sql): Promise<string[]> {
  const rows = await sql<{ address: string; state: string; error: string | null }[]>`
    select address, state, error from letters where audience = 'member' order by address`
  return rows.map(({ address, state, error }) => `${address} ${error ?? state}`)
}

test('row 28, mail: killed when the mail server has a letter and has not said so: MAIL_UNKNOWN, never a second letter', async () => {
  const behaviour: ServerBehaviour = { hangAt: 'answer' }
  const server = await mail(behaviour)
  const place = await installed()
  const inside = new Inside(place)
  closing.push(() => inside.close())
  const first = await place.start({ SMTP_URL: server.SMTP_URL })
  await place.drop('roster.csv', ROSTER)
  await approve(first)
  await until(async () => arrived(server.deliveries).length > 0)
  const before = arrived(server.deliveries)
  await first.kill()
  delete behaviour.hangAt
  const second = await place.start({ SMTP_URL: server.SMTP_URL })
  const states = await until(async () => {
    const now = await inside.ask(letters)
    return now.every((letter) => !/ (?:due|sending)$/.test(letter)) && now
  })
  const known = arrived(server.deliveries)
  expect(known).toEqual(PEOPLE.filter((email) => known.includes(email)))
  // What had arrived is not known to have, and whatever else was said to have arrived has.
  for (const email of before) expect(states).toContain(`${email} MAIL_UNKNOWN`)
  for (const email of PEOPLE)
    expect(states).toContain(`${email} ${known.includes(email) && !before.includes(email) ? 'sent' : 'MAIL_UNKNOWN'}`)
  // Administrators are told again rather than not at all.
  const told = server.deliveries.map(readMail).filter(({ subject }) => subject.startsWith('[rosterd]'))
  expect(told.length).toBeGreaterThan(0)
  expect(await second.stop()).toBe(0)
}, 300_000)

test('rows 28 and 29: two daemons share a database; one is killed before it hears that its batch was committed, and the other goes on', async () => {
  const database = await freshDatabase()
  closing.push(() => database.drop())
  const way = await silentCommit(database.url, 'insert into outcomes')
  closing.push(() => way.close())
  const server = await mail()
  const [here, there] = [await installed(), await installed()]
  const first = await here.start({ DATABASE_URL: way.url, SMTP_URL: server.SMTP_URL })
  await here.drop('roster.csv', ROSTER)
  const plan = await approve(first)
  await way.kept
  const { sql } = database
  const done = async () => (await sql<{ number: number }[]>`select number from outcomes order by number`).length
  const settled = await done()
  expect(settled).toBeGreaterThan(0)

  // The second has a data directory of its own, and serves the same.
  const second = await there.start({ DATABASE_URL: database.url, SMTP_URL: server.SMTP_URL })
  expect(await stateOf(second, plan)).toBe('applying')
  await first.kill()
  await until(async () => (await stateOf(second, plan)) === 'applied', 120_000)
  const progress = await second.ask('GET', `/plans/${plan}/progress`)
  expect(progress.body).toMatchObject({ itemCount: 6, states: { succeeded: 6 } })
  expect(await done()).toBe(6)
  const batches = await sql<{ items: number }[]>`
    select ("after" -> 'states' ->> 'succeeded')::int as items from audit where act = 'batch.applied' order by id`
  expect(batches.map(({ items }) => items).reduce((a, b) => a + b, 0)).toBe(6)
  expect(batches[0]?.items).toBe(settled)
  expect(await sql`select used from products`).toEqual([{ used: 3 }])
  await until(async () => arrived(server.deliveries).length === PEOPLE.length)
  expect(arrived(server.deliveries)).toEqual(PEOPLE)
  await until(async () => (await letters(sql)).every((letter) => letter.endsWith(' sent')))
  expect(await second.stop()).toBe(0)
}, 300_000)

test('row 29: a second daemon on the same data directory says so in one sentence and ends; the first goes on', async () => {
  const place = await installed()
  const daemon = await place.start()
  const second = await place.rosterd('serve')
  expect(second.code).toBe(1)
  expect(second.out).toBe('')
  expect(second.err.trim().split('\n')[0]).toContain(`Another rosterd (process ${daemon.pid})`)
  expect((await daemon.ask('GET', '/plans')).status).toBe(200)
  expect(await daemon.stop()).toBe(0)
}, 300_000)
