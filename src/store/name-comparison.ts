/**
 * Names compared without case. They have no folded column, and `lower` differs from machine to machine: the database is told which
 * letters are the same, and only of those that the comparison is about.
 */
import type { Comparator } from '../filter/parse.ts'
import { fold } from '../reconcile/normalise.ts'
import type { Handle } from './connection.ts'
import { textCondition } from './mirror-comparable.ts'
import type { Fragment } from './mirror-list.ts'

const LAST = 0x1ffff
const HAS_CASE = /^\p{Changes_When_Casefolded}$/u
/** Everything else that becomes two letters is compared as it is. */
const SHARP_S = /[ßẞ]/g

/** Letters beyond ASCII by what they become; made when somebody first asks. */
let known: ReadonlyMap<string, readonly string[]> | null = null

/** A name as it is compared: case folded letter by letter, ß as ss. */
export function foldName(name: string): string {
  return [...name.normalize('NFC')].map(foldLetter).join('')
}

/** @param text folded by `foldName` */
export function nameComparison(handle: Handle, op: Comparator, value: Fragment, text: string): Fragment {
  // Order is decided by any letter; everything else by letters that the text has.
  const ordered = op === 'gt' || op === 'ge' || op === 'lt' || op === 'le'
  known ??= lettersBeyondAscii()
  const letters = known
  const pairs = [...(ordered ? letters.keys() : new Set(text))].flatMap((small) =>
    (letters.get(small) ?? []).map((large) => [large, small] as const),
  )
  const from = pairs.map(([large]) => large).join('')
  const to = pairs.map(([, small]) => small).join('')
  const lower = handle`lower(${value} collate "C")`
  const folded = handle`translate(replace(replace(${lower}, 'ß', 'ss'), 'ẞ', 'ss'), ${from}, ${to})`
  return textCondition(
    handle,
    op,
    handle`((case when octet_length(${value}) = char_length(${value}) then ${lower} else ${folded} end) collate "C")`,
    text,
  )
}

function foldLetter(letter: string): string {
  const folded = fold(letter)
  return [...folded].length === 1 ? folded : letter.replace(SHARP_S, 'ss')
}

function lettersBeyondAscii(): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (let point = 0x80; point <= LAST; point++) {
    const letter = String.fromCodePoint(point)
    if (!HAS_CASE.test(letter)) continue
    const small = fold(letter)
    if ([...small].length !== 1) continue
    const others = found.get(small)
    if (others === undefined) found.set(small, [letter])
    else others.push(letter)
  }
  return found
}
