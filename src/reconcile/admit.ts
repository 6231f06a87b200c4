/** Whether a staged snapshot may reach the directory at all. Whatever is held or refused here leaves nothing behind. */
import { guardShrink } from './admit-shrink.ts'
import type { Limits } from './guard.ts'
import type { Finding } from './model.ts'

/** Counts of what was staged. */
export interface Staged {
  /** Records below the header, broken ones included. */
  rows: number
  /** Different people among the rows that were understood. */
  people: number
  /** Rows that did not become a person. */
  errors: number
  /** The header names an e-mail or an id column, without ambiguity. */
  headerOk: boolean
}

export interface SnapshotHistory {
  /** People in the last accepted snapshots of the source, at most five, any order. */
  acceptedPeopleCounts: number[]
}

/**
 * Header, no rows, fewer people than usual: the first that speaks is the answer, since a file without a header has no
 * rows worth counting. A delta file names only whom it speaks of, so its callers do not ask for the shrinking.
 */
export function admit(staged: Staged, history: SnapshotHistory, limits: Limits): Finding[] {
  if (!staged.headerOk) {
    return [
      refusal(
        'HEADER_MISSING',
        'Header: no column for an e-mail address or an id. Nothing of the file was used.',
        staged,
      ),
    ]
  }
  if (staged.rows === 0) {
    return [
      refusal(
        'FILE_EMPTY',
        'The file has a header and no people. Nothing was changed, and nobody counts as gone.',
        staged,
      ),
    ]
  }
  return [guardShrink(staged.people, history.acceptedPeopleCounts, limits.snapshot)]
}

function refusal(guard: string, message: string, staged: Staged): Finding {
  return {
    guard,
    verdict: 'refuse',
    nature: 'amount',
    measured: staged.rows,
    of: staged.rows,
    limit: 0,
    scope: '',
    message,
  }
}
