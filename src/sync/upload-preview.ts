/** How an upload was understood, for the person who has to say whether it is meant so. */

import { RosterdError } from '../errors.ts'
import { outcomeText } from '../reconcile/describe.ts'
import { showId } from '../reconcile/identifiers.ts'
import type { StagedRow } from '../reconcile/model.ts'
import type { Verb } from '../reconcile/operation.ts'
import { isFailureCode, reasonNext } from '../reconcile/reasons.ts'
import type { Handle } from '../store/connection.ts'
import { failedRows } from '../store/failures.ts'
import { readStaged } from '../store/staging.ts'
import { countUpload, foreignValues } from '../store/upload-counts.ts'
import { readUpload, type UploadReading, type UploadRow } from '../store/uploads.ts'
import { delimiterWords, understood } from './csv/index.ts'

/** An upload as a person looks at it before anything is planned. */
export interface Upload {
  id: number
  verb: Verb
  name: string
  sha256: string
  state: UploadRow['state']
  /** What was declared of it, now or with the last file of its kind. */
  reading: UploadReading
  layout: {
    encoding: string
    /** In words. */
    delimiter: string
    headerLine: number
    columns: { header: string; understoodAs: string }[]
    /** Columns that no list of names knows; kept as attributes. */
    unknown: string[]
    /** Sentences about the file. */
    warnings: string[]
  }
  /** The first rows as understood. */
  first: StagedRow[]
  /**
   * rows = people + merged + errors. people = new (something is to be done for them) + unchanged (it is so already) + unknown (no
   * members, where the verb is about members).
   */
  counts: {
    rows: number
    people: number
    merged: number
    errors: number
    new: number
    unchanged: number
    unknown: number
  }
  /** The first rows in error. */
  errors: { line: number; code: string; sentence: string; next: string }[]
  /** The first rows that were taken and that a person should look at. */
  warnings: { line: number; code: string; sentence: string; next: string }[]
  /** Values with other letters than ASCII, where the encoding was declared: it is right only if they look right. */
  samples: string[]
  createdBy: string
  at: Date
}

const MOST = { rows: 20, errors: 100, samples: 10 }

/**
 * What an upload holds.
 *
 * @throws RosterdError SNAPSHOT_NOT_FOUND; UPLOAD_STATE while it is being read, or once it has been let go of
 */
export async function showUpload(handle: Handle, organization: number, snapshot: number): Promise<Upload> {
  const upload = await mustReadUpload(handle, organization, snapshot, ['uploaded', 'planned'], 'shown')
  const { verb, seen, layout, rows, people, errors, declared } = upload
  const columns = layout?.columns ?? []
  // What Unicode is needs nobody's word.
  const guessed = declared.encoding !== undefined && seen?.encoding.startsWith('utf-') === false
  const { unknown, unchanged } = await countUpload(handle, organization, snapshot, verb)
  const failed = await failedRows(handle, organization, snapshot, { after: 0, limit: MOST.errors })
  return {
    id: snapshot,
    verb,
    name: upload.file,
    sha256: upload.sha256,
    state: upload.state,
    reading: declared,
    layout: {
      encoding: seen?.encoding ?? 'utf-8',
      delimiter: delimiterWords(layout?.delimiter ?? ','),
      headerLine: seen?.headerLine ?? 1,
      columns: columns.map((column) => ({ header: column.header, understoodAs: understood(column) })),
      unknown: seen?.unknown ?? [],
      warnings: seen?.warnings ?? [],
    },
    first: await readStaged(handle, organization, snapshot, { after: 0, limit: MOST.rows }),
    counts: {
      rows,
      people,
      merged: rows - people - errors,
      errors,
      new: people - unchanged - unknown,
      unchanged,
      unknown,
    },
    errors: failed.map(({ line, code, params }) => {
      const told = outcomeText({ code, params: { line, ...params } })
      return { line, code, sentence: told?.message ?? code, next: told?.next ?? '' }
    }),
    warnings: (seen?.remarks ?? []).map((one) => ({
      ...one,
      next: isFailureCode(one.code) ? reasonNext(one.code) : '',
    })),
    samples: guessed ? await foreignValues(handle, organization, snapshot, MOST.samples) : [],
    createdBy: upload.createdBy,
    at: upload.at,
  }
}

/** An upload that is in one of these states. */
export async function mustReadUpload(
  handle: Handle,
  organization: number,
  snapshot: number,
  states: readonly State[],
  verb: string,
): Promise<UploadRow> {
  const upload = await readUpload(handle, organization, snapshot)
  if (upload === null) throw new RosterdError('SNAPSHOT_NOT_FOUND', { id: showId('snp', snapshot) })
  if (!states.includes(upload.state)) throw uploadState(snapshot, upload.state, verb, states)
  return upload
}

type State = UploadRow['state']

/** The error of an upload that is in another state than its `verb` wants. */
export function uploadState(snapshot: number, state: State, verb: string, wanted: readonly State[]): RosterdError {
  const words = (one: State) => WORDS[one] ?? one
  const named = { state: words(state), wanted: wanted.length > 1 ? 'kept' : wanted.map(words).join() }
  const step = state === 'staging' ? WAIT : verb === 'discarded' ? KEPT : null
  return new RosterdError('UPLOAD_STATE', { id: showId('snp', snapshot), verb, ...named, ...(step && { step }) })
}

/** Of addresses that somebody typed: there is no file. */
export const typedOnly = (snapshot: number): RosterdError =>
  new RosterdError('UPLOAD_STATE', {
    id: showId('snp', snapshot),
    state: 'a list of addresses that somebody typed',
    verb: 'read again',
    wanted: 'a file',
    step: 'Ask for the operation again, with other addresses.',
  })

const WORDS: Partial<Record<State, string>> = {
  staging: 'being read',
  uploaded: 'not planned yet',
  planned: 'part of a plan',
}
const WAIT = 'Wait until it is read, and ask again.'
const KEPT = 'Nothing to do: it is kept with its plan, and goes by itself.'
