/**
 * Licences that are taken offline. Whoever hands them out registers that here, and asks first: what is to be taken from somebody is not
 * lent any more, and what is lent is not taken before it is back.
 */
import { RosterdError } from '../errors.ts'
import { formatEnd } from '../reconcile/expiry.ts'
import { showId } from '../reconcile/identifiers.ts'
import { nameKey } from '../reconcile/normalise.ts'
import { writeAudit } from '../store/audit.ts'
import { endBorrow, findBorrow, type Lendable, readLendable, writeBorrow } from '../store/borrows.ts'
import type { Transaction } from '../store/connection.ts'
import { lockBatches } from '../store/locks.ts'
import { moveReturns } from '../store/returns.ts'
import { requireRole } from './decide.ts'
import { type Actor, type Parts, signed } from './parts.ts'

interface Asked {
  actor: Actor
  /** As it is called where it stands; capitals and blanks make no other device of it. */
  device: string
}

/**
 * The device has the licence until then. Said again it changes nothing; an earlier time shortens the loan.
 *
 * @param asked.offline the device has prolonged a loan that it had, without asking: that is taken down, and what waits for it waits longer
 * @throws RosterdError ASSIGNMENT_NOT_FOUND, BORROW_REFUSED
 */
export async function registerBorrow(
  parts: Parts,
  organization: number,
  assignment: number,
  asked: Asked & { until: Date; offline?: boolean },
): Promise<void> {
  requireRole(asked.actor, 'operator')
  const { actor, device, until } = asked
  const at = parts.now()
  const lent = await parts.sql.begin(async (transaction) => {
    const found = await lendable(transaction, organization, assignment)
    const loan = { personId: found.personId, productId: found.productId, deviceKey: nameKey(device) }
    const before = await findBorrow(transaction, organization, loan, at)
    if (before?.getTime() === until.getTime()) return null
    const why = refusal(found, { at, before, until, offline: asked.offline === true })
    if (why !== null) throw new RosterdError('BORROW_REFUSED', { why })
    await writeBorrow(transaction, organization, { ...loan, device, until, tokenId: actor.tokenId ?? null }, at)
    await moveReturns(transaction, organization, loan, at)
    await writeAudit(transaction, {
      organizationId: organization,
      at,
      ...signed(actor),
      act: 'borrow.registered',
      object: showId('asg', assignment),
      ...(before && { before: { until: before } }),
      after: { product: found.productKey, until, ...(asked.offline === true && { offline: true }) },
    })
    return { personId: found.personId, productId: found.productId }
  })
  const about = { event: 'borrow.registered' as const, organizationId: organization, until: until.toISOString() }
  if (lent !== null) parts.log.info({ ...about, ...lent }, 'licence borrowed')
}

/**
 * The licence is back from the device; again does nothing. What waited for it happens at the next round of the clock.
 *
 * @throws RosterdError ASSIGNMENT_NOT_FOUND
 */
export async function returnBorrow(
  parts: Parts,
  organization: number,
  assignment: number,
  { actor, device }: Asked,
): Promise<void> {
  requireRole(actor, 'operator')
  const at = parts.now()
  const back = await parts.sql.begin(async (transaction) => {
    const { personId, productId, productKey } = await lendable(transaction, organization, assignment)
    const loan = { personId, productId, deviceKey: nameKey(device) }
    const before = await findBorrow(transaction, organization, loan, at)
    if (!(await endBorrow(transaction, organization, loan)) || before === null) return null
    await moveReturns(transaction, organization, loan, at)
    await writeAudit(transaction, {
      organizationId: organization,
      at,
      ...signed(actor),
      act: 'borrow.returned',
      object: showId('asg', assignment),
      before: { product: productKey, until: before },
    })
    return { personId, productId }
  })
  if (back === null) return
  parts.log.info({ event: 'borrow.returned', organizationId: organization, ...back }, 'licence returned')
}

async function lendable(transaction: Transaction, organization: number, assignment: number): Promise<Lendable> {
  // As apply does it, so that nobody is removed between the look and the loan.
  await lockBatches(transaction, organization)
  const found = await readLendable(transaction, organization, assignment)
  if (found === null) throw new RosterdError('ASSIGNMENT_NOT_FOUND', { id: showId('asg', assignment) })
  return found
}

/** Why it is not lent until then, as the end of a sentence; null where it is. */
function refusal(
  { person, product, state, expiresAt, zone, takenBy }: Lendable,
  { at, before, until, offline }: { at: Date; before: Date | null; until: Date; offline: boolean },
): string | null {
  const told = (instant: Date) => formatEnd(instant.toISOString(), zone)
  if (until <= at) return `${told(until)} is over`
  if (before !== null && until < before) return null
  if (offline) return before === null ? 'the device had no loan that it could have prolonged' : null
  if (state !== 'active') return `${person} is ${state}`
  if (takenBy !== null) {
    const plan = takenBy === 0 ? 'a plan' : showId('pln', takenBy)
    return `${plan} takes ${product} from ${person}`
  }
  if (expiresAt !== null && until > expiresAt) return `${person} has ${product} until ${told(expiresAt)}`
  return null
}
