/** What a client is told whose filter cannot be used: where it is wrong, and what would be right. */
import { FilterError } from '../filter/error.ts'
import { parseWritten, type Written } from '../filter/parse.ts'
import { ScimError } from './error.ts'

/** @param at index into the filter; people count characters from 1 */
export function wrongFilter(at: number, sentence: string): ScimError {
  return new ScimError('invalidFilter', new FilterError(at, sentence).message)
}

/**
 * @param lenient bare words are values too
 * @throws ScimError invalidFilter, with the position
 */
export function written(text: string, lenient: boolean): Written {
  try {
    return parseWritten(text, lenient)
  } catch (error) {
    if (error instanceof FilterError) throw new ScimError('invalidFilter', error.message)
    throw error
  }
}
