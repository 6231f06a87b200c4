/**
 * Looks every few seconds at what rosterd needs from the machine: an answer of the database, room on the disk of the data directory,
 * and each drop folder. Nothing here puts anything right; the work itself goes on when it can.
 */
import { access, constants, readdir, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from './config/index.ts'
import type { Health, Trouble } from './health.ts'
import { answers, type Sql } from './store/connection.ts'
import { isDisconnection, isOutOfRoom, saysDatabaseAway } from './store/disconnection.ts'

const DATABASE = 'database'
const ROOM = 'room of the database'
const DISK = 'disk'

const LOOK_MS = 5_000
/** While something is wrong. */
const LOOK_AGAIN_MS = 1_000
/** A file system over the network may let whoever asks wait for ever. */
const PATIENCE_MS = 4_000
/** The database writes its journal in pieces of 16 MiB. */
const LEAST_BYTES = 32 * 1024 * 1024
/** Failures of what was under way come so long after the database is back. */
const LATE_MS = 10_000
/** A statement that found no room is tried again within a minute. */
const ROOM_AGAIN_MS = 90_000

export class Vitals {
  readonly #health: Health
  readonly #hung = new Map<string, Promise<Trouble | null>>()
  #noRoomAt = Number.NEGATIVE_INFINITY
  #backAt = Number.NEGATIVE_INFINITY
  /** What was in trouble at the last look, and may only have been about to be made. */
  #suspected = new Set<string>()

  constructor(health: Health) {
    this.#health = health
  }

  /**
   * Whether a line of the log speaks of a trouble that is told as one, so that it need not be told again and again by all who meet it.
   * It is the logger's question about each line that carries an error.
   */
  absorbs({ err, folder }: Record<string, unknown>): boolean {
    if (isOutOfRoom(err)) {
      this.#noRoom()
    } else if (saysDatabaseAway(err)) {
      // What had begun before it went is told of when it is back already.
      if (performance.now() - this.#backAt > LATE_MS) this.databaseAway(null)
    } else if (isDisconnection(err)) return this.#health.troubleOf(DATABASE) !== null
    else return typeof folder === 'string' && this.#health.troubleOf(folderName(folder)) !== null
    return true
  }

  /** @param why what its start met, where it could not be started again; null: it is gone, or does not answer */
  databaseAway(why: string | null): void {
    if (why === null && this.#health.troubleOf(DATABASE) !== null) return
    this.#health.trouble(DATABASE, {
      code: why === null ? 'away' : 'cannot start',
      why: why ?? 'The database does not answer.',
      next: 'Everything goes on by itself as soon as it answers; if it does not, look whether PostgreSQL runs, and at its log.',
    })
  }

  #noRoom(): void {
    this.#noRoomAt = performance.now()
    this.#health.trouble(ROOM, {
      code: 'full',
      why: 'The database has no room to write.',
      next: 'Make room on the disk of the database; what waits goes on by itself.',
    })
  }

  /** Looks until the signal aborts. */
  async watch(sql: Sql, config: () => Config, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look(sql, config())
      const well = this.#suspected.size === 0 && this.#health.components().every(({ state }) => state === 'ok')
      await sleep(well ? LOOK_MS : LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined)
    }
  }

  async look(sql: Sql, config: Config): Promise<void> {
    const folders = config.organizations.flatMap(({ key, sources }) =>
      sources.flatMap((source) =>
        source.kind === 'csv' ? [{ name: `${key}.${source.key}`, path: source.folder }] : [],
      ),
    )
    await Promise.all([
      this.lookAtDatabase(sql),
      this.#see(DISK, config.dataDirectory, () => roomOn(config.dataDirectory)),
      ...folders.map(({ name, path }) => this.#see(folderName(path), path, () => troubleOfFolder(name, path))),
    ])
    if (performance.now() - this.#noRoomAt > ROOM_AGAIN_MS) this.#health.fine(ROOM)
    this.#health.keepOnly(new Set([...OTHERS, ...folders.map(({ path }) => folderName(path))]))
  }

  /** Whether the database answers at this moment. */
  async lookAtDatabase(sql: Sql): Promise<boolean> {
    const answered = await Promise.race([answers(sql), sleep(PATIENCE_MS, false, { ref: false })])
    if (answered && this.#health.troubleOf(DATABASE) !== null) this.#backAt = performance.now()
    if (answered) this.#health.fine(DATABASE)
    else this.databaseAway(null)
    return answered
  }

  /** One look at a time: one that hangs is not followed by more, which would hang too. */
  async #see(name: string, path: string, look: () => Promise<Trouble | null>): Promise<void> {
    const under = this.#hung.get(name) ?? look().finally(() => this.#hung.delete(name))
    this.#hung.set(name, under)
    const late = sleep(PATIENCE_MS, hanging(path), { ref: false })
    const trouble = await Promise.race([under, late])
    const before = this.#suspected.has(name)
    if (trouble === null) this.#suspected.delete(name)
    else this.#suspected.add(name)
    if (trouble === null) this.#health.fine(name)
    else if (before) this.#health.trouble(name, trouble)
  }
}

export const CONFIGURATION = 'configuration'
const OTHERS = [DATABASE, ROOM, DISK, CONFIGURATION]

const folderName = (path: string): string => `drop folder ${path}`

const hanging = (path: string): Trouble => ({
  code: 'hangs',
  why: `The file system of ${path} does not answer.`,
  next: 'Look at the network and at the machine that it is mounted from.',
})

async function roomOn(directory: string): Promise<Trouble | null> {
  try {
    const { bavail, bsize } = await statfs(directory)
    if (bavail * bsize >= LEAST_BYTES) return null
    return {
      code: 'full',
      why: `The disk of the data directory ${directory} is full: ${Math.floor((bavail * bsize) / 1024 / 1024)} MiB are left.`,
      next: 'Make room; what waits goes on by itself.',
    }
  } catch (error) {
    const why = `The data directory ${directory} cannot be looked at: ${reasonOf(error)}.`
    return { code: codeOf(error), why, next: 'Bring it back, or stop rosterd and start it with another ROSTERD_DATA.' }
  }
}

async function troubleOfFolder(source: string, folder: string): Promise<Trouble | null> {
  for (const place of ['in', 'processing']) {
    const path = join(folder, place)
    try {
      await readdir(path)
      await access(path, constants.W_OK | constants.X_OK)
    } catch (error) {
      return {
        code: codeOf(error),
        why: `Files of ${source} cannot be taken: ${path} ${reasonOf(error)}.`,
        next: NEXT[codeOf(error)] ?? 'Put it right; files that wait there are taken by themselves then.',
      }
    }
  }
  return null
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown')

function reasonOf(error: unknown): string {
  return REASONS[codeOf(error)] ?? `cannot be used (${error instanceof Error ? error.message : String(error)})`
}

const REASONS: Partial<Record<string, string>> = {
  ENOENT: 'is not there',
  ENOTDIR: 'is not a directory',
  EACCES: 'may not be read and written by this user',
  EROFS: 'is on a file system that can only be read',
  EIO: 'cannot be read: the disk or the network fails',
  ESTALE: 'belongs to a mount that is gone',
  ENOTCONN: 'belongs to a mount that is gone',
}

const NEXT: Partial<Record<string, string>> = {
  ENOENT: 'Mount the folder again, or make it; a restart makes it too.',
  EACCES: 'Give the user that runs rosterd the right to read and write there.',
  EROFS: 'Mount it so that it can be written; files are moved out of it when they are taken.',
}
