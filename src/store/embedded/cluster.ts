import { randomBytes } from 'node:crypto'
import { appendFile, chown, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { RosterdError } from '../../errors.ts'
import { run } from './command.ts'
import type { Home } from './home.ts'
import { explain } from './log-file.ts'
import type { Program } from './program.ts'
import { hasCode, readIfThere, writeOnce } from './write-once.ts'

/** A database cluster on disk: its directory, the superuser's password, and where its server writes its log. */
export interface Cluster {
  readonly directory: string
  readonly password: string
  readonly log: string
}

/** The superuser of the embedded cluster and the database that rosterd keeps in it. */
export const NAME = 'rosterd'
const DRAFT = 'cluster.new-'
const ABANDONED_AFTER_MS = 600_000

/**
 * Finds the cluster of the home, or creates it. Of several starters at once one wins, and all get the same.
 *
 * @throws RosterdError DATA_DIRECTORY_OTHER_MAJOR, DATABASE_START_FAILED
 */
export async function openCluster(home: Home, program: Program): Promise<Cluster> {
  const directory = join(home.directory, 'cluster')
  const passwordFile = join(home.directory, 'password')
  const password = await writeOnce(passwordFile, randomBytes(24).toString('base64url'), home.account)
  const cluster = { directory, password, log: join(home.directory, 'postgres.log') }
  const found = (await readIfThere(join(directory, 'PG_VERSION')))?.trim()
  if (found === undefined) await create(home, program, cluster, passwordFile)
  else if (found !== program.major) {
    throw new RosterdError('DATA_DIRECTORY_OTHER_MAJOR', { directory, found, wanted: program.major })
  }
  return cluster
}

async function create(home: Home, program: Program, cluster: Cluster, passwordFile: string): Promise<void> {
  await removeAbandoned(home.directory)
  const draft = join(home.directory, DRAFT + randomBytes(6).toString('hex'))
  try {
    await mkdir(draft, { mode: 0o700 })
    if (home.account) await chown(draft, home.account.uid, home.account.gid)
    // Locale C for the C library and C.UTF-8 for the collation are the same on every machine; sorting never moves.
    const ended = await run(
      program.initdb,
      [
        `--pgdata=${draft}`,
        `--username=${NAME}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--no-sync',
        '--no-instructions',
      ],
      home.account,
    )
    if (ended.code !== 0) {
      await appendFile(cluster.log, ended.output, { mode: 0o600 })
      throw new RosterdError('DATABASE_START_FAILED', { reason: explain(ended.output), log: cluster.log })
    }
    await rename(draft, cluster.directory).catch((error) => {
      if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error
    })
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/** Removes what starters left that were killed in the middle of initdb. */
async function removeAbandoned(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    if (!name.startsWith(DRAFT)) continue
    const path = join(home, name)
    const { mtimeMs } = await stat(path)
    if (Date.now() - mtimeMs > ABANDONED_AFTER_MS) await rm(path, { recursive: true, force: true })
  }
}
