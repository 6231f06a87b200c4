import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { isRosterdError, RosterdError } from '../errors.ts'
import { teachArrays } from './arrays.ts'
import { dial } from './socket.ts'
import { guardTransactions } from './transactions.ts'

type Parameters = { bigint: number | bigint }

/** A pool of connections; `bigint` columns arrive as numbers, `timestamptz` as Date, sessions speak UTC. */
export type Sql = postgres.Sql<Parameters>
/** What `sql.begin` hands to its callback. */
export type Transaction = postgres.TransactionSql<Parameters>
/** Either: for functions that do not care whether they run in a transaction. */
export type Handle = Sql | Transaction

const OLDEST_MAJOR = 15
const REACHABLE_WITHIN_MS = 5_000

/** What a server answers while it starts, recovers or stops. */
export const CANNOT_CONNECT_NOW = '57P03'

/** The first number of every advisory lock of rosterd, so that they meet nobody else's. */
export const LOCK_SPACE = 0x726f7374
const CLAIM = 1
const CLAIM_PATIENCE_MS = 1_000

// A claim needs a connection outside the pool: a pool closes its connections when they grow old, and cannot end while one is reserved.
const addresses = new WeakMap<Sql, string>()

/**
 * Opens a pool of at most `max` (16) connections and makes sure, within five seconds, that a usable server answers.
 *
 * @throws RosterdError DATABASE_UNREACHABLE when nothing answers in time, the URL is wrong or the login is refused;
 *   DATABASE_TOO_OLD when the server is older than PostgreSQL 15.
 */
export async function openConnection(url: string, options: { max?: number } = {}): Promise<Sql> {
  const sql = connect(url, { max: options.max ?? 16 })
  try {
    const version = await answer(sql, url)
    if (version < OLDEST_MAJOR * 10_000) {
      const found = Math.floor(version / 10_000)
      throw new RosterdError('DATABASE_TOO_OLD', { address: addressOf(url), found, wanted: OLDEST_MAJOR })
    }
    addresses.set(sql, url)
    return sql
  } catch (error) {
    await sql.end({ timeout: 0 })
    throw error
  }
}

/** Whether the database answers at all. */
export async function answers(sql: Sql): Promise<boolean> {
  return await sql`select 1`.then(
    () => true,
    () => false,
  )
}

/** The exclusive use of one database by one daemon. */
export interface Claim {
  /** Gives it up. Do this before stopping an embedded database: one that is still claimed is left running. */
  release(): Promise<void>
}

/**
 * Claims the database of `sql` for this process: a session advisory lock on a connection of its own, which ends with
 * the process however it ends.
 *
 * @param sql opened by `openConnection`
 * @throws RosterdError DATA_DIRECTORY_IN_USE, with the holder's process id, when another daemon has it;
 *   DATABASE_UNREACHABLE as for `openConnection`.
 */
export async function claimDataDirectory(sql: Sql): Promise<Claim> {
  const url = addresses.get(sql)
  if (url === undefined) throw new TypeError('claimDataDirectory needs a connection made by openConnection')
  return claimDatabase(url, CLAIM_PATIENCE_MS)
}

/**
 * The same by URL. `patience` (milliseconds) is how long a claim may take to free itself: the server notices a moment
 * late that a killed daemon is gone.
 */
export async function claimDatabase(url: string, patience = 0): Promise<Claim> {
  const session = connect(url, { max: 1, max_lifetime: null }, `rosterd claim ${process.pid}`)
  try {
    await answer(session, url)
    const deadline = performance.now() + patience
    while (!(await tryLock(session))) {
      if (performance.now() >= deadline) {
        throw new RosterdError('DATA_DIRECTORY_IN_USE', { pid: (await claimHolder(session)) ?? 'unknown' })
      }
      await sleep(50)
    }
    return { release: () => session.end({ timeout: 1 }) }
  } catch (error) {
    await session.end({ timeout: 0 })
    throw error
  }
}

async function tryLock(session: Sql): Promise<boolean> {
  const rows = await session<{ locked: boolean }[]>`select pg_try_advisory_lock(${LOCK_SPACE}, ${CLAIM}) as locked`
  return rows[0]?.locked === true
}

async function claimHolder(session: Sql): Promise<string | undefined> {
  const rows = await session<{ name: string }[]>`
    select application_name as name from pg_locks join pg_stat_activity using (pid)
    where locktype = 'advisory' and classid = ${LOCK_SPACE} and objid = ${CLAIM} and granted
      and database = (select oid from pg_database where datname = current_database())`
  return /^rosterd claim (\d+)$/.exec(rows[0]?.name ?? '')?.[1]
}

function connect(url: string, limits: { max: number; max_lifetime?: null }, applicationName = 'rosterd'): Sql {
  try {
    const options = {
      ...limits,
      socket: dial,
      connect_timeout: REACHABLE_WITHIN_MS / 1_000,
      // Seconds before a connection that failed is tried again: the driver's own twenty would outlast most troubles.
      backoff: (attempt: number) => Math.min(attempt / 10, 1),
      connection: { application_name: applicationName, TimeZone: 'UTC' },
      onnotice: () => {},
      fetch_types: false,
      types: {
        bigint: {
          to: 20,
          from: [20],
          parse: (text: string): number | bigint => Number(text),
          serialize: (value: number | bigint) => value.toString(),
        },
      },
    }
    const pool = postgres(url, options)
    teachArrays(pool.options)
    return guardTransactions(pool)
  } catch (error) {
    throw unreachable(url, error)
  }
}

/** Asks for the server's version until it answers or the time is up; a server that is starting refuses at first. */
async function answer(sql: Sql, url: string): Promise<number> {
  const deadline = performance.now() + REACHABLE_WITHIN_MS
  for (;;) {
    try {
      const query = sql<{ version: number }[]>`select current_setting('server_version_num')::int as version`
      const rows = await before(deadline, query, url)
      return rows[0]?.version ?? 0
    } catch (error) {
      if (isRosterdError(error)) throw error
      if (codeOf(error) !== CANNOT_CONNECT_NOW || performance.now() > deadline) throw unreachable(url, error)
      await sleep(100)
    }
  }
}

async function before<T>(deadline: number, work: PromiseLike<T>, url: string): Promise<T> {
  const timer = new AbortController()
  const late = sleep(Math.max(0, deadline - performance.now()), undefined, { signal: timer.signal }).then(() => {
    throw unreachable(url, new Error(`no answer within ${REACHABLE_WITHIN_MS / 1_000} seconds`))
  })
  try {
    return await Promise.race([work, late])
  } finally {
    late.catch(() => {})
    timer.abort()
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

function unreachable(url: string, cause: unknown): RosterdError {
  // A refused connection to a name with several addresses is an AggregateError without a message.
  const text = cause instanceof Error ? cause.message || codeOf(cause) || cause.name : String(cause)
  return new RosterdError(
    'DATABASE_UNREACHABLE',
    { address: addressOf(url), reason: text.replace(/\.$/, '') },
    { cause },
  )
}

/** Host, port and database of a URL: what may be shown, without the user and the password. */
function addressOf(url: string): string {
  try {
    const { host, pathname } = new URL(url)
    return host + pathname
  } catch {
    return '(not a URL)'
  }
}
