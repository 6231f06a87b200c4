/** Judge a snapshot: the staging is compared with what its source has said before, and is admitted, held or refused. */
import { admit, admitChanges, worstOf } from '../reconcile/admit.ts'
import { number } from '../reconcile/amount.ts'
import type { Finding, Verdict } from '../reconcile/model.ts'
import { limitsOf } from '../store/limits.ts'
import { lostZeros } from '../store/lost-zeros.ts'
import { readOrganization, type SourceRow } from '../store/organizations.ts'
import { writeAdministratorLetter } from '../store/outbox.ts'
import {
  acceptedRowCounts,
  moveSnapshot,
  replaceStopped,
  type Snapshot,
  type SnapshotState,
  STOPPED,
} from '../store/snapshots.ts'
import { dropStaging, stagedFacts } from '../store/staging.ts'
import { analyzeOutgrown } from '../store/statistics.ts'
import { merge } from './merge.ts'
import { asDecided, type Observed } from './observed.ts'
import type { Parts } from './parts.ts'

/**
 * Only what passes is merged; what is held or refused waits in the staging for a person.
 *
 * @param notes sentences about how the file was read, which are kept with the snapshot
 */
export async function judgeSnapshot(
  parts: Parts,
  organization: number,
  source: SourceRow,
  snapshot: Snapshot,
  notes: string[],
): Promise<Observed> {
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
  const { limits } = limitsOf(settings)
  const findings: Finding[] = notes.map((message) => note('COLUMNS', 0, message))
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
    if (worst === 'admitted') await merge(transaction, organization, source, snapshot.id, parts.now())
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
  return note('UNIDENTIFIED', rows, message)
}

/** Something that a person should know of a file, and that stops nothing. */
function note(guard: string, rows: number, message: string): Finding {
  return { guard, verdict: 'pass', nature: 'look', measured: rows, of: rows, limit: 0, scope: '', message }
}
