/** An upload as the API answers it, as far as commands read it. */
import { z } from 'zod'
import { VERBS } from '../reconcile/operation.ts'

const remark = z.looseObject({ line: z.number(), code: z.string(), sentence: z.string(), next: z.string() })
export const upload = z.looseObject({
  id: z.string(),
  verb: z.enum(VERBS),
  name: z.string(),
  layout: z.looseObject({
    encoding: z.string(),
    delimiter: z.string(),
    headerLine: z.number(),
    columns: z.array(z.object({ header: z.string(), understoodAs: z.string() })),
    warnings: z.array(z.string()),
  }),
  first: z.array(
    z.looseObject({
      line: z.number(),
      email: z.string().nullable(),
      externalId: z.string().nullable(),
      firstName: z.string().nullable(),
      lastName: z.string().nullable(),
      role: z.string().nullable(),
      products: z.array(z.object({ product: z.string(), expiresAt: z.string().nullable() })),
      alsoRevoke: z.boolean().nullable(),
    }),
  ),
  counts: z.object({
    rows: z.number(),
    people: z.number(),
    merged: z.number(),
    errors: z.number(),
    new: z.number(),
    unchanged: z.number(),
    unknown: z.number(),
  }),
  errors: z.array(remark),
  warnings: z.array(remark),
  samples: z.array(z.string()),
})
export type Upload = z.infer<typeof upload>
