/** Every part of the daemon, built once from the config. Tests build their own from the same pieces. */
import type { Logger } from 'pino'
import { bootstrapToken, hashToken } from './auth.ts'
import { baseUrlOf, type Config } from './config/index.ts'
import { createDispatcher, type Dispatcher } from './notify/dispatch.ts'
import { createMailer, type Mailer } from './notify/mail.ts'
import { type Claim, claimDataDirectory, openConnection, type Sql } from './store/connection.ts'
import { startEmbedded } from './store/embedded/index.ts'
import { freeLanes } from './store/lanes.ts'
import { migrate } from './store/migrate.ts'
import { createLetterBox } from './store/outbox.ts'
import { configure } from './sync/configure.ts'
import { openJobs, type Worker } from './sync/jobs.ts'
import type { Parts } from './sync/parts.ts'

export interface Context {
  config: Config
  log: Logger
  sql: Sql
  parts: Parts
  worker: Worker
  dispatcher: Dispatcher
  mailer: Mailer
  /** The bootstrap administrator's token, for the owner of this machine alone. */
  token: string
  tokenHash: Buffer
  /** The port it listens on; the one of the config until it listens. */
  listening: { port: number }
  /** Ids of organizations whose configuration differs from the last start. */
  changed: number[]
  close(): Promise<void>
}

/**
 * Opens the database (the embedded one where no DATABASE_URL is set), brings its tables up to date, writes the configuration and
 * builds the parts.
 *
 * @throws RosterdError DATA_DIRECTORY_IN_USE, DATABASE_UNREACHABLE and the others of the database; everything already opened is closed.
 */
export async function openContext(config: Config, log: Logger, signal: AbortSignal): Promise<Context> {
  const closing: (() => Promise<void>)[] = []
  const close = async () => {
    const failures: unknown[] = []
    for (const step of closing.splice(0).reverse()) await step().catch((error: unknown) => failures.push(error))
    if (failures.length > 0) throw failures[0]
  }
  try {
    const token = await bootstrapToken(config.dataDirectory, config.secrets.adminToken ?? undefined)
    const url = await openDatabase(config, log, signal, closing)
    const sql = await openConnection(url)
    closing.push(() => sql.end({ timeout: 2 }))
    if (config.secrets.databaseUrl === null) closing.push(releaser(await claimDataDirectory(sql)))
    await migrate(url)
    // What a killed daemon was applying goes on at once, not when its lease runs out.
    if (config.secrets.databaseUrl === null) await freeLanes(sql)
    const changed = await configure(sql, config, new Date())

    const { smtpUrl } = config.secrets
    const mailer = createMailer({ smtpUrl, from: config.mail.from, folder: config.mail.folder })
    const listening = { port: config.server.port }
    const dispatcher = createDispatcher({
      box: createLetterBox(sql),
      mailer,
      log,
      get baseUrl() {
        return baseUrlOf(config.server, listening.port)
      },
      perMinute: config.mail.perMinute,
    })
    const worker = await openJobs(url, log, () => dispatcher.wake())
    closing.push(() => worker.stop(5_000))
    const parts: Parts = { sql, log, jobs: worker, now: () => new Date() }
    const tokenHash = hashToken(token)
    return { config, log, sql, parts, worker, dispatcher, mailer, token, tokenHash, listening, changed, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function openDatabase(
  config: Config,
  log: Logger,
  signal: AbortSignal,
  closing: (() => Promise<void>)[],
): Promise<string> {
  if (config.secrets.databaseUrl !== null) return config.secrets.databaseUrl
  const database = await startEmbedded(config.dataDirectory, { signal, log: (message) => log.info(message) })
  closing.push(() => database.stop())
  return database.url
}

const releaser = (claim: Claim) => () => claim.release()
