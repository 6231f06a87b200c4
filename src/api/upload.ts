/** One upload as it travels: how it is said to be read, and how it is understood. */
import { z } from '@hono/zod-openapi'
import { showId } from '../reconcile/identifiers.ts'
import type { StagedRow } from '../reconcile/model.ts'
import { VERBS } from '../reconcile/operation.ts'
import { SNAPSHOT_STATES } from '../store/snapshots.ts'
import type { UploadReading } from '../store/uploads.ts'
import type { Upload } from '../sync/upload-preview.ts'
import { ALSO_REVOKE } from '../sync/upload-settings.ts'
import { instant, text, words } from './fields.ts'

const isEncoding = (label: string): boolean => {
  try {
    return new TextDecoder(label).encoding !== ''
  } catch {
    return false
  }
}

export const encoding = text(40)
  .refine(isEncoding, 'is no encoding that is known here, such as windows-1252')
  .optional()
export const delimiter = z
  .string()
  .refine((one) => /^[^\p{L}\p{N}\p{Cc}"]$|^\t$/u.test(one), 'must be one character, such as ; or |')
  .optional()
export const dateOrder = z.enum(['dmy', 'mdy']).optional()
export const columns = z.record(text(500), words(100)).optional()

/** What is declared of a file; what is not said is not there. */
export function readingOf(said: { [K in keyof UploadReading]?: UploadReading[K] | undefined }): UploadReading {
  return {
    ...(said.encoding !== undefined && { encoding: said.encoding }),
    ...(said.delimiter !== undefined && { delimiter: said.delimiter }),
    ...(said.dateOrder !== undefined && { dateOrder: said.dateOrder }),
    ...(said.columns !== undefined && { columns: said.columns }),
  }
}

const remark = z.object({ line: z.int(), code: z.string(), sentence: z.string(), next: z.string() })
const row = z
  .object({
    line: z.int(),
    email: z.string().nullable(),
    externalId: z.string().nullable(),
    firstName: z.string().nullable(),
    lastName: z.string().nullable(),
    role: z.string().nullable(),
    /** The row's own end stands with each product that has none of its own. */
    products: z.array(z.object({ product: z.string(), expiresAt: instant.nullable() })),
    expiresAt: instant.nullable(),
    alsoRevoke: z.boolean().nullable(),
  })
  .openapi('UploadRow')

export const upload = z
  .object({
    id: z.string(),
    verb: z.enum(VERBS),
    name: z.string(),
    sha256: z.string(),
    state: z.enum(SNAPSHOT_STATES),
    reading: z.object({ encoding, delimiter, dateOrder, columns }),
    layout: z.object({
      encoding: z.string(),
      delimiter: z.string(),
      headerLine: z.int(),
      columns: z.array(z.object({ header: z.string(), understoodAs: z.string() })),
      unknown: z.array(z.string()),
      warnings: z.array(z.string()),
    }),
    first: z.array(row),
    counts: z.object({
      rows: z.int(),
      people: z.int(),
      merged: z.int(),
      errors: z.int(),
      new: z.int(),
      unchanged: z.int(),
      unknown: z.int(),
    }),
    errors: z.array(remark),
    warnings: z.array(remark),
    samples: z.array(z.string()),
    createdBy: z.string(),
    at: instant,
  })
  .openapi('Upload')

export function show(found: Upload): z.input<typeof upload> {
  return { ...found, id: showId('snp', found.id), first: found.first.map(showRow), at: found.at.toISOString() }
}

function showRow({ line, profile, attributes, role, products, expiresAt }: StagedRow): z.input<typeof row> {
  const also = attributes[ALSO_REVOKE]
  return {
    line,
    email: profile.email === '' ? null : profile.email,
    externalId: attributes['external_id'] ?? null,
    firstName: profile.firstName,
    lastName: profile.lastName,
    role,
    products: products.map((one) => ({ product: one.product, expiresAt: one.expiresAt ?? expiresAt })),
    expiresAt,
    alsoRevoke: also === undefined || also === '' ? null : also === 'yes',
  }
}
