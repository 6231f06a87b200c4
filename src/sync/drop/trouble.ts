/** What keeps files of a drop folder from being taken, as the operator is told: the folder as it is, or files that may not be opened. */
import { access, constants, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Trouble } from '../../health.ts'
import { number } from '../../reconcile/amount.ts'
import type { DropFolder } from './folder.ts'
import { nameOf } from './names.ts'
import { codeOf, reasonOf } from './said.ts'

/** Only some files of the folder may not be read. */
export const CLOSED_FILES = 'closed files'

/**
 * Null where all is well.
 *
 * @param source as the operator knows it: `acme.hr`
 * @param checkPermissions a folder into which anybody may write is not read
 */
export async function troubleOfFolder(
  source: string,
  folder: DropFolder,
  checkPermissions: boolean,
): Promise<Trouble | null> {
  for (const place of ['in', 'processing']) {
    const path = join(folder.root, place)
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
  const open = checkPermissions ? await folder.openToAll() : null
  if (open !== null)
    return {
      code: 'open to all',
      why: `Files of ${source} are not taken: anybody may write into ${open}, so nothing in it is read.`,
      next: `Close it with chmod o-w ${open}, or allow it with check_permissions: false; files that wait there are taken by themselves then.`,
    }
  const closed = await closedFiles(folder)
  const [first] = closed
  if (first === undefined) return null
  const others = closed.length === 1 ? '' : ` and ${number(closed.length - 1)} more`
  return {
    code: CLOSED_FILES,
    why: `Not every file of ${source} can be taken: ${first}${others} in ${folder.inbox} may not be read by this user.`,
    next: 'Give the user that runs rosterd the right to read what is written there; it is taken by itself then.',
  }
}

const NEXT: Partial<Record<string, string>> = {
  ENOENT: 'Mount the folder again, or make it; a restart makes it too.',
  EACCES: 'Give the user that runs rosterd the right to read and write there.',
  EROFS: 'Mount it so that it can be written; files are moved out of it when they are taken.',
}

/** Where many more wait, what keeps them waiting shows in the first of them. */
const MOST_OPENED = 100

/** Names of files, and of what stands beside them, that this user may not open. */
async function closedFiles(folder: DropFolder): Promise<string[]> {
  const names = (await readdir(folder.inbox)).filter((name) => READ.has(nameOf(name, folder.glob).is)).sort()
  const closed: string[] = []
  for (const name of names.slice(0, MOST_OPENED)) {
    try {
      await (await folder.openDropped(name))?.close()
    } catch (error) {
      if (!['EACCES', 'EPERM'].includes(codeOf(error))) throw error
      if ((await folder.stat(name))?.isFile()) closed.push(name)
    }
  }
  return closed
}

const READ: ReadonlySet<string> = new Set(['file', 'manifest', 'checksum'])
