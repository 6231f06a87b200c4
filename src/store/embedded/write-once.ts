import { randomBytes } from 'node:crypto'
import { chown, link, readFile, rm, writeFile } from 'node:fs/promises'
import type { Account } from './command.ts'

/**
 * Creates a file that only its owner may read, unless it exists, and returns what it then holds. Of several starters
 * one wins and all return the same: link() never replaces, and the file appears complete.
 */
export async function writeOnce(path: string, content: string, owner?: Account): Promise<string> {
  const existing = await readIfThere(path)
  if (existing !== undefined) return existing
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await writeFile(draft, content, { mode: 0o600, flag: 'wx' })
    if (owner) await chown(draft, owner.uid, owner.gid)
    await link(draft, path).catch(ignoreExisting)
  } finally {
    await rm(draft, { force: true })
  }
  return readFile(path, 'utf8')
}

/** The content of a file, or undefined when there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/** Whether a thrown value is an error with one of these codes, of the system or of PostgreSQL. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)
}

function ignoreExisting(error: unknown): void {
  if (!hasCode(error, 'EEXIST')) throw error
}
