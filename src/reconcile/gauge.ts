/** One amount that guards look at: how much of it a plan does, out of what, and the sentence with the arithmetic. */
import { number, percent } from './amount.ts'
import type { Bounds } from './limit.ts'
import type { Finding, Hold, Verdict } from './model.ts'

export interface Gauge {
  guard: string
  /** `Removals`. */
  what: string
  /** `members`. */
  whole: string
  /** What of the plan is held. */
  kind: Hold['kind']
  /** The product's key; null for the whole kind. */
  product: string | null
  /** So many in this plan. */
  now: number
  /** So many there are. */
  of: number
  /** Applied in the last 24 hours and in the last seven days, or approved and not done yet. */
  day: number
  week: number
  bounds(of: number, measured: number): Bounds
}

/** This plan by itself. */
export function measure(gauge: Gauge): Finding {
  const { guard, what, whole, now, of } = gauge
  const bounds = gauge.bounds(of, now)
  const counted = `${what}: ${number(now)} of ${number(of)} ${whole} = ${percent(now, of)}`
  return judged({ guard, counted, measured: now, of, bounds, items: now, holds: holdsOf(gauge), scope: gauge.product })
}

export function holdsOf({ kind, product, now }: Gauge): Hold[] {
  return [{ kind, product, items: now }]
}

interface Measured {
  guard: string
  /** The arithmetic, without the limit. */
  counted: string
  measured: number
  of: number
  bounds: Bounds
  /** Items of this plan that would be held. */
  items: number
  holds: Hold[]
  scope: string | null
}

/** The verdict on an amount, in words that end with what was applied of it. */
export function judged({ guard, counted, measured, of, bounds, items, holds, scope }: Measured): Finding {
  const verdict: Verdict = measured > bounds.refuse ? 'refuse' : measured > bounds.hold ? 'hold' : 'pass'
  const limit = Math.floor(verdict === 'refuse' ? bounds.refuse : bounds.hold)
  // A share above the whole says nothing.
  const bound = limit > of ? number(limit) : `${number(limit)} (${percent(limit, of)})`
  const told: Record<Verdict, string> = {
    pass: `${counted}, limit ${bound}.`,
    hold: `${counted}, limit ${bound}. ${noneOf(items)}`,
    refuse: `${counted}, above ${bound} two administrators have to agree. ${noneOf(items)}`,
  }
  return { guard, verdict, nature: 'amount', measured, of, limit, scope: scope ?? '', message: told[verdict], holds }
}

/** A look: any approval of a person satisfies it. */
export function look(guard: string, measured: number, of: number, message: string, holds: Hold[]): Finding {
  return { guard, verdict: 'hold', nature: 'look', measured, of, limit: 0, scope: '', message, holds }
}

export const noneOf = (items: number): string => `0 of ${number(items)} were applied.`
