// This room runs a real PostgreSQL below the data directory, for those who have none of their own.
// It finds the binaries, a user that may run them and a place that user may write to, and starts the server as a child
// process on a private port; or it adopts the one that a killed daemon left running.
// Nothing here knows what is stored: outside, it is a URL and a way to stop.

import { join } from 'node:path'
import { isRosterdError, RosterdError } from '../../errors.ts'
import { openCluster } from './cluster.ts'
import { type EmbeddedDatabase, urlOf } from './database.ts'
import { takeOver } from './found-server.ts'
import { type Home, knownHome, openHome } from './home.ts'
import { launchNew, type Start } from './own-server.ts'
import { findPostmaster } from './postmaster.ts'
import { findProgram } from './program.ts'
import { readIfThere } from './write-once.ts'

export type { EmbeddedDatabase } from './database.ts'

export interface EmbeddedOptions {
  /** False trades the safety of the data for speed: for tests alone. */
  fsync?: boolean
  log?: (message: string) => void
  /** The port to listen on; any free one when absent. */
  port?: number
  /** Gives up: what has begun is finished and stopped, then the signal's reason is thrown. */
  signal?: AbortSignal
}

/** Servers come and go while others start and stop; each round has seen one of them do so. */
const ROUNDS = 50

/**
 * Starts the embedded PostgreSQL of a data directory, creating both when they do not exist, and returns when it accepts
 * connections. A server whose daemon is gone is adopted when it answers and replaced when it does not.
 *
 * @throws RosterdError DATA_DIRECTORY_IN_USE when the daemon that started the running server lives; and
 *   DATA_DIRECTORY_UNUSABLE, DATA_DIRECTORY_OTHER_MAJOR, SYSTEM_ACCOUNT_MISSING, PLATFORM_UNSUPPORTED,
 *   DATABASE_START_FAILED.
 */
export async function startEmbedded(dataDirectory: string, options: EmbeddedOptions = {}): Promise<EmbeddedDatabase> {
  const { fsync = true, log = () => {}, port, signal } = options
  signal?.throwIfAborted()
  const home = await openHome(dataDirectory)
  const database = await openDatabase(home, { fsync, log, port }).catch((error: unknown) => {
    if (isRosterdError(error)) throw error
    // A full disk, a lost permission: whatever the system said.
    const reason = error instanceof Error ? error.message : String(error)
    throw new RosterdError('DATABASE_START_FAILED', { reason, log: home.directory }, { cause: error })
  })
  if (signal?.aborted) {
    await database.stop()
    signal.throwIfAborted()
  }
  return database
}

async function openDatabase(home: Home, given: Pick<Start, 'fsync' | 'log' | 'port'>): Promise<EmbeddedDatabase> {
  const program = await findProgram(home)
  const cluster = await openCluster(home, program)
  const start = { home, program, cluster, ...given }
  for (let round = 1; round <= ROUNDS; round += 1) {
    const found = await findPostmaster(cluster.directory)
    const database = found ? await takeOver(start, found) : await launchNew(start)
    if (database) return database
  }
  const reason = `something that is not PostgreSQL's server holds ${cluster.directory}/postmaster.pid`
  throw new RosterdError('DATABASE_START_FAILED', { reason, log: cluster.log })
}

/** A database that somebody else may be using: `stop` ends it where nobody does. */
export type Visited = Pick<EmbeddedDatabase, 'url' | 'stop'>

/**
 * The embedded database of a data directory for a short visit: that of the daemon that runs, or one started for as long as the
 * visit lasts. Null where there is none yet.
 *
 * @throws RosterdError as `startEmbedded`
 */
export async function visitEmbedded(dataDirectory: string): Promise<Visited | null> {
  const { home, password } = await findKey(dataDirectory)
  if (home === undefined || password === undefined) return null
  const found = await findPostmaster(join(home, 'cluster'))
  if (found?.status !== 'ready' || !found.launcher.alive) return await startEmbedded(dataDirectory)
  return { url: urlOf(password, found.port), stop: async () => {} }
}

async function findKey(dataDirectory: string): Promise<{ home?: string | undefined; password?: string | undefined }> {
  try {
    const home = await knownHome(dataDirectory)
    return { home, password: home === undefined ? undefined : await readIfThere(join(home, 'password')) }
  } catch (error) {
    // Somebody else's.
    const reason = error instanceof Error ? error.message : String(error)
    throw new RosterdError('DATA_DIRECTORY_UNUSABLE', { directory: dataDirectory, reason }, { cause: error })
  }
}
