/** Receive: what happens to a claimed file of a drop folder, from its bytes to the place where it is put away. */
import { showId } from '../reconcile/identifiers.ts'
import { isFailureCode, reasonNext, reasonSentence } from '../reconcile/reasons.ts'
import { type FailedCells, failedRows } from '../store/failures.ts'
import type { SourceRow } from '../store/organizations.ts'
import { listOrganizations, listSources } from '../store/organizations.ts'
import { moveFile, type Snapshot, snapshotPaths, untidySnapshots } from '../store/snapshots.ts'
import { DropFolder, droppedName, type FileEvidence } from './csv/folder.ts'
import type { Worker } from './jobs.ts'
import { type Observed, observe } from './observe.ts'
import type { Parts } from './parts.ts'
import { readSourceSettings } from './source-settings.ts'

export function folderOf(source: SourceRow): DropFolder {
  const { folder, glob } = readSourceSettings(source.settings)
  return new DropFolder(folder, glob)
}

/** Observes a claimed file; null when it has been dealt with already. A delta says so in its name; whatever else is dropped is full. */
export async function receive(
  parts: Parts,
  organization: number,
  sourceId: number,
  claimed: { path: string; evidence: FileEvidence },
): Promise<Observed | null> {
  const source = (await listSources(parts.sql, organization)).find((one) => one.id === sourceId)
  if (!source) return null
  const folder = folderOf(source)
  if (!(await folder.holds(claimed.path))) return null
  const name = droppedName(claimed.path)
  const observed = await observe(parts, organization, source, {
    name,
    path: claimed.path,
    sha256: await folder.sha256(claimed.path),
    evidence: claimed.evidence,
    full: source.mode === 'snapshot' && !name.includes('.delta.'),
    read: () => folder.read(claimed.path),
  })
  const { snapshot, state, errors } = observed
  parts.log.info({ organization, source: source.key, file: name, snapshot, state, errors }, 'file observed')
  if (state === 'admitted') await parts.jobs.propose(organization, 'snapshot')
  if (state === 'confirmed') await parts.jobs.propose(organization, 'due')
  if (state === 'held' || state === 'refused' || state === 'unreadable') await parts.jobs.deliver()
  await tidySource(parts, organization, source)
  return observed
}

/** Puts away the files of snapshots that are decided. A crash in between leaves work for the next time, never a lost file. */
async function tidySource(parts: Parts, organization: number, source: SourceRow): Promise<void> {
  const folder = folderOf(source)
  for (const snapshot of await untidySnapshots(parts.sql, organization, source.id)) {
    const good = snapshot.state === 'admitted' || snapshot.state === 'confirmed'
    const at = parts.now()
    const broken = await failedRows(parts.sql, organization, snapshot.id, { after: 0, limit: TOLD_ROWS })
    const reason = good && broken.length === 0 ? undefined : reasonOf(snapshot, broken, at)
    const path = await folder.putAway(snapshot.path, good ? 'processed' : 'failed', at, reason)
    await moveFile(parts.sql, organization, snapshot.id, path)
  }
}

/**
 * Puts away what was decided, and takes up claimed files that nobody is reading: a daemon that was killed between the claim and the job
 * leaves one. What goes wrong in one source keeps no other waiting.
 */
export async function tidyEverything(parts: Parts, worker: Pick<Worker, 'observe'>): Promise<void> {
  for (const organization of await listOrganizations(parts.sql)) {
    for (const source of await listSources(parts.sql, organization.id)) {
      if (source.kind !== 'csv' || !source.connected) continue
      try {
        await tidySource(parts, organization.id, source)
        const known = await snapshotPaths(parts.sql, organization.id, source.id)
        for (const path of await folderOf(source).claimed()) {
          if (!known.has(path)) await worker.observe(organization.id, source.id, path, 'stable_only')
        }
      } catch (error) {
        parts.log.error(
          { err: error, organization: organization.id, source: source.key },
          'the drop folder could not be tidied',
        )
      }
    }
  }
}

const WHY: Partial<Record<Snapshot['state'], string>> = {
  replaced: 'A newer file of this source arrived before anybody admitted this one.',
  dismissed: 'An administrator turned this file away.',
}

/** So many broken rows are told in a reason file; whoever sends more has one cause, not many. */
const TOLD_ROWS = 1_000

function reasonOf(snapshot: Snapshot, broken: FailedCells[], at: Date): object {
  const stops = snapshot.findings.filter((finding) => finding.verdict !== 'pass')
  const good = snapshot.state === 'admitted' || snapshot.state === 'confirmed'
  const code = stops[0]?.guard ?? ''
  const rows = `${snapshot.errors} of ${snapshot.rows} rows could not be read. Whoever they name is left as they are.`
  return {
    file: snapshot.file,
    snapshot: showId('snp', snapshot.id),
    state: snapshot.state,
    reasons: stops.map((finding) => ({ code: finding.guard, message: finding.message })),
    message: good ? rows : (WHY[snapshot.state] ?? stops.map((finding) => finding.message).join(' ')),
    next: good
      ? 'Correct these rows and send the file again; the others were used.'
      : `${isFailureCode(code) ? `${reasonNext(code)} ` : ''}Nothing of this file was used. Correct it and drop it again.`,
    rows: snapshot.rows,
    rowsInError: snapshot.errors,
    errors: broken.map(({ line, code, params }) => ({
      line,
      code,
      message: isFailureCode(code) ? reasonSentence(code, { line, ...params }) : code,
      next: isFailureCode(code) ? reasonNext(code, params) : '',
    })),
    sha256: snapshot.fileSha256,
    at: at.toISOString(),
  }
}
