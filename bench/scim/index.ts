/**
 * `npm run bench:scim [-- PEOPLE]`: what identity providers ask of the SCIM endpoint of a real daemon with PEOPLE users (10,000) and a group
 * of them all; beside each step, in turns and in the same run, one indexed select or one durable insert through Hono and postgres.js on
 * the same PostgreSQL, and the same request to scimmy-routers.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { openConnection, type Sql } from '../../src/store/connection.ts'
import { startEmbedded } from '../../src/store/embedded/index.ts'
import { Daemon } from '../daemon.ts'
import { leavers } from './leavers.ts'
import { load } from './load.ts'
import { fill, Peer, type Place } from './place.ts'
import { startServer } from './server.ts'
import { STEPS } from './steps.ts'
import { wholeGroup } from './whole-group.ts'

const people = Number(process.argv[2] ?? 10_000)
const SECONDS = Number(process.argv[3] ?? 4)
const ROUNDS = 3
const WITHIN_MS = 1_800_000

/** What follows from requests is put off, letters to ten thousand people too, so that the requests alone are measured. */
const LATER = `
        quiet: 2h
        longest_wait: 4h
        urgent_quiet: 2h`

/** Nothing is held back by the pace that protects a real installation, nor by guards: what is measured is the work. */
const config = (more = '') => `mail: { per_minute: 1 }
organizations:
  bench:
    name: Bench
    zone: UTC
    domains: [bench.example]
    limits:
      remove: { floor: 1000000, refuse_from: 10000000, half_from: 10000000 }
      revoke: { floor: 1000000, refuse_from: 10000000 }
      revoke_all: { floor: 1000000, refuse_from: 10000000 }
      group: { floor: 1000000, refuse_emptied_from: 10000000 }
    products:
      vray: { name: V-Ray, seats: ${people + 1000} }
    sources:
      idp:
        kind: scim
        rate: { per_second: 100000, burst: 1000000 }${more}
    rules:
      everyone: { when: { everyone: true }, then: [{ member: member }] }
      artists: { when: { group: { name: Everybody } }, then: [{ product: vray }] }
`

const home = await mkdtemp(join(tmpdir(), 'rosterd-bench-'))
const database = await startEmbedded(join(home, 'postgres'))
try {
  const sql = await openConnection(database.url)
  const [{ name } = { name: '' }] = await sql<{ name: string }[]>`select current_database() as name`
  for (const other of ['ceiling', 'scimmy']) await sql`create database ${sql(other)} template template0`
  const urlOf = (other: string) => {
    const url = new URL(database.url)
    if (url.pathname !== `/${name}`) throw new Error('a URL with the name of a database was expected')
    url.pathname = `/${other}`
    return url.href
  }
  const data = join(home, 'data')
  await mkdir(data)
  const file = join(home, 'rosterd.yaml')
  await writeFile(file, config(LATER))
  const daemon = await Daemon.start(data, file, { DATABASE_URL: database.url })
  const ceiling = await startServer('ceiling.ts', urlOf('ceiling'))
  const scimmy = await startServer('scimmy.ts', urlOf('scimmy'))
  try {
    const { token } = await daemon.call('POST', '/tokens', { source: 'idp' })
    const ours: Place = await fill(`${daemon.url}/scim/v2`, String(token), people, { bulk: true })
    // Everything of it in one document: a group of a million is beyond it, and so is a second.
    const theirs = await fill(`${scimmy.url}/scim`, 'bench', Math.min(people, 10_000), { bulk: false })
    const plain = await Peer.fill(ceiling.url, people)
    await writeFile(file, config())
    daemon.reload()
    const left = await leavers(daemon, ours, sql)
    await writeFile(file, config(LATER))
    daemon.reload()
    await settled(sql)
    await sql`vacuum analyze mirror_resources, mirror_members, mirror_emails`
    console.log(
      `${people.toLocaleString('en-US')} users and a group of them all; 8 connections, ${ROUNDS} turns of ${SECONDS} s each\n`,
    )
    console.log(
      '| step | rosterd/s | p50 ms | p99 ms | ceiling | ceiling/s | rosterd ÷ ceiling | scimmy-routers/s | scimmy ÷ ceiling |',
    )
    console.log('|---|---|---|---|---|---|---|---|---|')
    for (const step of STEPS) {
      const rates = { ours: [] as number[], ceiling: [] as number[], theirs: [] as number[] }
      let p50 = 0
      let p99 = 0
      for (let round = 0; round < ROUNDS; round += 1) {
        const above = await load(
          plain.url,
          plain.headers,
          SECONDS,
          () => step.ceiling(plain),
          (s) => s < 300,
        )
        const own = await load(
          ours.url,
          ours.headers,
          SECONDS,
          () => step.call(ours),
          (s) => s < 300,
        )
        rates.ceiling.push(above.rate)
        rates.ours.push(own.rate)
        p50 = Math.max(p50, own.p50)
        p99 = Math.max(p99, own.p99)
        if (step.peer !== false)
          rates.theirs.push(
            (
              await load(
                theirs.url,
                theirs.headers,
                SECONDS,
                () => step.call(theirs),
                (s) => s < 300,
              )
            ).rate,
          )
      }
      const [own, above, other] = [median(rates.ours), median(rates.ceiling), median(rates.theirs)]
      const share = (rate: number) => (rate === 0 ? '' : `${Math.round((100 * rate) / above)} %`)
      const cells = [
        step.name,
        whole(own),
        p50.toFixed(1),
        p99.toFixed(1),
        step.against,
        whole(above),
        share(own),
        other === 0 ? '' : whole(other),
        share(other),
      ]
      console.log(`| ${cells.join(' | ')} |`)
    }
    console.log(`\nBulk: ${whole(ours.bulkRate)} creates/s in calls of 1,000.`)
    console.log(left)
    console.log(await wholeGroup(daemon, ours))
    console.log(`Most memory of the daemon: ${await daemon.peakMemory()} MiB.`)
  } finally {
    await Promise.all([daemon.stop(), ceiling.stop(), scimmy.stop()])
    await sql.end()
  }
} finally {
  await database.stop()
  await rm(home, { recursive: true, force: true })
}

/** Other settings make the daemon look at everybody once more; waits until nothing of that is under way any more. */
async function settled(sql: Sql): Promise<void> {
  let quiet = 0
  for (const until = Date.now() + WITHIN_MS; quiet < 10; quiet += 1) {
    await setTimeout(1_000)
    const [row] = await sql<{ busy: boolean }[]>`
      select exists (select from dirty_people) or exists (select from pg_stat_activity
        where datname = current_database() and xact_start < now() - interval '1 second' and pid <> pg_backend_pid()) as busy`
    if (row?.busy === true) quiet = -1
    if (Date.now() > until) throw new Error('the daemon did not come to rest')
  }
}

function median(list: number[]): number {
  const sorted = list.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}
