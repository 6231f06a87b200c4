/** Tidy: once a minute, and when something was decided, the drop folders are brought in step with the database. */
import { listOrganizations, listSources, type SourceRow } from '../store/organizations.ts'
import { snapshotPaths } from '../store/snapshots.ts'
import { forgetOld } from './drop/retention.ts'
import type { Worker } from './jobs.ts'
import type { Parts } from './parts.ts'
import { putAwayDecided } from './put-away.ts'
import { folderOf } from './receive.ts'
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
        await tidySource(parts, worker, organization.id, source)
      } catch (error) {
        parts.log.error(
          { err: error, organization: organization.id, source: source.key },
          'the drop folder could not be tidied',
        )
      }
    }
    await tellSilence(parts, organization.id, sources)
  }
}

async function tidySource(
  parts: Parts,
  worker: Pick<Worker, 'observe'>,
  organization: number,
  source: SourceRow,
): Promise<void> {
  const folder = folderOf(source)
  await putAwayDecided(parts, organization, source, folder)
  await tellFiles(parts, organization, source, folder)
  const known = await snapshotPaths(parts.sql, organization, source.id)
  for (const path of await folder.claimed()) {
    if (!known.has(path)) await worker.observe(organization, source.id, path, 'stable_only')
  }
  const at = parts.now()
  const { keep } = readSourceSettings(source.settings)
  const gone = await forgetOld(folder.root, new Date(at.getTime() - keep), at)
  if (gone > 0) parts.log.info({ organization, source: source.key, files: gone }, 'old files were deleted')
}
