/**
 * What a letter tells, before it has words: the outbox collects it, the letterbox turns it into text.
 * Member letters speak of one person in one plan; administrator letters of one plan, one snapshot, or the questions that are open.
 */
import type { ActionKind, Instant } from './model.ts'
import type { Verb } from './operation.ts'
import type { PeopleTally } from './people-tally.ts'
import type { AdministratorRole } from './roles.ts'

/** One thing that happened to the person, or that they are asked for. Products by the name that people know, not by key. */
export type MemberLine =
  | { kind: 'invite' | 'reactivate' | 'suspend' | 'remove' }
  | { kind: 'assign' | 'extend' | 'shorten'; product: string; expiresAt: Instant | null }
  | { kind: 'revoke'; product: string }
  /** What was to be revoked and is on a device until then. */
  | { kind: 'return'; product: string; device: string; until: Instant }
  | { kind: 'update_identity'; oldEmail: string; newEmail: string }

export interface MemberEvent {
  planId: number
  /** How to greet them; null where no name is known. */
  name: string | null
  /** They have an account, with which licences are used; whoever is invited and has none yet is a member all the same. */
  hasAccount: boolean
  /** In the order in which it happened. */
  lines: MemberLine[]
}

/** Items per kind; kinds that do not occur may be left out. */
export type ItemCounts = Partial<Record<ActionKind, number>>

/** One of the people a plan speaks of. */
export interface NamedItem {
  name: string | null
  email: string
  kind: ActionKind
  product: string | null
}

interface AboutPlan {
  planId: number
  counts: ItemCounts
  /** What a person asked for; null for what sources caused. */
  verb: Verb | null
  /** Display names of the sources that caused it; empty when a person started it. */
  sources: string[]
  /** The plan in one sentence. */
  headline: string
}

/** A plan that somebody has to look at; `plan_held` when an amount guard stopped it. The others remind: after a day, and on its last. */
export interface PlanForReview extends AboutPlan {
  kind: 'plan_waits' | 'plan_held' | 'plan_still_waits' | 'plan_expires'
  /** The sentences of the guards that did not pass. */
  guards: string[]
  /** The first few items (ten are enough); what is left is counted. */
  people: NamedItem[]
  /** What to type, e.g. `rosterd approve pln_12`. */
  command: string
  expiresAt: Instant | null
}

export interface PlanFinished extends AboutPlan {
  kind: 'plan_completed' | 'plan_partially_failed'
  /** Items by what became of them; together all items of the plan. `succeeded` includes what was already so. */
  outcomes: { succeeded: number; failed: number; waiting: number; skipped: number }
  /** The people of it, each counted once. */
  people: PeopleTally
  /** Rows of its files that could not be read, so that nothing was planned for them. */
  unreadRows: number
  /** Why items failed: the most frequent reasons first. */
  failures: { count: number; message: string; nextStep: string }[]
  /** What to type to see or download the failures; null when there is nothing to do. */
  command: string | null
}

export interface SnapshotStopped {
  kind: 'snapshot_held' | 'snapshot_refused'
  snapshotId: number
  source: string
  file: string | null
  /** People that the file brought. */
  rows: number
  headline: string
  guards: string[]
  /** What to type to admit it, by two administrators where it was refused; null where nobody can. */
  command: string | null
  expiresAt: Instant | null
}

/** No file has come for longer than it usually takes. */
export interface SourceSilent {
  kind: 'source_silent'
  source: string
  /** The last file that came, and when. */
  file: string
  since: Instant
}

/** The token of a source is about to end: two weeks before, and three days before. */
export interface TokenEnds {
  kind: 'token_ends_soon' | 'token_ends'
  tokenId: number
  /** Its last characters. */
  hint: string
  source: { key: string; name: string }
  organizationKey: string
  expiresAt: Instant
  /** To the hour; null: never. */
  lastUsedAt: Instant | null
  /** How many other tokens of the source last longer. */
  others: number
  /** It was revoked since the letter was written. */
  revoked: boolean
}

/** Members who are gone and keep all access until a person decides. */
export interface DecisionWaits {
  kind: 'decision_waits'
  /** The first of the questions that are open (ten are enough), the last one first, each with what to type; what is left is counted. */
  questions: { decisionId: number; email: string; why: string }[]
  /** How many are open; 0 where all were answered since the letter was written. */
  open: number
}

/** Somebody made whom the letter goes to an administrator. */
export interface AdministratorInvited {
  kind: 'administrator_invited'
  /** Null where the invitation was taken back since the letter was written, or another letter has come after it. */
  invitation: { role: AdministratorRole; by: string; secret: string; expiresAt: Instant } | null
}

export type AdminEvent =
  | PlanForReview
  | PlanFinished
  | SnapshotStopped
  | SourceSilent
  | TokenEnds
  | DecisionWaits
  | AdministratorInvited
