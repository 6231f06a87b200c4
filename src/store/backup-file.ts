/** Backups as files: compressed, complete or not there, readable by their owner alone. */
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { access, open, rename, rm } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { isRosterdError, RosterdError } from '../errors.ts'
import { type BackupHeader, writeBackup } from './backup.ts'
import { openConnection, type Sql } from './connection.ts'
import { readBackup } from './restore.ts'

type About = Parameters<typeof writeBackup>[1]

/**
 * Backs up the database at `url` into `file`, which appears when it is complete.
 *
 * @throws RosterdError BACKUP_IMPOSSIBLE, also where there is a file of that name; the errors of `openConnection`
 */
export async function saveBackup(url: string, file: string, about: About): Promise<BackupHeader> {
  const sql = await openConnection(url, { max: 1 })
  const draft = `${file}.part`
  try {
    if (await exists(file)) throw new Error('there is a file of that name already')
    const header = await fill(draft, sql, about)
    await rename(draft, file)
    return header
  } catch (error) {
    await rm(draft, { force: true })
    if (isRosterdError(error)) throw error
    throw new RosterdError('BACKUP_IMPOSSIBLE', { file, reason: reasonOf(error) }, { cause: error })
  } finally {
    await sql.end({ timeout: 5 })
  }
}

async function fill(draft: string, sql: Sql, about: About): Promise<BackupHeader> {
  // One that was killed may have left it behind.
  await rm(draft, { force: true })
  const target = await open(draft, 'wx', 0o600)
  const gzip = createGzip()
  // flush: it is on the disk before it gets its name.
  const stored = pipeline(gzip, target.createWriteStream({ flush: true }))
  const [header] = await Promise.all([
    writeBackup(sql, about, async (piece) => {
      if (!gzip.write(piece)) await Promise.race([once(gzip, 'drain'), stored])
    }).finally(() => gzip.end()),
    stored,
  ])
  return header
}

/**
 * Restores `file` into the empty database at `url`.
 *
 * @throws RosterdError as `readBackup`
 */
export async function loadBackup(url: string, file: string): Promise<BackupHeader> {
  return await readBackup(url, file, linesOf(file))
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  )
}

const NEWLINE = 10

/** What the file holds, in blocks that end with a line. */
async function* linesOf(file: string): AsyncGenerator<Buffer> {
  const content = createReadStream(file).on('error', (error) => unzipped.destroy(error))
  const unzipped = content.pipe(createGunzip())
  let rest: Buffer[] = []
  for await (const bytes of told(unzipped, file)) {
    const end = bytes.lastIndexOf(NEWLINE) + 1
    rest.push(bytes.subarray(0, end === 0 ? bytes.length : end))
    if (end === 0) continue
    yield Buffer.concat(rest)
    rest = [bytes.subarray(end)]
  }
  const left = Buffer.concat(rest)
  if (left.length > 0) yield left
}

/** A failure to read as an error that names the file. */
async function* told(content: Readable, file: string): AsyncGenerator<Buffer> {
  try {
    yield* content
  } catch (error) {
    throw new RosterdError('BACKUP_UNUSABLE', { file, reason: reasonOf(error) }, { cause: error })
  }
}

const SENTENCES: Partial<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'this user may not',
  ENOSPC: 'the disk is full',
  Z_BUF_ERROR: 'it is cut off',
  Z_DATA_ERROR: 'it is damaged or no backup of rosterd',
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return SENTENCES[code] ?? (error instanceof Error ? error.message : String(error))
}
