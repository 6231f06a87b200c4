/**
 * Twenty rounds of `kill -9` while a plan of some thousand items applies, at moments drawn from a fixed seed. Five organizations take
 * turns, so that while the lease of one that was interrupted runs out the next one is interrupted, and resumed plans are hit again.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { openConnection } from '../../src/store/connection.ts'
import { type Daemon, Installation, until } from '../support/daemon.ts'
import { mailServer } from '../support/mail-server.ts'
import { readMail } from '../support/read-mail.ts'

const ROUNDS = 20
const KEYS = ['one', 'two', 'three', 'four', 'five']
const PEOPLE = 1_800
/** So many leave and so many join from one roster to the next; whoever stays changes their group. */
const TURNOVER = 600
const GROUPS = ['Artists', 'Lighting', '']
const HELD = new Map([
  ['Artists', 'vray'],
  ['Lighting', 'houdini'],
])

const section = (key: string) => `
  ${key}:
    name: ${key}
    administrators: [{ email: admin@${key}.example, role: admin }]
    limits:
      remove: { floor: 1000000, half_from: 1000000, refuse_percent: 100 }
      revoke: { floor: 1000000, refuse_percent: 100 }
    products: { vray: { name: V-Ray, seats: 10000 }, houdini: { name: Houdini, seats: 10000 } }
    sources: { hr: { kind: csv, approval: manual, settle: 50ms } }
    rules:
      everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }
      artists: { source: hr, when: { group: { name: Artists } }, then: [{ product: vray }] }
      lighting: { source: hr, when: { group: { name: Lighting } }, then: [{ product: houdini }] }`
const CONFIG = `mail: { per_minute: 3000 }\norganizations:${KEYS.map(section).join('')}\n`

const emailOf = (key: string, id: number) => `p${id}@${key}.example`
const groupOf = (id: number, generation: number) => GROUPS[(id + generation) % GROUPS.length] ?? ''
const idsOf = (generation: number) => Array.from({ length: PEOPLE }, (_, n) => n + generation * TURNOVER)

function roster(key: string, generation: number): string {
  const lines = idsOf(generation).map((id) => `${id},${emailOf(key, id)},P,N${id},${groupOf(id, generation)}`)
  return `external_id,email,first_name,last_name,groups\n${lines.join('\n')}\n`
}

/** Numbers from 0 to below 1 that are the same in every run (mulberry32). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

let server: Awaited<ReturnType<typeof mailServer>>
let place: Installation
let daemon: Daemon
beforeAll(async () => {
  server = await mailServer()
  place = await Installation.make(CONFIG)
  daemon = await start()
}, 60_000)
afterAll(async () => {
  await place?.remove()
  await server?.close()
})

const start = () => place.start({ SMTP_URL: `smtp://127.0.0.1:${server.port}` })

/** The embedded database of the daemon that runs now; its port is another after every start. */
async function query<T>(ask: (sql: Awaited<ReturnType<typeof openConnection>>) => Promise<T>): Promise<T> {
  const home = join(place.data, 'postgres')
  const [, , , port] = (await readFile(join(home, 'cluster/postmaster.pid'), 'utf8')).split('\n')
  const password = (await readFile(join(home, 'password'), 'utf8')).trim()
  const sql = await openConnection(`postgres://rosterd:${password}@127.0.0.1:${port}/rosterd`, { max: 1 })
  try {
    return await ask(sql)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

const planShape = z.looseObject({
  id: z.string(),
  state: z.string(),
  hash: z.string(),
  itemCount: z.number(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
})

interface Turn {
  key: string
  generation: number
  plan: string
  killedAt: number
}

/** Drops the next roster of an organization, approves its plan, and kills the daemon while it applies. */
async function interrupt(key: string, generation: number, dice: () => number): Promise<Turn> {
  await place.drop(`roster-${generation}.csv`, roster(key, generation), 'hr', key)
  const plan = await until(async () => {
    const { body } = await daemon.ask('GET', '/plans?state=awaiting_approval', undefined, key)
    return z.object({ items: z.array(planShape) }).parse(body).items[0]
  })
  expect(plan.itemCount).toBeGreaterThan(2_500)
  const { status } = await daemon.ask('POST', `/plans/${plan.id}/approve`, { hash: plan.hash }, key)
  expect(status).toBe(200)
  const target = Math.floor(dice() * 0.8 * plan.itemCount)
  const number = Number(plan.id.slice(4))
  await query((sql) =>
    until(async () => {
      const [row] = await sql<{ done: number; state: string }[]>`
        select p.state, (select count(*)::int from outcomes o
          where o.organization_id = p.organization_id and o.plan_id = p.id) as done
        from plans p join organizations g on g.id = p.organization_id where g.key = ${key} and p.id = ${number}`
      return row !== undefined && row.state !== 'approved' && row.done >= target
    }),
  )
  // A batch takes about a tenth of a second: whoever waits longer finds the plan ended.
  await sleep(dice() * 40)
  const killedAt = Date.now()
  await daemon.kill()
  daemon = await start()
  return { key, generation, plan: plan.id, killedAt }
}

/** Waits for the plan of a turn and checks what came of it. Says how the kill met it. */
async function verify({ key, generation, plan, killedAt }: Turn): Promise<'before' | 'inside' | 'after'> {
  const ended = await until(async () => {
    const { body } = await daemon.ask('GET', `/plans/${plan}`, undefined, key)
    const now = planShape.parse(body)
    return !['approved', 'applying'].includes(now.state) && now
  }, 90_000)
  const progress = await daemon.ask('GET', `/plans/${plan}/progress`, undefined, key)
  expect(progress.body).toEqual({
    id: plan,
    state: 'applied',
    itemCount: ended.itemCount,
    states: { succeeded: ended.itemCount },
  })
  const number = Number(plan.slice(4))
  const found = await query(async (sql) => {
    const organization = sql`(select id from organizations where key = ${key})`
    const members = await sql<{ email: string; product: string | null }[]>`
      select m.email, p.key as product from members m
      left join assignments a on a.organization_id = m.organization_id and a.person_id = m.person_id
      left join products p on p.organization_id = a.organization_id and p.id = a.product_id
      where m.organization_id = ${organization} and m.state <> 'removed'`
    const [seats] = await sql<{ wrong: number }[]>`
      select count(*)::int as wrong from products p where organization_id = ${organization} and used <> (
        select count(*) from assignments a where a.organization_id = p.organization_id and a.product_id = p.id)`
    const [outcomes] = await sql<{ early: number; late: number; items: number }[]>`
      select count(*)::int as items, (count(*) filter (where o.at < ${new Date(killedAt)}))::int as early,
        (count(*) filter (where o.at >= ${new Date(killedAt)}))::int as late
      from outcomes o where organization_id = ${organization} and plan_id = ${number}`
    return { members, seats, outcomes }
  })
  expect(found.members.map(({ email, product }) => `${email} ${product ?? ''}`.trim()).sort()).toEqual(
    idsOf(generation)
      .map((id) => `${emailOf(key, id)} ${HELD.get(groupOf(id, generation)) ?? ''}`.trim())
      .sort(),
  )
  expect(found.seats).toEqual({ wrong: 0 })
  expect(found.outcomes?.items).toBe(ended.itemCount)
  const again = await daemon.ask('POST', '/plans', {}, key)
  expect([again.status, again.body['items']]).toEqual([200, []])
  if (found.outcomes?.late === 0) return 'after'
  return found.outcomes?.early === 0 ? 'before' : 'inside'
}

test('twenty kills while plans apply: every item has one outcome, nobody a second letter, and nothing is left to do', async () => {
  const dice = random(20_261_122)
  const turns = new Map<string, Turn>()
  const met = { before: 0, inside: 0, after: 0 }
  for (let round = 0; round < ROUNDS; round += 1) {
    const key = KEYS[round % KEYS.length] ?? ''
    const last = turns.get(key)
    if (last) met[await verify(last)] += 1
    turns.set(key, await interrupt(key, last ? last.generation + 1 : 0, dice))
  }
  for (const turn of turns.values()) met[await verify(turn)] += 1
  // A kill that comes a moment too late proves nothing: most must have come between the first outcome and the last.
  expect(met.inside).toBeGreaterThanOrEqual(ROUNDS * 0.6)

  // The post is paced, so that a quick machine has to wait for enough of it to say anything.
  const soon = Date.now() + 60_000
  while (server.deliveries.length < 1_200 && Date.now() < soon) await sleep(200)
  // Asked before the post is counted: letters go on leaving meanwhile.
  const sent = await query(
    (sql) => sql<{ key: string }[]>`
      select address || ' pln_' || plan_id as key from letters where audience = 'member' and state = 'sent'`,
  )
  const delivered = server.deliveries.map(readMail).filter(({ subject }) => !subject.startsWith('[rosterd]'))
  const keys = delivered.map(({ to, text }) => `${to} ${/Reference: (pln_\d+)/.exec(text)?.[1]}`)
  expect(keys.length).toBeGreaterThan(1_000)
  expect(keys.length - new Set(keys).size).toBe(0)
  const arrived = new Set(keys)
  expect(sent.filter(({ key }) => !arrived.has(key))).toEqual([])
  expect(await daemon.stop()).toBe(0)
}, 400_000)
