/** The return of a claimed file to `in/`, where its writer had not finished it. A mark remembers by its inode which file went back. */
import type { Stats } from 'node:fs'
import { link } from 'node:fs/promises'
import { join } from 'node:path'
import { manifestOf, recordOf } from './claimed-name.ts'
import { isCode, type Tree } from './tree.ts'

const markOf = (inode: number): string => join('processing', `.back-${inode}`)

/** False when something newer has taken its name. */
export async function putBack(tree: Tree, path: string, name: string): Promise<boolean> {
  const stats = await tree.stat(path)
  if (stats === null) return true
  await tree.writeWhole(markOf(stats.ino), '')
  const target = join('in', name)
  // A link takes no name that is taken; where a file system has none, the look before it has to do.
  const isFree = await link(tree.at(path), tree.at(target)).then(
    () => true,
    async (error: unknown) => {
      const there = await tree.stat(target)
      if (there !== null) return isSameFile(there, stats)
      if (isCode(error, 'EEXIST')) return false
      return await tree.move(path, target)
    },
  )
  if (isFree) await leave(tree, path, name)
  return isFree
}

/** A daemon that was killed while it put a file back leaves it under both names; read twice, it would be two files. */
export async function finishPuttingBack(tree: Tree, claimed: string[]): Promise<void> {
  for (const path of claimed) {
    const stats = await tree.stat(path)
    if (stats === null || stats.nlink < 2 || !(await wasPutBack(tree, stats.ino))) continue
    for (const name of await tree.list('in')) {
      const there = await tree.stat(join('in', name))
      if (there === null || !isSameFile(there, stats)) continue
      await leave(tree, path, name)
      break
    }
  }
}

export async function wasPutBack(tree: Tree, inode: number): Promise<boolean> {
  return (await tree.stat(markOf(inode))) !== null
}

/** What was put back leaves `processing/`, itself last: as long as it is there the rest can be done again. */
async function leave(tree: Tree, path: string, name: string): Promise<void> {
  await tree.move(manifestOf(path), join('in', `${name}.manifest.json`))
  await tree.remove(recordOf(path))
  await tree.remove(path)
}

const isSameFile = (a: Stats, b: Stats): boolean => a.ino === b.ino && a.dev === b.dev
