/** Confirm: a source repeats itself, byte for byte. */
import type { SourceRow } from '../store/organizations.ts'
import { liftRejections } from '../store/rejections.ts'
import { moveSnapshot, replaceStopped, type Snapshot, STOPPED } from '../store/snapshots.ts'
import { dropStaging } from '../store/staging.ts'
import { asDecided, type Observed } from './observed.ts'
import type { Parts } from './parts.ts'

/** The same bytes as last time: the source repeats itself, and whatever waited for that goes on. */
export async function confirm(
  parts: Parts,
  organization: number,
  source: SourceRow,
  snapshot: Snapshot,
  last: Snapshot,
): Promise<Observed> {
  const { rows, people, errors, full, digest } = last
  const replaced = await parts.sql.begin(async (transaction) => {
    const found = { rows, people, errors, full, ...(digest ? { digest } : {}) }
    if (!(await moveSnapshot(transaction, organization, snapshot.id, ['staging'], 'confirmed', found))) return []
    const older = await replaceStopped(transaction, organization, source.id, snapshot, STOPPED)
    for (const one of older) await dropStaging(transaction, organization, one.id)
    await liftRejections(transaction, organization, { source: source.id, snapshot: null })
    return older
  })
  return await asDecided(parts, organization, snapshot.id, replaced)
}
