/**
 * The writer for the organization that rosterd keeps itself. A batch, its outcomes, its letters and its audit row are one
 * transaction; a handful of statements write it, however many items it has.
 */
import { createHash } from 'node:crypto'
import { showId } from '../reconcile/identifiers.ts'
import type { Item, Outcome } from '../reconcile/model.ts'
import { PIN_KINDS } from '../reconcile/pinned.ts'
import { addApplied } from '../store/applied.ts'
import { writeAudit } from '../store/audit.ts'
import { nextChange } from '../store/changes.ts'
import type { Sql, Transaction } from '../store/connection.ts'
import { raiseRevision, readCurrent } from '../store/current.ts'
import { holdLane, LeaseLost } from '../store/lanes.ts'
import { mergePeople, releaseLinks } from '../store/links.ts'
import { writeAssignments, writeMembers } from '../store/organization.ts'
import { writeMemberLetters } from '../store/outbox.ts'
import { settledNumbers, writeOutcomes } from '../store/outcomes.ts'
import { pipeline } from '../store/pipeline.ts'
import { alreadyAsked, waitForReturns } from '../store/returns.ts'
import { endSeatWaits, moveSeats, waitForSeats } from '../store/seats.ts'
import { type PinCounts, writeByHand } from './hand-writes.ts'
import { type Asked, memberLetters } from './member-letters.ts'
import type { Batch, OrganizationWriter } from './organization.ts'
import type { Parts } from './parts.ts'
import type { Running, Start } from './running.ts'
import { appliedOf, assignmentWrites, settleAll } from './settle-batch.ts'
import { completeExchanges, type RunFacts, readStart } from './start.ts'

/** The writer over rosterd's own tables; one for each run of a plan. */
export function builtIn(
  parts: Pick<Parts, 'sql' | 'now'> & Partial<Pick<Parts, 'log'>>,
  organization: number,
): OrganizationWriter {
  const known: RunFacts = { atLeastAdmins: null, missing: new Map() }
  return {
    read: (people) => readCurrent(parts.sql, organization, people, { lock: false }),
    write: async (batch) => {
      let pinned: PinCounts = { exclude: 0, force_revoke: 0 }
      const outcomes = await inTransaction(parts.sql, async (transaction) => {
        if (!(await holdLane(transaction, batch.lease))) throw new LeaseLost(batch.lease)
        const revision = await raiseRevision(transaction, organization)
        const settled = await settledNumbers(
          transaction,
          organization,
          batch.planId,
          batch.items.map((item) => item.number),
        )
        const open = batch.items.filter((item) => !settled.has(item.number))
        const items = batch.giveUp === undefined ? await completeExchanges(transaction, batch, open) : open
        if (items.length === 0) return []
        const at = parts.now()
        const start = await readStart(transaction, batch, items, known, at)
        known.atLeastAdmins = start.atLeastAdmins
        const { running, outcomes } = settleAll(start, items, batch.giveUp)
        pinned = await write(transaction, batch, items, outcomes, running, start, { at, revision })
        return outcomes
      })
      tellPinned(parts, batch, pinned)
      return outcomes
    },
  }
}

async function inTransaction<T>(sql: Sql, work: (transaction: Transaction) => Promise<T[]>): Promise<T[]> {
  let result: T[] = []
  await sql.begin(async (transaction) => {
    result = await work(transaction)
  })
  return result
}

async function write(
  transaction: Transaction,
  batch: Batch,
  items: Item[],
  outcomes: Outcome[],
  running: Running,
  start: Start,
  { at, revision }: { at: Date; revision: number },
): Promise<PinCounts> {
  const { organizationId: organization, planId } = batch
  const pick = (people: Iterable<number>) => [...people].flatMap((person) => running.members.get(person) ?? [])
  const members = { created: pick(running.created), changed: pick(running.changed) }
  const { writes, moves } = assignmentWrites(start, running)
  const waits = [...running.seatWaits.values()]
  const letters = batch.quiet
    ? []
    : memberLetters(start, items, outcomes, running, await askedBefore(transaction, batch, start, running))
  // Sent without waiting for each other's answers: they travel in one go and run in this order.
  const { 6: pinned } = await pipeline([
    writeMembers(transaction, organization, members, at),
    writeAssignments(transaction, organization, writes, at),
    moveSeats(transaction, organization, moves),
    waitForSeats(
      transaction,
      organization,
      planId,
      waits.filter((wait) => wait.do === 'wait_for_seat'),
      at,
    ),
    endSeatWaits(
      transaction,
      organization,
      waits.filter((wait) => wait.do === 'end_seat_wait'),
    ),
    waitForReturns(transaction, organization, planId, [...running.returnWaits.values()], at),
    writeLinks(transaction, batch, items, outcomes, running, at),
    writeOutcomes(transaction, organization, planId, outcomes, at),
    addApplied(transaction, organization, appliedOf(items, outcomes, start, batch.named), at),
    writeMemberLetters(transaction, organization, planId, letters, at),
    writeAudit(transaction, {
      organizationId: organization,
      at,
      actor: batch.actor,
      act: 'batch.applied',
      object: showId('pln', planId),
      planId,
      after: summary(items, outcomes, revision),
    }),
  ])
  return pinned
}

/** What the people of the batch who have something on a device were asked to return already. */
async function askedBefore(
  transaction: Transaction,
  { organizationId, planId }: Batch,
  { related }: Start,
  { returnWaits }: Running,
): Promise<Asked> {
  const waiting = related.filter(({ state }) => state === 'waiting_borrow')
  const people = new Set([...waiting, ...returnWaits.values()].map(({ personId }) => personId))
  return people.size === 0 ? new Map() : await alreadyAsked(transaction, organizationId, planId, [...people])
}

async function writeLinks(
  transaction: Transaction,
  batch: Batch,
  items: Item[],
  outcomes: Outcome[],
  running: Running,
  at: Date,
): Promise<PinCounts> {
  const organization = batch.organizationId
  const released = running.links.filter((link) => link.do === 'release_link')
  await releaseLinks(
    transaction,
    organization,
    released.map(({ personId, sourceId }) => ({ personId, sourceIds: sourceId === null ? null : [sourceId] })),
    at,
  )
  const merges = running.links.filter((link) => link.do === 'adopt')
  if (merges.length > 0) {
    const change = await nextChange(transaction, organization, at, 'plan', batch.planId)
    await mergePeople(transaction, organization, merges, change)
  }
  return await writeByHand(transaction, batch, items, outcomes, running, at)
}

function tellPinned({ log }: Partial<Pick<Parts, 'log'>>, { organizationId, planId }: Batch, pinned: PinCounts): void {
  for (const kind of PIN_KINDS) {
    const people = pinned[kind]
    const about = { event: 'pin.written' as const, organizationId, planId, kind, people }
    if (people > 0) log?.info(about, 'pinned against what sources say')
  }
}

/** Numbers, the range of items and the digest of the outcomes, line by line as canonical JSON. */
function summary(items: Item[], outcomes: Outcome[], revision: number) {
  const digest = createHash('sha256')
  const states: Record<string, number> = {}
  for (const { number, state, code } of outcomes) {
    digest.update(`${JSON.stringify([number, state, code])}\n`)
    states[state] = (states[state] ?? 0) + 1
  }
  return { from: items[0]?.number, to: items.at(-1)?.number, revision, states, digest: digest.digest('hex') }
}
