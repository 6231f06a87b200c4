/** Files that have been put away hold personal data: after their time they are deleted, with what is told of them. */
import { readdir, rm, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { claimedAt } from './claimed-name.ts'

const PUT_AWAY = ['processed', 'failed'] as const
const PLACES_OF_WORK = ['processing', 'status'] as const
/** Leftovers of a crash: records without their file, marks of files that went back. */
const LEFTOVER = /^\./
const LEFTOVER_MS = 7 * 24 * 3_600_000

/**
 * Deletes what was claimed before this instant, and statuses that have not changed since. Returns how many files that were.
 *
 * @param at now; leftovers of a crash go after a week
 */
export async function forgetOld(root: string, before: Date, at: Date): Promise<number> {
  let gone = 0
  for (const place of PUT_AWAY) {
    for (const year of await names(join(root, place), /^\d{4}$/)) {
      for (const month of await names(join(root, place, year), /^\d\d$/)) {
        // A file is put away in the month of its claim or later.
        if (Date.UTC(Number(year), Number(month) - 1) > before.getTime()) continue
        gone += await forgetMonth(join(root, place, year, month), before)
      }
      await rmdir(join(root, place, year)).catch(() => undefined)
    }
  }
  for (const place of PLACES_OF_WORK) {
    const limit = place === 'status' ? before : new Date(at.getTime() - LEFTOVER_MS)
    for (const name of await names(join(root, place), place === 'status' ? /./ : LEFTOVER)) {
      const path = join(root, place, name)
      const found = await stat(path).catch(() => null)
      if (!found?.isFile() || found.mtime >= limit) continue
      if (await isRecordOfFile(root, place, name)) continue
      await rm(path, { force: true })
      gone += 1
    }
  }
  return gone
}

async function forgetMonth(folder: string, before: Date): Promise<number> {
  let gone = 0
  for (const name of await names(folder, /./)) {
    const at = claimedAt(name.replace(LEFTOVER, ''))
    if (at === null || at >= before) continue
    await rm(join(folder, name), { force: true })
    gone += 1
  }
  // Not when something is left.
  await rmdir(folder).catch(() => undefined)
  return gone
}

/** The record of a file that still waits for a person. */
async function isRecordOfFile(root: string, place: string, name: string): Promise<boolean> {
  const file = /^\.(.+)\.(?:claim|manifest)\.json$/.exec(name)?.[1]
  return file !== undefined && (await stat(join(root, place, file)).catch(() => null)) !== null
}

async function names(folder: string, pattern: RegExp): Promise<string[]> {
  const all = await readdir(folder).catch(() => [])
  return all.filter((name) => pattern.test(name))
}
