/** Rows of dropped files that could not be read: they hold personal data, and their time is over, too. */
import type { Handle } from './connection.ts'

/** At a time, rows of so many files, and of the next file only where those before it have fewer rows in error than this together. */
const MOST = { files: 100, rows: 50_000 }

/**
 * Deletes the broken rows of some of the files that were decided on before that instant, in all organizations: call it again until it
 * returns 0. Of a file they go all at once, as what one with only some of its rows says of people would be another thing. How many there
 * were stays with the file.
 *
 * @returns how many rows
 */
export async function forgetRowErrors(handle: Handle, before: Date): Promise<number> {
  const forgotten = await handle`
    with old as (
      select n.organization_id, n.id, sum(n.errors) over (order by n.organization_id, n.id) - n.errors as earlier from snapshots n
      where coalesce(n.decided_at, n.at) < ${before} and n.state not in ('staging', 'held', 'refused', 'uploaded')
        and exists (select from row_errors e where e.organization_id = n.organization_id and e.snapshot_id = n.id)
      order by n.organization_id, n.id limit ${MOST.files})
    delete from row_errors e using old
    where e.organization_id = old.organization_id and e.snapshot_id = old.id and old.earlier < ${MOST.rows}`
  return forgotten.count
}
