/** Locks that end with their transaction. */
import type { Lane } from '../reconcile/model.ts'
import type { Transaction } from './connection.ts'

const CONFIGURING = 0x636f6e66
const PROPOSING = 0x70726f70
const HURRYING = 0x75726774
const JUDGING = 0x6a756467
const OBSERVING = 0x6f627365
const READING = 0x72656164
const DRAFTING = 0x64726674
const REREADING = 0x75706c64
const SEALING = 0x7365616c

/**
 * One proposal of an organization at a time in each lane: the second waits for the first to commit. Who loses access does not wait for
 * everybody else to be looked at.
 */
export async function lockProposals(
  transaction: Transaction,
  organization: number,
  lane: 'urgent' | 'sync',
): Promise<void> {
  await transaction`select pg_advisory_xact_lock(${lane === 'urgent' ? HURRYING : PROPOSING}, ${organization})`
}

/** One at a time judges what may happen in an organization and lets it happen: what guards count is what others were allowed before. */
export async function lockJudgement(transaction: Transaction, organization: number): Promise<void> {
  await transaction`select pg_advisory_xact_lock(${JUDGING}, ${organization})`
}

/** No batch of a plan is written meanwhile: what is read here is what its items will find. */
export async function lockBatches(transaction: Transaction, organization: number): Promise<void> {
  await transaction`select from organizations where id = ${organization} for no key update`
}

/** One draft of what people ask for at a time: of two that ask for the same, the second finds the plan of the first. */
export async function lockDrafts(transaction: Transaction, organization: number): Promise<void> {
  await transaction`select pg_advisory_xact_lock(${DRAFTING}, ${organization})`
}

/** Nobody reads the upload in another way, or lets go of it, before this transaction ends: its rows stay what they are. */
export async function lockUpload(transaction: Transaction, organization: number, snapshot: number): Promise<void> {
  await transaction`select from snapshots where organization_id = ${organization} and id = ${snapshot} for no key update`
}

/** One reading of an upload at a time: a daemon that died in the middle holds it no more. */
export async function lockUploadReading(
  transaction: Transaction,
  organization: number,
  snapshot: number,
): Promise<void> {
  await transaction`select pg_advisory_xact_lock(${REREADING}, hashtext(${`${organization}:${snapshot}`}))`
}

/**
 * Two daemons that start together write their configuration one after the other, and nobody sets anything of an organization meanwhile.
 * The organizations are not locked one by one: of one that is new nobody knows the id yet.
 */
export async function lockConfiguration(transaction: Transaction): Promise<void> {
  await transaction`select pg_advisory_xact_lock(${CONFIGURING}, 0)`
}

/** One thing of an organization is set at a time, beside those of others, and none while the configuration is written. */
export async function lockSettings(transaction: Transaction, organization: number): Promise<void> {
  await transaction`select pg_advisory_xact_lock_shared(${CONFIGURING}, 0)`
  await transaction`select pg_advisory_xact_lock(${CONFIGURING}, ${organization})`
}

/** One file of a source reaches a verdict at a time, whoever reads it. */
export async function lockSource(transaction: Transaction, organization: number, source: number): Promise<void> {
  await transaction`select pg_advisory_xact_lock(${OBSERVING}, hashtext(${`${organization}:${source}`}))`
}

/** The same lock, where nobody holds it: false when somebody reads a file of the source just now. */
export async function tryLockSource(transaction: Transaction, organization: number, source: number): Promise<boolean> {
  const [row] = await transaction<{ locked: boolean }[]>`
    select pg_try_advisory_xact_lock(${OBSERVING}, hashtext(${`${organization}:${source}`})) as locked`
  return row?.locked === true
}

/** What was pushed into an organization is read by one at a time: whoever read a resource first must not write it last. */
export async function lockMirror(transaction: Transaction, organization: number): Promise<void> {
  await transaction`select pg_advisory_xact_lock(${READING}, ${organization})`
}

/** Whoever approves a plan that a proposal is about to replace waits for it, and finds the plan superseded. */
export async function lockAwaiting(transaction: Transaction, organization: number, lane: Lane = 'sync'): Promise<void> {
  await transaction`
    select from plans where organization_id = ${organization} and lane = ${lane} and state = 'awaiting_approval'
    order by id for update`
}

/** The audit of an organization is sealed by one daemon at a time: false when another is at it just now. */
export async function tryLockSeals(transaction: Transaction, organization: number): Promise<boolean> {
  const [row] = await transaction<{ locked: boolean }[]>`
    select pg_try_advisory_xact_lock(${SEALING}, ${organization}) as locked`
  return row?.locked === true
}
