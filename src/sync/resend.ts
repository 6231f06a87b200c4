/** A letter that did not arrive, sent once more because a person says so. */
import { RosterdError } from '../errors.ts'
import { showId } from '../reconcile/identifiers.ts'
import { writeAudit } from '../store/audit.ts'
import { letterDueAgain } from '../store/letter-list.ts'
import { requireRole } from './decide.ts'
import { type Actor, type Parts, signed } from './parts.ts'

/**
 * By itself no letter leaves twice. One of which it is not known whether it left may so arrive a second time; whoever asks for that
 * is in the audit.
 *
 * @throws RosterdError LETTER_NOT_RESENT for one that is on its way, arrived, or carries a link of its own; FORBIDDEN
 */
export async function resend(
  parts: Parts,
  organization: number,
  letter: number,
  actor: Actor,
): Promise<{ address: string }> {
  requireRole(actor, 'operator')
  const at = parts.now()
  const sent = await parts.sql.begin(async (transaction) => {
    const again = await letterDueAgain(transaction, organization, letter, at)
    if (again === null) throw new RosterdError('LETTER_NOT_RESENT')
    const { address, planId, ...before } = again
    await writeAudit(transaction, {
      organizationId: organization,
      at,
      ...signed(actor),
      act: 'letter.resent',
      object: `letters/${letter}`,
      ...(planId > 0 && { planId }),
      before,
      after: planId > 0 ? { plan: showId('pln', planId) } : null,
    })
    return { address }
  })
  await parts.jobs.deliver()
  return sent
}
