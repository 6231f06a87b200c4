/**
 * `npm run bench [-- ROWS]`: a roster of ROWS people (100,000) dropped into the folder of a real daemon, from drop to plan, its apply,
 * a second edition with 1 % drift, the same file again, and a bulk operation over everybody; beside each, a plain COPY of the same file
 * in the same run.
 */
import { execFileSync } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { openConnection } from '../src/store/connection.ts'
import { startEmbedded } from '../src/store/embedded/index.ts'
import { assignments, bulk } from './bulk.ts'
import { Daemon } from './daemon.ts'
import { roster } from './roster.ts'

const rows = Number(process.argv[2] ?? 100_000)
const ROSTER = 'external_id text primary key, email text, first_name text, last_name text, groups text, status text'
const ASSIGNMENTS = 'email text primary key, product text, expires text'
const WITHIN_MS = 1_800_000

const CONFIG = (seats: number) => `organizations:
  bench:
    name: Bench
    zone: UTC
    domains: [bench.example]
    products:
      vray: { name: V-Ray, seats: ${seats} }
      houdini: { name: Houdini, seats: ${seats} }
      autodraw: { name: AutoDraw, seats: ${seats + 1_000} }
    sources:
      hr: { kind: csv, approval: manual, settle: 100ms }
    rules:
      everyone: { when: { everyone: true }, then: [{ member: member }] }
      artists: { when: { group: { name: Artists } }, then: [{ product: vray }] }
      lighting: { when: { group: { name: Lighting } }, then: [{ product: vray }, { product: houdini }] }
`

interface Step {
  step: string
  seconds: number
  items: number
  copy: number
}

const home = await mkdtemp(join(tmpdir(), 'rosterd-bench-'))
try {
  const files = { first: join(home, 'first.csv'), again: join(home, 'again.csv'), second: join(home, 'second.csv') }
  await pipeline(Readable.from(roster({ rows })), createWriteStream(files.first))
  await copyFile(files.first, files.again)
  await pipeline(Readable.from(roster({ rows, drift: 0.01 })), createWriteStream(files.second))
  const uploaded = join(home, 'assign.csv')
  await assignments(uploaded, roster({ rows, drift: 0.01 }), 'autodraw')
  const ceiling = {
    first: await copy(files.first, ROSTER),
    second: await copy(files.second, ROSTER),
    uploaded: await copy(uploaded, ASSIGNMENTS),
  }
  // What the ceilings wrote goes to the disk before the clock runs, not while it does.
  execFileSync('sync')
  const config = join(home, 'rosterd.yaml')
  await writeFile(config, CONFIG(rows))
  const data = join(home, 'data')
  await mkdir(data)
  const daemon = await Daemon.start(data, config)
  const inbox = join(data, 'drop', 'bench', 'hr', 'in')
  const steps: Step[] = []
  try {
    const first = await toPlan(daemon, inbox, files.first)
    steps.push({ step: 'first roster: drop to plan', ...first, copy: ceiling.first })
    steps.push({ step: 'apply it', ...(await apply(daemon, first)), copy: ceiling.first })
    steps.push({
      step: 'the same file again: drop to confirmed',
      ...(await toConfirmed(daemon, inbox, files.again)),
      copy: ceiling.first,
    })
    const second = await toPlan(daemon, inbox, files.second)
    steps.push({ step: '1 % drift: drop to plan', ...second, copy: ceiling.second })
    steps.push({ step: 'apply it', ...(await apply(daemon, second)), copy: ceiling.second })
    // More than a hundred thousand rows are no upload.
    if (rows <= 100_000)
      steps.push(
        ...(await bulk(daemon, uploaded, (plan) => apply(daemon, plan))).map((one) => ({
          ...one,
          copy: ceiling.uploaded,
        })),
      )
    print(steps, await daemon.peakMemory())
  } finally {
    await daemon.stop()
  }
} finally {
  await rm(home, { recursive: true, force: true })
}

/** The ceiling: PostgreSQL reading the same file into a table with one unique index, on the same settings. */
async function copy(file: string, columns: string): Promise<number> {
  const directory = await mkdtemp(join(home, 'copy-'))
  const database = await startEmbedded(directory)
  const sql = await openConnection(database.url, { max: 1 })
  try {
    await sql.unsafe(`create table roster (${columns})`)
    const started = performance.now()
    await pipeline(
      createReadStream(file, { highWaterMark: 262_144 }),
      await sql`copy roster from stdin (format csv, header)`.writable(),
    )
    return (performance.now() - started) / 1000
  } finally {
    await sql.end()
    await database.stop()
  }
}

async function toPlan(
  daemon: Daemon,
  inbox: string,
  file: string,
): Promise<{ seconds: number; items: number; id: string; hash: string }> {
  const started = performance.now()
  await rename(file, join(inbox, `${Date.now()}.csv`))
  const plan = await daemon.until(async () => {
    const { items } = await daemon.call('GET', '/plans?state=awaiting_approval')
    return Array.isArray(items) ? items[0] : undefined
  }, WITHIN_MS)
  return { seconds: (performance.now() - started) / 1000, items: plan.itemCount, id: plan.id, hash: plan.hash }
}

async function toConfirmed(daemon: Daemon, inbox: string, file: string): Promise<{ seconds: number; items: number }> {
  const started = performance.now()
  await rename(file, join(inbox, `${Date.now()}.csv`))
  await daemon.until(async () => {
    const { items } = await daemon.call('GET', '/snapshots')
    return Array.isArray(items) && items[0]?.state === 'confirmed' ? true : undefined
  }, WITHIN_MS)
  return { seconds: (performance.now() - started) / 1000, items: 0 }
}

async function apply(
  daemon: Daemon,
  { id, hash, items }: { id: string; hash: string; items: number },
): Promise<{ seconds: number; items: number }> {
  const { overrideCount } = await daemon.call('GET', `/plans/${id}`)
  const override = typeof overrideCount === 'number' ? { override: { count: overrideCount, reason: 'benchmark' } } : {}
  const started = performance.now()
  await daemon.call('POST', `/plans/${id}/approve`, { hash, ...override })
  await daemon.until(async () => {
    const { state } = await daemon.call('GET', `/plans/${id}/progress`)
    return state === 'applied' ? true : undefined
  }, WITHIN_MS)
  return { seconds: (performance.now() - started) / 1000, items }
}

function print(steps: Step[], memory: number): void {
  console.log(`| ${rows.toLocaleString('en-US')} people | seconds | items | items/s | × a plain COPY of the file |`)
  console.log('|---|---|---|---|---|')
  for (const { step, seconds, items, copy } of steps) {
    const speed = Math.round(items / seconds).toLocaleString('en-US')
    console.log(
      `| ${step} | ${seconds.toFixed(1)} | ${items.toLocaleString('en-US')} | ${speed} | ${(seconds / copy).toFixed(1)} |`,
    )
  }
  console.log(`\nMost memory of the daemon: ${memory} MiB.`)
}
