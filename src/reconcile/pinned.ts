/**
 * What people decided about one person, beside what sources want: pins against a source, and products given by hand. They enter
 * before anything is compared, so that nothing is proposed that a person has already answered.
 */
import type { Claim, Grant, Instant } from './model.ts'

/** `exclude` keeps somebody out whatever sources want; `force_revoke` keeps one product from them whatever sources give. */
export const PIN_KINDS = ['exclude', 'force_revoke'] as const
export type PinKind = (typeof PIN_KINDS)[number]

/** A person's word against what sources say of somebody. */
export interface Pin {
  personId: number
  /** 0 where it is about the membership. */
  productId: number
  kind: PinKind
  /** When it lapses; null = when a sync or a person lifts it. */
  until: Instant | null
  /** Its day is over: it counts no more, and is kept so that a person looks at what comes of it. */
  lapsed: boolean
}

/** A product that a person gave. */
export interface HandGrant {
  personId: number
  productId: number
  expiresAt: Instant | null
}

/** The rule, and the order for seats, of what a person gave. */
const BY_HAND = { rule: 'manual', priority: 500, seatPriority: 500 } as const

/**
 * Claims and grants of one person as they are after people have had their say. An exclusion leaves nothing; a force-revoke takes one
 * product from whatever source gives it, and leaves what a person gave since: to revoke it by hand ended what was given before. What was
 * given by hand is a grant like others and no claim: who leaves every source still leaves.
 *
 * @param manual id of the organization's source of kind manual
 */
export function decided(
  wanted: { claims: Claim[]; grants: Grant[] },
  { pins, handGrants, manual }: { pins: Pin[]; handGrants: HandGrant[]; manual: number },
): { claims: Claim[]; grants: Grant[] } {
  const live = pins.filter((pin) => !pin.lapsed)
  if (live.some((pin) => pin.kind === 'exclude')) return { claims: [], grants: [] }
  const barred = new Set(live.filter((pin) => pin.kind === 'force_revoke').map((pin) => pin.productId))
  const given = handGrants.map((grant) => ({ ...grant, ...BY_HAND, sourceId: manual }))
  return { claims: wanted.claims, grants: [...wanted.grants.filter((grant) => !barred.has(grant.productId)), ...given] }
}
