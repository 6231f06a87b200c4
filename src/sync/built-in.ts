/**
 * The writer for the organization that rosterd keeps itself. A batch, its outcomes, its letters and its audit row are one
 * transaction; a handful of statements write it, however many items it has.
 */
import { createHash } from 'node:crypto'
import { showId } from '../reconcile/identifiers.ts'
import type { Item, Outcome } from '../reconcile/model.ts'
import { addApplied } from '../store/applied.ts'
import { writeAudit } from '../store/audit.ts'
import { nextChange } from '../store/changes.ts'
import type { Sql, Transaction } from '../store/connection.ts'
import { raiseRevision, readCurrent } from '../store/current.ts'
import { LeaseLost, renewLane } from '../store/lanes.ts'
import { claimByHand, mergePeople, releaseLinks } from '../store/links.ts'
import { writeAssignments, writeMembers } from '../store/organization.ts'
import { writeMemberLetters } from '../store/outbox.ts'
import { settledNumbers, writeOutcomes } from '../store/outcomes.ts'
import { pipeline } from '../store/pipeline.ts'
import { endSeatWaits, moveSeats, waitForSeats } from '../store/seats.ts'
import { memberLetters } from './member-letters.ts'
import type { Batch, OrganizationWriter } from './organization.ts'
import type { Parts } from './parts.ts'
import type { Running, Start } from './running.ts'
import { appliedOf, assignmentWrites, settleAll } from './settle-batch.ts'
import { completeExchanges, readStart } from './start.ts'

/** The writer over rosterd's own tables; one for each run of a plan. */
export function builtIn(parts: Pick<Parts, 'sql' | 'now'>, organization: number): OrganizationWriter {
  /** As many administrators as there were when the run began must stay, at most two. */
  let atLeastAdmins: number | null = null
  return {
    read: (people) => readCurrent(parts.sql, organization, people, { lock: false }),
    write: (batch) =>
      inTransaction(parts.sql, async (transaction) => {
        if (!(await renewLane(transaction, batch.lease))) throw new LeaseLost(batch.lease)
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
        const start = await readStart(transaction, batch, items, atLeastAdmins)
        atLeastAdmins = start.atLeastAdmins
        const { running, outcomes } = settleAll(start, items, batch.giveUp)
        await write(transaction, batch, items, outcomes, running, start, { at: parts.now(), revision })
        return outcomes
      }),
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
): Promise<void> {
  const { organizationId: organization, planId } = batch
  const pick = (people: Iterable<number>) => [...people].flatMap((person) => running.members.get(person) ?? [])
  const members = { created: pick(running.created), changed: pick(running.changed) }
  const { writes, moves } = assignmentWrites(start, running)
  const waits = [...running.seatWaits.values()]
  const letters = batch.quiet ? [] : memberLetters(start, items, outcomes, running)
  // Sent without waiting for each other's answers: they travel in one go and run in this order.
  await pipeline([
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
    writeLinks(transaction, batch, items, running, at),
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
}

async function writeLinks(
  transaction: Transaction,
  batch: Batch,
  items: Item[],
  running: Running,
  at: Date,
): Promise<void> {
  const organization = batch.organizationId
  const released = running.links.filter((link) => link.do === 'release_link')
  await releaseLinks(
    transaction,
    organization,
    released.map(({ personId, sourceId }) => ({ personId, sourceIds: sourceId === null ? null : [sourceId] })),
    at,
  )
  const merges = running.links.filter((link) => link.do === 'adopt')
  const invited = batch.lease.lane === 'by_hand' ? invitedByHand(batch, items, running) : []
  if (merges.length + invited.length === 0) return
  const change = await nextChange(transaction, organization, at, 'plan', batch.planId)
  await mergePeople(transaction, organization, merges, change)
  await claimByHand(transaction, organization, invited, change, at)
}

/** Whoever a person invites, or has invited before, is claimed by hand: also somebody whom a source had made a member already. */
function invitedByHand(batch: Batch, items: Item[], running: Running) {
  return items.flatMap((item) => {
    const member = running.members.get(item.personId)
    if ((item.kind !== 'invite' && item.kind !== 'reactivate') || member === undefined || member.state === 'removed')
      return []
    const { personId, profile, role } = member
    return [{ personId, profile, role, actor: item.reason.params['actor'] ?? batch.actor }]
  })
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
