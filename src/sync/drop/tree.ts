/** The directories of a drop folder, by paths relative to its root. Links are not followed, and what is missing is no error. */
import { randomUUID } from 'node:crypto'
import type { Stats } from 'node:fs'
import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Content } from './content.ts'

const MODE = 0o750

export class Tree {
  readonly root: string

  constructor(root: string) {
    this.root = root
  }

  /** The whole path. */
  at(path: string): string {
    return join(this.root, path)
  }

  /** What lies there; null when it is nothing. */
  async stat(path: string): Promise<Stats | null> {
    return await lstat(this.at(path)).catch(whenMissing(null))
  }

  async holds(path: string): Promise<boolean> {
    return (await this.stat(path))?.isFile() === true
  }

  /** The names in a directory. Before the folder is prepared there is nothing in it. */
  async list(directory: string): Promise<string[]> {
    return await readdir(this.at(directory)).catch(whenMissing<string[]>([]))
  }

  /** The bytes of a plain file; null when there is none. */
  open(path: string): Promise<Content | null> {
    return Content.open(this.at(path))
  }

  /** The text of a file of ours; null when there is none. */
  async read(path: string): Promise<string | null> {
    return await readFile(this.at(path), 'utf8').catch(whenMissing(null))
  }

  /** False when there was nothing to move. */
  async move(from: string, to: string): Promise<boolean> {
    try {
      await rename(this.at(from), this.at(to))
      return true
    } catch (error) {
      if (isCode(error, 'ENOENT')) return false
      throw error
    }
  }

  async remove(path: string): Promise<void> {
    await rm(this.at(path), { force: true })
  }

  /** Makes a directory and all above it, the folder itself included. */
  async make(directory: string): Promise<void> {
    await mkdir(this.at(directory), { recursive: true, mode: MODE })
  }

  /**
   * Makes a directory below the folder, and never the folder itself: where a network mount went away, what is written in its place is
   * hidden as soon as it is back.
   */
  async makeRoom(directory: string): Promise<void> {
    await lstat(this.at('in'))
    await this.make(directory)
  }

  /** A reader sees the whole text or nothing. */
  async writeWhole(path: string, text: string | AsyncIterable<string>): Promise<void> {
    // Two daemons may write the same text at the same moment.
    const mark = randomUUID().slice(0, 8)
    const temporary = join(dirname(path), `.${basename(path).replace(/^\./, '')}.${mark}.tmp`)
    await writeFile(this.at(temporary), text, { mode: 0o640 })
    await rename(this.at(temporary), this.at(path))
  }
}

export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

function whenMissing<T>(value: T) {
  return (error: unknown): T => {
    if (isCode(error, 'ENOENT')) return value
    throw error
  }
}
