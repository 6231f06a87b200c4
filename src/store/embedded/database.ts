import { openConnection } from '../connection.ts'
import { type Cluster, NAME } from './cluster.ts'
import { hasCode } from './write-once.ts'

export interface EmbeddedDatabase {
  /** `postgres://…@127.0.0.1:<port>/rosterd`; it holds the password, and the port is another after every start. */
  readonly url: string
  /**
   * Stops the server and returns when it is gone; again, and at the same time, it does nothing more. A server that this
   * process found running is left alone while somebody holds a claim on it, so release your own claim first.
   */
  stop(): Promise<void>
  /** Resolves when the server is gone, for whatever reason. */
  readonly ended: Promise<void>
}

const DUPLICATE_DATABASE = '42P04'
const UNIQUE_VIOLATION = '23505'

const serverOf = (password: string, port: number): string => `postgres://${NAME}:${password}@127.0.0.1:${port}`

/** The URL of rosterd's database on a server that runs. */
export function urlOf(password: string, port: number): string {
  return `${serverOf(password, port)}/${NAME}`
}

/** Proves that the server answers and makes the database of rosterd; returns its URL. */
export async function ensureDatabase(cluster: Cluster, port: number): Promise<string> {
  const server = serverOf(cluster.password, port)
  const sql = await openConnection(`${server}/postgres`, { max: 1 })
  try {
    const [known] = await sql`select from pg_database where datname = ${NAME}`
    if (!known) {
      await sql`create database ${sql(NAME)}`.catch((error: unknown) => {
        // Another starter made it at the same moment.
        if (!hasCode(error, DUPLICATE_DATABASE, UNIQUE_VIOLATION)) throw error
      })
    }
    return urlOf(cluster.password, port)
  } finally {
    await sql.end({ timeout: 1 })
  }
}
