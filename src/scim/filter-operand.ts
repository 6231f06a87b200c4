/** What an attribute is compared with: whether the operator and the value fit its type, and the value in the form that is compared. */

import { quoted } from '../filter/error.ts'
import type { Name } from '../filter/lexer.ts'
import { JSON_NUMBER, type Literal } from '../filter/literal.ts'
import type { Comparator, Operand } from '../store/mirror-filter.ts'
import { comparableValue } from './comparable.ts'
import { wrongFilter } from './filter-error.ts'
import { instantOf } from './instant.ts'
import { type Attribute, type AttributeType, folded } from './schema.ts'

const PARTS: ReadonlySet<Comparator> = new Set<Comparator>(['co', 'sw', 'ew'])
const SAME: ReadonlySet<Comparator> = new Set<Comparator>(['eq', 'ne'])
/** What else there is to compare with, by type. */
const RIGHT: Partial<Record<AttributeType, string>> = {
  boolean: 'eq and ne',
  integer: 'eq, ne, gt, ge, lt and le',
  decimal: 'eq, ne, gt, ge, lt and le',
  dateTime: 'eq, ne, gt, ge, lt and le',
  binary: 'eq, ne, co, sw and ew',
}
/** Beyond any double, and still cheap to write out. */
const MOST_DIGITS = 400

/**
 * @param lenient booleans and numbers may stand in quotation marks, and numbers for text
 * @throws ScimError invalidFilter, with the position
 */
export function operandOf(
  attribute: Attribute,
  op: Comparator,
  literal: Exclude<Literal, { kind: 'null' }>,
  { name, lenient }: { name: Name; lenient: boolean },
): Operand {
  const unfit = (): Error =>
    wrongFilter(
      name.at,
      `${quoted(name.text)} has the type ${attribute.type} and cannot be compared with ${op}, only with ${RIGHT[attribute.type]}.`,
    )
  switch (attribute.type) {
    case 'boolean':
      if (!SAME.has(op)) throw unfit()
      return booleanOf(literal, name, lenient)
    case 'integer':
    case 'decimal':
      if (PARTS.has(op)) throw unfit()
      return numberOf(literal, name, lenient)
    case 'dateTime':
      if (PARTS.has(op)) throw unfit()
      return instantIn(literal, name)
    case 'binary':
      if (!SAME.has(op) && !PARTS.has(op)) throw unfit()
      return textOf(attribute, literal, name, lenient)
    default:
      return textOf(attribute, literal, name, lenient)
  }
}

function textOf(attribute: Attribute, literal: Literal, name: Name, lenient: boolean): Operand {
  const isText = literal.kind === 'text' || literal.kind === 'word'
  // 701984 stands for "701984".
  if (!isText && !lenient) {
    throw wrongFilter(
      literal.at,
      `${quoted(name.text)} is text, which stands in quotation marks: ${quoted(literal.text)}.`,
    )
  }
  const text = comparableValue(attribute, literal.text)
  return { kind: 'text', text: typeof text === 'string' ? text : literal.text }
}

function booleanOf(literal: Literal, name: Name, lenient: boolean): Operand {
  const text = lenient ? folded(literal.text) : literal.text
  if ((literal.kind === 'boolean' || lenient) && (text === 'true' || text === 'false')) return { kind: 'boolean', text }
  throw wrongFilter(
    literal.at,
    `${quoted(name.text)} is a boolean, and ${quoted(literal.text)} is neither true nor false.`,
  )
}

function numberOf(literal: Literal, name: Name, lenient: boolean): Operand {
  const { text } = literal
  if (!(literal.kind === 'number' || lenient) || !JSON_NUMBER.test(text)) {
    throw wrongFilter(literal.at, `${quoted(name.text)} is a number, and ${quoted(text)} is none.`)
  }
  const exponent = Math.abs(Number(/[eE](.+)$/.exec(text)?.[1] ?? 0))
  if (exponent > MOST_DIGITS || text.length > MOST_DIGITS) {
    throw wrongFilter(literal.at, `a number has at most ${MOST_DIGITS} digits.`)
  }
  return { kind: 'number', text }
}

/** A bare word is a dateTime as well; one that is a moment of the year 0 or 10000 in UTC is the end of what there is. */
function instantIn(literal: Literal, name: Name): Operand {
  const { text } = literal
  const isText = literal.kind === 'text' || literal.kind === 'word'
  const instant = isText ? (instantOf(text) ?? atTheEnds(text)) : null
  if (instant !== null) return { kind: 'text', text: instant }
  throw wrongFilter(
    literal.at,
    `${quoted(name.text)} is a moment, and ${quoted(text)} is no date and time such as "2026-03-31T09:00:00Z".`,
  )
}

function atTheEnds(text: string): string | null {
  const local = instantOf(text.replace(/[+-]\d\d:\d\d$/, 'Z'))
  if (local?.startsWith('0001-01-01T')) return '0001-01-01T00:00:00.000000000Z'
  return local?.startsWith('9999-12-31T') ? '9999-12-31T23:59:59.999999999Z' : null
}
