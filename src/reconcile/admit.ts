/** Whether a staged snapshot may reach the directory at all. Whatever is held or refused here leaves nothing behind. */
import { guardRowErrors } from './admit-errors.ts'
import { guardEvidence } from './admit-evidence.ts'
import type { SnapshotLimits } from './admit-limits.ts'
import { guardShrink } from './admit-shrink.ts'
import { guardLostZeros } from './admit-zeros.ts'
import { count } from './amount.ts'
import type { Finding, Verdict } from './model.ts'

/** Counts of what was staged, and of what it is compared with. */
export interface Staged {
  /** Different people of the file, and rows that did not become one. */
  rows: number
  /** Different people among the rows that were understood. */
  people: number
  /** Rows that did not become a person. */
  errors: number
  /** How the file showed that it is whole. */
  evidence: string
  /** Live people of the source in the directory. */
  known: number
  /** Those of them whom the file does not mention and who would count as gone. */
  missing: number
  /** New ids that differ from one of the missing only by leading zeros. */
  lostZeros: number
}

export interface SnapshotHistory {
  /** People in the last accepted snapshots of the source, at most five, any order. */
  acceptedPeopleCounts: number[]
}

/** Every check of a full file with what it measured, passes included; for a file without rows, nothing but that. */
export function admit(staged: Staged, history: SnapshotHistory, limits: { snapshot: SnapshotLimits }): Finding[] {
  if (staged.rows === 0) return [empty()]
  const { snapshot } = limits
  return [
    guardShrink(staged, history.acceptedPeopleCounts, snapshot),
    guardRowErrors(staged, snapshot.row_errors),
    guardEvidence(staged, snapshot.unproven_percent),
    guardLostZeros(staged.lostZeros, staged.known, snapshot.lost_zeros),
  ]
}

/** The same of a file of changes. It names only whom it speaks of, so that few rows, or none, are nothing to stop at. */
export function admitChanges(staged: Pick<Staged, 'rows' | 'errors'>, limits: { snapshot: SnapshotLimits }): Finding[] {
  if (staged.rows > 0) return [guardRowErrors(staged, limits.snapshot.row_errors)]
  return [
    { ...empty(), verdict: 'pass', nature: 'look', message: 'The file has a header and no rows: it changes nothing.' },
  ]
}

/** The worst of the findings is what becomes of the whole. */
export function worstOf(findings: Finding[]): Verdict {
  if (findings.some((one) => one.verdict === 'refuse')) return 'refuse'
  return findings.some((one) => one.verdict === 'hold') ? 'hold' : 'pass'
}

/**
 * The number that lets a stopped snapshot in, and what it counts: the people who would count as gone; where nobody would, the rows in
 * error, which are left out.
 */
export function admitCount(snapshot: { missing: number; errors: number }): { count: number; what: string } {
  const { missing, errors } = snapshot
  if (missing > 0 || errors === 0)
    return { count: missing, what: `${count(missing, 'person is', 'people are')} missing from it` }
  return { count: errors, what: `nobody is missing from it, and ${count(errors, 'row is', 'rows are')} in error` }
}

function empty(): Finding {
  const message = 'The file has a header and no people. Nothing was changed, and nobody counts as gone.'
  return { guard: 'FILE_EMPTY', verdict: 'refuse', nature: 'amount', measured: 0, of: 0, limit: 0, scope: '', message }
}

/** Something to know of a file that stopped nothing; what merely passed an amount is none. */
export const isNote = ({ verdict, nature }: { verdict: string; nature: string }): boolean =>
  verdict === 'pass' && nature === 'look'
