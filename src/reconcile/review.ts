/** What may happen to a plan in which state, as a table; and what an approval must bring along. */
import { number } from './amount.ts'
import type { Finding, PlanState } from './model.ts'

export const PLAN_VERBS = [
  'submit',
  'discard',
  'approve',
  'reject',
  'supersede',
  'expire',
  'apply',
  'stale',
  'pause',
  'resume',
  'cancel',
  'finish',
  'finish_partly',
  'fail',
  'retry',
] as const
export type PlanVerb = (typeof PLAN_VERBS)[number]

const MOVES: Record<PlanState, Partial<Record<PlanVerb, PlanState>>> = {
  draft: { submit: 'awaiting_approval', discard: 'discarded' },
  awaiting_approval: { approve: 'approved', reject: 'rejected', supersede: 'superseded', expire: 'expired' },
  approved: { apply: 'applying', cancel: 'cancelled', expire: 'expired', stale: 'stale' },
  applying: {
    finish: 'applied',
    finish_partly: 'partially_failed',
    fail: 'failed',
    pause: 'paused',
    cancel: 'cancelled',
  },
  paused: { resume: 'applying', cancel: 'cancelled' },
  partially_failed: { retry: 'applying' },
  applied: {},
  failed: {},
  rejected: {},
  superseded: {},
  expired: {},
  stale: {},
  cancelled: {},
  discarded: {},
}

/** The state that a verb leads to; null when it is not allowed there. */
export function moveOf(state: PlanState, verb: PlanVerb): PlanState | null {
  return MOVES[state][verb] ?? null
}

export function canMove(state: PlanState, verb: PlanVerb): boolean {
  return moveOf(state, verb) !== null
}

/** True for a state that nothing leads out of. */
export function isFinal(state: PlanState): boolean {
  return Object.keys(MOVES[state]).length === 0
}

export interface Override {
  /** As typed by the person. */
  count?: number | undefined
  reason?: string | undefined
}

/**
 * What the findings ask of an approval. A look is satisfied by any person's approval; an amount needs the number of held
 * actions typed, and a reason; a refusal no approval can lift.
 */
export function needs(findings: Finding[], override: Override = {}): 'pass' | 'needs_override' | 'refused' {
  if (findings.some((one) => one.verdict === 'refuse')) return 'refused'
  const held = overrideCount(findings)
  if (held === null) return 'pass'
  return override.count === held && (override.reason ?? '').trim() !== '' ? 'pass' : 'needs_override'
}

/** The number that must be typed: all that the amount guards hold, added up; null when they hold nothing. */
export function overrideCount(findings: Finding[]): number | null {
  const held = findings.filter((one) => one.verdict === 'hold' && one.nature === 'amount')
  return held.length === 0 ? null : held.reduce((sum, one) => sum + one.measured, 0)
}

/** Where the number comes from when several guards hold: `14 = 7 removals + 7 revokes of V-Ray`; null for a single one. */
export function overrideSum(findings: Finding[]): string | null {
  const held = findings.filter((one) => one.verdict === 'hold' && one.nature === 'amount')
  if (held.length < 2) return null
  const parts = held.map((one) => `${number(one.measured)} ${lowered(one.message.split(':')[0] ?? '')}`)
  return `${number(overrideCount(findings) ?? 0)} = ${parts.join(' + ')}`
}

const lowered = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)
