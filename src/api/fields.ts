/** Fields that many routes share: how text, ids, instants and pages look on the wire. */
import { z } from '@hono/zod-openapi'
import { type ErrorCode, RosterdError } from '../errors.ts'
import { LONGEST_FILTER } from '../filter/lexer.ts'
import { type IdPrefix, readId } from '../reconcile/identifiers.ts'
import { WHERE_ATTRIBUTES } from '../sync/where.ts'

/** Text that PostgreSQL can keep: no NUL, no half of a surrogate pair. */
export const text = (most: number) =>
  z
    .string()
    .max(most)
    .refine((value) => !value.includes('\0') && value.isWellFormed(), 'holds characters that cannot be stored')

/** Text with something in it. */
export const words = (most: number) => text(most).refine((value) => value.trim() !== '', 'must not be empty')

export const instant = z.iso.datetime()
/** An instant that somebody asks for: PostgreSQL has no year 0. */
export const moment = instant.refine((text) => !text.startsWith('0000'), 'must be a time such as 2027-06-30T00:00:00Z')
/** A Date of the store as it travels. */
export const shown = (at: Date | null): string | null => at?.toISOString() ?? null

const MOST_PER_PAGE = 500
export const limit = z.coerce.number().int().min(1).max(MOST_PER_PAGE).default(100)
export const cursor = z.string().max(2_000).optional().openapi({ description: 'The `next` of the page before.' })

/** Whom it is about, chosen by a filter. */
export const where = text(LONGEST_FILTER)
  .optional()
  .openapi({
    description: `Only members whom this filter finds: the grammar of RFC 7644, section 3.4.2.2, as in \`groups.display eq "Artists" and not (products.value eq "vray")\`. Attributes: ${WHERE_ATTRIBUTES.join(', ')}.`,
  })

/** A page of things; `next` is the cursor of the following page, absent on the last. */
export const pageOf = <T extends z.ZodType>(thing: T) =>
  z.object({ items: z.array(thing), next: z.string().optional() })

/**
 * Makes a page of rows that were read with `limit + 1`: the surplus row only says that there is more.
 *
 * @param key what the next page begins after, of a row
 */
export function page<R, T>(rows: R[], most: number, key: (row: R) => unknown, show: (row: R) => T) {
  const kept = rows.slice(0, most)
  const last = kept.at(-1)
  const next = rows.length > most && last !== undefined ? writeCursor(key(last)) : undefined
  return { items: kept.map(show), ...(next === undefined ? {} : { next }) }
}

function writeCursor(key: unknown): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

/** Reads a cursor back; one that this API did not write is a mistake of the client. */
export function readCursor<S extends z.ZodType>(schema: S, given: string | undefined): z.output<S> | null {
  if (given === undefined) return null
  try {
    return schema.parse(JSON.parse(Buffer.from(given, 'base64url').toString('utf8')))
  } catch {
    throw new RosterdError('INPUT_INVALID', { detail: 'query.cursor: is not the `next` of a page.' })
  }
}

/** Where a page of a list that is ordered by ids begins. */
export const idPlace = z.int().positive()
/** Where a page of a plan's items begins. */
export const itemPlace = z.int().positive().max(2_147_483_647)

/** The number of an id in a path. What cannot be an id names nothing. */
export function numberOf(prefix: IdPrefix, given: string, missing: ErrorCode): number {
  const number = readId(prefix, given)
  if (number === null) throw new RosterdError(missing, { id: given })
  return number
}
