/** What a client is told whose filter cannot be used: where it is wrong, and what would be right. */
import { ScimError } from './error.ts'

const SHOWN = 100

/** Text of a client between quotation marks, cut to 100 characters. */
export function quoted(text: string): string {
  return text.length > SHOWN ? `"${text.slice(0, SHOWN).toWellFormed()}…"` : `"${text}"`
}

/** @param at index into the filter; people count characters from 1 */
export function wrongFilter(at: number, sentence: string): ScimError {
  return new ScimError('invalidFilter', `The filter is wrong at character ${at + 1}: ${sentence}`)
}
