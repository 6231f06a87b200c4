/** What may happen to a plan in which state, as a table; and what an approval must bring along. */
import { number } from './amount.ts'
import type { ActionKind, Finding, Hold, Lane, PlanState } from './model.ts'

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
  draft: { submit: 'awaiting_approval', discard: 'discarded', supersede: 'superseded' },
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

/** Whether the verb is allowed in this state. */
export function canMove(state: PlanState, verb: PlanVerb): boolean {
  return MOVES[state][verb] !== undefined
}

/**
 * A draft that a person asked for: they may approve it as it is, and others once it is submitted. One of sync is only shown, because its
 * source is observed.
 */
export function isDraftByHand({ state, lane }: { state: PlanState; lane: Lane }): boolean {
  return state === 'draft' && lane === 'by_hand'
}

/** Whether an approval may move it; a draft of somebody's own is submitted on the way. */
export function mayApprove(plan: { state: PlanState; lane: Lane }): boolean {
  return isDraftByHand(plan) || canMove(plan.state, 'approve')
}

/** True for a state that nothing leads out of. */
export function isFinal(state: PlanState): boolean {
  return Object.keys(MOVES[state]).length === 0
}

/** True once nothing of it happens any more; of one that was done in part, what failed may be tried again. */
export function hasEnded(state: PlanState): boolean {
  return isFinal(state) || state === 'partially_failed'
}

const WORSE = { pass: 0, hold: 1, refuse: 2 } as const

/** The amounts that are judged harder now than they were when the plan was approved, of what the plan has anything of. */
export function worsened(before: Finding[], now: Finding[]): Finding[] {
  return now.filter((finding) => {
    const known = before.find((one) => one.guard === finding.guard && one.scope === finding.scope)
    const has = finding.holds === undefined || finding.holds.some((hold) => hold.items > 0)
    return finding.nature === 'amount' && has && WORSE[finding.verdict] > WORSE[known?.verdict ?? 'pass']
  })
}

export interface Override {
  /** As typed by the person. */
  count?: number | undefined
  reason?: string | undefined
}

/**
 * What the findings ask of an approval. A look is satisfied by any person's approval; an amount needs the number of held
 * actions typed, and a reason; a refusal needs that of two administrators, so that no single approval lifts it.
 */
export function needs(findings: Finding[], override: Override = {}): 'pass' | 'needs_override' | 'refused' {
  if (findings.some((one) => one.verdict === 'refuse')) return 'refused'
  const held = overrideCount(findings)
  if (held === null) return 'pass'
  return override.count === held && (override.reason ?? '').trim() !== '' ? 'pass' : 'needs_override'
}

/** The number that must be typed: the items that the amount guards stopped at, each once; null when they stopped at nothing. */
export function overrideCount(findings: Finding[]): number | null {
  const held = findings.filter(isHeld)
  return held.length === 0 ? null : heldParts(held).reduce((sum, one) => sum + one.items, 0)
}

/** Where the number comes from when several kinds are held: `14 = 7 removals + 7 revokes of V-Ray`; null for a single one. */
export function overrideSum(findings: Finding[]): string | null {
  const parts = heldParts(findings.filter(isHeld))
  if (parts.length < 2) return null
  const sum = parts.reduce((all, one) => all + one.items, 0)
  return `${number(sum)} = ${parts.map((one) => `${number(one.items)} ${one.name}`).join(' + ')}`
}

/** What somebody who overrides these findings lets through by its number. */
export function namedHolds(findings: Finding[]): Hold[] {
  return findings.filter(isHeld).flatMap((finding) => finding.holds ?? [])
}

const isHeld = (one: Finding) => one.verdict !== 'pass' && one.nature === 'amount'

interface HeldPart {
  items: number
  name: string
}

/** Two guards that stop at the same items make one part; all of a kind include those of each product. */
function heldParts(held: Finding[]): HeldPart[] {
  const bare = held.filter((one) => one.holds === undefined).map((one) => ({ items: one.measured, name: nameOf(one) }))
  const holds = held.flatMap((finding) =>
    (finding.holds ?? []).map((hold) => ({ ...hold, name: nameOf(finding, hold) })),
  )
  const whole = new Set(holds.filter((hold) => hold.product === null).map((hold) => hold.kind))
  const parts = new Map<string, HeldPart>()
  for (const { kind, product, items, name } of holds) {
    if (product !== null && whole.has(kind)) continue
    const key = `${kind} ${product ?? ''}`
    if (!parts.has(key)) parts.set(key, { items, name })
  }
  return [...bare, ...parts.values()]
}

/** `removals`, `revokes of V-Ray`: a guard of one amount says it itself, before its colon; others name what they hold. */
function nameOf(finding: Finding, hold?: Hold): string {
  const own = finding.message.split(':')[0] ?? ''
  const named = hold === undefined || ['G1', 'G2', 'G3', 'G5', 'G7', 'G10'].includes(finding.guard)
  if (named) return own.charAt(0).toLowerCase() + own.slice(1)
  return hold.product === null ? PLURAL[hold.kind] : `${PLURAL[hold.kind]} of ${hold.product}`
}

const PLURAL: Record<ActionKind, string> = {
  link: 'links',
  update_identity: 'changed addresses',
  update_profile: 'changed names',
  invite: 'invitations',
  reactivate: 'reactivations',
  suspend: 'suspensions',
  shorten: 'shortened assignments',
  revoke: 'revokes',
  assign: 'assignments',
  extend: 'extended assignments',
  update_role: 'changed roles',
  remove: 'removals',
  release_claim: 'released claims',
}
