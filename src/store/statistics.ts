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

/**
 * Analyses one table by a small sample: how many rows there are, and that keys are nearly unique, is all that a plan needs; the server's
 * own analyse refines it later. The usual sample of 30,000 rows costs as much as the statement that it is to help.
 */
export async function analyze(transaction: Transaction, table: string): Promise<void> {
  await transaction`set local default_statistics_target = 10`
  await transaction`analyze ${transaction(table)}`
}
