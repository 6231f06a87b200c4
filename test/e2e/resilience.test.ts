/** What goes away under a running daemon is said once in its log and in /readyz, and the work goes on by itself when it is back. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmdirSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, open, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest'
import { z } from 'zod'
import { startEmbedded } from '../../src/store/embedded/index.ts'
import { type Daemon, Installation, run, until } from '../support/daemon.ts'

const config = (folder = '') => `organizations:
  acme:
    name: Acme
    domains: [acme.example]
    sources: { hr: { kind: csv, approval: manual, settle: 50ms, poll: 500ms${folder && `, folder: ${folder}`} } }
    rules: { everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] } }
`
const roster = (people: number) =>
  `external_id,email\n${Array.from({ length: people }, (_, n) => `${n},p${n}@acme.example\n`).join('')}`

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of closing.splice(0).reverse()) await step()
})

async function installed(folder?: string): Promise<Installation> {
  const place = await Installation.make(config(folder))
  closing.push(() => place.remove())
  return place
}

/** What the daemon said stands in the report of a test that fails. */
async function started(place: Installation, env: Record<string, string>): Promise<Daemon> {
  const daemon = await place.start(env)
  onTestFailed(() => console.log(daemon.said(), daemon.logged()))
  return daemon
}

async function temporary(): Promise<string> {
  const directory = await mkdtemp(join(await realpath(tmpdir()), 'rosterd-resilience-'))
  await chmod(directory, 0o711)
  closing.push(() => rm(directory, { recursive: true, force: true }))
  return directory
}

const readiness = z.object({
  status: z.string(),
  reason: z.string().optional(),
  components: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['ok', 'trouble']),
      why: z.string().optional(),
      since: z.iso.datetime().optional(),
      next: z.string().optional(),
    }),
  ),
})

async function readyz(daemon: Daemon) {
  const response = await fetch(`${daemon.url}/readyz`)
  return { http: response.status, ...readiness.parse(await response.json()) }
}

const reaches = (daemon: Daemon, status: string) =>
  until(async () => {
    const now = await readyz(daemon)
    return now.status === status && now
  })

const line = z.looseObject({ level: z.string(), msg: z.string(), component: z.string().optional() })
const lines = (daemon: Daemon) =>
  daemon
    .logged()
    .split('\n')
    .filter(Boolean)
    .map((text) => line.parse(JSON.parse(text)))
/** Components, or sentences, of the lines that warn of something. */
const troubles = (daemon: Daemon, from = 0) =>
  lines(daemon)
    .slice(from)
    .filter(({ level }) => level === 'error' || level === 'warn')
    .map(({ component, msg }) => component ?? msg)

const answer = z.looseObject({ items: z.array(z.looseObject({ file: z.string(), state: z.string() })).optional() })
/** While the database is away it is said so, and never that something went wrong inside. */
const isRead = (daemon: Daemon, file: string) =>
  until(async () => {
    const asked = await daemon.ask('GET', '/snapshots').catch(() => null)
    if (asked === null) return null
    const { status, body } = asked
    expect([200, 503]).toContain(status)
    if (status === 503) expect(body).toMatchObject({ code: 'DATABASE_AWAY' })
    return answer.parse(body).items?.some((one) => one.file === file)
  })

const postmaster = async (data: string) =>
  Number((await readFile(join(data, 'postgres/cluster/postmaster.pid'), 'utf8')).split('\n')[0])

/** Mounting needs root, and a kernel that lets this root do it. */
const canMount = process.getuid?.() === 0 && mayMount()
function mayMount(): boolean {
  const probe = mkdtempSync(join(tmpdir(), 'rosterd-mount-'))
  const mounted = system('mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe).status === 0
  if (mounted) system('umount', probe)
  rmdirSync(probe)
  return mounted
}

function mount(...args: string[]): void {
  const { status, stderr } = system('mount', ...args)
  if (status !== 0) throw new Error(`mount ${args.join(' ')}: ${stderr}`)
}

function system(program: string, ...args: string[]) {
  return spawnSync(program, args)
}

/** Writes until nothing more fits. */
async function fill(path: string): Promise<void> {
  const file = await open(path, 'w')
  const block = Buffer.alloc(64 * 1024)
  try {
    for (;;) await file.write(block)
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' })
  } finally {
    await file.close()
  }
}

describe('under one daemon', () => {
  let place: Installation
  let daemon: Daemon
  let above: string
  let folder: string
  let from = 0
  beforeAll(async () => {
    above = await mkdtemp(join(await realpath(tmpdir()), 'rosterd-resilience-'))
    folder = join(above, 'share')
    place = await Installation.make(config(folder))
    daemon = await place.start({ LOG_LEVEL: 'info' })
    await until(async () => (await readyz(daemon)).components.some(({ name }) => name === `drop folder ${folder}`))
  })
  beforeEach(() => {
    onTestFailed(() => console.log(daemon.said(), daemon.logged()))
    from = lines(daemon).length
  })
  afterAll(async () => {
    await place?.remove()
    await rm(above, { recursive: true, force: true })
  })

  const put = async (name: string, where = folder) => {
    await writeFile(join(where, `in/.${name}.tmp`), roster(3))
    await rename(join(where, `in/.${name}.tmp`), join(where, 'in', name))
  }

  test('the embedded PostgreSQL is killed: it is started again, and what was asked for is done', async () => {
    const first = await postmaster(place.data)
    process.kill(first, 'SIGKILL')
    await put('first.csv')
    await isRead(daemon, 'first.csv')
    expect((await reaches(daemon, 'ready')).http).toBe(200)
    expect(await postmaster(place.data)).not.toBe(first)
    expect(troubles(daemon, from)).toEqual(['database'])
    expect(lines(daemon).some(({ msg }) => msg.startsWith('database: this trouble is over'))).toBe(true)
    const second = await run(['serve'], place.environment)
    expect([second.code, second.err]).toEqual([1, expect.stringContaining(`Another rosterd (process ${daemon.pid})`)])
  })

  test('the drop folder goes away: it is not made anew, and files are read again when it is back', async () => {
    await rename(folder, `${folder}.away`)
    const degraded = await reaches(daemon, 'degraded')
    expect(degraded.http).toBe(200)
    expect(degraded.components.find(({ state }) => state === 'trouble')).toMatchObject({
      name: `drop folder ${folder}`,
      why: `Files of acme.hr cannot be taken: ${folder}/in is not there.`,
      next: 'Mount the folder again, or make it; a restart makes it too.',
    })
    await put('second.csv', `${folder}.away`)
    await rename(`${folder}.away`, folder)
    await reaches(daemon, 'ready')
    await isRead(daemon, 'second.csv')
    expect(troubles(daemon, from).filter((one) => one === `drop folder ${folder}`)).toHaveLength(1)
    expect(troubles(daemon, from).length).toBeLessThanOrEqual(2)
  })

  test('anybody may write into the drop folder: it is degraded, and files are read when it is closed', async () => {
    await chmod(join(folder, 'in'), 0o777)
    const degraded = await reaches(daemon, 'degraded')
    expect(degraded.http).toBe(200)
    expect(degraded.components.find(({ state }) => state === 'trouble')).toMatchObject({
      name: `drop folder ${folder}`,
      why: `Files of acme.hr are not taken: anybody may write into ${folder}/in, so nothing in it is read.`,
      next: expect.stringContaining(`chmod o-w ${folder}/in`),
    })
    await put('open.csv')
    await chmod(join(folder, 'in'), 0o750)
    await reaches(daemon, 'ready')
    await isRead(daemon, 'open.csv')
  })

  test.runIf(canMount)('the drop folder can only be read: files are taken when it can be written again', async () => {
    mount('--bind', folder, folder)
    try {
      await writeFile(join(folder, 'in/third.csv.part'), roster(4))
      mount('-o', 'remount,bind,ro', folder)
      const degraded = await reaches(daemon, 'degraded')
      expect(degraded.components.find(({ state }) => state === 'trouble')?.why).toBe(
        `Files of acme.hr cannot be taken: ${folder}/in is on a file system that can only be read.`,
      )
    } finally {
      system('umount', '--lazy', folder)
    }
    await rename(join(folder, 'in/third.csv.part'), join(folder, 'in/third.csv'))
    await reaches(daemon, 'ready')
    await isRead(daemon, 'third.csv')
    expect(troubles(daemon, from).filter((one) => one === `drop folder ${folder}`)).toHaveLength(1)
    expect(troubles(daemon, from).length).toBeLessThanOrEqual(2)
  })
})

test('a PostgreSQL of their own goes away and comes back: 503 meanwhile, one sentence, and nothing is lost', async () => {
  const home = await temporary()
  const before = await startEmbedded(home, { fsync: false })
  closing.push(() => before.stop())
  const place = await installed()
  const daemon = await started(place, { DATABASE_URL: before.url, LOG_LEVEL: 'info' })
  await before.stop()
  const gone = await reaches(daemon, 'not ready')
  expect(gone).toMatchObject({ http: 503, reason: 'the database does not answer' })
  expect(gone.components.find(({ name }) => name === 'database')).toMatchObject({
    state: 'trouble',
    why: 'The database does not answer.',
    since: expect.any(String),
    next: expect.stringContaining('goes on by itself'),
  })
  await place.drop('roster.csv', roster(3))
  const after = await startEmbedded(home, { fsync: false, port: Number(new URL(before.url).port) })
  closing.push(() => after.stop())
  await isRead(daemon, 'roster.csv')
  expect((await reaches(daemon, 'ready')).http).toBe(200)
  expect(troubles(daemon)).toEqual(['database'])
  expect(await daemon.stop()).toBe(0)
})

test('a log and an output on a full disk lose lines, and the daemon goes on', async () => {
  const place = await installed()
  const full = openSync('/dev/full', 'w')
  const child = spawn(process.execPath, ['--import', './test/support/tsx.ts', 'src/cli/index.ts', 'serve'], {
    env: { ...process.env, ...place.environment, LOG_LEVEL: 'trace' },
    stdio: ['ignore', full, full],
  })
  closeSync(full)
  const ended = once(child, 'close')
  closing.push(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const { url } = await until(async () => {
    const text = await readFile(join(place.data, 'daemon.json'), 'utf8').catch(() => null)
    return text !== null && z.object({ url: z.string() }).parse(JSON.parse(text))
  })
  await place.drop('roster.csv', roster(3))
  await until(async () => (await place.rosterd('snapshots')).out.includes('roster.csv'))
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
})

test.runIf(canMount)('a full disk, also for the database: a sentence, and all goes on once there is room', async () => {
  const place = await installed()
  const disk = place.data
  await mkdir(disk, { mode: 0o711 })
  mount('-t', 'tmpfs', '-o', 'size=256m,mode=0711', 'tmpfs', disk)
  closing.push(async () => void system('umount', '--lazy', disk))
  const daemon = await started(place, { LOG_LEVEL: 'info' })
  await place.drop('first.csv', roster(5))
  await isRead(daemon, 'first.csv')
  const ballast = join(disk, 'ballast')
  await writeFile(join(place.folder(), 'in/second.csv.part'), roster(20_000))
  await fill(ballast)
  await rename(join(place.folder(), 'in/second.csv.part'), join(place.folder(), 'in/second.csv'))
  const told = await until(async () =>
    (await readyz(daemon)).components.find(({ name, state }) => name === 'disk' && state === 'trouble'),
  )
  expect(told.why).toMatch(/^The disk of the data directory .* is full: \d+ MiB are left\.$/)
  // The database meets it too: the file cannot be let in.
  await until(async () =>
    (await readyz(daemon)).components.some(({ name, state }) => /database/.test(name) && state === 'trouble'),
  )
  await rm(ballast)
  await isRead(daemon, 'second.csv')
  expect(troubles(daemon).filter((one) => one === 'disk')).toHaveLength(1)
  expect(troubles(daemon).length).toBeLessThan(15)
  expect(await daemon.stop()).toBe(0)
})
