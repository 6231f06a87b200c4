/** How everything stands, for whoever has to find out why it does not go on. */
import type { Sql } from '../../src/store/connection.ts'

/** One JSON object a line: files, plans, jobs, and what each connection does. */
export async function standing(sql: Sql): Promise<string> {
  const rows = [
    ...(await sql`select file, state, path from snapshots order by id desc limit 3`),
    ...(await sql`select id, state, part from plans order by id desc limit 3`),
    ...(await sql`select name, state, data, start_after, heartbeat_on from jobs.job where state < 'completed'`),
    ...(await sql`select application_name, state, wait_event, now() - xact_start as since, left(query, 100) as query
      from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`),
  ]
  return rows.map((row) => JSON.stringify(row)).join('\n')
}
