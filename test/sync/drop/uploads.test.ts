/** Half-written uploads by a real sftp and a real rsync, on the file system alone: no network, no daemon of theirs. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { until } from '../../support/daemon.ts'
import { Inlet, sizeOf, workshop } from '../../support/inlet.ts'
import { toolOf } from '../../support/tools.ts'

const sftp = toolOf('sftp', 'openssh-client', ['/usr/bin/sftp'])
const server = toolOf('sftp-server', 'openssh-sftp-server', [
  '/usr/lib/openssh/sftp-server',
  '/usr/libexec/sftp-server',
])
const rsync = toolOf('rsync', 'rsync', ['/usr/bin/rsync'])

let inlet: Inlet
const running = new Set<ChildProcess>()
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL')
  running.clear()
  await inlet?.close()
})

const ROWS = 6_000
const roster = (rows: number) =>
  [
    'external_id,email,first_name,last_name',
    ...Array.from({ length: rows }, (_, n) => `${n},p${n}@acme.example,Pia,Name number ${n}`),
    '',
  ].join('\n')

/** A watched folder, and a roster beside it to upload. */
async function ready(rows = ROWS): Promise<{ local: string; remote: string }> {
  // An upload rests between two writes; longer than these it never does here.
  inlet = await Inlet.open('kind: csv, approval: manual, settle: 40ms, rest: 700ms, patience: 1500ms, poll: 50ms')
  const local = join(await workshop(inlet), 'roster.csv')
  await writeFile(local, roster(rows))
  inlet.watch()
  return { local, remote: inlet.path('roster.csv') }
}

function start(program: string | null, ...args: string[]): ChildProcess {
  const child = spawn(program ?? '', args, { stdio: ['pipe', 'ignore', 'ignore'] })
  running.add(child)
  return child
}

/** @param speed kilobits a second */
function upload(local: string, remote: string, speed: number): ChildProcess {
  const child = start(sftp.path, '-q', '-l', String(speed), '-B', '4096', '-R', '1', '-b', '-', '-D', server.path ?? '')
  child.stdin?.end(`put ${local} ${remote}\n`)
  return child
}

describe('sftp writes in place', () => {
  test('while it does, nothing is read; when it is done, everything is', async (context) => {
    if (sftp.path === null || server.path === null) return context.skip(`${sftp.reason} openssh-sftp-server`)
    const { local, remote } = await ready()
    const child = upload(local, remote, 1_200)
    const ended = once(child, 'exit')
    const seen = new Set<number>()
    const done = ended.then(() => true)
    while (!(await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 20))]))) {
      seen.add(await sizeOf(remote))
      expect(await inlet.read()).toEqual([])
    }
    // It grew under our eyes.
    expect(seen.size).toBeGreaterThan(5)
    expect(await inlet.decided(1)).toEqual([`roster.csv admitted stable_only ${ROWS}`])
  })

  test('killed in the middle: what it left fails, and the next upload is read whole', async (context) => {
    if (sftp.path === null || server.path === null) return context.skip(`${sftp.reason} openssh-sftp-server`)
    const { local, remote } = await ready()
    const child = upload(local, remote, 1_200)
    await until(async () => (await sizeOf(remote)) > 40_000)
    child.kill('SIGKILL')
    expect(await inlet.decided(1)).toEqual(['roster.csv unreadable stable_only 0'])
    expect(await inlet.reason('roster.csv', 'failed')).toMatchObject({ reasons: [{ code: 'FILE_INCOMPLETE' }] })
    expect(await inlet.world.sql`select from directory_users`).toEqual([])
    upload(local, remote, 100_000)
    expect((await inlet.decided(2))[1]).toBe(`roster.csv admitted stable_only ${ROWS}`)
  })
})

describe('rsync writes aside and renames', () => {
  test('while it does, its file with a dot is passed over', async (context) => {
    if (rsync.path === null) return context.skip(rsync.reason)
    const { local, remote } = await ready()
    const child = start(rsync.path, '--times', '--bwlimit=150', '--whole-file', local, remote)
    const ended = once(child, 'exit')
    await until(async () => (await inlet.inbox()).some((name) => /^\.roster\.csv\.\w{6}$/.test(name)))
    await ended
    expect(await inlet.decided(1)).toEqual([`roster.csv admitted atomic_rename ${ROWS}`])
    expect(await inlet.inbox()).toEqual([])
  })

  test('interrupted with --partial it leaves a part under the real name: that fails', async (context) => {
    if (rsync.path === null) return context.skip(rsync.reason)
    // It writes a quarter of a megabyte at a time.
    const { local, remote } = await ready(20_000)
    const child = start(rsync.path, '--partial', '--bwlimit=300', '--whole-file', local, remote)
    const part = async () => (await inlet.inbox()).find((name) => name.startsWith('.roster.csv.'))
    await until(async () => (await sizeOf(inlet.path((await part()) ?? 'none'))) > 200_000)
    child.kill('SIGTERM')
    expect(await inlet.decided(1)).toEqual([
      expect.stringMatching(/^roster.csv unreadable (?:atomic_rename|stable_only) 0$/),
    ])
    start(rsync.path, '--times', local, remote)
    expect((await inlet.decided(2))[1]).toBe('roster.csv admitted atomic_rename 20000')
  })

  test('the same file again, with its old time, confirms it', async (context) => {
    if (rsync.path === null) return context.skip(rsync.reason)
    const { local, remote } = await ready()
    start(rsync.path, '--times', local, remote)
    await inlet.decided(1)
    start(rsync.path, '--times', local, remote)
    expect((await inlet.decided(2))[1]).toBe(`roster.csv confirmed atomic_rename ${ROWS}`)
  })
})
