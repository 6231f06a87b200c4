/** Merge: an admitted snapshot becomes what the directory says of its source. */
import { nextChange } from '../store/changes.ts'
import type { Transaction } from '../store/connection.ts'
import { mergeSnapshot } from '../store/directory.ts'
import type { SourceRow } from '../store/organizations.ts'
import { liftRejections } from '../store/rejections.ts'
import { readSnapshot } from '../store/snapshots.ts'
import { dropStaging } from '../store/staging.ts'
import { widenWorkMemory } from '../store/work-memory.ts'

/**
 * Brings an admitted snapshot into the directory, in the caller's transaction. Whatever the caller believes, it is looked up here that the
 * snapshot was admitted, and whether who is missing from it is gone: incomplete input takes nothing from anybody.
 */
export async function merge(
  transaction: Transaction,
  organization: number,
  source: SourceRow,
  id: number,
  at: Date,
): Promise<void> {
  await widenWorkMemory(transaction)
  const snapshot = await readSnapshot(transaction, organization, id)
  if (snapshot?.state !== 'admitted' || snapshot.sourceId !== source.id)
    throw new Error(`snapshot ${id} of ${source.key} is ${snapshot?.state ?? 'not there'} and must not be merged`)
  const absences = snapshot.full && source.mode === 'snapshot'
  const change = await nextChange(transaction, organization, at, 'snapshot', id)
  await mergeSnapshot(transaction, { organization, source: source.id, snapshot: id, change, at, absences })
  await liftRejections(transaction, organization, { source: source.id, snapshot: { id, absences } })
  await dropStaging(transaction, organization, id)
}
