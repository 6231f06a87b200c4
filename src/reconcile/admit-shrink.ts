/** G12: a snapshot much smaller than the ones before is more often a broken export than a shrinking company. */
import { z } from 'zod'
import { number, percent } from './amount.ts'
import type { Finding, Verdict } from './model.ts'

const share = z.number().min(0).max(100)

export const snapshotLimits = z.strictObject({
  hold_percent: share.default(80).describe('Hold a snapshot with fewer people than this share of the usual number'),
  refuse_percent: share.default(50).describe('Refuse a snapshot with fewer people than this share of the usual number'),
})

/**
 * Compares the people of a file with the median of the last accepted ones. A first file has nothing to be compared with;
 * nobody at all is always refused.
 */
export function guardShrink(people: number, accepted: number[], limits: z.output<typeof snapshotLimits>): Finding {
  const usual = median(accepted)
  const holdBelow = usual === null ? 0 : (usual * limits.hold_percent) / 100
  const refuseBelow = usual === null ? 0 : (usual * limits.refuse_percent) / 100
  const verdict: Verdict = people === 0 || people < refuseBelow ? 'refuse' : people < holdBelow ? 'hold' : 'pass'
  const limit = Math.ceil(verdict === 'refuse' ? refuseBelow : holdBelow)
  const of = usual ?? people
  return { guard: 'G12', verdict, nature: 'amount', measured: people, of, limit, scope: '', message: told() }

  function told(): string {
    if (people === 0) return 'People: 0 in this file. Nothing of it was used, and nobody counts as gone.'
    if (usual === null) return `People: ${number(people)} in this file, the first of its source.`
    const counted = `People: ${number(people)} in this file, usually ${number(usual)} = ${percent(people, usual)}`
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
