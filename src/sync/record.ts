/** Record: the audit row of what somebody decided, written in the transaction that does it. */
import { type IdPrefix, showId } from '../reconcile/identifiers.ts'
import { writeAudit } from '../store/audit.ts'
import type { Transaction } from '../store/connection.ts'
import { type Actor, signed } from './parts.ts'

export async function record(
  transaction: Transaction,
  organization: number,
  at: Date,
  actor: Actor,
  act: string,
  prefix: IdPrefix,
  id: number,
  after: unknown,
): Promise<void> {
  await writeAudit(transaction, {
    organizationId: organization,
    at,
    ...signed(actor),
    act,
    object: showId(prefix, id),
    planId: prefix === 'pln' ? id : null,
    after,
  })
}
