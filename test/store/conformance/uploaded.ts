/** Uploads, asked for and changed in the name of another organization. */
import type { Sql, Transaction } from '../../../src/store/connection.ts'
import { moveSnapshot } from '../../../src/store/snapshots.ts'
import { addRows, forgiveRows, readStaged, stageErrors } from '../../../src/store/staging.ts'
import { addChunk, readChunks, sealUpload } from '../../../src/store/upload-chunks.ts'
import { countUpload, foreignValues } from '../../../src/store/upload-counts.ts'
import { dropUpload, lastReadings, openUpload, readUpload, writeReading } from '../../../src/store/uploads.ts'
import { type Ground, NOON } from './ground.ts'
import { row } from './mirror.ts'
import type { Tenant } from './tenants.ts'

type Told<T> = (transaction: Transaction, as: Ground, theirs: Tenant) => Promise<T>

const uploadOf = (mark: string) => ({
  verb: 'invite' as const,
  file: `${mark}.csv`,
  declared: { encoding: 'utf-8', columns: { [`Badge ${mark}`]: 'external_id' } },
  createdBy: `kim@${mark}.test`,
  at: NOON,
})
const columnOf = (mark: string) => ({
  header: `E-mail ${mark}`,
  field: 'email',
  attribute: null,
  product: null,
  secret: false,
  inverted: false,
})

/** Somebody uploaded a file of two rows, of which one came to nothing. */
export async function fillUploaded(sql: Sql, { id }: Ground, mark: string): Promise<number> {
  return await sql.begin(async (transaction) => {
    const snapshot = await openUpload(transaction, id, uploadOf(mark))
    await addChunk(transaction, id, snapshot, 0, Buffer.from(`email\nnew@${mark}.test\n`))
    await sealUpload(transaction, id, snapshot, mark)
    const stranger = row('new', {}, `${mark}.test`)
    const named = { ...stranger, profile: { ...stranger.profile, lastName: `Ü ${mark}` } }
    const refused = { ...row('none', {}, `${mark}.test`), line: 98 }
    await addRows(transaction, id, snapshot, [named, refused], () => mark)
    const keys = { anchorKey: null, emailKey: null, userNameKey: null }
    await stageErrors(transaction, id, snapshot, [
      { line: 98, code: 'MEMBER_NOT_FOUND', params: { v: mark }, cells: [mark], ...keys },
    ])
    const layout = { delimiter: ',', keyedBy: 'email' as const, columns: [columnOf(mark)] }
    await moveSnapshot(transaction, id, snapshot, ['staging'], 'uploaded', { rows: 1, people: 1, layout })
    const seen = { encoding: 'utf-8', headerLine: 1, unknown: [], warnings: [], remarks: [] }
    await writeReading(transaction, id, snapshot, { declared: uploadOf(mark).declared, seen })
    return snapshot
  })
}

export const UPLOADED_LOOKS: Record<string, Told<unknown>> = {
  readUpload: (sql, as, { upload }) => readUpload(sql, as.id, upload),
  lastReadings: (sql, as) => lastReadings(sql, as.id, { verb: 'invite', before: 1_000_000 }),
  readChunks: async (sql, as, { upload }) => {
    const texts: string[] = []
    for await (const chunk of readChunks(sql, as.id, upload)) texts.push(Buffer.from(chunk).toString())
    return texts
  },
  readStaged: (sql, as, { upload }) => readStaged(sql, as.id, upload, { after: 0, limit: 9 }),
  countUpload: (sql, as, { upload }) => countUpload(sql, as.id, upload, 'remove'),
  foreignValues: (sql, as, { upload }) => foreignValues(sql, as.id, upload, 9),
}

export const UPLOADED_TOUCHES: Record<string, Told<unknown>> = {
  openUpload: (sql, as) => openUpload(sql, as.id, uploadOf('x')),
  addChunk: (sql, as, { upload }) => addChunk(sql, as.id, upload, 1, Buffer.from('x')),
  sealUpload: async (sql, as, { upload }) => {
    await moveSnapshot(sql, as.id, upload, ['uploaded'], 'staging')
    await sealUpload(sql, as.id, upload, 'forged')
  },
  writeReading: (sql, as, { upload }) => writeReading(sql, as.id, upload, { declared: {}, seen: null }),
  dropUpload: (sql, as, { upload }) => dropUpload(sql, as.id, upload, ['uploaded']),
  addRows: (sql, as, { upload }) => addRows(sql, as.id, upload, [{ ...row('zed'), line: 99 }], () => 'x'),
  forgiveRows: (sql, as, { upload }) => forgiveRows(sql, as.id, upload),
}
