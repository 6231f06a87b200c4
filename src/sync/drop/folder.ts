/**
 * The drop folder of a source: `in/` is the only place that writers need. A finished file is claimed by a rename into `processing/`,
 * which one daemon wins, and ends in `processed/` or `failed/` by year and month; `status/` says how far each came.
 */
import type { Stats } from 'node:fs'
import { rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Claim, readClaim } from './claim.ts'
import { isClaimedName, manifestOf, recordOf, shortened } from './claimed-name.ts'
import { claimFile, type DropFile } from './claiming.ts'
import { LONGEST_COMPANION } from './companions.ts'
import type { Content } from './content.ts'
import { finishPuttingBack, putBack, wasPutBack } from './return.ts'
import { Tree } from './tree.ts'

const PLACES = ['in', 'processing', 'processed', 'failed', 'status'] as const

/** What stands beside a file when it is put away. */
export interface Told {
  reason?: object
  /** The text of the failure file. */
  failures?: AsyncIterable<string>
}

export class DropFolder {
  readonly root: string
  readonly glob: string[]
  readonly #tree: Tree

  constructor(root: string, glob: string[]) {
    this.root = root
    this.glob = glob
    this.#tree = new Tree(root)
  }

  get inbox(): string {
    return join(this.root, 'in')
  }

  async prepare(): Promise<void> {
    for (const place of PLACES) await this.#tree.make(place)
    await finishPuttingBack(this.#tree, await this.claimed())
  }

  /** What lies under a name of `in/`; null when it has vanished. Links are not followed. */
  stat(name: string): Promise<Stats | null> {
    return this.#tree.stat(join('in', name))
  }

  /** The bytes of a file in `in/`; null when it has vanished, or is none. */
  openDropped(name: string): Promise<Content | null> {
    return this.#tree.open(join('in', name))
  }

  /** The first folder into which anybody on this machine may write; null when each is closed, or the system knows no such thing. */
  async openToAll(): Promise<string | null> {
    if (process.platform === 'win32') return null
    for (const path of [this.root, this.inbox]) if (((await stat(path)).mode & 0o002) !== 0) return path
    return null
  }

  /** The text of a small file in `in/`; null when it has vanished, or is none. */
  async companion(name: string): Promise<string | null> {
    const content = await this.openDropped(name)
    if (content === null) return null
    try {
      if ((await content.stat()).size > LONGEST_COMPANION) return ''
      const blocks: Uint8Array[] = []
      for await (const block of content.read()) blocks.push(block)
      return Buffer.concat(blocks).toString('utf8')
    } finally {
      await content.close()
    }
  }

  /**
   * Takes the file away from its writers; null when it is gone, is no plain file, or another daemon was first. The path is relative to
   * the folder. What stood beside it goes with it.
   */
  claim(file: DropFile, at: Date): Promise<string | null> {
    return claimFile(this.#tree, file, at)
  }

  /** Paths of files that were claimed and not yet put away, in the order of their claims. */
  async claimed(): Promise<string[]> {
    const names = await this.#tree.list('processing')
    return names
      .filter(isClaimedName)
      .map((name) => join('processing', name))
      .sort()
  }

  /** What was known when the file was claimed; null when its record is lost. */
  async claimOf(path: string): Promise<Claim | null> {
    const text = await this.#tree.read(recordOf(path))
    return text === null ? null : readClaim(text)
  }

  /** The bytes of a claimed file; null when it is gone. Whatever a writer put in its place between look and claim is left alone. */
  open(path: string): Promise<Content | null> {
    return this.#tree.open(path)
  }

  holds(path: string): Promise<boolean> {
    return this.#tree.holds(path)
  }

  /** Moves a claimed file to where it ends, with what is told beside it, and returns its new path. Doing it again changes nothing. */
  async putAway(path: string, place: 'processed' | 'failed', at: Date, told: Told = {}): Promise<string> {
    const tree = this.#tree
    const [year, month] = [String(at.getUTCFullYear()), String(at.getUTCMonth() + 1).padStart(2, '0')]
    const target = join(place, year, month, basename(path))
    await tree.makeRoom(dirname(target))
    if (told.failures) await tree.writeWhole(`${target}.failures.csv`, told.failures)
    if (told.reason) await tree.writeWhole(`${target}.reason.json`, `${JSON.stringify(told.reason, null, 2)}\n`)
    await tree.move(manifestOf(path), `${target}.manifest.json`)
    await tree.move(path, target)
    await tree.remove(recordOf(path))
    return target
  }

  /**
   * Gives a file back to its writer, who had not finished it; from then on it counts as written in place. False when something newer
   * has taken its name.
   */
  putBack(path: string, name: string): Promise<boolean> {
    return putBack(this.#tree, path, name)
  }

  wasPutBack(inode: number): Promise<boolean> {
    return wasPutBack(this.#tree, inode)
  }

  /** Writes how far a dropped file has come, for writers who have no other access; not when it says the same already. */
  async tell(name: string, text: string): Promise<void> {
    const path = join('status', `${shortened(name)}.status.json`)
    if ((await this.#tree.read(path)) === text) return
    await this.#tree.makeRoom(dirname(path))
    await this.#tree.writeWhole(path, text)
  }

  /** Puts a file into the folder the way a careful writer does: written aside, then renamed. */
  async drop(name: string, content: Uint8Array): Promise<void> {
    const temporary = join(this.inbox, `.${name}.tmp`)
    await writeFile(temporary, content)
    // Clocks of file systems stand still for some milliseconds: without this the rename could not be told from the write.
    const before = new Date(Date.now() - 1_000)
    await utimes(temporary, before, before)
    await rename(temporary, join(this.inbox, name)).finally(() => rm(temporary, { force: true }))
  }
}
