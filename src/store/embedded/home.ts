import { randomUUID } from 'node:crypto'
import { access, chown, constants, mkdir, realpath, rmdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { isRosterdError, RosterdError } from '../../errors.ts'
import { isRoot, ownerOf, systemAccount } from './account.ts'
import { type Account, run } from './command.ts'
import { hasCode, readIfThere, writeOnce } from './write-once.ts'

/** The directory that holds everything of the embedded database, and who owns it and runs it (absent: this user). */
export interface Home {
  readonly directory: string
  readonly account: Account | undefined
}

const ELSEWHERE = '/var/lib/rosterd'

/**
 * Finds or makes the home of the embedded database for a data directory: `postgres` below it; or, when root keeps its
 * data where the system account cannot go, a directory below /var/lib/rosterd, named by a random id that is kept in
 * `postgres.id` of the data directory.
 *
 * @throws RosterdError DATA_DIRECTORY_UNUSABLE, SYSTEM_ACCOUNT_MISSING
 */
export async function openHome(dataDirectory: string): Promise<Home> {
  const directory = resolve(dataDirectory)
  try {
    // The system account must be able to pass through root's directory, though not to list it.
    await mkdir(directory, { recursive: true, mode: isRoot() ? 0o711 : 0o700 })
    const data = await realpath(directory)
    return isRoot() ? await openAsRoot(data) : await openAsUser(data)
  } catch (error) {
    if (isRosterdError(error)) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new RosterdError('DATA_DIRECTORY_UNUSABLE', { directory, reason }, { cause: error })
  }
}

/** The home that a data directory has already, whoever asks; undefined where it has none. Nothing is made or changed. */
export async function knownHome(dataDirectory: string): Promise<string | undefined> {
  const data = await realpath(dataDirectory).catch((error: unknown) => {
    if (!hasCode(error, 'ENOENT')) throw error
  })
  if (data === undefined) return undefined
  return (await outside(data)) ?? join(data, 'postgres')
}

async function openAsUser(data: string): Promise<Home> {
  const directory = await outside(data).then((path) => path ?? join(data, 'postgres'))
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await access(directory, constants.W_OK | constants.X_OK)
  const { uid } = await stat(directory)
  if (uid !== process.getuid?.()) throw new Error(`${directory} belongs to user ${uid}, who ran rosterd here before`)
  return { directory, account: undefined }
}

async function openAsRoot(data: string): Promise<Home> {
  const known = await outside(data)
  if (known) return settle(known)
  const inside = join(data, 'postgres')
  const home = await settle(inside).catch(async (error) => {
    if (isRosterdError(error)) throw error
    // Only an empty directory is given up: one with a database in it that became unreachable is for a person to see.
    await rmdir(inside).catch(() => {
      throw error
    })
    return undefined
  })
  if (home) return home
  return settle(join(ELSEWHERE, valid(await writeOnce(join(data, 'postgres.id'), randomUUID()))))
}

async function outside(data: string): Promise<string | undefined> {
  const id = await readIfThere(join(data, 'postgres.id'))
  return id === undefined ? undefined : join(ELSEWHERE, valid(id))
}

function valid(id: string): string {
  if (!/^[0-9a-f-]{36}$/.test(id.trim())) throw new Error('its file postgres.id does not hold an id')
  return id.trim()
}

async function settle(directory: string): Promise<Home> {
  await mkdir(join(directory, '..'), { recursive: true, mode: 0o711 })
  await mkdir(directory, { mode: 0o700 }).catch((error) => {
    if (!hasCode(error, 'EEXIST')) throw error
  })
  const account = (await ownerOf(directory)) ?? (await systemAccount())
  await chown(directory, account.uid, account.gid)
  const entered = await run('/bin/sh', ['-c', 'cd "$1" && test -w .', 'sh', directory], account)
  if (entered.code !== 0) throw new Error(`${account.name}, who owns ${directory}, cannot enter it`)
  return { directory, account }
}
