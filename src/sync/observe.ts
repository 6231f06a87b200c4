/**
 * Observe: one claimed file becomes a snapshot, is staged, admitted, and merged into the mirror of its source; or is held or refused,
 * and then nothing of it reaches the directory. The members are not touched here: a plan follows.
 */
import { admit, admitChanges, worstOf } from '../reconcile/admit.ts'
import { number } from '../reconcile/amount.ts'
import { limitsSchema } from '../reconcile/guard.ts'
import type { Finding, Verdict } from '../reconcile/model.ts'
import { reasonSentence } from '../reconcile/reasons.ts'
import { nextChange } from '../store/changes.ts'
import type { Transaction } from '../store/connection.ts'
import { mergeSnapshot } from '../store/directory.ts'
import { forgetSnapshot } from '../store/drops.ts'
import { lockSource } from '../store/locks.ts'
import { lostZeros } from '../store/lost-zeros.ts'
import { readOrganization, type SourceRow } from '../store/organizations.ts'
import { writeAdministratorLetter } from '../store/outbox.ts'
import { liftRejections } from '../store/rejections.ts'
import {
  acceptedRowCounts,
  lastAdmitted,
  moveSnapshot,
  newerDecided,
  openSnapshot,
  readSnapshot,
  replaceStopped,
  type Snapshot,
  type SnapshotState,
  STOPPED,
} from '../store/snapshots.ts'
import { dropStaging, stagedFacts } from '../store/staging.ts'
import { analyzeOutgrown } from '../store/statistics.ts'
import { widenWorkMemory } from '../store/work-memory.ts'
import { asideFor } from './aside.ts'
import { CsvRefusal } from './csv/index.ts'
import type { Parts } from './parts.ts'
import { readingOf } from './reading.ts'
import { type ClaimedFile, stage } from './stage.ts'

/** What became of the file; `refused` and `unreadable` carry why. */
export interface Observed {
  snapshot: number
  state: Snapshot['state']
  findings: Finding[]
  errors: number
  /** Held and refused snapshots of this source that the new one replaced. */
  replaced: Snapshot[]
}

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
  return await parts.sql.begin(async (lock) => {
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
    const ours = await stage(sql, organization, source, snapshot.id, file, at)
    if (file.isUnchanged && !(await file.isUnchanged())) return await forgetChanged(parts, organization, snapshot)
    return await judge(parts, organization, source, { ...snapshot, full: snapshot.full && !ours })
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

/** The same bytes as last time: the source repeats itself, and whatever waited for that goes on. */
async function confirm(
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

/** What the snapshot came to, by whoever was first: a worker that was taken over may come back and find it decided. */
async function asDecided(parts: Parts, organization: number, id: number, replaced: Snapshot[]): Promise<Observed> {
  const decided = await readSnapshot(parts.sql, organization, id)
  if (!decided) throw new Error('a snapshot that was just decided is gone')
  const { state, findings, errors } = decided
  return { snapshot: id, state, findings, errors, replaced }
}

/** Admission: the staging is compared with the history of its source, and only what passes is merged. */
async function judge(parts: Parts, organization: number, source: SourceRow, snapshot: Snapshot): Promise<Observed> {
  const { sql } = parts
  const [facts, history, settings] = await Promise.all([
    stagedFacts(sql, organization, source.id, snapshot.id),
    acceptedRowCounts(sql, organization, source.id, 5),
    readOrganization(sql, organization),
  ])
  const { people, errors, digest, known } = facts
  const rows = people + errors
  const full = snapshot.full && source.mode === 'snapshot'
  // Whom a file of changes does not name is not missing from it.
  const missing = !full || facts.unidentified > 0 ? 0 : facts.missing
  const limits = limitsSchema.parse(settings.settings.limits ?? {})
  const findings: Finding[] = []
  if (full) {
    // Where nobody is missing, no id can have taken the place of another.
    const zeros = facts.missing > 0 ? await lostZeros(sql, organization, source.id, snapshot.id) : 0
    const staged = { rows, people, errors, evidence: snapshot.evidence, known, missing, lostZeros: zeros }
    findings.push(...admit(staged, { acceptedPeopleCounts: history }, limits))
    if (facts.unidentified > 0) findings.push(nobodyAbsent(facts.unidentified))
  } else findings.push(...admitChanges({ rows, errors }, limits))
  const worst = STATES[worstOf(findings)]
  const found = { rows, people, errors, missing, digest, findings }
  const replaced = await sql.begin(async (transaction) => {
    if (!(await moveSnapshot(transaction, organization, snapshot.id, ['staging'], worst, { ...found, full }))) return []
    // A refused file is hardly worth looking at, so one that is merely held goes on waiting beside it.
    const states = worst === 'refused' ? (['refused'] as const) : STOPPED
    const older = await replaceStopped(transaction, organization, source.id, { id: snapshot.id, full }, states)
    for (const one of older) await dropStaging(transaction, organization, one.id)
    if (worst === 'admitted') await merge(transaction, organization, source, { id: snapshot.id, full }, parts.now())
    if (worst !== 'admitted') {
      const event = worst === 'held' ? 'snapshot_held' : 'snapshot_refused'
      await writeAdministratorLetter(transaction, organization, { event, snapshotId: snapshot.id }, parts.now())
    }
    return older
  })
  await analyzeOutgrown(sql, 'merge', rows)
  return await asDecided(parts, organization, snapshot.id, replaced)
}

const STATES = { pass: 'admitted', hold: 'held', refuse: 'refused' } as const satisfies Record<Verdict, SnapshotState>

/** Said with the snapshot, so that nobody wonders why leavers stay. */
function nobodyAbsent(rows: number): Finding {
  const named = rows === 1 ? '1 row names' : `${number(rows)} rows name`
  const message = `Absences: ${named} nobody who can be identified, so nobody counts as gone. Correct ${rows === 1 ? 'it' : 'them'} and send the file again.`
  return {
    guard: 'UNIDENTIFIED',
    verdict: 'pass',
    nature: 'look',
    measured: rows,
    of: rows,
    limit: 0,
    scope: '',
    message,
  }
}

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
