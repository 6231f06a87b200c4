/** Where the next page of a list begins, as it stands in an address. */
import type { z } from 'zod'

export function writeCursor(key: unknown): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

/** Null for none, and for what no page has written: the list then begins at its beginning. */
export function readCursor<S extends z.ZodType>(schema: S, given: string | null): z.output<S> | null {
  if (given === null) return null
  try {
    const read = schema.safeParse(JSON.parse(Buffer.from(given, 'base64url').toString('utf8')))
    return read.success ? read.data : null
  } catch {
    return null
  }
}

/** Cuts off the surplus row of a list that was read with `most + 1`, which only says that there is more. */
export function cut<R>(rows: R[], most: number, key: (row: R) => unknown): { rows: R[]; next: string | null } {
  const kept = rows.slice(0, most)
  const last = kept.at(-1)
  return { rows: kept, next: rows.length > most && last !== undefined ? writeCursor(key(last)) : null }
}
