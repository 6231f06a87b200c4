/**
 * Observe: one claimed file becomes a snapshot, is staged, admitted, and merged into the mirror of its source; or is held or refused,
 * and then nothing of it reaches the directory. The members are not touched here: a plan follows.
 */
import type { Finding } from '../reconcile/model.ts'
import { reasonSentence } from '../reconcile/reasons.ts'
import { forgetSnapshot } from '../store/drops.ts'
import { lockSource } from '../store/locks.ts'
import { listProducts, readOrganization, type SourceRow } from '../store/organizations.ts'
import { writeAdministratorLetter } from '../store/outbox.ts'
import { lastAdmitted, moveSnapshot, newerDecided, openSnapshot, type Snapshot } from '../store/snapshots.ts'
import { dropStaging } from '../store/staging.ts'
import { inTurn } from '../store/turns.ts'
import { asideFor } from './aside.ts'
import { confirm } from './confirm.ts'
import { CsvRefusal } from './csv/index.ts'
import { judgeSnapshot } from './judge-snapshot.ts'
import { asDecided, type Observed } from './observed.ts'
import type { Parts } from './parts.ts'
import { readingOf } from './reading.ts'
import { csvSettings } from './source-settings.ts'
import { type ClaimedFile, stage } from './stage.ts'

/**
 * Reads the file into the staging and decides what becomes of it. The same path again continues, or repeats the answer. The source is
 * locked from the first row to the verdict: a worker that was thought dead and its successor take turns, and never mix.
 */
export async function observe(
  parts: Parts,
  organization: number,
  source: SourceRow,
  file: ClaimedFile,
): Promise<Observed | null> {
  return await inTurn(parts.sql, `source ${organization}:${source.id}`, async (lock) => {
    await lockSource(lock, organization, source.id)
    // Files are put away under the same lock: one that has gone while we waited was decided, and under its new name is not known here.
    if (file.isThere && !(await file.isThere())) return null
    return await observeAlone(parts, organization, source, file)
  })
}

async function observeAlone(
  parts: Parts,
  organization: number,
  source: SourceRow,
  file: ClaimedFile,
): Promise<Observed> {
  const { sql } = parts
  const at = parts.now()
  const snapshot = await openSnapshot(sql, organization, {
    sourceId: source.id,
    file: file.name,
    path: file.path,
    fileSha256: file.sha256,
    reading: await readingOf(sql, organization, source),
    evidence: file.evidence,
    full: file.full,
    ...(file.sequence !== undefined && { sequence: file.sequence }),
    ...(file.modified !== undefined && { modifiedAt: file.modified }),
    triggered: file.triggered === true,
    at,
  })
  if (snapshot.state !== 'staging') return await asDecided(parts, organization, snapshot.id, [])
  if (await newerDecided(sql, organization, source.id, file.path, file.full)) {
    await moveSnapshot(sql, organization, snapshot.id, ['staging'], 'replaced')
    return await asDecided(parts, organization, snapshot.id, [])
  }
  if (file.problem && file.problem.code !== 'FILE_STALE')
    return await unreadable(parts, organization, snapshot, new CsvRefusal(file.problem.code, file.problem.params))
  const last = await lastAdmitted(sql, organization, source.id)
  // A file that had broken rows is read again, whatever broke them; so is one whose bytes would be read as something else today. A
  // delta repeats only the people whom it names, so its rows are needed.
  const same = last?.fileSha256 === file.sha256 && last.reading === snapshot.reading && last.errors === 0
  const repeats = same && file.full && last.full
  if (last && repeats && source.mode === 'snapshot') return await confirm(parts, organization, source, snapshot, last)
  const aside = await asideFor(sql, organization, snapshot, {
    problem: file.problem ?? null,
    repeats: same ? last : null,
  })
  if (aside) {
    await moveSnapshot(sql, organization, snapshot.id, ['staging'], aside.state, { findings: [aside.finding] })
    return await asDecided(parts, organization, snapshot.id, [])
  }

  try {
    const [{ zone }, products] = await Promise.all([
      readOrganization(sql, organization),
      listProducts(sql, organization),
    ])
    const settings = csvSettings(source.settings, zone, products, at)
    const { layout } = await stage(sql, organization, snapshot.id, file, settings)
    if (file.isUnchanged && !(await file.isUnchanged())) return await forgetChanged(parts, organization, snapshot)
    return await judgeSnapshot(
      parts,
      organization,
      source,
      { ...snapshot, full: snapshot.full && !layout.ours },
      layout.notes,
    )
  } catch (error) {
    if (!(error instanceof CsvRefusal)) throw error
    return await unreadable(parts, organization, snapshot, error)
  }
}

/** A writer went on after the file was taken: nothing of what was read counts, and it never was a snapshot. */
async function forgetChanged(parts: Parts, organization: number, snapshot: Snapshot): Promise<never> {
  await parts.sql.begin(async (transaction) => {
    await dropStaging(transaction, organization, snapshot.id)
    await forgetSnapshot(transaction, organization, snapshot.id)
  })
  throw new StillWritten()
}

/** The file was not finished when it was taken. */
export class StillWritten extends Error {
  override readonly name = 'StillWritten'
}

/** Nothing of the file can be read: why is the finding that people see. */
async function unreadable(
  parts: Parts,
  organization: number,
  snapshot: Snapshot,
  refusal: CsvRefusal,
): Promise<Observed> {
  const message = `${reasonSentence(refusal.code, refusal.params)} Nothing was changed.`
  const findings: Finding[] = [
    { guard: refusal.code, verdict: 'refuse', nature: 'look', measured: 0, of: 0, limit: 0, scope: '', message },
  ]
  await parts.sql.begin(async (transaction) => {
    if (!(await moveSnapshot(transaction, organization, snapshot.id, ['staging'], 'unreadable', { findings }))) return
    await dropStaging(transaction, organization, snapshot.id)
    await writeAdministratorLetter(
      transaction,
      organization,
      { event: 'snapshot_refused', snapshotId: snapshot.id },
      parts.now(),
    )
  })
  return await asDecided(parts, organization, snapshot.id, [])
}
