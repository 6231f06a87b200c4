/** How ids are written wherever people or programs meet them: a word for the noun and the number, `pln_7`. */

const NOUNS = {
  pln: 'plan',
  mem: 'member',
  per: 'person',
  snp: 'snapshot',
  dec: 'decision',
  tok: 'token',
  asg: 'assignment',
} as const

export type IdPrefix = keyof typeof NOUNS

/** `showId('pln', 7)` is `pln_7`. */
export function showId(prefix: IdPrefix, number: number): string {
  return `${prefix}_${number}`
}

/** The number behind `pln_7`, or null for anything that `showId` could not have written. */
export function readId(prefix: IdPrefix, text: string): number | null {
  if (!text.startsWith(`${prefix}_`)) return null
  const digits = text.slice(prefix.length + 1)
  if (!/^[1-9]\d{0,15}$/.test(digits)) return null
  const number = Number(digits)
  return Number.isSafeInteger(number) ? number : null
}
