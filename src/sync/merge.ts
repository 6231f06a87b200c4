/** Merge: an admitted snapshot becomes what the directory says of its source. */
import { nextChange } from '../store/changes.ts'
import type { Transaction } from '../store/connection.ts'
import { mergeSnapshot } from '../store/directory.ts'
import type { SourceRow } from '../store/organizations.ts'
import { liftRejections } from '../store/rejections.ts'
import type { Snapshot } from '../store/snapshots.ts'
import { dropStaging } from '../store/staging.ts'
import { widenWorkMemory } from '../store/work-memory.ts'

/** Brings an admitted snapshot into the directory, in the caller's transaction. */
export async function merge(
  transaction: Transaction,
  organization: number,
  source: SourceRow,
  snapshot: Pick<Snapshot, 'id' | 'full'>,
  at: Date,
): Promise<void> {
  await widenWorkMemory(transaction)
  const { id } = snapshot
  const absences = snapshot.full && source.mode === 'snapshot'
  const change = await nextChange(transaction, organization, at, 'snapshot', id)
  await mergeSnapshot(transaction, { organization, source: source.id, snapshot: id, change, at, absences })
  await liftRejections(transaction, organization, { source: source.id, snapshot: { id, absences } })
  await dropStaging(transaction, organization, id)
}
