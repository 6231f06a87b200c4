// This room runs a real PostgreSQL below the data directory, for those who have none of their own.
// It finds the binaries, a user that may run them and a place that user may write to, and starts the server as a child
// process on a private port; or it adopts the one that a killed daemon left running.
// Nothing here knows what is stored: outside, it is a URL and a way to stop.

import { isRosterdError, RosterdError } from '../../errors.ts'
import { openCluster } from './cluster.ts'
import type { EmbeddedDatabase } from './database.ts'
import { takeOver } from './found-server.ts'
import { type Home, openHome } from './home.ts'
import { launchNew, type Start } from './own-server.ts'
import { findPostmaster } from './postmaster.ts'
import { findProgram } from './program.ts'

export type { EmbeddedDatabase } from './database.ts'

export interface EmbeddedOptions {
  /** False trades the safety of the data for speed: for tests alone. */
  fsync?: boolean
  log?: (message: string) => void
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
  const { fsync = true, log = () => {}, signal } = options
  signal?.throwIfAborted()
  const home = await openHome(dataDirectory)
  const database = await openDatabase(home, fsync, log).catch((error: unknown) => {
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

async function openDatabase(home: Home, fsync: boolean, log: Start['log']): Promise<EmbeddedDatabase> {
  const program = await findProgram(home)
  const cluster = await openCluster(home, program)
  const start = { home, program, cluster, fsync, log }
  for (let round = 1; round <= ROUNDS; round += 1) {
    const found = await findPostmaster(cluster.directory)
    const database = found ? await takeOver(start, found) : await launchNew(start)
    if (database) return database
  }
  const reason = `something that is not PostgreSQL's server holds ${cluster.directory}/postmaster.pid`
  throw new RosterdError('DATABASE_START_FAILED', { reason, log: cluster.log })
}
