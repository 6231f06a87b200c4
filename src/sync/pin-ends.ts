/** Pins that end otherwise than by what a person does with somebody: by a sync, by their own day, or lifted by name. */
import { RosterdError } from '../errors.ts'
import { showId } from '../reconcile/identifiers.ts'
import type { PinKind } from '../reconcile/pinned.ts'
import { writeAudit } from '../store/audit.ts'
import type { Transaction } from '../store/connection.ts'
import { type EndedPins, liftAtSchedule, liftAtSync, liftPin } from '../store/pin-ends.ts'
import { requireRole } from './decide.ts'
import { type Actor, type Parts, type ProposeBecause, SYSTEM, signed } from './parts.ts'

/** Before a proposal evaluates anybody: what was decided until the next sync ends where that has come. Nothing else lifts anything. */
export async function endAtSync(parts: Parts, organization: number, because: ProposeBecause, at: Date): Promise<void> {
  if (because === 'due' || because === 'rules' || because === 'person') return
  const pushed = because === 'pushed' || because === 'urgent'
  await end(parts, at, (transaction) => liftAtSync(transaction, organization, pushed))
}

/** Before a source is reconciled by its schedule, which is a sync of everybody whom it knows. */
export async function endAtSchedule(parts: Parts, organization: number, source: number): Promise<void> {
  await end(parts, parts.now(), (transaction) => liftAtSchedule(transaction, organization, source))
}

/**
 * Lifts one pin; whom it concerned is planned anew.
 *
 * @throws RosterdError PIN_NOT_FOUND, FORBIDDEN
 */
export async function lift(
  parts: Parts,
  organization: number,
  pin: { person: number; kind: PinKind; product: number },
  actor: Actor,
): Promise<void> {
  requireRole(actor, 'operator')
  const at = parts.now()
  const lifted = await parts.sql.begin(async (transaction) => {
    const ended = await liftPin(transaction, organization, pin)
    if (ended === null) throw new RosterdError('PIN_NOT_FOUND')
    await recordEnded(transaction, [ended], actor, at)
    return ended
  })
  tellEnded(parts, [lifted])
  await parts.jobs.propose(organization, 'person')
}

async function end(parts: Parts, at: Date, lift: (transaction: Transaction) => Promise<EndedPins[]>): Promise<void> {
  const ended = await parts.sql.begin(async (transaction) => {
    const pins = await lift(transaction)
    await recordEnded(transaction, pins, SYSTEM, at)
    return pins
  })
  tellEnded(parts, ended)
}

/** The audit has a row for each plan whose pins ended. */
export async function recordEnded(transaction: Transaction, pins: EndedPins[], actor: Actor, at: Date): Promise<void> {
  const rows = pins.map(({ organizationId, planId, kind, people }) => ({
    organizationId,
    at,
    ...signed(actor),
    act: 'pin.lifted',
    object: showId('pln', planId),
    planId,
    after: { [kind]: people },
  }))
  await writeAudit(transaction, rows)
}

export function tellEnded(parts: Pick<Parts, 'log'>, pins: EndedPins[]): void {
  for (const { organizationId, planId, kind, people } of pins)
    parts.log.info({ event: 'pin.ended', organizationId, planId, kind, people }, 'pins ended')
}
