/**
 * Cursors (RFC 9865): where the next page begins, signed, so that nobody makes one up or uses that of another caller, of another query
 * or of yesterday. Nothing is kept on the server.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { isId } from '../store/mirror-columns.ts'
import { ScimError } from './error.ts'

/** After a resource, in the order of creation; or, where another order is asked for, so many resources further on. */
export type Position = { readonly after: { readonly type: string; readonly id: string } } | { readonly offset: number }

export interface Bound {
  /** Known to the caller's token alone. */
  secret: Buffer
  /** What is asked for, page after page, by the names that clients have for it: a cursor belongs to one query. */
  query: Readonly<Record<string, string>>
}

/** A cursor that can be used until a time (seconds since 1970); letters, digits, `-`, `_` and `.`: RFC 3986 reserves none of them. */
export function makeCursor(bound: Bound, position: Position, until: number): string {
  const place = 'offset' in position ? `o${position.offset}` : `a${position.after.type}:${position.after.id}`
  const text = Buffer.from(`${until}:${place}:${marksOf(bound).join('.')}`).toString('base64url')
  return `${text}.${seal(bound, text)}`
}

/** Throws ScimError invalidCursor for what is none of this caller and query, expiredCursor. `now`: seconds since 1970. */
export function readCursor(bound: Bound, cursor: string, now: number): Position {
  const [text = '', given = '', ...more] = cursor.length > 1_000 ? [] : cursor.split('.')
  const expected = Buffer.from(seal(bound, text))
  const sealed = Buffer.from(given)
  if (more.length > 0 || sealed.length !== expected.length || !timingSafeEqual(sealed, expected)) throw invalid()
  const plain = Buffer.from(text, 'base64url').toString('utf8')
  const [, until, far, type, id, marks = ''] = /^(\d+):(?:o(\d{1,15})|a(\w+):([\da-f-]+)):([\w.-]+)$/.exec(plain) ?? []
  if (until === undefined) throw invalid()
  checkQuery(bound, marks.split('.'))
  if (Number(until) < now) {
    throw new ScimError('expiredCursor', 'The cursor is too old; begin again with an empty cursor.')
  }
  if (far !== undefined) return { offset: Number(far) }
  if (type === undefined || id === undefined || !isId(id)) throw invalid()
  return { after: { type, id } }
}

/** Throws ScimError invalidCursor, with what of the query is not as it was. */
function checkQuery(bound: Bound, marks: readonly string[]): void {
  const now = marksOf(bound)
  const changed = Object.keys(bound.query).filter((_, index) => marks[index] !== now[index])
  if (changed.length === 0) return
  const detail = `The cursor was made for another ${changed.join(' and another ')}; repeat what the first page had, or begin again with an empty cursor.`
  throw new ScimError('invalidCursor', detail)
}

/** One for each part of the query, too short to tell anything about it. */
const marksOf = ({ secret, query }: Bound): string[] =>
  Object.entries(query).map(([name, value]) => hmac(secret, `${name} ${value}`).slice(0, 8))

const seal = ({ secret }: Bound, text: string): string => hmac(secret, `cursor ${text}`).slice(0, 32)

const hmac = (secret: Buffer, text: string): string => createHmac('sha256', secret).update(text).digest('base64url')

function invalid(): ScimError {
  const detail = 'The cursor was made for another token, or a piece of it is missing; begin again with an empty cursor.'
  return new ScimError('invalidCursor', detail)
}
