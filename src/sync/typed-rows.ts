/** People who were typed instead of uploaded: rows like those of a file, so that whatever is counted or fails is told in one way. */
import { createHash } from 'node:crypto'
import type { RowError, StagedRow } from '../reconcile/model.ts'
import { readEmail } from '../reconcile/normalise.ts'
import type { Verb } from '../reconcile/operation.ts'
import type { Transaction } from '../store/connection.ts'
import { moveSnapshot, type SnapshotLayout } from '../store/snapshots.ts'
import { addRows, forgiveRows, readStaged, stageErrors } from '../store/staging.ts'
import { sealUpload } from '../store/upload-chunks.ts'
import { openUpload, readUpload, type UploadRow } from '../store/uploads.ts'
import { canonicalRow, cellsOf } from './csv/index.ts'
import { shapeOf } from './failure-file.ts'
import type { Actor } from './parts.ts'

/** Somebody as they were typed. */
export interface Typed {
  email: string
  firstName?: string
  lastName?: string
  language?: string
}

const FIELDS = ['email', 'first_name', 'last_name', 'language'] as const

/** A file of these columns would have said the same. */
const LAYOUT: SnapshotLayout = {
  delimiter: ',',
  keyedBy: 'email',
  columns: FIELDS.map((field) => ({
    header: field,
    field,
    attribute: null,
    product: null,
    secret: false,
    inverted: false,
  })),
}

/**
 * Stages people who were typed and returns the snapshot, in state `uploaded`. Their lines are their places, from 1; who was typed twice
 * is one row, and what is no address is a row in error.
 */
export async function typedRows(
  transaction: Transaction,
  organization: number,
  { actor, verb, at }: { actor: Actor; verb: Verb; at: Date },
  people: readonly (string | Typed)[],
): Promise<number> {
  const rows = new Map<string, StagedRow>()
  const errors: RowError[] = []
  const sha256 = createHash('sha256')
  for (const [place, one] of people.entries()) {
    const typed = typeof one === 'string' ? { email: one } : one
    const line = place + 1
    sha256.update(`${JSON.stringify(typed)}\n`)
    const email = readEmail(typed.email)
    if (email.ok) {
      if (!rows.has(email.key)) rows.set(email.key, rowOf(typed, email, line))
      continue
    }
    const cells = [typed.email.slice(0, 1000), typed.firstName ?? '', typed.lastName ?? '', typed.language ?? '']
    const params = { ...email.params, line }
    errors.push({ line, code: email.code, params, cells, anchorKey: null, emailKey: null, userNameKey: null })
  }
  const upload = { verb, file: 'typed', declared: {}, createdBy: actor.name, at }
  const snapshot = await openUpload(transaction, organization, upload)
  await sealUpload(transaction, organization, snapshot, sha256.digest('hex'))
  await addRows(transaction, organization, snapshot, [...rows.values()], canonicalRow)
  await stageErrors(transaction, organization, snapshot, errors)
  const facts = { rows: people.length, people: rows.size, errors: errors.length, layout: LAYOUT }
  await moveSnapshot(transaction, organization, snapshot, ['staging'], 'uploaded', facts)
  return snapshot
}

function rowOf(typed: Typed, { email, key }: { email: string; key: string }, line: number): StagedRow {
  return {
    line,
    action: 'keep',
    anchor: key,
    anchorKey: key,
    profile: {
      email,
      emailKey: key,
      userName: null,
      userNameKey: null,
      firstName: typed.firstName ?? null,
      lastName: typed.lastName ?? null,
      displayName: null,
      language: typed.language ?? null,
    },
    status: 'active',
    startAt: null,
    role: null,
    groups: [],
    groupNames: [],
    products: [],
    expiresAt: null,
    seatPriority: null,
    attributes: {},
  }
}

/** So many rows are turned into errors at a time. */
const PER_PAGE = 1_000

/**
 * Rows of an upload that were understood and of which still nothing can come, such as those of people who are no members, become rows
 * in error, with the cells of the file. They stay staged, so that they can be looked at again. The numbers of the snapshot follow.
 *
 * @param zone IANA zone of the organization, in which days are written
 */
export async function refuseRows(
  transaction: Transaction,
  organization: number,
  snapshot: number,
  zone: string,
  refused: readonly Pick<RowError, 'line' | 'code' | 'params'>[],
): Promise<void> {
  const upload = await readUpload(transaction, organization, snapshot)
  if (upload === null) throw new Error(`upload ${snapshot} is gone`)
  const shape = shapeOf(upload.layout ?? LAYOUT)
  for (let from = 0; from < refused.length; from += PER_PAGE) {
    const page = new Map(refused.slice(from, from + PER_PAGE).map((one) => [one.line, one]))
    const lines = [...page.keys()]
    const rows = await readStaged(transaction, organization, snapshot, { lines })
    const errors = rows.flatMap((row) => {
      const why = page.get(row.line)
      if (why === undefined) return []
      const { anchorKey, profile } = row
      const keys = { anchorKey, emailKey: profile.emailKey, userNameKey: profile.userNameKey }
      return { ...why, params: { ...why.params, line: row.line }, cells: cellsOf(row, shape, zone), ...keys }
    })
    await stageErrors(transaction, organization, snapshot, errors)
  }
  const people = upload.people - refused.length
  const errors = upload.errors + refused.length
  await moveSnapshot(transaction, organization, snapshot, [upload.state], upload.state, { people, errors })
}

/** An upload as it is planned anew: of rows that were refused then, something may come now. */
export async function asUploaded(
  transaction: Transaction,
  organization: number,
  upload: UploadRow,
): Promise<UploadRow> {
  const { state, snapshotId } = upload
  if (state !== 'planned') return upload
  const forgiven = await forgiveRows(transaction, organization, snapshotId)
  const counted = { people: upload.people + forgiven, errors: upload.errors - forgiven }
  await moveSnapshot(transaction, organization, snapshotId, [state], state, counted)
  return { ...upload, ...counted }
}
