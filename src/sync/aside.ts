/** Aside: files that are put away without being read, because the source has said the same, or something newer, before. */
import type { Finding } from '../reconcile/model.ts'
import { type FailureCode, reasonSentence } from '../reconcile/reasons.ts'
import type { Sql } from '../store/connection.ts'
import { lastFull } from '../store/drops.ts'
import type { Snapshot } from '../store/snapshots.ts'
import { olderThan } from './drop/age.ts'
import type { Problem } from './drop/claim.ts'

const DUPLICATE_WITHIN_MS = 24 * 3_600_000

/**
 * Null for a file that is to be read.
 *
 * @param about `repeats`: the last file that was used, where this one has the same bytes and they mean the same
 */
export async function asideFor(
  sql: Sql,
  organization: number,
  snapshot: Snapshot,
  about: { problem: Problem | null; repeats: Snapshot | null },
): Promise<{ state: 'stale' | 'duplicate'; finding: Finding } | null> {
  const { problem, repeats } = about
  if (problem?.code === 'FILE_STALE') return { state: 'stale', finding: finding('FILE_STALE', problem.params) }
  if (!snapshot.full) {
    const isRecent = repeats && snapshot.at.getTime() - repeats.at.getTime() < DUPLICATE_WITHIN_MS
    if (!isRecent || repeats.full) return null
    const params = { file: repeats.file, date: `${repeats.at.toISOString().slice(0, 16).replace('T', ' ')} UTC` }
    return { state: 'duplicate', finding: finding('FILE_DUPLICATE', params) }
  }
  const last = await lastFull(sql, organization, snapshot.sourceId, snapshot.id)
  const older = last && olderThan(aged(snapshot), aged(last))
  return older ? { state: 'stale', finding: finding('FILE_STALE', { ...older, file: last.file }) } : null
}

const aged = ({ file, sequence, modifiedAt, at }: Snapshot) => ({
  name: file,
  sequence,
  modified: modifiedAt,
  seen: at,
})

function finding(code: FailureCode, params: Record<string, string | number>): Finding {
  const message = reasonSentence(code, params)
  return { guard: code, verdict: 'pass', nature: 'look', measured: 0, of: 0, limit: 0, scope: '', message }
}
