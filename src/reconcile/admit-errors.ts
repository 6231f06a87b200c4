/** G13: many rows that cannot be read are a fault of the file, not of the people. Whoever they name must not look like a leaver. */
import type { SnapshotLimits } from './admit-limits.ts'
import { number, percent } from './amount.ts'
import type { Finding, Verdict } from './model.ts'

/** Holds above max(floor, percent of the rows); refuses above max(floor, the larger percent). */
export function guardRowErrors(
  { rows, errors }: { rows: number; errors: number },
  limits: SnapshotLimits['row_errors'],
): Finding {
  const holdAbove = Math.max(limits.floor, (rows * limits.percent) / 100)
  const refuseAbove = Math.max(limits.floor, (rows * limits.refuse_percent) / 100)
  const verdict: Verdict = errors > refuseAbove ? 'refuse' : errors > holdAbove ? 'hold' : 'pass'
  const limit = Math.floor(verdict === 'refuse' ? refuseAbove : holdAbove)
  const counted = `Rows in error: ${number(errors)} of ${number(rows)} = ${percent(errors, rows)}`
  const bound = `${number(limit)} (${percent(limit, rows)})`
  const told: Record<Verdict, string> = {
    pass: `${counted}, limit ${bound}.`,
    hold: `${counted}, limit ${bound}. Nothing of the file was used, and nobody counts as gone.`,
    refuse: `${counted}, above ${bound} a file is refused. Nothing of it was used, and nobody counts as gone.`,
  }
  return {
    guard: 'G13',
    verdict,
    nature: 'amount',
    measured: errors,
    of: rows,
    limit,
    scope: '',
    message: told[verdict],
  }
}
