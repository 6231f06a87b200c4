/** Reading the mirror of SCIM sources into the directory: what requests have written and marked becomes rows, many at a time. */
import type { Sql } from '../store/connection.ts'
import { lockMirror } from '../store/locks.ts'
import { lastMirrorNumber, type MirrorCursor, type MirrorMark, takeMarks } from '../store/mirror-read.ts'
import { analyzeOutgrown } from '../store/statistics.ts'
import { readBatch } from './mirror-batch.ts'

const BATCH = 500
/** From so many marks on, statistics matter. */
const MANY = 64
const BEGINNING: MirrorCursor = { source: 0, number: 0 }

/**
 * Reads what was marked until nothing that was there at the beginning is left. Each batch is a transaction, so a crash loses nothing,
 * and several daemons take turns. What the rows mean is evaluated afterwards; whom it concerns is noted in `pushed_people`.
 *
 * @param options `urgent`: only those who were deactivated or deleted
 * @returns how many rows of the directory changed
 */
export async function readMirror(
  sql: Sql,
  organization: number,
  at: Date,
  options: { urgent: boolean },
): Promise<number> {
  const until = await lastMirrorNumber(sql)
  let after = BEGINNING
  let changed = 0
  let read = 0
  let analyzed = 0
  for (;;) {
    const from = after
    const batch = await sql.begin(async (transaction) => {
      await lockMirror(transaction, organization)
      const marks = await takeMarks(transaction, organization, { after: from, until, ...options, limit: BATCH })
      return { marks, changed: await readBatch(transaction, organization, marks, at) }
    })
    changed += batch.changed
    read += batch.marks.length
    if (read >= Math.max(MANY, 2 * analyzed)) {
      await analyzeOutgrown(sql, 'read', read)
      analyzed = read
    }
    after = batch.marks.reduce<MirrorCursor>((last, mark) => (isBehind(mark, last) ? mark : last), from)
    // A mark may become visible after a later one: behind the last one, the beginning is looked at again.
    if (batch.marks.length === 0 && (from === BEGINNING || options.urgent)) return changed
    if (batch.marks.length === 0) after = BEGINNING
  }
}

const isBehind = (mark: MirrorMark, last: MirrorCursor) =>
  mark.source > last.source || (mark.source === last.source && mark.number > last.number)
