/** Uploads: files that people send for one operation; each is read and shown before anything is planned. */
import { z } from '@hono/zod-openapi'
import { RosterdError } from '../errors.ts'
import { showId } from '../reconcile/identifiers.ts'
import { VERBS } from '../reconcile/operation.ts'
import { discardUpload, forget, keepUpload, readAgain, readKept } from '../sync/upload.ts'
import { showUpload } from '../sync/upload-preview.ts'
import { UPLOAD_LIMITS } from '../sync/upload-settings.ts'
import { numberOf, text, words } from './fields.ts'
import { type Door, route } from './openapi.ts'
import { LONG_PATIENCE_MS } from './patience.ts'
import { rawRoute } from './raw.ts'
import { columns, dateOrder, delimiter, encoding, readingOf, show, upload } from './upload.ts'

/** A mapping of columns as it stands in an address: JSON. */
function columnsIn(json: string | undefined): z.output<typeof columns> {
  if (json === undefined) return undefined
  try {
    return columns.parse(JSON.parse(json))
  } catch {
    throw new RosterdError('INPUT_INVALID', {
      detail:
        'query.columns must be JSON such as {"Badge":"external_id"}: the name of a column, and the field that it is.',
    })
  }
}

export function uploadRoutes(door: Door): void {
  const noun = 'uploads'
  rawRoute(
    door,
    {
      path: '/uploads',
      noun,
      summary: `Upload a CSV file for one operation and see how it is understood; at most ${UPLOAD_LIMITS.rows} rows and ${UPLOAD_LIMITS.bytes} bytes`,
      role: 'operator',
      query: z.strictObject({
        verb: z.enum(VERBS),
        name: words(200).default('upload.csv'),
        encoding,
        delimiter,
        dateOrder,
        columns: text(8_000).optional().openapi({ description: 'JSON: the name of a column → the field that it is.' }),
      }),
      answer: upload,
      patience: LONG_PATIENCE_MS,
      // A file that is a little too large is told so in words of files, with what to do.
      raw: { types: ['text/csv', 'application/octet-stream', 'text/plain'], mostBytes: 2 * UPLOAD_LIMITS.bytes },
    },
    {
      async receive({ parts, organization, actor, query, body }) {
        const { verb, name } = query
        const reading = readingOf({ ...query, columns: columnsIn(query.columns) })
        const kept = await keepUpload(parts, organization.id, { actor, verb, name, body, reading })
        return { ...kept, reading }
      },
      async answer({ parts, organization, actor }, { snapshot, reading }) {
        return show(await readKept(parts, organization.id, snapshot, { actor, reading }))
      },
      drop: ({ parts, organization }, { snapshot }) => forget(parts, organization.id, snapshot),
    },
  )

  route(
    door,
    {
      method: 'post',
      path: '/uploads/{snapshot}/read',
      noun,
      summary: 'Read an upload in another way; what is not said is found out',
      role: 'operator',
      body: z.strictObject({ encoding, delimiter, dateOrder, columns }),
      answer: upload,
      patience: LONG_PATIENCE_MS,
    },
    async ({ parts, organization, actor, body, param }) => {
      const id = numberOf('snp', param('snapshot'), 'SNAPSHOT_NOT_FOUND')
      return show(await readAgain(parts, organization.id, id, { actor, reading: readingOf(body) }))
    },
  )

  route(
    door,
    {
      method: 'get',
      path: '/uploads/{snapshot}',
      noun,
      summary: 'How an upload is understood, and what it would change',
      role: 'viewer',
      answer: upload,
    },
    async ({ parts, organization, param }) => {
      const id = numberOf('snp', param('snapshot'), 'SNAPSHOT_NOT_FOUND')
      return show(await showUpload(parts.sql, organization.id, id))
    },
  )

  route(
    door,
    {
      method: 'delete',
      path: '/uploads/{snapshot}',
      noun,
      summary: 'Discard an upload that nothing was planned of',
      role: 'operator',
      answer: z.object({ id: z.string() }),
    },
    async ({ parts, organization, actor, param }) => {
      const id = numberOf('snp', param('snapshot'), 'SNAPSHOT_NOT_FOUND')
      await discardUpload(parts, organization.id, id, actor)
      return { id: showId('snp', id) }
    },
  )
}
