/**
 * The drop folder of a source: `in/` is the only place that writers need. A finished file is claimed by a rename into `processing/`,
 * which one daemon wins, and ends in `processed/` or `failed/` by year and month; `status/` says how far each came.
 */
import { createHash, randomUUID } from 'node:crypto'
import type { Stats } from 'node:fs'
import { link, lstat, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Claim, type FileEvidence, type Problem, readClaim } from './claim.ts'
import { LONGEST_COMPANION, type Manifest } from './companions.ts'
import { Content } from './content.ts'

const PLACES = ['in', 'processing', 'processed', 'failed', 'status'] as const
/** Bytes of a name that leave room for what is put before it and for `.failures.csv` behind it. */
const LONGEST_NAME = 180
const CLAIMED = /^\d{8}T\d{9}Z-[0-9a-f]{8}-/

/** A file that may be claimed. */
export interface DropFile {
  /** The name under which it was dropped. */
  name: string
  evidence: FileEvidence
  /** False: it speaks only of the people in it. */
  full?: boolean
  /** Its last record has been looked at, and is whole. */
  whole?: boolean
  manifest?: Manifest | null
  /** Names of the triggers beside it. */
  triggers?: string[]
  problem?: Problem | null
}

/** What stands beside a file when it is put away. */
export interface Told {
  reason?: object
  /** The text of the failure file. */
  failures?: AsyncIterable<string>
}

export class DropFolder {
  readonly root: string
  readonly glob: string[]

  constructor(root: string, glob: string[]) {
    this.root = root
    this.glob = glob
  }

  get inbox(): string {
    return join(this.root, 'in')
  }

  async prepare(): Promise<void> {
    for (const place of PLACES) await mkdir(join(this.root, place), { recursive: true, mode: 0o750 })
    await this.#finishPuttingBack()
  }

  /** What lies under a name of `in/`; null when it has vanished. Links are not followed. */
  stat(name: string): Promise<Stats | null> {
    return statOf(join(this.inbox, name))
  }

  /** The bytes of a file in `in/`; null when it has vanished, or is none. */
  openDropped(name: string): Promise<Content | null> {
    return Content.open(join(this.inbox, name))
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
  async claim(file: DropFile, at: Date): Promise<string | null> {
    const from = join(this.inbox, file.name)
    const content = await Content.open(from)
    if (content === null) return null
    try {
      const { size, mtimeMs } = await content.stat()
      // What is too large is not read, not even for its digest.
      const sha256 = file.problem?.code === 'FILE_TOO_LARGE' ? '' : await content.digest()
      const mark = (sha256 || createHash('sha256').update(file.name).digest('hex')).slice(0, 8)
      const path = join('processing', `${at.toISOString().replace(/[-:.]/g, '')}-${mark}-${shortened(file.name)}`)
      const { manifest = null, triggers = [], problem = null } = file
      const claim: Claim = {
        name: file.name,
        evidence: file.evidence,
        sha256,
        size,
        // The future is a wrong clock, and would make every later file an old one.
        modified: new Date(Math.min(mtimeMs, at.getTime())).toISOString(),
        triggered: triggers.length > 0,
        whole: file.whole === true,
        sequence: manifest?.sequence ?? null,
        rows: manifest?.rows ?? null,
        full: file.full ?? manifest?.full ?? null,
        problem,
      }
      await this.#writeWhole(recordOf(path), `${JSON.stringify(claim)}\n`)
      if (!(await moved(from, join(this.root, path)))) {
        // Under the very same name another daemon may have been first; then the record is its own.
        if (!(await this.holds(path))) await rm(join(this.root, recordOf(path)), { force: true })
        return null
      }
      if (manifest) await moved(join(this.inbox, manifest.name), join(this.root, manifestOf(path)))
      for (const trigger of triggers) await rm(join(this.inbox, trigger), { force: true })
      return path
    } finally {
      await content.close()
    }
  }

  /** Paths of files that were claimed and not yet put away, in the order of their claims. */
  async claimed(): Promise<string[]> {
    const names = await listed(join(this.root, 'processing'))
    return names
      .filter((name) => CLAIMED.test(name))
      .map((name) => join('processing', name))
      .sort()
  }

  /** What was known when the file was claimed; null when its record is lost. */
  async claimOf(path: string): Promise<Claim | null> {
    const text = await readFile(join(this.root, recordOf(path)), 'utf8').catch(whenMissing(null))
    return text === null ? null : readClaim(text)
  }

  /** The bytes of a claimed file; null when it is gone. Whatever a writer put in its place between look and claim is left alone. */
  open(path: string): Promise<Content | null> {
    return Content.open(join(this.root, path))
  }

  async holds(path: string): Promise<boolean> {
    return (await statOf(join(this.root, path)))?.isFile() === true
  }

  /** Moves a claimed file to where it ends, with what is told beside it, and returns its new path. Doing it again changes nothing. */
  async putAway(path: string, place: 'processed' | 'failed', at: Date, told: Told = {}): Promise<string> {
    const target = join(
      place,
      String(at.getUTCFullYear()),
      String(at.getUTCMonth() + 1).padStart(2, '0'),
      basename(path),
    )
    await this.#makeRoom(dirname(target))
    if (told.failures) await this.#writeWhole(`${target}.failures.csv`, told.failures)
    if (told.reason) await this.#writeWhole(`${target}.reason.json`, `${JSON.stringify(told.reason, null, 2)}\n`)
    await moved(join(this.root, manifestOf(path)), join(this.root, `${target}.manifest.json`))
    await moved(join(this.root, path), join(this.root, target))
    await rm(join(this.root, recordOf(path)), { force: true })
    return target
  }

  /**
   * Gives a file back to its writer, who had not finished it; from then on it counts as written in place. False when something newer
   * has taken its name.
   */
  async putBack(path: string, name: string): Promise<boolean> {
    const from = join(this.root, path)
    const stats = await statOf(from)
    if (stats === null) return true
    await this.#writeWhole(join('processing', backMark(stats.ino)), '')
    // A link takes no name that is taken; where a file system has none, the look before it has to do.
    const isFree = await link(from, join(this.inbox, name)).then(
      () => true,
      async (error: unknown) => {
        const there = await this.stat(name)
        if (there !== null) return isSameFile(there, stats)
        if (isCode(error, 'EEXIST')) return false
        return await moved(from, join(this.inbox, name))
      },
    )
    if (isFree) await this.#leave(path, name)
    return isFree
  }

  /** What was put back leaves `processing/`, itself last: as long as it is there the rest can be done again. */
  async #leave(path: string, name: string): Promise<void> {
    await moved(join(this.root, manifestOf(path)), join(this.inbox, `${name}.manifest.json`))
    await rm(join(this.root, recordOf(path)), { force: true })
    await rm(join(this.root, path), { force: true })
  }

  /** A daemon that was killed while it put a file back leaves it under both names; read twice, it would be two files. */
  async #finishPuttingBack(): Promise<void> {
    for (const path of await this.claimed()) {
      const stats = await statOf(join(this.root, path))
      if (stats === null || stats.nlink < 2 || !(await this.wasPutBack(stats.ino))) continue
      for (const name of await listed(this.inbox)) {
        const there = await this.stat(name)
        if (there === null || !isSameFile(there, stats)) continue
        await this.#leave(path, name)
        break
      }
    }
  }

  async wasPutBack(inode: number): Promise<boolean> {
    return (await statOf(join(this.root, 'processing', backMark(inode)))) !== null
  }

  /** Writes how far a dropped file has come, for writers who have no other access; not when it says the same already. */
  async tell(name: string, text: string): Promise<void> {
    const path = join('status', `${shortened(name)}.status.json`)
    const before = await readFile(join(this.root, path), 'utf8').catch(whenMissing(''))
    if (before === text) return
    await this.#makeRoom(dirname(path))
    await this.#writeWhole(path, text)
  }

  /**
   * Makes a directory below the folder, and never the folder itself: where a network mount went away, what is written in its place is
   * hidden as soon as it is back.
   */
  async #makeRoom(directory: string): Promise<void> {
    await lstat(this.inbox)
    await mkdir(join(this.root, directory), { recursive: true, mode: 0o750 })
  }

  /** A reader sees the whole text or nothing. */
  async #writeWhole(path: string, text: string | AsyncIterable<string>): Promise<void> {
    // Two daemons may write the same text at the same moment.
    const mark = randomUUID().slice(0, 8)
    const temporary = join(this.root, dirname(path), `.${basename(path).replace(/^\./, '')}.${mark}.tmp`)
    await writeFile(temporary, text, { mode: 0o640 })
    await rename(temporary, join(this.root, path))
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

const recordOf = (path: string): string => join(dirname(path), `.${basename(path)}.claim.json`)
const manifestOf = (path: string): string => join(dirname(path), `.${basename(path)}.manifest.json`)
const backMark = (inode: number): string => `.back-${inode}`

/** A name too long to get anything added keeps its end, which tells more; in whole characters: no database takes half of one. */
function shortened(name: string): string {
  const characters = [...name]
  let bytes = Buffer.byteLength(name)
  let from = 0
  while (bytes > LONGEST_NAME) bytes -= Buffer.byteLength(characters[from++] ?? '')
  return characters.slice(from).join('')
}

/** The name under which a claimed file was dropped. */
export function droppedName(path: string): string {
  return basename(path).replace(CLAIMED, '')
}

/** When a file was claimed, by the name it has since; null for any other. What is told beside it begins the same. */
export function claimedAt(name: string): Date | null {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)\d{3}Z-/.exec(name) ?? []
  return year === undefined
    ? null
    : new Date(Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)))
}

async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    return true
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false
    throw error
  }
}

async function statOf(path: string): Promise<Stats | null> {
  return await lstat(path).catch(whenMissing(null))
}

/** Before the folder is prepared there is nothing in it. */
async function listed(path: string): Promise<string[]> {
  return await readdir(path).catch(whenMissing<string[]>([]))
}

function whenMissing<T>(value: T) {
  return (error: unknown): T => {
    if (isCode(error, 'ENOENT')) return value
    throw error
  }
}

const isSameFile = (a: Stats, b: Stats): boolean => a.ino === b.ino && a.dev === b.dev

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
