/** What administrators say of a snapshot that was stopped: a held one by one of them, a refused one by two, each by the number. */
import { RosterdError } from '../errors.ts'
import { admitCount } from '../reconcile/admit.ts'
import { number } from '../reconcile/amount.ts'
import { type Consent, weigh, whoIsMissing } from '../reconcile/consent.ts'
import { showId } from '../reconcile/identifiers.ts'
import type { Transaction } from '../store/connection.ts'
import { lockSource } from '../store/locks.ts'
import { listSources, type SourceRow } from '../store/organizations.ts'
import { giveConsent, moveSnapshot, readSnapshot, replaceStopped, type Snapshot, STOPPED } from '../store/snapshots.ts'
import { dropStaging, stagedFacts } from '../store/staging.ts'
import { inTurn } from '../store/turns.ts'
import { makersOf, requireRole } from './decide.ts'
import { merge } from './merge.ts'
import type { Actor, Parts } from './parts.ts'
import { record } from './record.ts'

/**
 * Lets a stopped snapshot into the directory, by the number that `rosterd snapshots` shows: the people who are missing from it, or
 * its rows in error where nobody is. A refused one waits after the first administrator for a second with another e-mail address.
 *
 * @returns `admitted`, or `consented` where the second is still missing
 * @throws RosterdError SNAPSHOT_NOT_FOUND, SNAPSHOT_STATE, COUNT_MISMATCH, SNAPSHOT_NEEDS_ANOTHER, FORBIDDEN
 */
export async function admit(
  parts: Parts,
  organization: number,
  id: number,
  options: { actor: Actor; count: number },
): Promise<'admitted' | 'consented'> {
  const { actor, count } = options
  requireRole(actor, 'admin')
  const { sourceId } = await mustReadSnapshot(parts.sql, organization, id)
  const source = (await listSources(parts.sql, organization)).find((one) => one.id === sourceId)
  if (!source) throw new RosterdError('SOURCE_NOT_FOUND', { id: sourceId })
  const at = parts.now()
  const makers = await makersOf(parts.sql, organization, actor)
  const said: Consent = { by: actor.name, ...makers, count, at: at.toISOString() }
  const answer = await inTurn(parts.sql, `source ${organization}:${source.id}`, async (transaction) => {
    await lockSource(transaction, organization, source.id)
    const snapshot = await mustReadSnapshot(transaction, organization, id)
    if (snapshot.state !== 'held' && snapshot.state !== 'refused') throw snapshotState(id, snapshot.state, 'admitted')
    const wanted = await recount(transaction, organization, source, snapshot)
    // Returned, not thrown: the new count has to stay, so that it is the one that is shown.
    if (count !== wanted) return { wanted }
    if (snapshot.state === 'refused') {
      const weight = weigh(snapshot.consent, said)
      if (weight !== 'first' && weight !== 'second')
        throw new RosterdError('SNAPSHOT_NEEDS_ANOTHER', {
          id: showId('snp', id),
          missing: whoIsMissing(snapshot.consent, said),
          count,
        })
      if (weight === 'first') {
        if (!(await giveConsent(transaction, organization, id, said)))
          throw snapshotState(id, (await mustReadSnapshot(transaction, organization, id)).state, 'admitted')
        await record(transaction, organization, at, actor, 'snapshot.consented', 'snp', id, { count })
        return 'consented'
      }
    }
    const fields = { decidedBy: actor.name, decidedAt: at }
    // Whoever turned it away at the same moment has emptied its staging: merged, it would say that everybody is gone.
    if (!(await moveSnapshot(transaction, organization, id, [snapshot.state], 'admitted', fields)))
      throw snapshotState(id, (await mustReadSnapshot(transaction, organization, id)).state, 'admitted')
    for (const one of await replaceStopped(transaction, organization, source.id, snapshot, STOPPED))
      await dropStaging(transaction, organization, one.id)
    await merge(transaction, organization, source, snapshot.id, at)
    const first = snapshot.state === 'refused' ? { first: snapshot.consent?.by } : {}
    await record(transaction, organization, at, actor, 'snapshot.admitted', 'snp', id, { count, ...first })
    return 'admitted'
  })
  if (typeof answer === 'object')
    throw new RosterdError('COUNT_MISMATCH', { given: number(count), count: number(answer.wanted) })
  if (answer === 'consented') return answer
  await parts.jobs.tidy()
  await parts.jobs.propose(organization, 'snapshot')
  return answer
}

/** The directory may have moved since the file was stopped, by a delta for instance: what counts is who would be gone now. */
async function recount(
  transaction: Transaction,
  organization: number,
  source: SourceRow,
  snapshot: Snapshot,
): Promise<number> {
  const facts = await stagedFacts(transaction, organization, source.id, snapshot.id)
  const missing = !snapshot.full || facts.unidentified > 0 ? 0 : facts.missing
  if (missing !== snapshot.missing)
    await moveSnapshot(transaction, organization, snapshot.id, [snapshot.state], snapshot.state, { missing })
  return admitCount({ missing, errors: snapshot.errors }).count
}

/**
 * Turns a stopped snapshot away: nothing of it was used, and nothing will be. A file of changes that could not be read keeps the later
 * ones waiting until this is said.
 *
 * @throws RosterdError SNAPSHOT_NOT_FOUND, SNAPSHOT_STATE, FORBIDDEN
 */
export async function dismiss(
  parts: Parts,
  organization: number,
  id: number,
  options: { actor: Actor },
): Promise<void> {
  const { actor } = options
  requireRole(actor, 'operator')
  const snapshot = await mustReadSnapshot(parts.sql, organization, id)
  const at = parts.now()
  await parts.sql.begin(async (transaction) => {
    const moved = await moveSnapshot(
      transaction,
      organization,
      id,
      [...STOPPED, ...(snapshot.full ? [] : UNREADABLE)],
      'dismissed',
      {
        decidedBy: actor.name,
        decidedAt: at,
      },
    )
    if (!moved) throw snapshotState(id, (await mustReadSnapshot(transaction, organization, id)).state, 'dismissed')
    await dropStaging(transaction, organization, id)
    await record(transaction, organization, at, actor, 'snapshot.dismissed', 'snp', id, {})
  })
  await parts.jobs.tidy()
}

const UNREADABLE = ['unreadable'] as const

async function mustReadSnapshot(
  handle: Parts['sql'] | Transaction,
  organization: number,
  id: number,
): Promise<Snapshot> {
  const snapshot = await readSnapshot(handle, organization, id)
  if (!snapshot) throw new RosterdError('SNAPSHOT_NOT_FOUND', { id: showId('snp', id) })
  return snapshot
}

function snapshotState(id: number, state: string, verb: string): RosterdError {
  return new RosterdError('SNAPSHOT_STATE', { id: showId('snp', id), state, verb, wanted: 'held or refused' })
}
