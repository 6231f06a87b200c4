/** A look into the embedded database of an installation, whatever is killed and started around it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openConnection, type Sql } from '../../src/store/connection.ts'
import { findPostmaster } from '../../src/store/embedded/postmaster.ts'
import type { Installation } from '../support/daemon.ts'

/** Codes of a server that goes, is gone or comes, of a driver that noticed, and of a port file that is not there yet. */
const AWAY = /^(?:57P0\d|08\d\d\d|CONNECTION_\w+|CONNECT_TIMEOUT|DATABASE_UNREACHABLE|ECONN\w+|EPIPE|ENOENT)$/

export class Inside {
  readonly #home: string
  #sql: Sql | null = null

  constructor(place: Installation) {
    this.#home = join(place.data, 'postgres')
  }

  /** The id of the process of a server that accepts connections; null while there is none. */
  async server(): Promise<number | null> {
    const found = await findPostmaster(join(this.#home, 'cluster'))
    return found?.status === 'ready' ? found.pid : null
  }

  /** The answer, or null while the database does not give any. */
  async tryAsking<T>(work: (sql: Sql) => Promise<T>): Promise<T | null> {
    try {
      this.#sql ??= await this.#open()
      return await work(this.#sql)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && AWAY.test(String(error.code)))) throw error
      await this.close()
      return null
    }
  }

  /** Asks until there is an answer. */
  async ask<T>(work: (sql: Sql) => Promise<T>, within = 60_000): Promise<T> {
    for (const deadline = Date.now() + within; Date.now() < deadline; await sleep(10)) {
      const answer = await this.tryAsking(work)
      if (answer !== null) return answer
    }
    throw new Error(`the database gave no answer within ${within} ms`)
  }

  /** The server has another port after every start. */
  async #open(): Promise<Sql> {
    const [, , , port] = (await readFile(join(this.#home, 'cluster/postmaster.pid'), 'utf8')).split('\n')
    const password = (await readFile(join(this.#home, 'password'), 'utf8')).trim()
    return await openConnection(`postgres://rosterd:${password}@127.0.0.1:${port}/rosterd`, { max: 1 })
  }

  async close(): Promise<void> {
    const sql = this.#sql
    this.#sql = null
    await sql?.end({ timeout: 0 })
  }
}
