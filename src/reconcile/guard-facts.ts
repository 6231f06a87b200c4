/** What the guards know of a proposal: counts, so that a plan of a million items costs nothing more. */
import type { ActionKind } from './model.ts'

/** How much is taken away or changed. What ends because its day had come was foreseen, and counts only once it was applied. */
export interface Amounts {
  remove: number
  suspend: number
  /** People whose e-mail address changes. */
  rename: number
  /** Ends that come more than a day sooner. */
  shorten: number
  /** Revokes by the product's key. */
  revoke: Readonly<Record<string, number>>
}

export const NOTHING: Amounts = { remove: 0, suspend: 0, rename: 0, shorten: 0, revoke: {} }

/** A directory group that a rule names, and what those who left it would lose. */
export interface GroupLoss {
  /** `Artists`, or several where one rule names them: `Artists, Designers`. */
  groups: string
  /** The rule's key. */
  rule: string
  /** The product's key; null where the rule gives the membership. */
  product: string | null
  productName: string | null
  /** People who would lose it, and people who keep it by the same rule. */
  lost: number
  left: number
  /** Items of that kind (and product) in the plan, whatever their cause. */
  items: number
}

export interface PlanFacts {
  /** Members that are invited, active or suspended today. */
  members: number
  /** Each product and how many hold it today. */
  products: readonly { key: string; name: string; holders: number }[]
  /** What this plan does. */
  plan: Amounts
  /** Applied in the last 24 hours, or approved and not done yet. */
  day: Amounts
  /** The same of the last seven days. */
  week: Amounts
  /** Items by kind, without what was foreseen. */
  kinds: Readonly<Partial<Record<ActionKind, number>>>
  /** People who get the name that somebody else of this plan had, or whose first and last names change places. */
  swappedNames: number
  /** Invitations that only sources ask for of which nobody ever approved a plan. */
  firstInvites: number
  /** Domains that nobody in the organization has yet, with the invitations and renames to them. */
  newDomains: readonly { domain: string; invites: number; renames: number }[]
  /** Items by kind that take something from an administrator or owner, or change who they are. */
  administrators: Readonly<Partial<Record<ActionKind, number>>>
  groups: readonly GroupLoss[]
  /** Sources of which nobody ever approved a plan. */
  newSources: readonly { id: number; name: string }[]
  /** Changed since a person last approved a plan. */
  changed: { rules: boolean; settings: boolean }
  /** Full names that are removed and invited in the same plan. */
  namesakes: number
}

export const NO_FACTS: PlanFacts = {
  members: 0,
  products: [],
  plan: NOTHING,
  day: NOTHING,
  week: NOTHING,
  kinds: {},
  swappedNames: 0,
  firstInvites: 0,
  newDomains: [],
  administrators: {},
  groups: [],
  newSources: [],
  changed: { rules: false, settings: false },
  namesakes: 0,
}
