/** Values in filters: JSON (RFC 7644 §3.4.2.2), and bare words where a source is allowed them. */
import { FilterError, quoted } from './error.ts'

/** `at`: where it begins in the filter. */
export type Literal = { readonly at: number } & (
  | { readonly kind: 'text'; readonly text: string }
  /** Without quotation marks, as Microsoft's own samples send it. */
  | { readonly kind: 'word'; readonly text: string }
  /** As it was written: a double would lose digits beyond 2^53. */
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'boolean'; readonly text: 'true' | 'false' }
  | { readonly kind: 'null'; readonly text: 'null' }
)

export const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const PARTS = /^(?:co|sw|ew)$/
const KEYWORD = /^(?:and|or|not)$/i

/** The index after the quotation mark that ends the string which begins at `from`; null when it never ends. */
export function endOfString(text: string, from: number): number | null {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '"') return at + 1
    if (text[at] === '\\') at++
  }
  return null
}

/** A string with its quotation marks. */
export function readString(json: string, at: number): Literal {
  let text: unknown
  try {
    text = JSON.parse(json)
  } catch {
    throw new FilterError(at, `${quoted(json)} is no JSON string; write a backslash as \\\\ and a line break as \\n.`)
  }
  if (typeof text !== 'string') throw new FilterError(at, `${quoted(json)} is no JSON string.`)
  return { kind: 'text', text: storable(text, at), at }
}

/** The text, where it can be stored: PostgreSQL has no NUL, and no half of a surrogate pair. */
function storable(text: string, at: number): string {
  if (text.isWellFormed() && !text.includes('\0')) return text
  throw new FilterError(at, 'the value holds a character that no attribute can have.')
}

/**
 * Refuses what can never be meant, whatever the attribute is and whether or not there is one: `gt true`, `co 5`, `lt null`. RFC 7644
 * §3.4.2.2 wants booleans refused where there is an order; nothing but text has parts.
 */
export function checkOperator(operator: string, { kind, text, at }: Literal): void {
  const same = operator === 'eq' || operator === 'ne'
  if ((kind === 'boolean' || kind === 'null') && !same) {
    throw new FilterError(at, `${text} can be compared with eq and ne alone, not with ${operator}.`)
  }
  if (kind === 'number' && PARTS.test(operator)) {
    throw new FilterError(
      at,
      `${operator} looks for a part of a text, which stands in quotation marks: ${quoted(text)}.`,
    )
  }
}

/** What stands there without quotation marks. */
export function readBare(word: string, at: number, lenient: boolean): Literal {
  if (word === 'null') return { kind: 'null', text: word, at }
  if (word === 'true' || word === 'false') return { kind: 'boolean', text: word, at }
  if (JSON_NUMBER.test(word)) return { kind: 'number', text: word, at }
  if (KEYWORD.test(word)) throw new FilterError(at, `a value is missing before ${quoted(word)}.`)
  if (word.startsWith("'"))
    throw new FilterError(at, 'a value stands in double quotation marks ("), not in single ones.')
  if (!lenient) throw new FilterError(at, `${word} has to stand in quotation marks: ${quoted(word)}.`)
  return { kind: 'word', text: storable(word, at), at }
}
