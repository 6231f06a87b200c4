/** What repeated looks at `in/` show: whether a file still moves, and how it came. */
import type { Stats } from 'node:fs'

export interface Look {
  size: number
  /** Milliseconds, by the clock of the file system. */
  modified: number
  inode: number
  /** Looks in a row that showed the same. */
  count: number
  /** Milliseconds for which it has been the same. */
  rested: number
  /** It came by a rename: it never grew under its name, and was changed last by something other than a write. */
  renamed: boolean
}

interface Memory extends Omit<Look, 'rested'> {
  since: number
  grew: boolean
}

export class Looks {
  #files = new Map<string, Memory>()
  /** When something was last new, changed or gone; by the same clock as `at`. */
  #moved = 0

  /** @param at milliseconds of a clock that nobody can set */
  see(found: Map<string, Stats>, at: number): Map<string, Look> {
    const files = new Map<string, Memory>()
    for (const [name, stats] of found) files.set(name, next(this.#files.get(name), stats, at))
    for (const [name, one] of files) if (this.#files.get(name)?.since !== one.since) this.#moved = at
    for (const name of this.#files.keys()) if (!files.has(name)) this.#moved = at
    this.#files = files
    return new Map([...files].map(([name, { since, ...look }]) => [name, { ...look, rested: at - since }]))
  }

  /** Milliseconds for which nothing has come, gone or changed. */
  quiet(at: number): number {
    return at - this.#moved
  }

  forget(name: string): void {
    this.#files.delete(name)
  }
}

function next(before: Memory | undefined, stats: Stats, at: number): Memory {
  const now = { size: stats.size, modified: stats.mtimeMs, inode: stats.ino }
  const isSame = before?.size === now.size && before.modified === now.modified && before.inode === now.inode
  if (before && isSame) return { ...before, count: before.count + 1, renamed: !before.grew && isRenamed(stats) }
  const grew = before?.inode === now.inode && (before.grew || before.size !== now.size)
  return { ...now, count: 1, since: at, grew, renamed: !grew && isRenamed(stats) }
}

/** A rename, or a writer that sets times when it is done, leaves a change time later than the last write; a write in progress never does. */
function isRenamed(stats: Stats): boolean {
  return stats.ctimeMs > stats.mtimeMs && stats.size > 0
}
