/**
 * A backup: every table as one consistent whole, as text that PostgreSQL itself reads. It is the script that `psql` would run on
 * empty tables of the same version, so nobody needs rosterd to get at their data, and it fits every PostgreSQL, the embedded one
 * and your own. The queue of jobs is not in it: what is to be done follows from the tables.
 */
import type { Readable } from 'node:stream'
import { z } from 'zod'
import type { Sql, Transaction } from './connection.ts'
import { appliedMigrations } from './migrate.ts'

/** The first line says what it is, the last that nothing is missing; to psql both are comments. */
export const FIRST_LINE = '-- rosterd backup '
export const LAST_LINE = '-- rosterd backup ends '

export const backupHeader = z.object({
  format: z.literal(1),
  /** Of the rosterd that wrote it. */
  version: z.string(),
  at: z.iso.datetime(),
  /** The migrations that the tables had had. */
  migrations: z.array(z.string()).min(1),
  tables: z.int(),
  organizations: z.int(),
  members: z.int(),
})
export type BackupHeader = z.output<typeof backupHeader>

/**
 * Hands over the text of a backup piece by piece, all of it as of one moment; the daemon goes on meanwhile.
 *
 * @param write takes a piece, and resolves when it is ready for the next
 * @throws the database's own error; `Error` where there is nothing of rosterd in the database
 */
export async function writeBackup(
  sql: Sql,
  about: { version: string; at: Date },
  write: (piece: string | Uint8Array) => Promise<void>,
): Promise<BackupHeader> {
  return await sql.begin('isolation level repeatable read read only', async (transaction) => {
    const migrations = await appliedMigrations(transaction)
    if (migrations.length === 0) throw new Error('there are no tables of rosterd in the database')
    const tables = await readTables(transaction)
    const [counts] = await transaction<{ organizations: number; members: number }[]>`
      select (select count(*)::int from organizations) as organizations, (select count(*)::int from members) as members`
    const { version, at } = about
    const head = { format: 1, version, at: at.toISOString(), migrations, tables: tables.length, ...counts }
    const header = backupHeader.parse(head)
    await write(`${FIRST_LINE}${JSON.stringify(header)}\n`)
    for (const { name, columns } of tables) {
      await write(`COPY public.${quoted(name)} (${columns.map(quoted).join(', ')}) FROM stdin;\n`)
      const rows: Readable =
        await transaction`copy ${transaction(`public.${name}`)} (${transaction(columns)}) to stdout`.readable()
      for await (const piece of rows) await write(piece)
      await write('\\.\n')
    }
    for (const { name, value } of await readSequences(transaction))
      await write(`SELECT pg_catalog.setval('public.${quoted(name)}', ${value}, true);\n`)
    await write(`${LAST_LINE}${JSON.stringify({ tables: tables.length })}\n`)
    return header
  })
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

async function readTables(transaction: Transaction): Promise<{ name: string; columns: string[] }[]> {
  return await transaction<{ name: string; columns: string[] }[]>`
    select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' group by c.relname order by c.relname`
}

/** Those that were never used have no value to keep. */
async function readSequences(transaction: Transaction): Promise<{ name: string; value: string }[]> {
  return await transaction<{ name: string; value: string }[]>`
    select sequencename as name, last_value::text as value from pg_sequences
    where schemaname = 'public' and last_value is not null order by sequencename`
}
