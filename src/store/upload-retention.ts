/** Uploads whose time is over. */
import type { Transaction } from './connection.ts'

/** Past its time: files of which nothing was planned, and the bytes of the others. */
export interface OldUploads {
  /** Of what was uploaded earlier, the bytes go, and with them what nothing was planned of. */
  bytes: Date
  /** Of what was uploaded earlier, the rows go as well. */
  rows: Date
}

/** Lets go of what is old, in all organizations, and returns how many uploads expired. What was planned keeps its header. */
export async function forgetUploads(transaction: Transaction, before: OldUploads): Promise<number> {
  const expired = await transaction`
    update snapshots n set state = 'expired' from uploads u
    where u.at <= ${before.bytes} and n.organization_id = u.organization_id and n.id = u.snapshot_id
      and n.state in ('staging', 'uploaded')`
  await transaction`
    delete from upload_chunks c using uploads u
    where u.at <= ${before.bytes} and c.organization_id = u.organization_id and c.snapshot_id = u.snapshot_id`
  for (const table of ['staged_rows', 'row_errors'])
    await transaction`
      delete from ${transaction(table)} r using uploads u, snapshots n
      where u.at <= ${before.bytes} and r.organization_id = u.organization_id and r.snapshot_id = u.snapshot_id
        and n.organization_id = u.organization_id and n.id = u.snapshot_id and (n.state = 'expired' or u.at <= ${before.rows})`
  await transaction`delete from uploads where at <= ${before.rows}`
  return expired.count
}
