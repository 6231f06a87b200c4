/** Upload: a file that somebody sends for one operation is kept and read, so that they can look at it before anything is planned. */
import { createHash } from 'node:crypto'
import type { Verb } from '../reconcile/operation.ts'
import { lockUploadReading } from '../store/locks.ts'
import { moveSnapshot, SNAPSHOT_STATES } from '../store/snapshots.ts'
import { inTurn } from '../store/turns.ts'
import { addChunk, sealUpload } from '../store/upload-chunks.ts'
import { dropUpload, openUpload, type UploadReading, type UploadRow } from '../store/uploads.ts'
import { inBlocks } from './csv/blocks.ts'
import { requireRole } from './decide.ts'
import type { Actor, Parts } from './parts.ts'
import { record } from './record.ts'
import { mustReadUpload, showUpload, typedOnly, type Upload, uploadState } from './upload-preview.ts'
import { readInto, rememberedReading } from './upload-reading.ts'
import { UPLOAD_LIMITS } from './upload-settings.ts'

export interface Sent {
  actor: Actor
  verb: Verb
  /** Of the file, as whoever sends it calls it. */
  name: string
  body: AsyncIterable<Uint8Array>
  /** Empty: as the last file for this verb with the same columns was read. */
  reading: UploadReading
}

export interface Kept {
  snapshot: number
  sha256: string
}

/** Bytes are kept in pieces of about that size. */
const PIECE = 1024 * 1024

/** Keeps the bytes of a file as they come. Where it throws, nothing is kept. Throws CsvRefusal FILE_TOO_LARGE. */
export async function keepUpload(parts: Parts, organization: number, sent: Sent): Promise<Kept> {
  const { sql } = parts
  const { actor, verb, name, body, reading } = sent
  requireRole(actor, 'operator')
  const upload = { verb, file: name, declared: reading, createdBy: actor.name, at: parts.now() }
  const snapshot = await openUpload(sql, organization, upload)
  try {
    const digest = createHash('sha256')
    let number = 0
    for await (const piece of inBlocks(body, PIECE, UPLOAD_LIMITS.bytes, () => {})) {
      digest.update(piece)
      await addChunk(sql, organization, snapshot, number++, piece)
    }
    const sha256 = digest.digest('hex')
    await sealUpload(sql, organization, snapshot, sha256)
    return { snapshot, sha256 }
  } catch (error) {
    await forget(parts, organization, snapshot)
    throw error
  }
}

/**
 * Reads a file that was kept. Where it throws, the file is kept still, and is the caller's to let go of.
 *
 * @throws CsvRefusal where nothing of it can be read
 */
export async function readKept(
  parts: Parts,
  organization: number,
  snapshot: number,
  { actor, reading }: Pick<Sent, 'actor' | 'reading'>,
): Promise<Upload> {
  return await inTurn(parts.sql, `upload ${organization} ${snapshot}`, async (transaction) => {
    await lockUploadReading(transaction, organization, snapshot)
    const upload = await mustReadUpload(parts.sql, organization, snapshot, ['staging'], 'read')
    const said = Object.keys(reading).length > 0
    await readInto(parts, organization, upload, said ? reading : await rememberedReading(parts, organization, upload))
    return await toldOf(parts, organization, upload, actor)
  })
}

/** Keeps a file, reads it and says what it holds. Where it throws, nothing is kept. Throws what the two above throw. */
export async function receiveUpload(parts: Parts, organization: number, sent: Sent): Promise<Upload> {
  const { snapshot } = await keepUpload(parts, organization, sent)
  try {
    return await readKept(parts, organization, snapshot, sent)
  } catch (error) {
    await forget(parts, organization, snapshot)
    throw error
  }
}

/**
 * Reads an upload in another way. Where it cannot be read so, it stays as it was.
 *
 * @throws CsvRefusal; RosterdError SNAPSHOT_NOT_FOUND, UPLOAD_STATE once something was planned of it
 */
export async function readAgain(
  parts: Parts,
  organization: number,
  snapshot: number,
  { actor, reading }: Pick<Sent, 'actor' | 'reading'>,
): Promise<Upload> {
  requireRole(actor, 'operator')
  return await inTurn(parts.sql, `upload ${organization} ${snapshot}`, async (transaction) => {
    await lockUploadReading(transaction, organization, snapshot)
    // Under the lock nobody reads it: one that is being read was left so by a daemon that died in the middle.
    const upload = await mustReadUpload(parts.sql, organization, snapshot, ['uploaded', 'staging'], 'read again')
    // What was never read is its first reader's, and who was typed has no bytes to read.
    if (upload.seen === null && upload.state === 'uploaded') throw typedOnly(snapshot)
    if (
      upload.seen === null ||
      !(await moveSnapshot(parts.sql, organization, snapshot, ['uploaded', 'staging'], 'staging'))
    )
      throw uploadState(snapshot, 'staging', 'read again', ['uploaded'])
    try {
      await readInto(parts, organization, upload, reading)
    } catch (error) {
      await readInto(parts, organization, upload, upload.declared)
      throw error
    }
    return await toldOf(parts, organization, upload, actor)
  })
}

/**
 * Lets go of an upload that nothing was planned of. One that is being read is waited for; one whose reader died goes at once.
 *
 * @throws RosterdError SNAPSHOT_NOT_FOUND, UPLOAD_STATE
 */
export async function discardUpload(parts: Parts, organization: number, snapshot: number, actor: Actor): Promise<void> {
  requireRole(actor, 'operator')
  await inTurn(parts.sql, `upload ${organization} ${snapshot}`, async (transaction) => {
    await lockUploadReading(transaction, organization, snapshot)
    const { verb, state } = await mustReadUpload(transaction, organization, snapshot, SNAPSHOT_STATES, 'discarded')
    if (!(await dropUpload(transaction, organization, snapshot, ['uploaded', 'staging'])))
      throw uploadState(snapshot, state === 'uploaded' ? 'planned' : state, 'discarded', ['uploaded'])
    const after = { verb }
    await record(transaction, organization, parts.now(), actor, 'upload.discarded', 'snp', snapshot, after)
  })
}

/** Nobody ever hears of it: the upload failed, or repeated one that was answered. Harmless twice. */
export async function forget({ sql }: Parts, organization: number, snapshot: number): Promise<void> {
  await sql.begin((transaction) => dropUpload(transaction, organization, snapshot, ['staging', 'uploaded']))
}

async function toldOf(
  parts: Parts,
  organization: number,
  { snapshotId, sourceId }: UploadRow,
  actor: Actor,
): Promise<Upload> {
  const { sql, log } = parts
  const upload = await showUpload(sql, organization, snapshotId)
  const { verb, counts } = upload
  const after = { verb, rows: counts.rows, errors: counts.errors }
  await sql.begin((transaction) =>
    record(transaction, organization, parts.now(), actor, 'upload.read', 'snp', snapshotId, after),
  )
  const about = { organizationId: organization, snapshotId, sourceId, actor: actor.name, ...after }
  log.info({ event: 'upload.read', ...about }, 'an upload was read')
  return upload
}
