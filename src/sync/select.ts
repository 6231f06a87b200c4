/** Select: whom an operation is about, found. */
import { RosterdError } from '../errors.ts'
import { number } from '../reconcile/amount.ts'
import { showId } from '../reconcile/identifiers.ts'
import type { RowError } from '../reconcile/model.ts'
import { fold } from '../reconcile/normalise.ts'
import type { Operation, Verb } from '../reconcile/operation.ts'
import { type FailureCode, reasonSentence } from '../reconcile/reasons.ts'
import {
  chooseMembers,
  chooseStaged,
  choosesAdministrators,
  chooseWhere,
  findChosen,
  openChosen,
  rowsWithoutProducts,
  takeUnknown,
  type Unknown,
} from '../store/chosen.ts'
import type { Transaction } from '../store/connection.ts'
import { lockUpload } from '../store/locks.ts'
import type { Organization } from '../store/organizations.ts'
import { peopleByEmail } from '../store/people.ts'
import { readUpload, type UploadRow } from '../store/uploads.ts'
import { distance } from './csv/index.ts'
import { requireRole } from './decide.ts'
import type { Actor } from './parts.ts'
import { asUploaded, type Typed, typedRows } from './typed-rows.ts'
import { uploadState } from './upload-preview.ts'
import { chooseInTime, memberCondition } from './where.ts'

/** Whom an operation is about: an upload that was read, addresses, members that a filter finds, or members by their ids. */
export type Selection =
  | { upload: number }
  | { users: readonly (string | Typed)[] }
  | { where: string }
  | { members: number[] }

/** A row of which nothing can come. */
export type Refused = Pick<RowError, 'line' | 'params'> & { code: FailureCode }

/** The people of an operation stand in the temporary table `chosen`; this is what else is known of them. */
export interface Selected {
  rows: Operation['rows']
  file: Operation['file']
  where: string | null
  snapshot: { id: number; file: string } | null
  /** Rows that come to nothing, to be refused with the cells of their file. */
  refused: Refused[]
}

export interface Selecting {
  verb: Verb
  selection: Selection
  actor: Actor
  at: Date
  /** No product is named for everybody, and the verb is about products. */
  productsInRows: boolean
  /** Names of products, for whoever named none. */
  products: string[]
}

/**
 * An upload that a plan can be made of, as it then stays; also one that was planned before, since plans come to nothing.
 */
export async function mustReadUpload(
  transaction: Transaction,
  organization: number,
  verb: Verb,
  id: number,
): Promise<UploadRow> {
  await lockUpload(transaction, organization, id)
  const upload = await readUpload(transaction, organization, id)
  if (upload === null) throw new RosterdError('SNAPSHOT_NOT_FOUND', { id: showId('snp', id) })
  if (upload.state !== 'uploaded' && upload.state !== 'planned')
    throw uploadState(id, upload.state, 'planned', ['uploaded', 'planned'])
  if (upload.verb !== verb)
    throw new RosterdError('OPERATION_AMBIGUOUS', {
      why: `${upload.file} was uploaded to ${upload.verb}, not to ${verb}`,
    })
  return upload
}

/**
 * Fills `chosen` with the people.
 *
 * @throws RosterdError OPERATION_EMPTY, OPERATION_AMBIGUOUS, UPLOAD_STATE, SNAPSHOT_NOT_FOUND, MEMBER_NOT_FOUND, FILTER_INVALID
 */
export async function select(transaction: Transaction, settings: Organization, asked: Selecting): Promise<Selected> {
  const { selection } = asked
  await openChosen(transaction)
  if ('where' in selection || 'members' in selection) return await selectMembers(transaction, settings, asked)
  const id =
    'upload' in selection ? selection.upload : await typedRows(transaction, settings.id, asked, selection.users)
  return await selectRows(
    transaction,
    settings.id,
    asked,
    await mustReadUpload(transaction, settings.id, asked.verb, id),
  )
}

async function selectMembers(
  transaction: Transaction,
  settings: Organization,
  { selection, at, productsInRows }: Selecting,
): Promise<Selected> {
  if (productsInRows) throw noProducts()
  const where = 'where' in selection ? selection.where : null
  let given: number
  if (where === null) {
    const ids = 'members' in selection ? [...new Set(selection.members)] : []
    const [missing] = await chooseMembers(transaction, settings.id, ids)
    if (missing !== undefined) throw new RosterdError('MEMBER_NOT_FOUND', { id: showId('mem', missing) })
    given = ids.length
  } else {
    const condition = memberCondition(where, { at, zone: settings.zone })
    given = await chooseInTime(transaction, () => chooseWhere(transaction, settings.id, condition))
    if (given === 0) throw new RosterdError('OPERATION_EMPTY', { why: `the filter ${where} finds no member` })
  }
  return { rows: { given, merged: 0, errors: 0 }, file: null, where, snapshot: null, refused: [] }
}

async function selectRows(
  transaction: Transaction,
  organization: number,
  { verb, at, actor, productsInRows, products }: Selecting,
  sent: UploadRow,
): Promise<Selected> {
  const upload = await asUploaded(transaction, organization, sent)
  const staged = await chooseStaged(transaction, organization, upload.snapshotId)
  if (verb === 'invite' && (await choosesAdministrators(transaction))) requireRole(actor, 'admin')
  const refused: Refused[] = []
  if (productsInRows) {
    const { lines, others } = await rowsWithoutProducts(transaction)
    if (others === 0) throw noProducts()
    const params = { list: products.join(', ') }
    refused.push(...lines.map((line) => ({ line, code: 'PRODUCT_MISSING', params }) as const))
  }
  await findChosen(transaction, organization, verb)
  if (verb === 'invite') await peopleByEmail(transaction, organization, at)
  const unknown = await takeUnknown(transaction, organization, verb)
  refused.push(...unknown.map((one) => refusalOf(one, verb)))
  return {
    rows: {
      given: upload.rows,
      merged: upload.rows - staged - upload.errors,
      errors: upload.errors + refused.length,
    },
    // What was typed has never been read, and is no file.
    file: upload.seen === null ? null : { name: upload.file, sha256: upload.sha256 },
    where: null,
    snapshot: { id: upload.snapshotId, file: upload.file },
    refused,
  }
}

/** Further away it is somebody else. */
const MOST_TYPOS = 2
const BY_ADDRESS = 'Write their e-mail address into the row.'

function noProducts(): RosterdError {
  return new RosterdError('OPERATION_AMBIGUOUS', {
    why: 'no product is named. Name one or more with --product, or give the file a column products',
  })
}

function refusalOf({ line, named, candidates, alike }: Unknown, verb: Verb): Refused {
  if (candidates.length > 1)
    return { line, code: 'AMBIGUOUS_MATCH', params: { row: named, list: candidates.join(' or '), how: BY_ADDRESS } }
  const far = (one: string) => distance(fold(one), fold(named))
  const [meant] = alike.filter((one) => far(one) <= MOST_TYPOS).sort((a, b) => far(a) - far(b))
  const similar = meant === undefined ? '' : `Did you mean ${meant}?`
  const or = verb === 'assign' ? { or: ', or invite them first' } : {}
  return { line, code: 'MEMBER_NOT_FOUND', params: { v: named, similar, ...or } }
}

/** Nobody is left of the rows: what is wrong with the first of them says it best. */
export function nobodyLeft({ rows, refused }: Selected): RosterdError {
  const [first] = refused
  const told = first === undefined ? '' : `: ${reasonSentence(first.code, { line: first.line, ...first.params })}`
  const why =
    rows.given === 1
      ? `the one row comes to nothing${told}`
      : `none of the ${number(rows.given)} rows comes to anything${told}`
  return new RosterdError('OPERATION_EMPTY', { why: why.replace(/\.$/, '') })
}
