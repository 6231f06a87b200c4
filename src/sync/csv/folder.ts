/**
 * The drop folder of a source: `in/` is the only place that writers need. A finished file is claimed by a rename into `processing/`,
 * which one daemon wins, and ends in `processed/` or `failed/` by year and month.
 */
import { createHash } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { lstat, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, matchesGlob } from 'node:path'

const PLACES = ['in', 'processing', 'processed', 'failed', 'status'] as const
/** Names under which programs write before they are done, and what desktops leave behind. */
const UNFINISHED = /^\.|^~\$|\.(?:tmp|part|filepart|incomplete|partial|crdownload)$|^Thumbs\.db$/i
/** Looks at a file that never changed: three for one that was written in place, two for one that was moved in. */
const LOOKS = { stable_only: 3, atomic_rename: 2 } as const

/** Never through a link, and never waiting for the other end of a pipe. */
const PLAIN_FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
/** Bytes of a name that leave room for the time before it and for `.reason.json` behind it. */
const LONGEST_NAME = 180

export type FileEvidence = keyof typeof LOOKS

export interface DropFile {
  /** The name under which it was dropped. */
  name: string
  evidence: FileEvidence
}

interface Look {
  size: number
  modified: number
  inode: number
  count: number
}

export class DropFolder {
  readonly root: string
  readonly #glob: string[]
  #looks = new Map<string, Look>()

  constructor(root: string, glob: string[]) {
    this.root = root
    this.#glob = glob
  }

  get inbox(): string {
    return join(this.root, 'in')
  }

  async prepare(): Promise<void> {
    for (const place of PLACES) await mkdir(join(this.root, place), { recursive: true, mode: 0o750 })
  }

  /**
   * Looks once. `finished` are complete: their size, time and inode were the same at each of the last looks; `growing` says that
   * another look is needed soon. The oldest content comes first. `strangers` have names that this source does not read.
   */
  async look(): Promise<{ finished: DropFile[]; growing: number; strangers: string[] }> {
    const seen = new Map<string, Look>()
    const finished: (DropFile & { modified: number })[] = []
    const strangers: string[] = []
    for (const name of await readdir(this.inbox)) {
      if (UNFINISHED.test(name)) continue
      if (!this.#glob.some((pattern) => matchesGlob(name, pattern))) {
        strangers.push(name)
        continue
      }
      const stats = await statOf(join(this.inbox, name))
      if (!stats?.isFile()) continue
      const look = next(this.#looks.get(name), stats)
      seen.set(name, look)
      const evidence = evidenceOf(stats)
      if (look.count >= LOOKS[evidence]) finished.push({ name, evidence, modified: stats.mtimeMs })
    }
    this.#looks = seen
    finished.sort((a, b) => a.modified - b.modified || (a.name < b.name ? -1 : 1))
    return { finished, growing: seen.size - finished.length, strangers }
  }

  /** Takes the file away from its writers; null when it is gone or another daemon was first. The path is relative to the folder. */
  async claim(file: DropFile, at: Date): Promise<string | null> {
    const path = join('processing', `${at.toISOString().replace(/[-:.]/g, '')}-${shortened(file.name)}`)
    try {
      await rename(join(this.inbox, file.name), join(this.root, path))
      this.#looks.delete(file.name)
      return path
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  }

  /** Paths of files that were claimed and not yet put away. */
  async claimed(): Promise<string[]> {
    // Before the folder is prepared there is nothing to take up.
    const names = await readdir(join(this.root, 'processing')).catch(whenMissing<string[]>([]))
    return names
      .filter((name) => /^\d{8}T\d{9}Z-/.test(name))
      .map((name) => join('processing', name))
      .sort()
  }

  async *read(path: string): AsyncIterable<Uint8Array> {
    const file = await open(join(this.root, path), PLAIN_FILE)
    yield* file.createReadStream({ highWaterMark: 256 * 1024 })
  }

  async sha256(path: string): Promise<string> {
    const hash = createHash('sha256')
    for await (const chunk of this.read(path)) hash.update(chunk)
    return hash.digest('hex')
  }

  /** A regular file lies there: whatever a writer put in its place between the look and the claim is left alone. */
  async holds(path: string): Promise<boolean> {
    return (await statOf(join(this.root, path)))?.isFile() === true
  }

  /** Moves a claimed file to where it ends, and returns its new path. Doing it again changes nothing. */
  async putAway(path: string, place: 'processed' | 'failed', at: Date, reason?: object): Promise<string> {
    const target = join(
      place,
      String(at.getUTCFullYear()),
      String(at.getUTCMonth() + 1).padStart(2, '0'),
      basename(path),
    )
    await mkdir(join(this.root, dirname(target)), { recursive: true, mode: 0o750 })
    if (reason) await this.#writeWhole(`${target}.reason.json`, `${JSON.stringify(reason, null, 2)}\n`)
    try {
      await rename(join(this.root, path), join(this.root, target))
    } catch (error) {
      if (!isMissing(error)) throw error
    }
    return target
  }

  /** A reader sees the whole text or nothing. */
  async #writeWhole(path: string, text: string): Promise<void> {
    const temporary = join(this.root, dirname(path), `.${basename(path)}.tmp`)
    await writeFile(temporary, text, { mode: 0o640 })
    await rename(temporary, join(this.root, path))
  }

  /** Puts a file into the folder the way a careful writer does: written aside, then renamed. */
  async drop(name: string, content: Uint8Array): Promise<void> {
    const temporary = join(this.inbox, `.${name}.tmp`)
    await writeFile(temporary, content)
    await rename(temporary, join(this.inbox, name)).finally(() => rm(temporary, { force: true }))
  }
}

/** A name too long to get anything added keeps its end, which tells more. */
function shortened(name: string): string {
  let short = name
  while (Buffer.byteLength(short) > LONGEST_NAME) short = short.slice(1)
  return short
}

/** The name under which a claimed file was dropped. */
export function droppedName(path: string): string {
  return basename(path).replace(/^\d{8}T\d{9}Z-/, '')
}

/** A rename, or a writer that sets times when it is done, leaves a change time later than the last write; a write in progress never does. */
function evidenceOf(stats: Stats): FileEvidence {
  return stats.ctimeMs > stats.mtimeMs && stats.size > 0 ? 'atomic_rename' : 'stable_only'
}

function next(before: Look | undefined, stats: Stats): Look {
  const now = { size: stats.size, modified: stats.mtimeMs, inode: stats.ino }
  const same = before && before.size === now.size && before.modified === now.modified && before.inode === now.inode
  return { ...now, count: same ? before.count + 1 : 1 }
}

async function statOf(path: string): Promise<Stats | null> {
  try {
    return await lstat(path)
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

function whenMissing<T>(value: T) {
  return (error: unknown): T => {
    if (isMissing(error)) return value
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
