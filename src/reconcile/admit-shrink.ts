/** G12: a snapshot much smaller than the ones before is more often a broken export than a shrinking company. */
import type { SnapshotLimits } from './admit-limits.ts'
import { number, percent } from './amount.ts'
import type { Finding, Verdict } from './model.ts'

/**
 * Compares the people of a file, broken rows included, with the median of the last accepted ones. A first file has nothing to be
 * compared with; a file in which nobody at all can be read is always refused.
 */
export function guardShrink(
  file: { rows: number; people: number },
  accepted: number[],
  limits: SnapshotLimits,
): Finding {
  const { rows } = file
  const nobody = file.people === 0
  const usual = median(accepted)
  const holdBelow = usual === null ? 0 : (usual * limits.hold_percent) / 100
  const refuseBelow = usual === null ? 0 : (usual * limits.refuse_percent) / 100
  const verdict: Verdict = nobody || rows < refuseBelow ? 'refuse' : rows < holdBelow ? 'hold' : 'pass'
  const limit = Math.ceil(verdict === 'refuse' ? refuseBelow : holdBelow)
  const of = usual ?? rows
  return {
    guard: 'G12',
    verdict,
    nature: 'amount',
    measured: nobody ? 0 : rows,
    of,
    limit,
    scope: '',
    message: told(),
  }

  function told(): string {
    if (nobody) return 'People: 0 in this file. Nothing of it was used, and nobody counts as gone.'
    if (usual === null) return `People: ${number(rows)} in this file, the first of its source.`
    const counted = `People: ${number(rows)} in this file, usually ${number(usual)} = ${percent(rows, usual)}`
    const share = verdict === 'refuse' ? limits.refuse_percent : limits.hold_percent
    const bound = `${number(limit)} (${share} %)`
    if (verdict === 'pass') return `${counted}, at least ${bound} are needed.`
    const what = verdict === 'hold' ? `limit ${bound}` : `below ${bound} a file is refused`
    return `${counted}, ${what}. Nothing of it was used, and nobody counts as gone.`
  }
}

function median(counts: number[]): number | null {
  const sorted = [...counts].sort((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.floor((sorted.length - 1) / 2)]
  return upper === undefined || lower === undefined ? null : Math.floor((upper + lower) / 2)
}
