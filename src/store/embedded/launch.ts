import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { RosterdError } from '../../errors.ts'
import { run, surroundings } from './command.ts'
import { explain, openLog, readLog } from './log-file.ts'
import { sharedBuffers } from './memory.ts'
import type { Start } from './own-server.ts'
import { findPostmaster, signature } from './postmaster.ts'

/** A server that this process started and that accepts connections. */
export interface Launched {
  readonly pid: number
  readonly port: number
  /** Calls back once when it ends, for whatever reason. */
  onExit(callback: () => void): void
}

/** How often an attempt may fail for a reason that passes by itself, 200 ms apart. */
const ATTEMPTS = 50

/**
 * Starts the server and waits until it is ready, which after a crash includes its recovery, however long that takes.
 * Returns undefined when another starter's server holds the cluster.
 *
 * @throws RosterdError DATABASE_START_FAILED
 */
export async function launch(start: Start): Promise<Launched | undefined> {
  const { cluster } = start
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await attemptLaunch(start)
    if (typeof outcome !== 'string') return outcome
    if (/lock file "postmaster\.pid" already exists/.test(outcome)) return undefined
    // The port was free a moment ago; processes of a server that was killed take a moment to notice.
    const passing = /could not bind|Address already in use|pre-existing shared memory block/.test(outcome)
    if (!passing || attempt === ATTEMPTS) {
      throw new RosterdError('DATABASE_START_FAILED', { reason: explain(outcome), log: cluster.log })
    }
    await sleep(200)
  }
}

/** Returns the log of a server that failed to start. */
async function attemptLaunch({ home, program, cluster, fsync, port: wanted }: Start) {
  const [port, leash, log] = await Promise.all([wanted ?? freePort(), findLeash(), openLog(cluster.log, home.account)])
  const { size: offset } = await log.stat()
  const command = [...leash, program.postgres, '-D', cluster.directory, '-p', String(port)]
  const memory = `shared_buffers=${sharedBuffers()}MB`
  const settings = [...SETTINGS, memory, ...(fsync ? [] : CARELESS)].flatMap((setting) => ['-c', setting])
  const [file = program.postgres, ...args] = [...command, ...settings, ...signature(process.pid, leash.length > 0)]
  const child = spawn(file, args, { ...surroundings(home.account), stdio: ['ignore', log.fd, log.fd] })
  let failure: string | undefined
  child.once('error', (error) => {
    failure = error.message
  })
  child.once('exit', (code, signal) => {
    failure ??= `PostgreSQL ended (${signal ?? `exit code ${code}`})`
  })
  child.unref()
  await log.close()
  const { pid } = child
  for (;;) {
    if (failure !== undefined) return `${await readLog(cluster.log, offset)}\n${failure}`
    const found = pid === undefined ? undefined : await findPostmaster(cluster.directory)
    if (pid !== undefined && found?.pid === pid && found.status === 'ready') break
    await sleep(15)
  }
  const launched: Launched = {
    pid,
    port,
    onExit: (callback) => (failure === undefined ? child.once('exit', callback) : callback()),
  }
  return launched
}

const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'timezone=UTC',
  'log_timezone=UTC',
  // Errors of statements reach rosterd itself and may quote personal data; the log is for the server's own troubles.
  'log_min_messages=log',
  'log_checkpoints=off',
]

// Commits still reach the operating system, so that tests may kill the server and find what they wrote.
const CARELESS = ['fsync=off', 'full_page_writes=off']

/** The prefix that makes the kernel stop the server when this process ends without doing so; empty where there is none. */
async function findLeash(): Promise<string[]> {
  const leash = ['--pdeathsig', 'INT', '--']
  const tried = await run('setpriv', [...leash, 'true'])
  return tried.code === 0 ? ['setpriv', ...leash] : []
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
