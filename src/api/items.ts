/** Items of a plan as they travel: who, what, why, from which line, and what became of it. */
import { z } from '@hono/zod-openapi'
import { outcomeText, reasonText } from '../reconcile/describe.ts'
import { showId } from '../reconcile/identifiers.ts'
import { ACTION_KINDS, OUTCOME_STATES } from '../reconcile/model.ts'
import type { ItemRow } from '../store/plans.ts'
import { instant } from './fields.ts'

export const ITEM_STATES = ['pending', ...OUTCOME_STATES] as const

const image = z.record(z.string(), z.string().nullable()).nullable()

export const item = z
  .object({
    number: z.int(),
    wave: z.int(),
    kind: z.string().openapi({ enum: [...ACTION_KINDS] }),
    effect: z.string().openapi({ enum: ['subtractive', 'additive', 'neutral'] }),
    personId: z.string(),
    email: z.string(),
    name: z.string().nullable(),
    product: z.string().nullable(),
    productName: z.string().nullable(),
    expiresAt: instant.nullable(),
    before: image,
    after: image,
    reason: z.object({
      code: z.string(),
      params: z.record(z.string(), z.union([z.string(), z.number()])),
      text: z.string(),
    }),
    sources: z.array(z.string()),
    file: z.string().nullable(),
    line: z.int().nullable(),
    predicted: z.enum(OUTCOME_STATES),
    foreseen: z
      .object({ code: z.string(), message: z.string(), nextStep: z.string() })
      .nullable()
      .openapi({ description: 'Why it is predicted not simply to succeed.' }),
    state: z.enum(ITEM_STATES),
    code: z.string().nullable(),
    message: z.string().nullable().openapi({ description: 'Why it did not simply succeed.' }),
    nextStep: z.string().nullable(),
  })
  .openapi('Item')

/** @param names keys and names of the organization's sources by number */
export function showItem(row: ItemRow, names: ReadonlyMap<number, { key: string }>): z.input<typeof item> {
  const {
    before,
    after,
    personId,
    fromPersonId: _,
    productId: __,
    sourceIds,
    evidence,
    params,
    reason,
    foreseen,
    ...rest
  } = row
  const setback = outcomeText({ code: row.code, params })
  const expected = foreseen === null ? null : outcomeText(foreseen)
  return {
    ...rest,
    personId: showId('per', personId),
    expiresAt: after?.expiresAt ?? before?.expiresAt ?? null,
    before: before === null ? null : { ...before },
    after: after === null ? null : { ...after },
    reason: { ...reason, text: reasonText(reason) },
    sources: sourceIds.flatMap((id) => names.get(id)?.key ?? []),
    file: evidence?.file ?? null,
    line: evidence?.line ?? null,
    foreseen:
      foreseen === null || expected === null
        ? null
        : { code: foreseen.code, message: expected.message, nextStep: expected.next },
    message: setback?.message ?? null,
    nextStep: setback?.next ?? null,
  }
}
