/**
 * Fresh statistics for young tables. The server's own analyse comes about once a minute; a first plan that fills empty tables is
 * over by then, and planned by the wrong indexes it would take a hundred times longer.
 */
import type { Sql, Transaction } from './connection.ts'

/** What each step fills and then reads. */
const GROWING = {
  merge: ['person_links', 'directory_users'],
  read: ['mirror_resources', 'mirror_members', 'person_links', 'directory_users'],
  propose: ['claims', 'grants', 'desired_members', 'directory_users', 'person_links'],
  apply: ['plan_items', 'outcomes', 'members', 'assignments', 'waits', 'letters'],
} as const

/**
 * Analyses tables that hold more than their statistics know. Tables that were large before are left to the server.
 *
 * @param step whose tables
 * @param rows how many rows were written to some of them lately
 */
export async function analyzeOutgrown(sql: Sql, step: keyof typeof GROWING, rows: number): Promise<void> {
  const outgrown = await sql<{ name: string }[]>`
    select relname as name from pg_class
    where oid = any(array(select to_regclass(name)::oid from unnest(${[...GROWING[step]]}::text[]) name)) and reltuples < ${rows}`
  for (const { name } of outgrown) await sql.begin((transaction) => analyze(transaction, name))
}

/** What identity providers fill, a request at a time. */
const PUSHED = ['mirror_resources', 'mirror_members', 'mirror_emails']
const FEW = 1_000

/** Analyses the tables of what is pushed that have changed by more than half since somebody analysed them. */
export async function analyzePushed(sql: Sql): Promise<void> {
  const changed = await sql<{ name: string }[]>`
    select relname as name from pg_stat_user_tables
    where relname = any(${PUSHED}::text[]) and schemaname = current_schema and n_mod_since_analyze > greatest(${FEW}, n_live_tup / 2)`
  for (const { name } of changed) await sql.begin((transaction) => analyze(transaction, name))
}

/**
 * Analyses one table by a small sample: how many rows there are, and that keys are nearly unique, is all that a plan needs; the server's
 * own analyse refines it later. The usual sample of 30,000 rows costs as much as the statement that it is to help. Where somebody else
 * is at it just now, it is left to them.
 */
export async function analyze(transaction: Transaction, table: string): Promise<void> {
  await transaction`set local default_statistics_target = 10`
  await transaction`analyze (skip_locked) ${transaction(table)}`
}
