/** Several rows of one source can be one person, once somebody has said so: together they are one claim, and one grant of a rule. */
import { earliest, highest } from './desire.ts'
import type { Claim, Grant } from './model.ts'

/** One claim a source: active where one of its rows is, with the highest role and the first day that they give. */
export function oneClaimEach(claims: Claim[]): Claim[] {
  if (claims.length < 2) return claims
  const groups = Map.groupBy(claims, (claim) => claim.sourceId)
  return [...groups.values()].map((same) => ({
    ...first(same, (claim) => claim.rule),
    status: same.every((claim) => claim.status === 'suspended') ? ('suspended' as const) : ('active' as const),
    role: highest(same.map((claim) => claim.role)),
    startAt: earliest(same.map((claim) => claim.startAt)),
  }))
}

/** One grant of a product by each rule of a source: with the latest end, and the best place in line for a seat. */
export function oneGrantEach(grants: Grant[]): Grant[] {
  if (grants.length < 2) return grants
  const groups = Map.groupBy(grants, (grant) => `${grant.productId} ${grant.sourceId} ${grant.rule}`)
  return [...groups.values()].map((same) => ({
    ...first(same, (grant) => grant.rule),
    priority: Math.min(...same.map((grant) => grant.priority)),
    seatPriority: Math.min(...same.map((grant) => grant.seatPriority)),
    expiresAt: latest(same.map((grant) => grant.expiresAt)),
  }))
}

/** The first by a text, so that the order of rows never decides. */
function first<T>([one, ...others]: T[], textOf: (one: T) => string): T {
  if (one === undefined) throw new Error('a group without anybody')
  return others.reduce((best, other) => (textOf(other) < textOf(best) ? other : best), one)
}

/** Null = no end, which is later than any. */
function latest(ends: (string | null)[]): string | null {
  return ends.reduce((a, b) => (a === null || b === null ? null : a > b ? a : b))
}
