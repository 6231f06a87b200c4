import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator'
import { z } from 'zod'
import { type Handle, LOCK_SPACE, openConnection } from './connection.ts'

const MIGRATIONS = fileURLToPath(new URL('./migrations', import.meta.url))
const MIGRATING = 2

/**
 * Brings the database at `url` to the schema of this version. Several daemons may call it at once: they take turns,
 * and all but the first find nothing to do.
 *
 * @param count only so many of the migrations, from the first on: the tables as an older version had them
 * @throws RosterdError as `openConnection`; the database's own error when a migration fails, which then leaves no trace.
 */
export async function migrate(url: string, count?: number): Promise<void> {
  const folder = count === undefined ? MIGRATIONS : await firstOf(count)
  // One connection of its own: the lock belongs to its session, and drizzle changes how its client reads dates and JSON.
  const sql = await openConnection(url, { max: 1 })
  try {
    await sql`select pg_advisory_lock(${LOCK_SPACE}, ${MIGRATING})`
    await applyMigrations(drizzle(sql), { migrationsFolder: folder })
  } finally {
    await sql.end({ timeout: 5 })
    if (folder !== MIGRATIONS) await rm(folder, { recursive: true })
  }
}

/** What tells the migrations of this program apart (sha256 of each), from the first to the last. */
export function knownMigrations(): string[] {
  return readMigrationFiles({ migrationsFolder: MIGRATIONS }).map(({ hash }) => hash)
}

/** Those that a database has had, in the same order; none where rosterd was never there. */
export async function appliedMigrations(handle: Handle): Promise<string[]> {
  const [known] =
    await handle`select from pg_tables where schemaname = 'drizzle' and tablename = '__drizzle_migrations'`
  if (known === undefined) return []
  const rows = await handle<{ hash: string }[]>`select hash from drizzle.__drizzle_migrations order by created_at`
  return rows.map(({ hash }) => hash)
}

const journal = z.looseObject({ entries: z.array(z.unknown()) })

/** A copy of the folder whose journal ends early. */
async function firstOf(count: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rosterd-migrations-'))
  await cp(MIGRATIONS, folder, { recursive: true })
  const file = join(folder, 'meta', '_journal.json')
  const whole = journal.parse(JSON.parse(await readFile(file, 'utf8')))
  await writeFile(file, JSON.stringify({ ...whole, entries: whole.entries.slice(0, count) }))
  return folder
}
