/**
 * What outlives a plan that a person made, written in the transaction that applies it: whom they want, what they gave, and what they took
 * back against the word of a source. Were it written later, a proposal in between would undo what they asked for.
 */
import { showId } from '../reconcile/identifiers.ts'
import type { ActionKind, Item, Outcome, OutcomeState } from '../reconcile/model.ts'
import { type Operation, PIN_DEFAULT } from '../reconcile/operation.ts'
import type { PinKind } from '../reconcile/pinned.ts'
import { writeAudit } from '../store/audit.ts'
import { nextChange } from '../store/changes.ts'
import type { Transaction } from '../store/connection.ts'
import { markDirty } from '../store/dirty.ts'
import { giveByHand, takeBackByHand } from '../store/hand-grants.ts'
import { claimByHand, unclaimByHand } from '../store/links.ts'
import { liftPins, type PinTerm, type TakenBack, writePins } from '../store/pins.ts'
import { peopleLeaving } from '../store/returns.ts'
import type { Batch } from './organization.ts'
import type { Running } from './running.ts'

const DAY_MS = 86_400_000

/** How many pins of each kind. */
export type PinCounts = Record<PinKind, number>
const NONE: PinCounts = { exclude: 0, force_revoke: 0 }

/** Whoever waits for a seat, or for a licence to come back, waits for what was approved: the approval stands meanwhile. */
const DONE: readonly OutcomeState[] = ['succeeded', 'noop', 'waiting_seat', 'waiting_borrow']

/**
 * By hand: whoever is invited is claimed, a product that is given stands as a grant of its own, and what is taken back is pinned where a
 * source still wants it. Of who is a member or has the product already nothing is written, but where that was to end with a return.
 * Inviting, and giving for good, lifts the pin that taking back wrote. In every lane: whoever is removed loses what people gave them, and
 * what had an end is over with it.
 *
 * @returns how many pins were written
 */
export async function writeByHand(
  transaction: Transaction,
  batch: Batch,
  items: Item[],
  outcomes: Outcome[],
  running: Running,
  at: Date,
): Promise<PinCounts> {
  const { organizationId: organization, planId } = batch
  const states = new Map(outcomes.map((outcome) => [outcome.number, outcome.state]))
  const already = (item: Item) => states.get(item.number) === 'noop'
  const of = (kinds: ActionKind[], ...among: readonly OutcomeState[]): Item[] =>
    items.filter(({ kind, number }) => {
      const state = states.get(number)
      return kinds.includes(kind) && state !== undefined && among.includes(state)
    })
  if (batch.lease.lane !== 'by_hand') {
    const gone = of(['remove'], 'succeeded').map(({ personId }) => ({ personId, productId: null }))
    await takeBackByHand(transaction, organization, gone)
    await takeBackByHand(transaction, organization, of(['revoke'], 'succeeded'), at)
    return NONE
  }
  const taking = (item: Item): TakenBack => ({
    personId: item.personId,
    productId: item.productId ?? 0,
    actor: actorOf(item, batch),
    already: already(item),
  })
  const joined = of(['invite', 'reactivate'], 'succeeded', 'noop')
  const given = of(['assign', 'extend', 'shorten'], ...DONE)
  const revoked = of(['revoke'], ...DONE)
    .filter(({ productId }) => productId !== null)
    .map(taking)
  const removed = of(['remove'], ...DONE).map(taking)
  const people = [...joined, ...given, ...revoked, ...removed].map(personOf)
  if (people.length === 0) return NONE
  await markDirty(transaction, organization, people)
  const change = await nextChange(transaction, organization, at, 'plan', planId)

  const leaving = await peopleLeaving(transaction, organization, joined.filter(already).map(personOf))
  const newcomers = joined.filter((item) => !already(item) || leaving.has(item.personId))
  await claimByHand(transaction, organization, invitedOf(newcomers, batch, running), change, at)
  const grants = given.flatMap((item) => grantOf(item, batch, already(item)))
  await giveByHand(transaction, organization, planId, grants, at)
  const membership = ({ personId }: Item) => ({ personId, productId: 0 })
  const lifted = {
    exclude: await liftPins(transaction, organization, 'exclude', joined.map(membership)),
    // What is given until a day ends on that day: what the source would give beside it stays pinned.
    force_revoke: await liftPins(
      transaction,
      organization,
      'force_revoke',
      grants.filter((grant) => grant.expiresAt === null),
    ),
  }

  const term = termOf(batch.operation, at)
  // Of somebody who is removed the membership alone is pinned: once that is over, they have their products again.
  const products = batch.operation?.verb === 'remove' ? [] : revoked
  const pinned = {
    exclude: await writePins(transaction, organization, planId, 'exclude', removed, term, at),
    force_revoke: await writePins(transaction, organization, planId, 'force_revoke', products, term, at),
  }
  await takeBackByHand(transaction, organization, [
    ...revoked,
    ...removed.map(({ personId }) => ({ personId, productId: null })),
  ])
  const gone = removed.map(personOf)
  await unclaimByHand(transaction, organization, gone, change, at)
  await tell(transaction, batch, 'pin.written', pinned, at)
  await tell(transaction, batch, 'pin.lifted', lifted, at)
  return pinned
}

const personOf = ({ personId }: { personId: number }): number => personId

const actorOf = (item: Item, batch: Batch): string => item.reason.params['actor'] ?? batch.actor

/** Whoever a person invites is claimed by hand. */
function invitedOf(joined: Item[], batch: Batch, running: Running) {
  return joined.flatMap((item) => {
    const member = running.members.get(item.personId)
    if (member === undefined || member.state === 'removed') return []
    const { personId, profile, role } = member
    return [{ personId, profile, role, actor: actorOf(item, batch) }]
  })
}

/** The end that the person gave, not the one that comes of it beside what sources give. */
function grantOf(item: Item, batch: Batch, already: boolean) {
  const { personId, productId, after } = item
  if (productId === null) return []
  const expiresAt = after?.grantedUntil === undefined ? (after?.expiresAt ?? null) : after.grantedUntil
  return [{ personId, productId, expiresAt, actor: actorOf(item, batch), already }]
}

function termOf(operation: Operation | null, at: Date): PinTerm {
  const { pin, reason = null } = operation ?? { pin: PIN_DEFAULT, reason: null }
  const until = pin.kind === 'days' ? new Date(at.getTime() + pin.days * DAY_MS) : null
  return { until, nextSync: pin.kind === 'next_sync', reason }
}

async function tell(
  transaction: Transaction,
  { organizationId, planId, actor }: Batch,
  act: string,
  after: PinCounts,
  at: Date,
): Promise<void> {
  if (after.exclude + after.force_revoke === 0) return
  await writeAudit(transaction, { organizationId, at, actor, act, object: showId('pln', planId), planId, after })
}
