/** How an upload is read: as somebody says, or as the last file for its verb with the same columns was. */
import { listProducts, readOrganization } from '../store/organizations.ts'
import { moveSnapshot } from '../store/snapshots.ts'
import { stagedFacts } from '../store/staging.ts'
import { readChunks } from '../store/upload-chunks.ts'
import { lastReadings, type UploadReading, type UploadRow, writeReading } from '../store/uploads.ts'
import { CsvRefusal, readCsv } from './csv/index.ts'
import type { Parts } from './parts.ts'
import { stage } from './stage.ts'
import { uploadSettings } from './upload-settings.ts'

/** Reads an upload in state `staging`, after which it is `uploaded`. Throws CsvRefusal where nothing of it can be read; it stays `staging` then. */
export async function readInto(
  parts: Parts,
  organization: number,
  upload: UploadRow,
  declared: UploadReading,
): Promise<void> {
  const { sql } = parts
  const { snapshotId } = upload
  const settings = await settingsOf(parts, organization, upload, declared)
  const file = { read: () => readChunks(sql, organization, snapshotId) }
  const { layout, warnings } = await stage(sql, organization, snapshotId, file, settings)
  const { people, errors, digest } = await stagedFacts(sql, organization, upload.sourceId, snapshotId)
  if (people + errors === 0) throw new CsvRefusal('FILE_EMPTY', {})
  const remarks = warnings.map(({ line, code, sentence }) => ({ line, code, sentence }))
  const { encoding, headerLine, unknown } = layout
  await sql.begin(async (transaction) => {
    const seen = { encoding, headerLine, unknown, warnings: layout.warnings, remarks }
    await writeReading(transaction, organization, snapshotId, { declared, seen })
    await moveSnapshot(transaction, organization, snapshotId, ['staging'], 'uploaded', { people, errors, digest })
  })
}

/**
 * What was declared of the last file for the same verb that had the same columns; nothing where there was none. In which order it had
 * days and months is not: somebody else's spreadsheet writes them the other way round, and nobody would notice.
 */
export async function rememberedReading(parts: Parts, organization: number, upload: UploadRow): Promise<UploadReading> {
  const { sql } = parts
  const { verb, snapshotId } = upload
  for (const { declared, headers } of await lastReadings(sql, organization, { verb, before: snapshotId })) {
    const settings = await settingsOf(parts, organization, upload, declared)
    try {
      const { layout } = await readCsv(readChunks(sql, organization, snapshotId), settings)
      const { dateOrder: _, ...remembered } = declared
      if (layout.header.join('\0') === headers.join('\0')) return remembered
    } catch (error) {
      // Read so, it is no file of that kind.
      if (!(error instanceof CsvRefusal)) throw error
    }
  }
  return {}
}

async function settingsOf({ sql, now }: Parts, organization: number, { verb }: UploadRow, declared: UploadReading) {
  const [{ zone }, products] = await Promise.all([readOrganization(sql, organization), listProducts(sql, organization)])
  return uploadSettings(verb, declared, { zone, products, at: now() })
}
