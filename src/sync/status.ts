/** `status/X.status.json`: how far a dropped file has come, for writers who have no access but the folder. */
import { isNote } from '../reconcile/admit.ts'
import { planEnds } from '../reconcile/describe.ts'
import { showId } from '../reconcile/identifiers.ts'
import { hasEnded } from '../reconcile/review.ts'
import { type FilePlan, type FileStanding, filesToTell } from '../store/drops.ts'
import { type FailedCells, failedRows } from '../store/failures.ts'
import type { SourceRow } from '../store/organizations.ts'
import type { SnapshotState } from '../store/snapshots.ts'
import type { DropFolder } from './drop/folder.ts'
import type { Parts } from './parts.ts'
import { toldError } from './put-away.ts'

/** Why a file still lies in `in/`. */
export async function tellWaiting(folder: DropFolder, name: string, why: string, at: Date): Promise<void> {
  await folder.tell(name, text({ file: name, state: 'waiting', message: why, at: at.toISOString() }))
}

/** Brings the status of files of which something new may be to tell up to date. */
export async function tellFiles(
  parts: Parts,
  organization: number,
  source: SourceRow,
  folder: DropFolder,
): Promise<void> {
  for (const file of await filesToTell(parts.sql, organization, source.id, parts.now())) {
    const page = { after: 0, limit: TOLD_ROWS }
    const broken = file.errors === 0 ? [] : await failedRows(parts.sql, organization, file.id, page)
    await folder.tell(file.file, text(statusOf(file, broken)))
  }
}

/** Whoever has more rows in error has one cause, not many; all of them stand in the failure file once the file is put away. */
const TOLD_ROWS = 100

const SENTENCES: Partial<Record<SnapshotState, string>> = {
  staging: 'The file is being read.',
  admitted: 'The file was read.',
  confirmed: 'The file says the same as the one before it.',
  replaced: 'A newer file arrived before this one was used.',
  dismissed: 'An administrator turned this file away. Nothing of it was used.',
  expired: 'Nobody let this file in within the time for it. Nothing of it was used.',
}

function statusOf(file: FileStanding, broken: FailedCells[]): object {
  const { state, evidence, full, rows, people, errors, missing } = file
  const isAside = state === 'stale' || state === 'duplicate'
  const stops = file.findings.filter((finding) => isAside || finding.verdict !== 'pass')
  const why = stops.map((finding) => finding.message).join(' ')
  return {
    file: file.file,
    snapshot: showId('snp', file.id),
    state,
    message: SENTENCES[state] ?? why,
    evidence,
    full,
    rows,
    people,
    rowsInError: errors,
    missing,
    reasons: stops.map(({ guard, message }) => ({ code: guard, message })),
    notes: isAside ? [] : file.findings.filter(isNote).map(({ message }) => message),
    errors: broken.map(toldError),
    plans: file.plans.map(planStatus),
    sha256: file.sha256,
    at: new Date(file.at).toISOString(),
  }
}

function planStatus({ id, state, headline, items, outcomes }: FilePlan): object {
  const ended = hasEnded(state) ? planEnds(state, outcomes) : null
  return { id: showId('pln', id), state, headline, items, outcomes, ...(ended !== null && { ended }) }
}

const text = (status: object): string => `${JSON.stringify(status, null, 2)}\n`
