import { nameKey } from '../../reconcile/normalise.ts'
import { ALIASES, FIELDS, type Field, INVERTED, isField, ORDINARY, SIGN_IN } from './field.ts'
import { attributeName, bareHeader, bracketOf, headerKey, keys } from './header-name.ts'
import { CsvRefusal } from './refusal.ts'
import { isSecret } from './secret.ts'
import type { Column, CsvSettings } from './settings.ts'

/** Alias → field and how early it stands in the field's list: the earlier wins where two columns name one field. */
const BY_ALIAS = new Map<string, { field: Field; rank: number }>()
for (const field of FIELDS) {
  keys(ALIASES[field]).forEach((key, rank) => {
    if (!BY_ALIAS.has(key)) BY_ALIAS.set(key, { field, rank })
  })
}
const SIGN_IN_KEYS = new Set(keys(SIGN_IN))
const INVERTED_KEYS = new Set(keys(INVERTED))
const ORDINARY_KEYS = new Set(keys(ORDINARY))
/** Rank of a match by the bracket's content: after every match by the name itself. */
const BRACKET = 10_000
/** Attributes that understood columns fill; another column of that name gets a number. */
const RESERVED = ['country', 'note', 'external_id', 'email_alias']
/** More columns than any directory has; a line with more is no header. */
const MAX_COLUMNS = 2_000

/** Rank of a match that the settings of the source made. */
const CHOSEN = -1

interface Guess {
  field: Field
  rank: number
  inverted: boolean
}

/** A column whose name says a field that another column is read for. */
interface Shadowed {
  header: string
  field: Field
  by: string
}

interface Header {
  columns: Column[]
  shadowed: Shadowed[]
}

/** How many cells of a line are names of fields: what tells a header, and the right delimiter, from anything else. */
export function headerHits(cells: string[]): number {
  let hits = 0
  for (const cell of cells.slice(0, MAX_COLUMNS)) if (guess(cell) !== null) hits++
  return hits
}

/**
 * What the columns of a file are. `samples` are records below the header: an account name counts as the e-mail address
 * only where no column is one and its cells hold an @. Throws HEADER_MISSING for a column named twice, and where the settings of the
 * source say of two columns that they are the same field.
 */
export function readHeader(header: string[], line: number, samples: string[][], settings: CsvSettings): Header {
  if (header.length > MAX_COLUMNS) {
    throw new CsvRefusal('ROW_UNPARSEABLE', {
      n: line,
      k: header.length,
      m: MAX_COLUMNS,
      why: `${header.length} columns, more than ${MAX_COLUMNS}`,
    })
  }
  refuseDuplicates(header)
  const overrides = new Map(Object.entries(settings.columns ?? {}).map(([name, to]) => [headerKey(name), to]))
  const products = productNames(settings)
  const guesses: (Guess | null)[] = header.map((name) => {
    if (name.startsWith('_') || isSecret(name)) return null
    const override = overrides.get(headerKey(name)) ?? overrides.get(headerKey(bareHeader(name)))
    if (override !== undefined) return isField(override) ? { field: override, rank: CHOSEN, inverted: false } : null
    return guess(name)
  })
  settleSignIn(header, guesses, samples, overrides)
  settleNames(header, guesses)
  const declaredBy = settings.uploaded ? '--column says' : 'the settings of the source say'
  const shadowed = keepBest(header, guesses, declaredBy)
  const taken = new Set(RESERVED)
  const columns = header.map((name, position) => {
    const found = guesses[position] ?? null
    const secret = isSecret(name)
    const product = found === null && !secret ? (products.get(nameKey(bareHeader(name))) ?? null) : null
    const override = overrides.get(headerKey(name)) ?? overrides.get(headerKey(bareHeader(name)))
    const plain =
      found === null && product === null && !secret && !name.startsWith('_') && name !== '' && override !== 'ignore'
    return {
      header: name,
      field: found?.field ?? (product === null ? null : 'products'),
      attribute: plain ? unique(attributeName(override ?? name, position), taken) : null,
      product,
      secret,
      inverted: found?.inverted ?? false,
    }
  })
  return { columns, shadowed }
}

/** Whether some alias or the list of ordinary columns knows a header. */
export function isOrdinary(header: string): boolean {
  const bracket = bracketOf(header)
  return [bareHeader(header), bracket ?? ''].some(
    (name) => ORDINARY_KEYS.has(headerKey(name)) || BY_ALIAS.has(headerKey(name)),
  )
}

/** A header for a message: names of columns, but never the cells of a file that has no header line. */
export function shownHeader(header: string[]): string {
  if (header.some((cell) => cell.includes('@'))) return 'a first line with data, not with names of columns'
  const shown = header.slice(0, 20).map((cell) => cell.slice(0, 60).toWellFormed())
  return shown.join(', ') + (header.length > 20 ? ` and ${header.length - 20} more` : '')
}

/** The names of columns that a file has, for a program; none where the first line is data. */
export function foundHeader(header: string[]): string[] {
  if (header.some((cell) => cell.includes('@'))) return []
  return header.slice(0, 200).map((cell) => cell.slice(0, 200).toWellFormed())
}

function guess(header: string): Guess | null {
  const key = headerKey(bareHeader(header))
  if (INVERTED_KEYS.has(key)) return { field: 'status', rank: 0, inverted: true }
  const named = BY_ALIAS.get(key)
  if (named) return { ...named, inverted: false }
  const bracket = bracketOf(header)
  if (bracket === null) return null
  const inside = BY_ALIAS.get(headerKey(bracket))
  return inside ? { field: inside.field, rank: BRACKET + inside.rank, inverted: false } : null
}

function productNames(settings: CsvSettings): Map<string, string> {
  const names = new Map<string, string>()
  for (const { key, name, aliases } of settings.products) {
    for (const one of [key, name, ...aliases]) names.set(nameKey(one), key)
  }
  return names
}

/** Throws HEADER_MISSING where whoever uploads a file says of a column what it is, and there is none of that name. */
export function refuseMadeUp(header: string[], { columns = {} }: CsvSettings): void {
  const there = new Set(header.flatMap((name) => [headerKey(name), headerKey(bareHeader(name))]))
  const missing = Object.keys(columns).find((name) => !there.has(headerKey(name)))
  if (missing === undefined) return
  const field = `${shownHeader([missing])} (named with --column)`
  throw new CsvRefusal('HEADER_MISSING', { field, list: shownHeader(header) }, foundHeader(header))
}

function refuseDuplicates(header: string[]): void {
  const seen = new Set<string>()
  for (const name of header) {
    const key = headerKey(name)
    if (key === '' || name.startsWith('_')) continue
    if (seen.has(key)) {
      const ambiguous = name.slice(0, 40).toWellFormed()
      const field = `${ambiguous} alone (two columns are called so)`
      const params = { field, list: shownHeader(header), ambiguous }
      throw new CsvRefusal('HEADER_MISSING', params, foundHeader(header))
    }
    seen.add(key)
  }
}

/** Where no column is the e-mail address, an account name whose cells hold an @ is. */
function settleSignIn(
  header: string[],
  guesses: (Guess | null)[],
  samples: string[][],
  overrides: Map<string, string>,
): void {
  if (guesses.some((one) => one?.field === 'email')) return
  const position = header.findIndex((name, at) => {
    if (guesses[at]?.field !== 'user_name' || overrides.has(headerKey(name))) return false
    const named = [bareHeader(name), bracketOf(name) ?? ''].some((one) => SIGN_IN_KEYS.has(headerKey(one)))
    const cells = samples.map((cells) => cells[at] ?? '').filter((cell) => cell.trim() !== '')
    return named && cells.filter((cell) => cell.includes('@')).length * 2 >= cells.length
  })
  if (position >= 0) guesses[position] = { field: 'email', rank: 0, inverted: false }
}

/** "Name, Vorname", "nome, cognome": a whole name beside half of one is the other half. */
function settleNames(header: string[], guesses: (Guess | null)[]): void {
  const has = (field: Field) => guesses.some((one) => one?.field === field)
  guesses.forEach((one, at) => {
    const key = headerKey(bareHeader(header[at] ?? ''))
    if (one?.field !== 'display_name') return
    if (['name', 'naam'].includes(key) && has('first_name') && !has('last_name'))
      guesses[at] = { ...one, field: 'last_name' }
    if (['nome', 'nombre', '이름'].includes(key) && has('last_name') && !has('first_name'))
      guesses[at] = { ...one, field: 'first_name' }
  })
}

/** One column per field: the best one. The others stay what they are called; they are returned, with the one that stands for each. */
function keepBest(header: string[], guesses: (Guess | null)[], declaredBy: string): Shadowed[] {
  const best = new Map<Field, number>()
  guesses.forEach((one, at) => {
    if (one === null) return
    const before = guesses[best.get(one.field) ?? -1]
    if (!before || one.rank < before.rank) best.set(one.field, at)
  })
  return guesses.flatMap((one, at) => {
    const by = one === null ? at : (best.get(one.field) ?? at)
    if (one === null || by === at) return []
    const [name = '', instead = ''] = [header[at], header[by]]
    // Somebody has said of both that they are the field: to take either would be a guess.
    if (one.rank === CHOSEN) {
      const field = `${one.field} alone (${declaredBy} it of two columns, ${shownHeader([instead, name])})`
      const params = { field, list: shownHeader(header), ambiguous: one.field }
      throw new CsvRefusal('HEADER_MISSING', params, foundHeader(header))
    }
    guesses[at] = null
    return [{ header: name, field: one.field, by: instead }]
  })
}

function unique(name: string, taken: Set<string>): string {
  let free = name
  for (let n = 2; taken.has(free); n++) free = `${name}_${n}`
  taken.add(free)
  return free
}
