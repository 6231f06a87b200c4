/**
 * G14: a file that only lay still for a while may be one whose upload stopped at the end of a line. A manifest, a trigger file, a
 * rename or a last line that counts the rows says that it is whole; lying still does not.
 */
import { number, percent } from './amount.ts'
import type { Finding, Verdict } from './model.ts'

export interface Evidence {
  /** How the file showed that it is whole; `stable_only` is no more than that nobody wrote to it. */
  evidence: string
  /** Different people in the file, broken rows included. */
  rows: number
  /** Live people of the source in the directory. */
  known: number
  /** Those of them whom the file does not mention. */
  missing: number
}

/** Holds where anybody is missing and the file is smaller than the directory by more than the share. */
export function guardEvidence({ evidence, rows, known, missing }: Evidence, unprovenPercent: number): Finding {
  const fewer = Math.max(0, known - rows)
  const holdAbove = (known * unprovenPercent) / 100
  const verdict: Verdict = evidence === 'stable_only' && missing > 0 && fewer > holdAbove ? 'hold' : 'pass'
  const limit = Math.floor(holdAbove)
  const counted = `Completeness: ${number(rows)} people in this file, ${number(known)} in the directory, ${number(missing)} of these missing`
  const told =
    verdict === 'pass'
      ? `${counted}.`
      : `${counted}: ${number(fewer)} fewer = ${percent(fewer, known)}, limit ${number(limit)} (${unprovenPercent} %) for a file that nothing shows to be whole. Nothing of it was used, and nobody counts as gone. Have it written aside and renamed, or send X.csv.done after it.`
  return { guard: 'G14', verdict, nature: 'amount', measured: missing, of: known, limit, scope: '', message: told }
}
