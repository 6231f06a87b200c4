import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { isRosterdError, RosterdError } from '../../errors.ts'
import { CANNOT_CONNECT_NOW, type Claim, claimDatabase } from '../connection.ts'
import type { Cluster } from './cluster.ts'
import { type EmbeddedDatabase, ensureDatabase } from './database.ts'
import type { Start } from './own-server.ts'
import { findPostmaster, gone, isPostmaster, type Postmaster, terminate } from './postmaster.ts'

const LOOK_EVERY_MS = 500
const STARTING_PATIENCE_MS = 600_000
const STOPPING_PATIENCE_MS = 60_000

/** Decides about a server that runs already; undefined when things have changed and need another look. */
export async function takeOver(start: Start, found: Postmaster): Promise<EmbeddedDatabase | undefined> {
  const { cluster, log } = start
  const { pid, port, status, launcher } = found
  if (status === 'stopping' || (found.follows && !launcher.alive)) {
    // The kernel sends the signal before the child sees its new parent: it is on its way out, whatever its file says.
    if (!(await gone(pid, cluster.directory, STOPPING_PATIENCE_MS))) await terminate(pid, cluster.directory, log)
    return undefined
  }
  const ours = launcher.pid === process.pid
  if (launcher.alive && !ours) throw new RosterdError('DATA_DIRECTORY_IN_USE', { pid: launcher.pid })
  if (status === 'starting') {
    if (!(await started(cluster, pid))) await terminate(pid, cluster.directory, log)
    return undefined
  }
  try {
    const url = await ensureDatabase(cluster, port)
    log(`PostgreSQL (process ${pid}) was running already and is used as it is`)
    let stopping: Promise<void> | undefined
    const stop = () => {
      stopping ??= launcher.alive && ours ? Promise.resolve() : stopAdopted(start, pid, url)
      return stopping
    }
    return { url, stop, ended: leaving(pid, cluster) }
  } catch (error) {
    if (launcher.alive || refused(error)) throw error
    log(`PostgreSQL (process ${pid}) was running already but does not answer; starting it again`)
    await terminate(pid, cluster.directory, log, 'broken')
    return undefined
  }
}

/** Whether the server works but did not want this connection: too many already, or another password. */
function refused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof postgres.PostgresError && cause.code !== CANNOT_CONNECT_NOW
}

async function stopAdopted({ cluster, log }: Start, pid: number, url: string): Promise<void> {
  let claim: Claim
  try {
    // Held until the server is gone: nobody can begin to rely on it meanwhile.
    claim = await claimDatabase(url)
  } catch (error) {
    if (!isRosterdError(error)) throw error
    log(`PostgreSQL (process ${pid}) is left running: ${error.message}`)
    return
  }
  await terminate(pid, cluster.directory, log)
  await claim.release()
}

/** A server that is no child of ours tells nobody that it ends: it has to be looked for. */
async function leaving(pid: number, cluster: Cluster): Promise<void> {
  while (await isPostmaster(pid, cluster.directory)) await sleep(LOOK_EVERY_MS, undefined, { ref: false })
}

async function started(cluster: Cluster, pid: number): Promise<boolean> {
  const deadline = performance.now() + STARTING_PATIENCE_MS
  while (performance.now() < deadline) {
    const now = await findPostmaster(cluster.directory)
    if (now?.pid !== pid || now.status !== 'starting') return true
    await sleep(20)
  }
  return false
}
