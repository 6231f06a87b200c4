/** Put away: files of decided snapshots go to `processed/` or `failed/`, with what is told beside them. */
import { showId } from '../reconcile/identifiers.ts'
import { isFailureCode, reasonNext, reasonSentence } from '../reconcile/reasons.ts'
import { type FailedCells, failedRows } from '../store/failures.ts'
import { tryLockSource } from '../store/locks.ts'
import { readOrganization, type SourceRow } from '../store/organizations.ts'
import { HELD_DAYS, moveFile, type Snapshot, type SnapshotState, untidySnapshots } from '../store/snapshots.ts'
import type { DropFolder, Told } from './drop/folder.ts'
import { failureFile } from './failure-file.ts'
import { rowFailures } from './failure-list.ts'
import type { Parts } from './parts.ts'

/** Used, or not needed: whoever wrote such a file has nothing to do. */
const PROCESSED: readonly SnapshotState[] = ['admitted', 'confirmed', 'stale', 'duplicate']

/**
 * A crash in between leaves work for the next time, never a lost file. Nothing is moved while a file of the source is read: whoever
 * waits for that finds its file where it was claimed, or gone; the next round comes within a minute.
 */
export async function putAwayDecided(
  parts: Parts,
  organization: number,
  source: SourceRow,
  folder: DropFolder,
): Promise<void> {
  await parts.sql.begin(async (lock) => {
    if (await tryLockSource(lock, organization, source.id)) await putAwayAlone(parts, organization, source, folder)
  })
}

async function putAwayAlone(parts: Parts, organization: number, source: SourceRow, folder: DropFolder): Promise<void> {
  for (const snapshot of await untidySnapshots(parts.sql, organization, source.id)) {
    const at = parts.now()
    const broken = await failedRows(parts.sql, organization, snapshot.id, { after: 0, limit: TOLD_ROWS })
    const told: Told = isUsed(snapshot) && broken.length === 0 ? {} : { reason: reasonOf(snapshot, broken, at) }
    if (broken.length > 0) told.failures = await brokenRows(parts, organization, snapshot)
    const place = PROCESSED.includes(snapshot.state) ? 'processed' : 'failed'
    const path = await folder.putAway(snapshot.path, place, at, told)
    await moveFile(parts.sql, organization, snapshot.id, path)
  }
}

const isUsed = ({ state }: Snapshot): boolean => state === 'admitted' || state === 'confirmed'

/** All rows in error with the file's own columns, for whoever has no other access than the folder. */
async function brokenRows(parts: Parts, organization: number, snapshot: Snapshot): Promise<AsyncIterable<string>> {
  const file = { ...snapshot, snapshotId: snapshot.id, change: null }
  const { zone } = await readOrganization(parts.sql, organization)
  return failureFile({ plan: null, files: [file], verb: null, zone }, rowFailures(parts.sql, organization, file))
}

const WHY: Partial<Record<SnapshotState, string>> = {
  replaced: 'A newer file of this source arrived before anybody admitted this one.',
  dismissed: 'An administrator turned this file away.',
  expired: `Nobody admitted this file within ${HELD_DAYS} days.`,
}

/** So many broken rows are told in a reason file; whoever sends more has one cause, not many. */
const TOLD_ROWS = 1_000

function reasonOf(snapshot: Snapshot, broken: FailedCells[], at: Date): object {
  const isAside = snapshot.state === 'stale' || snapshot.state === 'duplicate'
  const stops = snapshot.findings.filter((finding) => isAside || finding.verdict !== 'pass')
  const code = stops[0]?.guard ?? ''
  const rows = `${snapshot.errors} of ${snapshot.rows} rows could not be read. Whoever they name is left as they are.`
  return {
    file: snapshot.file,
    snapshot: showId('snp', snapshot.id),
    state: snapshot.state,
    reasons: stops.map((finding) => ({ code: finding.guard, message: finding.message })),
    message: isUsed(snapshot)
      ? rows
      : [WHY[snapshot.state] ?? [], stops.map((finding) => finding.message)].flat().join(' '),
    next: nextFor(snapshot, isFailureCode(code) ? reasonNext(code) : ''),
    rows: snapshot.rows,
    rowsInError: snapshot.errors,
    errors: broken.map(toldError),
    sha256: snapshot.fileSha256,
    at: at.toISOString(),
  }
}

/** One broken row as writers are told of it. */
export function toldError({ line, code, params }: FailedCells): object {
  const known = isFailureCode(code) ? code : null
  return {
    line,
    code,
    message: known ? reasonSentence(known, { line, ...params }) : code,
    next: known ? reasonNext(known, params) : '',
  }
}

function nextFor(snapshot: Snapshot, next: string): string {
  if (isUsed(snapshot))
    return 'The others were used. Correct these rows in the file beside this one that ends in .failures.csv, and drop that.'
  if (PROCESSED.includes(snapshot.state)) return next
  return `${next === '' ? '' : `${next} `}Nothing of this file was used. Correct it and drop it again.`
}
