/**
 * Looks every few seconds at what rosterd needs from the machine: an answer of the database, room on the disk of the data directory,
 * and each drop folder. Nothing here puts anything right; the work itself goes on when it can.
 */
import { statfs } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from './config/index.ts'
import type { Health, Trouble } from './health.ts'
import { answers, type Sql } from './store/connection.ts'
import { isDisconnection, isOutOfRoom, saysDatabaseAway } from './store/disconnection.ts'
import { DropFolder } from './sync/drop/folder.ts'
import { codeOf, reasonOf } from './sync/drop/said.ts'
import { CLOSED_FILES, troubleOfFolder } from './sync/drop/trouble.ts'

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
    else return typeof folder === 'string' && this.#isShut(folder)
    return true
  }

  /** Nothing of it is read: what goes wrong in it needs no lines of its own. Where single files are closed, the others may meet anything. */
  #isShut(folder: string): boolean {
    const code = this.#health.troubleOf(folderName(folder))
    return code !== null && code !== CLOSED_FILES
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
        source.kind === 'csv' ? [{ ...source, name: `${key}.${source.key}`, path: source.folder }] : [],
      ),
    )
    await Promise.all([
      this.lookAtDatabase(sql),
      this.#see(DISK, config.dataDirectory, () => roomOn(config.dataDirectory)),
      ...folders.map(({ name, path, glob, drop: { checkPermissions } }) =>
        this.#see(folderName(path), path, () => troubleOfFolder(name, new DropFolder(path, glob), checkPermissions)),
      ),
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
