import { clean, fold } from '../../reconcile/normalise.ts'

/** Marks on Latin letters; not those of other scripts, where they are part of the letter. */
const MARKS = /[\u0300-\u036f]/g
const SEPARATORS = /[_\-.\s'’/:]+/g

/** A header without what templates add to it: `[…]`, `(…)`, `*`, a trailing `Required`. */
export function bareHeader(header: string): string {
  const bare = clean(header.slice(0, 500).replace(/\[[^\]]*\]|\([^)]*\)|（[^）]*）|[*＊]/g, ' '))
  return clean(bare.replace(/\s+required$/i, ''))
}

/** What two names of a column are compared by. */
export function headerKey(name: string): string {
  return fold(clean(name.slice(0, 500)))
    .normalize('NFD')
    .replace(MARKS, '')
    .normalize('NFC')
    .replace(SEPARATORS, '')
    .replaceAll('ł', 'l')
}

/** The content of the brackets of `First name [givenName] Required`. */
export function bracketOf(header: string): string | null {
  return /\[([^\]]*)\]/.exec(header.slice(0, 500))?.[1] ?? null
}

/**
 * The name of an attribute: lower snake case of the header, `column_7` where that leaves no letter and no digit. So a name
 * never needs an escape in JSON: JSON.parse of V8 13.6 (Node 24) can give a one-character key that is written as one
 * (`"\""`, `"\t"`) back as `\`.
 */
export function attributeName(header: string, position: number): string {
  const name = fold(bareHeader(header))
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 100)
    .toWellFormed()
  return /[\p{L}\p{N}]/u.test(name) ? name : `column_${position + 1}`
}

/** The names of a comma-separated list, as keys. A bracketed remark in an alias is kept out. */
export function keys(list: string): string[] {
  return list
    .split(',')
    .map((name) => headerKey(name))
    .filter((key) => key !== '')
}
