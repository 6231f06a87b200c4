/** Every part of the daemon, built once from the config. Tests build their own from the same pieces. */
import type { Logger } from 'pino'
import { bootstrapToken, hashToken, makeLinkSecret } from './auth.ts'
import { baseUrlOf, type Config } from './config/index.ts'
import { createDispatcher, type Dispatcher } from './notify/dispatch.ts'
import { createMailer, type Mailer } from './notify/mail.ts'
import { type Claim, claimDataDirectory, openConnection, type Sql } from './store/connection.ts'
import { keepEmbedded } from './store/embedded/keeper.ts'
import { releaseLeftBehind, releaseLostWork } from './store/left-behind.ts'
import { migrate } from './store/migrate.ts'
import { createLetterBox } from './store/outbox.ts'
import { AuditKey } from './sync/audit-key.ts'
import { configure } from './sync/configure.ts'
import { openJobs, type Worker } from './sync/jobs.ts'
import type { Parts } from './sync/parts.ts'
import { createPush, type Push } from './sync/push.ts'
import type { Vitals } from './vitals.ts'

export interface Context {
  /** The configuration that is in force. */
  readonly config: Config
  log: Logger
  sql: Sql
  parts: Parts
  worker: Worker
  dispatcher: Dispatcher
  push: Push
  readonly mailer: Mailer
  /** The bootstrap administrator's token, for the owner of this machine alone. */
  token: string
  tokenHash: Buffer
  /** What signs the audit. */
  auditKey: AuditKey
  /** The port it listens on; the one of the config until it listens. */
  listening: { port: number }
  /** Ids of organizations whose configuration differs from the last start. */
  changed: number[]
  /**
   * Takes over another configuration: all that a running daemon can. Returns the ids of organizations whose people have to be
   * evaluated anew.
   */
  adopt(config: Config): Promise<number[]>
  close(): Promise<void>
}

/**
 * Opens the database (the embedded one where no DATABASE_URL is set), brings its tables up to date, writes the configuration and
 * builds the parts.
 *
 * @throws RosterdError DATA_DIRECTORY_IN_USE, DATABASE_UNREACHABLE and the others of the database; everything already opened is closed.
 */
export async function openContext(config: Config, log: Logger, signal: AbortSignal, vitals: Vitals): Promise<Context> {
  const closing: (() => Promise<void>)[] = []
  const close = async () => {
    const failures: unknown[] = []
    for (const step of closing.splice(0).reverse()) await step().catch((error: unknown) => failures.push(error))
    if (failures.length > 0) throw failures[0]
  }
  try {
    const token = await bootstrapToken(config.dataDirectory, config.secrets.adminToken ?? undefined)
    const auditKey = await AuditKey.open(config.dataDirectory)
    const server = await openServer(config, log, signal, vitals)
    closing.push(() => server.stop())
    const { url } = server
    const sql = await openConnection(url)
    closing.push(() => sql.end({ timeout: 2 }))
    if (config.secrets.databaseUrl === null) closing.push(await server.claim(sql))
    await migrate(url)
    // What a killed daemon was doing is taken up at once, not when its leases run out.
    if (config.secrets.databaseUrl === null) await releaseLeftBehind(sql)
    const changed = await configure(sql, config, new Date(), log)

    let current = config
    let mailer = mailerOf(config)
    const listening = { port: config.server.port }
    const dispatcher = createDispatcher({
      box: createLetterBox(sql, makeLinkSecret),
      mailer: {
        get destination() {
          return mailer.destination
        },
        send: (post, cut) => mailer.send(post, cut),
      },
      log,
      get baseUrl() {
        return baseUrlOf(current.server, listening.port)
      },
      get perMinute() {
        return current.mail.perMinute
      },
    })
    const worker = await openJobs(url, log, () => dispatcher.wake())
    closing.push(() => worker.stop(5_000))
    const own = { sql, log, jobs: worker, now: () => new Date() }
    const push = createPush(own)
    const parts: Parts = { ...own, pushed: push.pushed }
    const tokenHash = hashToken(token)
    return {
      get config() {
        return current
      },
      get mailer() {
        return mailer
      },
      async adopt(next) {
        const written = await configure(sql, next, parts.now(), log)
        current = next
        mailer = mailerOf(next)
        log.level = next.logLevel
        return written
      },
      ...{ log, sql, parts, worker, dispatcher, push, token, tokenHash, auditKey, listening, changed, close },
    }
  } catch (error) {
    await close()
    throw error
  }
}

function mailerOf({ mail, secrets }: Config): Mailer {
  return createMailer({ smtpUrl: secrets.smtpUrl, from: mail.from, folder: mail.folder })
}

/** The PostgreSQL that is used: one that is there already, or the embedded one, which is kept running and claimed. */
interface Server {
  url: string
  /** Claims the embedded database for this process, also after each of its restarts; returns how to give it up. */
  claim(sql: Sql): Promise<() => Promise<void>>
  stop(): Promise<void>
}

async function openServer(config: Config, log: Logger, signal: AbortSignal, vitals: Vitals): Promise<Server> {
  const nothing = async () => undefined
  const { databaseUrl } = config.secrets
  if (databaseUrl !== null) return { url: databaseUrl, claim: async () => nothing, stop: nothing }
  let claimed: Sql | null = null
  let held: Claim | null = null
  const release = async () => {
    const claim = held
    held = null
    await claim?.release()
  }
  const database = await keepEmbedded(
    config.dataDirectory,
    { signal, log: (message) => log.info(message) },
    {
      down: (why) => vitals.databaseAway(why),
      async up() {
        if (claimed === null) return
        try {
          // The lock ended with the server that held it, and so did every transaction.
          await release()
          held = await claimDataDirectory(claimed)
          await releaseLostWork(claimed)
        } catch (error) {
          log.error({ err: error }, 'the database is back, but could not be claimed')
        }
      },
    },
  )
  return {
    url: database.url,
    async claim(sql) {
      held = await claimDataDirectory(sql)
      claimed = sql
      return release
    },
    stop: () => database.stop(),
  }
}
