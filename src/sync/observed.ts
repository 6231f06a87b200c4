/** What became of a file that was observed. */
import type { Finding } from '../reconcile/model.ts'
import { readSnapshot, type Snapshot } from '../store/snapshots.ts'
import type { Parts } from './parts.ts'

/** What became of the file; `refused` and `unreadable` carry why. */
export interface Observed {
  snapshot: number
  state: Snapshot['state']
  findings: Finding[]
  errors: number
  /** Held and refused snapshots of this source that the new one replaced. */
  replaced: Snapshot[]
}

/** What the snapshot came to, by whoever was first: a worker that was taken over may come back and find it decided. */
export async function asDecided(
  parts: Parts,
  organization: number,
  id: number,
  replaced: Snapshot[],
): Promise<Observed> {
  const decided = await readSnapshot(parts.sql, organization, id)
  if (!decided) throw new Error('a snapshot that was just decided is gone')
  const { state, findings, errors } = decided
  return { snapshot: id, state, findings, errors, replaced }
}
