/** What is wrong with a filter, and where: every door says it in its own form. */

const SHOWN = 100

export class FilterError extends Error {
  override readonly name = 'FilterError'
  /** Index into the filter; people count characters from 1. */
  readonly at: number
  /** What is wrong there, and what would be right. */
  readonly sentence: string

  constructor(at: number, sentence: string) {
    super(`The filter is wrong at character ${at + 1}: ${sentence}`)
    this.at = at
    this.sentence = sentence
  }
}

/** Text of a client between quotation marks, cut to 100 characters. */
export function quoted(text: string): string {
  return text.length > SHOWN ? `"${text.slice(0, SHOWN).toWellFormed()}…"` : `"${text}"`
}
