import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { RosterdError } from '../../errors.ts'
import type { EmbeddedDatabase } from './database.ts'
import { type EmbeddedOptions, startEmbedded } from './index.ts'

export interface Watcher {
  /** The server is gone (null), or could not be started again: why, for a person, at each try. */
  down(why: string | null): void
  /** It answers again, at the address that it had. */
  up(): Promise<void>
}

/** Milliseconds between two tries: the first, and the longest as they double. */
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 5_000

/**
 * As `startEmbedded`, and starts the server again whenever it ends without being asked to: killed for want of memory, out of room, or
 * by whoever took it for something else. It comes back at the same address, so that open pools find it.
 */
export async function keepEmbedded(
  dataDirectory: string,
  options: EmbeddedOptions,
  watcher: Watcher,
): Promise<EmbeddedDatabase> {
  let database = await startEmbedded(dataDirectory, options)
  const { url } = database
  const stopping = new AbortController()
  const { signal } = stopping
  const again: EmbeddedOptions = { ...options, signal, port: Number(new URL(url).port), log: () => {} }

  const restart = async (): Promise<boolean> => {
    for (let pause = FIRST_PAUSE; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        database = await startEmbedded(dataDirectory, again)
        if (database.url === url) return true
        await database.stop()
        watcher.down(`Another server than ours answered for ${dataDirectory}.`)
      } catch (error) {
        if (signal.aborted) return false
        watcher.down(error instanceof RosterdError ? error.message : `PostgreSQL cannot be started: ${String(error)}`)
      }
      await sleep(pause, undefined, { signal }).catch(() => undefined)
    }
    return false
  }

  // A server that is only adopted may be left running.
  const asked = once(signal, 'abort')
  const keep = async () => {
    while (!signal.aborted) {
      await Promise.race([database.ended, asked])
      if (signal.aborted) return
      watcher.down(null)
      if (await restart()) await watcher.up()
    }
  }
  const keeping = keep()
  let stopped: Promise<void> | undefined
  const stop = async () => {
    stopping.abort()
    await database.stop()
    await keeping
    // A start that was under way when it was asked to stop has stopped what it started.
    await database.stop()
  }
  return {
    url,
    ended: keeping,
    stop() {
      stopped ??= stop()
      return stopped
    },
  }
}
