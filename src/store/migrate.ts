import { fileURLToPath } from 'node:url'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator'
import { LOCK_SPACE, openConnection } from './connection.ts'

const MIGRATIONS = fileURLToPath(new URL('./migrations', import.meta.url))
const MIGRATING = 2

/**
 * Brings the database at `url` to the schema of this version. Several daemons may call it at once: they take turns,
 * and all but the first find nothing to do.
 *
 * @throws RosterdError as `openConnection`; the database's own error when a migration fails, which then leaves no trace.
 */
export async function migrate(url: string): Promise<void> {
  // One connection of its own: the lock belongs to its session, and drizzle changes how its client reads dates and JSON.
  const sql = await openConnection(url, { max: 1 })
  try {
    await sql`select pg_advisory_lock(${LOCK_SPACE}, ${MIGRATING})`
    await applyMigrations(drizzle(sql), { migrationsFolder: MIGRATIONS })
  } finally {
    await sql.end({ timeout: 5 })
  }
}
