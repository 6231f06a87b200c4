/** SIGHUP: the config file is read again, and what a running daemon can take over is taken over. A broken file changes nothing. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Config, compareConfigs } from './config/index.ts'
import type { Context } from './context.ts'
import { isRosterdError } from './errors.ts'
import type { Health } from './health.ts'
import { whileAway } from './store/disconnection.ts'
import { receiveFiles } from './sync/inbox.ts'
import { CONFIGURATION } from './vitals.ts'

/** A look at a folder takes milliseconds, and some seconds where large files are claimed. */
const CLOSE_MS = 5_000

/** The drop folders of the configuration that is in force, as they are watched. */
export class Reception {
  readonly #open: (config: Config, signal: AbortSignal) => Promise<void>
  #stopping = new AbortController()
  /** By folder. */
  readonly #loops = new Map<string, Promise<void>>()

  constructor({ parts, worker }: Context, say: (line: string) => void) {
    this.#open = (config, signal) => receiveFiles(parts, worker, config, say, signal, this.#loops)
  }

  /** Watches the folders of this configuration, and no longer those of the one before. */
  async open(config: Config): Promise<void> {
    await this.close()
    this.#stopping = new AbortController()
    await this.#open(config, this.#stopping.signal)
  }

  /** A loop whose file system hangs is left behind; it ends as soon as that answers. */
  async close(): Promise<void> {
    this.#stopping.abort()
    await Promise.race([Promise.all(this.#loops.values()), sleep(CLOSE_MS, undefined, { ref: false })])
  }
}

export class Reloader {
  readonly #context: Context
  readonly #reception: Reception
  readonly #health: Health
  readonly #read: () => Config
  readonly #say: (line: string) => void
  readonly #signal: AbortSignal
  #under = Promise.resolve()

  /** @param read the config file as it is now; throws what a start would say of it */
  constructor(
    context: Context,
    parts: {
      reception: Reception
      health: Health
      read: () => Config
      say: (line: string) => void
      signal: AbortSignal
    },
  ) {
    this.#context = context
    this.#reception = parts.reception
    this.#health = parts.health
    this.#read = parts.read
    this.#say = parts.say
    this.#signal = parts.signal
  }

  /** Reads it once more, after what is under way; never rejects. */
  again(): Promise<void> {
    this.#under = this.#under.then(() => this.#reload())
    return this.#under
  }

  async #reload(): Promise<void> {
    try {
      await this.#adopt(this.#read())
      this.#health.fine(CONFIGURATION)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      const code = isRosterdError(error) ? error.code : 'failed'
      // A second broken file is news, also when it is broken in the same way.
      this.#health.fine(CONFIGURATION)
      this.#health.trouble(CONFIGURATION, {
        code,
        why: `The configuration was read again and not taken over: ${why}`,
        next: 'The one from before stays in force. Correct the file (rosterd config check) and send SIGHUP again.',
      })
      this.#say(`The configuration was not taken over: ${why}`)
    }
  }

  async #adopt(next: Config): Promise<void> {
    const { config, log, parts } = this.#context
    const { applied, restart } = compareConfigs(config, next)
    if (restart.includes('data')) throw new Error('it names another data directory, which needs a restart.')
    // Host and port are those that it listens on, whatever the file says by now.
    const taken = { ...next, server: { ...config.server, baseUrl: next.server.baseUrl } }
    const changed = await whileAway(() => this.#context.adopt(taken), this.#signal)
    if (applied.length > 0) await whileAway(() => this.#reception.open(taken), this.#signal)
    for (const organization of changed) await whileAway(() => parts.jobs.propose(organization, 'rules'), this.#signal)
    const what = applied.length === 0 ? 'nothing has changed' : applied.join('; ')
    const later = restart.length === 0 ? '' : `; after a restart: ${restart.join(', ')}`
    log.info({ event: 'configuration.reloaded', applied, restart }, `configuration read again: ${what}${later}`)
    this.#say(`The configuration was read again: ${what}${later}.`)
  }
}
