/** The drop folder of a world's source as the daemon watches it: real looks, real claims, each claimed file read at once. */
import { mkdir, readdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { failedDelta, usesTriggers } from '../../src/store/drops.ts'
import { listSources, type SourceRow } from '../../src/store/organizations.ts'
import type { DropFolder } from '../../src/sync/drop/folder.ts'
import { folderOf, receive } from '../../src/sync/receive.ts'
import { intakeSettings } from '../../src/sync/source-settings.ts'
import { tellWaiting } from '../../src/sync/status.ts'
import { watchFolder } from '../../src/sync/watch.ts'
import { until } from './daemon.ts'
import { openWorld, type Setting, type World } from './pipeline.ts'

/** Everything in milliseconds, so that a test need not wait for minutes. */
export const QUICK = 'settle: 20ms, rest: 100ms, patience: 600ms, poll: 15ms'

export class Inlet {
  readonly world: World
  readonly folder: DropFolder
  /** What the operator was told. */
  readonly said: string[] = []
  /** What stands between a claim and its reading; may reject. */
  passing: (path: string) => Promise<void> = async () => undefined
  readonly #source: SourceRow
  readonly #ending = new AbortController()
  #watching: Promise<void> = Promise.resolve()

  private constructor(world: World, source: SourceRow) {
    this.world = world
    this.#source = source
    this.folder = folderOf(source)
  }

  static async open(source = `kind: csv, approval: manual, ${QUICK}`, setting: Setting = {}): Promise<Inlet> {
    const world = await openWorld({ ...setting, sources: `hr: { ${source} }` })
    world.at = new Date()
    const hr = (await listSources(world.sql, world.organization)).find((one) => one.key === 'hr')
    if (!hr) throw new Error('no source')
    return new Inlet(world, hr)
  }

  watch(options: { events?: boolean } = {}): this {
    const { world, folder } = this
    const id = this.#source.id
    this.#watching = watchFolder(
      {
        folder,
        settings: intakeSettings(this.#source),
        history: {
          usesTriggers: () => usesTriggers(world.sql, world.organization, id),
          blockedBy: () => failedDelta(world.sql, world.organization, id),
        },
        log: world.parts.log,
        now: () => new Date(),
        ...options,
        onStranger: (name, why) => void this.said.push(`${why}: ${name}`),
        onTrouble: (why) => void this.said.push(`trouble: ${why}`),
        onWaiting: async (name, why) => {
          this.said.push(`${name}: ${why}`)
          await tellWaiting(folder, name, why, world.at)
        },
        onClaim: async (path, evidence) => {
          await this.passing(path)
          world.at = new Date()
          await receive(world.parts, world.organization, id, { path, evidence })
        },
      },
      this.#ending.signal,
    )
    return this
  }

  /** Where a file of this name lies in `in/`. */
  path(name: string): string {
    return join(this.folder.inbox, name)
  }

  /** As a careful writer does: aside, then renamed. */
  async drop(name: string, text: string): Promise<void> {
    const temporary = this.path(`.${name}.tmp`)
    await writeFile(temporary, text)
    // Clocks of file systems stand still for some milliseconds; few writers are that quick.
    const before = new Date(Date.now() - 50)
    await utimes(temporary, before, before)
    await rename(temporary, this.path(name))
  }

  inbox(): Promise<string[]> {
    return readdir(this.folder.inbox)
  }

  /** Dropped names with state, evidence and rows, in the order in which they were read. */
  async read(): Promise<string[]> {
    const rows = await this.world.sql<{ file: string; state: string; evidence: string; rows: number }[]>`
      select file, state, evidence, rows from snapshots where state <> 'staging' order by id`
    return rows.map((one) => `${one.file} ${one.state} ${one.evidence} ${one.rows}`)
  }

  /** Waits until so many files were decided and put away. */
  async decided(count: number): Promise<string[]> {
    await until(async () => {
      const [rows] = await this.world.sql<{ n: number }[]>`
        select count(*)::int as n from snapshots where state <> 'staging' and (path not like 'processing/%' or state in ('held', 'refused'))`
      return (rows?.n ?? 0) >= count
    })
    return await this.read()
  }

  async status(name: string): Promise<Record<string, unknown>> {
    return JSON.parse(await readFile(join(this.folder.root, 'status', `${name}.status.json`), 'utf8'))
  }

  /** Names below `processed` or `failed`, as they were dropped. */
  async putAway(place: 'processed' | 'failed'): Promise<string[]> {
    const names = await readdir(join(this.folder.root, place), { recursive: true })
    return names.flatMap((name) => /\d{8}T\d{9}Z-[0-9a-f]{8}-(.+)$/.exec(name)?.[1] ?? []).sort()
  }

  async reason(name: string, place: 'processed' | 'failed'): Promise<Record<string, unknown>> {
    const root = join(this.folder.root, place)
    const found = (await readdir(root, { recursive: true })).find((one) => one.endsWith(`-${name}.reason.json`))
    if (found === undefined) throw new Error(`no reason for ${name}`)
    return JSON.parse(await readFile(join(root, found), 'utf8'))
  }

  async close(): Promise<void> {
    this.#ending.abort()
    await this.#watching
    await this.world.close()
  }
}

/** A folder for what a writer keeps. */
export async function workshop(inlet: Inlet): Promise<string> {
  const place = join(inlet.world.folder, 'writer')
  await mkdir(place, { recursive: true })
  return place
}

/** Bytes of a file as far as it has come; 0 while it is not there. */
export const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    (found) => found.size,
    () => 0,
  )
