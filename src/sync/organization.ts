/**
 * The organization that plans are applied to, as a port. rosterd keeps one itself (`built-in.ts`); a remote one would be another
 * writer beside it.
 */
import type { Hold, Item, Outcome } from '../reconcile/model.ts'
import type { Operation } from '../reconcile/operation.ts'
import type { CurrentState } from '../store/current.ts'
import type { Lease } from '../store/lanes.ts'

/** Some items of one wave of a plan, in the order of the plan. */
export interface Batch {
  organizationId: number
  planId: number
  /** In the lane of what people ask for, the reserve of seats is open to everybody: it is kept for what they give. */
  lease: Lease
  /** Nobody is mailed. */
  quiet: boolean
  /** Who approved the plan, for the audit row. */
  actor: string
  /** E-mail keys of everybody who approved it: nobody takes anything from themselves. Absent for nobody, as when a policy did. */
  approvers?: string[]
  items: Item[]
  /** What a person asked for; null for what sync made. */
  operation: Operation | null
  /** What a person let through by its number: it does not count against the limits of later plans. Absent = nothing. */
  named?: Hold[]
  /** Nothing is tried: every item fails with INTERNAL and this reference. */
  giveUp?: string
}

export interface OrganizationWriter {
  /** How these people stand now. Nothing is locked. */
  read(people: number[]): Promise<CurrentState>
  /**
   * Does what still holds of the items and gives each exactly one outcome. A batch, its outcomes, its letters and its audit row become
   * real together or not at all; asked again it does nothing twice.
   * The answer may name more items than were asked for: two people who exchange addresses move together.
   *
   * @throws LeaseLost when another worker has taken the lane over; nothing was written then
   */
  write(batch: Batch): Promise<Outcome[]>
}
