/**
 * The nouns that the mind of rosterd thinks in: plain data, no behaviour, no database.
 * Ids are numbers inside (`per_12` is made at the doors), instants are ISO 8601 strings in UTC with milliseconds,
 * and every comparison key has gone through `normalise.ts` before it gets here.
 */

import type { Reason } from './reason.ts'

export type { Reason, ReasonCode } from './reason.ts'

/** An instant as `Date.prototype.toISOString` writes it. Strings of this form sort by time. */
export type Instant = string

export const ACTION_KINDS = [
  'link',
  'update_identity',
  'update_profile',
  'invite',
  'reactivate',
  'suspend',
  'shorten',
  'revoke',
  'assign',
  'extend',
  'update_role',
  'remove',
  'release_claim',
] as const
export type ActionKind = (typeof ACTION_KINDS)[number]

/** S takes something away, A gives something, N does neither. `update_role` is S when it lowers the role. */
export type Effect = 'subtractive' | 'additive' | 'neutral'

export type Role = 'member' | 'admin' | 'owner'
export type MemberState = 'invited' | 'active' | 'suspended' | 'removed'

/** Who somebody is, as one source or the organization tells it. */
export interface Profile {
  email: string
  emailKey: string
  userName: string | null
  userNameKey: string | null
  firstName: string | null
  lastName: string | null
  displayName: string | null
  language: string | null
}

/** Where a fact was read: so that every reason can point at a line of a file. */
export interface Evidence {
  snapshotId: number | null
  file: string | null
  line: number | null
}

/**
 * What a source says of a person's standing. `leave` keeps seats; `leaver` ends the claim, and so does `deleted`, after which there is
 * nothing to wait for; null = nothing said, which means active.
 */
export type SourceStatus = 'active' | 'leave' | 'leaver' | 'deleted'

/** A product named in the row itself (column `products`), with its own end when the row gives one. */
export interface RowProduct {
  /** The product's key, already resolved from name or alias. */
  product: string
  expiresAt: Instant | null
}

/** One live row of the mirror: what a source last said of one person. */
export interface DirectoryRow {
  sourceId: number
  personId: number
  anchor: string
  anchorKey: string
  profile: Profile
  status: SourceStatus
  /** The instant from which the person is wanted (06:00 of the start date in the organization's zone), or null. */
  startAt: Instant | null
  role: Role | null
  /** Ids of directory groups; for a CSV source the id is the folded name. */
  groups: string[]
  /** Display names of the same groups, in the same order. */
  groupNames: string[]
  products: RowProduct[]
  /** The end that the row gives for all its products, or null. */
  expiresAt: Instant | null
  seatPriority: number | null
  /** Every other understood or unknown column by normalised header (`department`, `country`, …). */
  attributes: Record<string, string>
  evidence: Evidence
}

/** "This source wants this person as a member." */
export interface Claim {
  personId: number
  sourceId: number
  status: 'active' | 'suspended'
  role: Role
  startAt: Instant | null
  /** The rule that made it, or `manual`, or `column` for a products column. */
  rule: string
}

/** "This source, by this rule, wants this person to hold this product (until …)." */
export interface Grant {
  personId: number
  productId: number
  sourceId: number
  rule: string
  /** 1 is served first; from the rule. */
  priority: number
  /** 1 is served first; from the row; 500 when it says nothing. */
  seatPriority: number
  expiresAt: Instant | null
  /** Who gave it by hand; absent for what sources give. */
  actor?: string
}

/** What all sources together want of one person; stored beside the claims so that drift is one anti-join. */
export interface Desired {
  personId: number
  wanted: boolean
  status: 'active' | 'suspended'
  /** A source said explicitly that the person leaves (status leaver or deleted), and nobody else wants them. */
  leaver: boolean
  role: Role
  startAt: Instant | null
  /** A rule with `protect` matched: never subtractive. Survives absence. */
  protected: boolean
  profile: Profile | null
  /** The source whose row the profile comes from. */
  profileSourceId: number | null
}

export interface Member {
  id: number
  personId: number
  state: MemberState
  role: Role
  profile: Profile
  /** Raised with every write; a precondition names it. */
  version: number
  accepted: boolean
  removedAt: Instant | null
}

export interface Assignment {
  personId: number
  productId: number
  expiresAt: Instant | null
  version: number
}

export type LinkState = 'linked' | 'ghost' | 'released' | 'conflict'

export interface Link {
  personId: number
  sourceId: number
  anchor: string
  anchorKey: string
  state: LinkState
}

export const WAIT_KINDS = [
  'seat',
  'borrow',
  'grace',
  'absence',
  'start',
  'group_loss',
  'decision',
  'rejected',
  'address', // for an address or a user name that somebody still has who will leave it
] as const
export type WaitKind = (typeof WAIT_KINDS)[number]

export interface Wait {
  personId: number
  /** 0 when the wait is about the membership and not about a product. */
  productId: number
  kind: WaitKind
  since: Instant
  /** Due at this instant; null = due when a condition holds (a free seat, a decision, a later snapshot). */
  until: Instant | null
  /** Who approved what waits for a borrowed licence; absent for every other kind. */
  askedBy?: string
}

/** Everything that planning one person needs. Arrays are sorted by id so that equal inputs give equal bytes. */
export interface Case {
  personId: number
  /** How the plan names the person in its hashed text: stable across databases, unlike ids. */
  subject: Subject
  links: Link[]
  rows: DirectoryRow[]
  claims: Claim[]
  grants: Grant[]
  desired: Desired
  member: Member | null
  assignments: Assignment[]
  waits: Wait[]
  /** The newcomer whose link this plan re-points to this person, when match found one. */
  adopted: Adoption[]
  /** Stands in a plan that is still open: only what comes because its day has come concerns them now. */
  planned?: boolean
  /** What snapshot sources have said again of the person; absent where no policy approves what is taken away, so that nobody asks. */
  sightings?: Sighting[]
  /** Who gave last what is held and nobody gives any more, or not so long; absent where it decides nothing, so that nobody asks. */
  lastGivers?: Giver[]
  /** They are gone, and a person has said that their access ends although no source may take it. */
  endedByDecision?: true
}

/** A source that gave a product, by this rule, until nobody gave it any more, or so long. */
export type Giver = Pick<Grant, 'productId' | 'sourceId' | 'rule'>

/** How sure a snapshot source is of what it no longer says of a person. */
export interface Sighting {
  sourceId: number
  /** A row said it in so many words (`action` remove), so that nothing has to be repeated. */
  told: boolean
  /** A later accepted snapshot, or the same file again, said the same. */
  repeated: boolean
}

export interface Subject {
  /** `source:anchor` of the oldest link, else `email:key`. */
  key: string
  email: string
  name: string | null
}

/** A newcomer found to be this person: their link, claims and grants are already merged into the case. */
export interface Adoption {
  fromPersonId: number
  sourceId: number
  anchor: string
  by: 'user_name' | 'email' | 'external_id' | 'decision'
}

export interface Source {
  id: number
  key: string
  name: string
  kind: SourceKind
  mode: 'snapshot' | 'delta'
  approval: ApprovalMode
  /** Higher is believed first where sources disagree, and may adopt from lower ones. */
  trust: number
  connected: boolean
  /** Some rule of this source says `manage_admins`. */
  managesAdmins: boolean
  /** Only of a source that pushes: what becomes of somebody who is deactivated there and whom another source still wants. */
  othersKeep?: 'suspended' | 'active' | null
}

export const SOURCE_KINDS = ['csv', 'upload', 'manual', 'scim', 'ldap', 'okta', 'entra'] as const
export type SourceKind = (typeof SOURCE_KINDS)[number]
export const APPROVAL_MODES = ['manual', 'additive_auto', 'within_limits', 'observe'] as const
export type ApprovalMode = (typeof APPROVAL_MODES)[number]

export interface Product {
  id: number
  key: string
  name: string
  aliases: string[]
  owned: number
  /** Seats that sync leaves for people who assign by hand. */
  reserve: number
  used: number
  retired: boolean
}

/** The condition of a rule, as the config file or the API gives it. */
export type Condition =
  | { everyone: true }
  | { group: { name: string } | { id: string } | { matches: string } }
  | { attribute: string; is: string | string[] }
  | { attribute: string; matches: string }
  | { attribute: string; present: boolean }
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }

export type Consequence =
  | { member: Role }
  | { product: string; expires?: string }
  | { exclude: true }
  | { protect: true }
  | { suspend: true }
  | { manage_admins: true }

export interface Rule {
  key: string
  version: number
  priority: number
  /** The source it speaks of; null only where the organization has a single source. */
  source: string | null
  when: Condition
  then: Consequence[]
}

/** One action on one person, before it has a number and a plan. */
export interface Action {
  kind: ActionKind
  effect: Effect
  personId: number
  subject: Subject
  productId: number | null
  before: ItemImage | null
  after: ItemImage | null
  reason: Reason
  /** Ids of the sources that caused it, ascending; empty when the system itself did (an expiry that was foreseen). */
  sourceIds: number[]
  evidence: Evidence | null
  precondition: Precondition
  /** Only for `assign`: what decides who gets the last seats (semantics §4.4), smaller first. */
  seatOrder: SeatOrder | null
  /** Only for `link`: who is emptied. */
  fromPersonId: number | null
}

export interface SeatOrder {
  rulePriority: number
  seatPriority: number
  waitingSince: Instant | null
  expiresAt: Instant | null
  tieBreak: string
}

/** The part of a member or an assignment that an action changes, before or after. Absent keys are not touched. */
export interface ItemImage {
  state?: MemberState
  role?: Role
  email?: string
  userName?: string | null
  firstName?: string | null
  lastName?: string | null
  displayName?: string | null
  language?: string | null
  expiresAt?: Instant | null
  /** The end that a person gave; `expiresAt` is what comes of it, beside what others give. */
  grantedUntil?: Instant | null
  /** `source:anchor` for link and release_claim. */
  link?: string
}

/** What must still hold when the item runs; otherwise it is skipped as stale. Null = must not exist. */
export interface Precondition {
  member?: { state: MemberState; role?: Role; email?: string } | null
  assignment?: { version: number } | null
}

/** One action in a plan. */
export interface Item extends Action {
  number: number
  wave: number
  /** What review is told will happen; the outcome decides. */
  predicted: OutcomeState
}

export const OUTCOME_STATES = [
  'succeeded',
  'noop',
  'failed_permanent',
  'failed_retryable',
  'skipped_stale',
  'skipped_excluded',
  'blocked',
  'waiting_seat',
  'waiting_borrow',
  'cancelled',
] as const
export type OutcomeState = (typeof OUTCOME_STATES)[number]

export interface Outcome {
  number: number
  state: OutcomeState
  /** A code of `reasons.ts` when it did not simply succeed. */
  code: string | null
  params: Record<string, string | number>
}

export type Verdict = 'pass' | 'hold' | 'refuse'

/** What a guard or an admission check measured. `message` holds the arithmetic in words. */
export interface Finding {
  guard: string
  verdict: Verdict
  /** `look` is satisfied by any approval of a person; `amount` needs a typed count and a reason. */
  nature: 'look' | 'amount'
  measured: number
  of: number
  limit: number
  /** What is counted, e.g. a product's key; empty for the whole plan. */
  scope: string
  message: string
  /** What of the plan no policy may approve where this did not pass; absent for files. */
  holds?: Hold[]
}

/** Items that a guard stopped at. */
export interface Hold {
  kind: ActionKind
  /** The product's key; null = whatever the product. */
  product: string | null
  /** How many of them the plan has: what somebody types who lets them through. */
  items: number
  /** Only those that concern administrators and owners of the organization. */
  administrators?: true
  /** Only those that would give somebody an address of these domains. */
  domains?: string[]
  /** Only those that one of these sources asks for. */
  sources?: number[]
}

export const PLAN_STATES = [
  'draft',
  'awaiting_approval',
  'approved',
  'applying',
  'paused',
  'applied',
  'partially_failed',
  'failed',
  'rejected',
  'superseded',
  'expired',
  'stale',
  'cancelled',
  'discarded',
] as const
export type PlanState = (typeof PLAN_STATES)[number]
export const LANES = ['urgent', 'sync', 'by_hand'] as const
export type Lane = (typeof LANES)[number]

/** A row as a reader of files hands it over: a directory row that has no person and no source yet. */
export type StagedRow = Omit<DirectoryRow, 'sourceId' | 'personId' | 'evidence'> & {
  /** Physical line of the file on which the record begins, 1-based. */
  line: number
  /** Only in delta files: `remove` is an explicit tombstone. */
  action: 'keep' | 'remove'
}

/** A row that did not become a staged row. The person it speaks of, where a key could be read, is frozen and never absent. */
export interface RowError {
  line: number
  /** A code of `reasons.ts`. */
  code: string
  params: Record<string, string | number>
  /** The cells as read, in the file's order, secrets emptied. */
  cells: string[]
  /** Whatever key could be read, so that the person can be frozen. */
  anchorKey: string | null
  emailKey: string | null
  userNameKey: string | null
}
