/** Tidy: once a minute, and when something was decided, the drop folders are brought in step with the database. */
import { access } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql } from '../store/connection.ts'
import { decidedPaths } from '../store/drops.ts'
import { forgetRowErrors } from '../store/file-retention.ts'
import { forgetDeleted, forgetMemberChanges } from '../store/mirror-retention.ts'
import { listOrganizations, listSources, type SourceRow } from '../store/organizations.ts'
import { forgetSignIns } from '../store/sessions.ts'
import { forgetUploads } from '../store/upload-retention.ts'
import { forgetOld } from './drop/retention.ts'
import type { Worker } from './jobs.ts'
import type { Parts } from './parts.ts'
import { putAwayDecided } from './put-away.ts'
import { folderOf } from './receive.ts'
import { idleSince } from './sign-in.ts'
import { tellSilence } from './silence.ts'
import { readSourceSettings } from './source-settings.ts'
import { tellFiles } from './status.ts'

/**
 * Puts away what was decided, tells writers how far their files are, and takes up claimed files that nobody is reading: a daemon that
 * was killed between the claim and the job leaves one. What goes wrong in one source keeps no other waiting.
 */
export async function tidyEverything(parts: Parts, worker: Pick<Worker, 'observe'>): Promise<void> {
  for (const organization of await listOrganizations(parts.sql)) {
    const sources = await listSources(parts.sql, organization.id)
    for (const source of sources) {
      if (source.kind !== 'csv' || !source.connected) continue
      try {
        await inTime(folderOf(source).root, () => tidySource(parts, worker, organization.id, source))
      } catch (error) {
        parts.log.error(
          { err: error, organization: organization.id, source: source.key },
          'the drop folder could not be tidied',
        )
      }
    }
    await tellSilence(parts, organization.id, sources)
  }
  await forgetOldRows(parts)
}

/** The hour, since 1970, in which a daemon last looked through a database for what is too old. */
const looked = new WeakMap<Sql, number>()

/** Once in each hour, and at a start: what is too old is looked for in whole tables. */
async function forgetOldRows({ sql, now, log }: Parts): Promise<void> {
  const at = now()
  const hour = Math.floor(at.getTime() / HOUR_MS)
  if (looked.get(sql) === hour) return
  await forgetDeleted(sql, new Date(at.getTime() - REMEMBERED_MS))
  await forgetMemberChanges(sql, new Date(at.getTime() - DAY_MS))
  await forgetSignIns(sql, at, idleSince(at), new Date(at.getTime() - REMEMBERED_MS))
  const before = { bytes: new Date(at.getTime() - UPLOAD_MS), rows: new Date(at.getTime() - REMEMBERED_MS) }
  const expired = await sql.begin((transaction) => forgetUploads(transaction, before))
  if (expired > 0) log.info({ uploads: expired }, 'uploads of which nothing was planned were let go of')
  for (let rows = -1; rows !== 0; ) {
    rows = await forgetRowErrors(sql, new Date(at.getTime() - REMEMBERED_MS))
    if (rows > 0) log.info({ rows }, 'rows in error of old files were deleted')
  }
  // Not before it is done: what failed is tried again a minute later.
  looked.set(sql, hour)
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** So long a file can be read again and planned of. The rows of one that was planned of stay as long as failures are told. */
const UPLOAD_MS = 7 * DAY_MS
/** Somebody who comes back within that time is known to be the same. */
const REMEMBERED_MS = 90 * DAY_MS

/** A folder with much to put away takes seconds; one whose file system hangs would take for ever. */
const PATIENCE_MS = 10_000

/** Rounds that have not ended, by folder: one that hangs is not followed by more, which would hang too. */
const under = new Map<string, Promise<void>>()

/** Waits for a source no longer than that; a round that takes longer goes on by itself. */
async function inTime(folder: string, tidy: () => Promise<void>): Promise<void> {
  if (under.has(folder)) return
  const round = tidy().finally(() => under.delete(folder))
  under.set(folder, round)
  const late = sleep(PATIENCE_MS, 'late' as const, { ref: false })
  if ((await Promise.race([round, late])) === 'late')
    throw new Error(`it has not answered for ${PATIENCE_MS / 1000} seconds; the others go on`)
}

async function tidySource(
  parts: Parts,
  worker: Pick<Worker, 'observe'>,
  organization: number,
  source: SourceRow,
): Promise<void> {
  const folder = folderOf(source)
  // One that is not made yet, or is gone, has nothing to tidy; the watch and /readyz speak of it.
  const isThere = await access(folder.inbox).then(
    () => true,
    () => false,
  )
  if (!isThere) return
  await putAwayDecided(parts, organization, source, folder)
  await tellFiles(parts, organization, source, folder)
  // One whose reading was given up half-way is read anew.
  const decided = await decidedPaths(parts.sql, organization, source.id)
  for (const path of await folder.claimed()) {
    if (!decided.has(path)) await worker.observe(organization, source.id, path, 'stable_only')
  }
  const at = parts.now()
  const { keep } = readSourceSettings(source.settings)
  const gone = await forgetOld(folder.root, new Date(at.getTime() - keep), at)
  if (gone > 0) parts.log.info({ organization, source: source.key, files: gone }, 'old files were deleted')
}
