import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from './cluster.ts'
import { type EmbeddedDatabase, ensureDatabase } from './database.ts'
import type { Home } from './home.ts'
import { launch } from './launch.ts'
import { terminate } from './postmaster.ts'
import type { Program } from './program.ts'

/** All that a start has found out before it looks for a server. */
export interface Start {
  readonly home: Home
  readonly program: Program
  readonly cluster: Cluster
  readonly fsync: boolean
  /** Undefined: any free one. */
  readonly port: number | undefined
  readonly log: (message: string) => void
}

/** Starts a server of this process's own; undefined when another starter's came first. */
export async function launchNew(start: Start): Promise<EmbeddedDatabase | undefined> {
  const { cluster, log } = start
  const launched = await launch(start)
  if (!launched) {
    await sleep(50)
    return undefined
  }
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= terminate(launched.pid, cluster.directory, log)
    return stopping
  }
  const ended = new Promise<void>((resolve) => launched.onExit(resolve))
  const told = ended.then(() => {
    if (!stopping) log(`PostgreSQL ended unexpectedly; ${cluster.log} says why`)
  })
  try {
    return { url: await ensureDatabase(cluster, launched.port), stop, ended: told }
  } catch (error) {
    await stop()
    throw error
  }
}
