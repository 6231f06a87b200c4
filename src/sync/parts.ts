/** What the verbs of this room are given: they never build a part themselves. */
import type { Logger } from 'pino'
import type { Lane } from '../reconcile/model.ts'
import type { AdministratorRole } from '../reconcile/roles.ts'
import type { AuditRow } from '../store/audit.ts'
import type { Sql } from '../store/connection.ts'

/** Work that another moment, or another daemon, will do. Sending is idempotent per key: one waiting job each. */
export interface Jobs {
  /** Evaluate, compare and plan this organization soon. */
  propose(organization: number, because: ProposeBecause): Promise<void>
  /** Run this approved plan, of this lane. */
  execute(organization: number, plan: number, lane: Lane): Promise<void>
  /** Letters may be due. */
  deliver(): Promise<void>
  /** Files of snapshots that were decided lie where they no longer belong. */
  tidy(): Promise<void>
}

/**
 * A newer snapshot, a rule change, a schedule and a person replace plans that still await; what is merely due does not. `pushed` is about
 * those alone whom an identity provider has changed, `urgent` about whom it has deactivated or deleted.
 */
export type ProposeBecause = 'snapshot' | 'rules' | 'schedule' | 'person' | 'due' | 'pushed' | 'urgent'

export interface Parts {
  sql: Sql
  log: Logger
  jobs: Jobs
  /** Wall clock; tests hold it still. */
  now(): Date
  /** An identity provider has changed something in the mirror of a source; `urgent`: somebody loses access by it. */
  pushed?(organization: number, urgent: boolean): void
}

/** Who does something: an administrator by e-mail, a policy, or the system itself. */
export interface Actor {
  kind: 'person' | 'policy' | 'system'
  /** An e-mail address, `bootstrap token`, `policy additive_auto` or `system`: as audit rows and pages show it. */
  name: string
  role: AdministratorRole
  /** The token that they came in with; absent for the bootstrap token and for whoever came through no door. */
  tokenId?: number
  /** The request in which they said it. */
  requestId?: string
}

/** The part of an audit row that says who did it, and in which request. */
export function signed(actor: Actor): Pick<AuditRow, 'actor' | 'tokenId' | 'requestId'> {
  return { actor: actor.name, tokenId: actor.tokenId ?? null, requestId: actor.requestId ?? null }
}

export const SYSTEM: Actor = { kind: 'system', name: 'system', role: 'admin' }
