/**
 * What a filter means, said a second time and as plainly as can be: over resources as clients see them, one after the other, without
 * the parser, the comparable form, the columns and the SQL of the real one. Slow, and only the tests' own.
 */
import type { Attribute } from '../../src/scim/schema.ts'

export type Value = null | boolean | number | string | Value[] | { [name: string]: Value }

export const COMPARATORS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const
export type Comparator = (typeof COMPARATORS)[number]

export type Ask =
  | { is: 'and' | 'or'; of: Ask[] }
  | { is: 'not'; of: Ask }
  /** Something that the schema does not have. */
  | { is: 'unknown' }
  | { is: 'within'; path: string[]; many: boolean; of: Ask }
  | { is: 'pr'; path: string[] }
  /** `json`: the value as it stands in the filter. */
  | { is: 'compare'; path: string[]; leaf: Attribute; op: Comparator; json: string }

/** Whether the resource, or the element, is what is asked for. */
export function answers(ask: Ask, seen: Value): boolean {
  switch (ask.is) {
    case 'and':
      return ask.of.every((one) => answers(one, seen))
    case 'or':
      return ask.of.some((one) => answers(one, seen))
    case 'not':
      return !answers(ask.of, seen)
    case 'unknown':
      return false
    case 'within':
      return valuesAt(seen, ask.path).some((element) => (ask.many || isFilled(element)) && answers(ask.of, element))
    case 'pr':
      return valuesAt(seen, ask.path).some(isFilled)
    default: {
      const values = valuesAt(seen, ask.path)
      if (ask.json === 'null') return values.some(isFilled) === (ask.op === 'ne')
      if (ask.op === 'ne' && values.length === 0) return true
      return values.some((value) => compares(ask.op, ask.leaf, value, ask.json))
    }
  }
}

function valuesAt(seen: Value, path: string[]): Value[] {
  if (Array.isArray(seen)) return seen.flatMap((one) => valuesAt(one, path))
  const [name, ...rest] = path
  if (name === undefined) return [seen]
  if (typeof seen !== 'object' || seen === null) return []
  const next = Object.entries(seen).find(([own]) => own === name)
  return next === undefined ? [] : valuesAt(next[1], rest)
}

function isFilled(value: Value): boolean {
  if (Array.isArray(value)) return value.some(isFilled)
  if (typeof value === 'object' && value !== null) return Object.values(value).some(isFilled)
  return value !== null && value !== ''
}

function compares(op: Comparator, leaf: Attribute, value: Value, json: string): boolean {
  if (leaf.type === 'integer' || leaf.type === 'decimal') return inOrder(op, big(String(value)) - big(json))
  const given: unknown = JSON.parse(json)
  if (leaf.type === 'boolean') return (value === given) === (op === 'eq')
  if (typeof value !== 'string' || typeof given !== 'string') throw new Error(`${leaf.name} is no text`)
  if (leaf.type === 'dateTime') return inOrder(op, nanoseconds(value) - nanoseconds(given))
  const exact = leaf.caseExact || leaf.type !== 'string'
  const compared = leaf.name === 'schemas' ? (one: string) => one.toLowerCase() : exact ? String : withoutCase
  const [left, right] = [compared(value), compared(given)]
  if (op === 'co') return left.split(right).length > 1 || right === ''
  if (op === 'sw') return left.slice(0, right.length) === right
  if (op === 'ew') return right === '' || left.slice(-right.length) === right
  return inOrder(op, byCodePoint(left, right))
}

function inOrder(op: Comparator, difference: number | bigint): boolean {
  const order = difference < 0 ? -1 : difference > 0 ? 1 : 0
  const holds = { eq: order === 0, ne: order !== 0, gt: order > 0, ge: order >= 0, lt: order < 0, le: order <= 0 }
  return holds[op === 'co' || op === 'sw' || op === 'ew' ? 'eq' : op]
}

/** Letter by letter, but for the dotless ı, which is no i. */
function withoutCase(text: string): string {
  const letters = [...text.normalize('NFC')].map((one) => {
    return one === 'ı' ? one : one === 'ς' ? 'σ' : one.toUpperCase().toLowerCase()
  })
  return letters.join('').normalize('NFC')
}

function byCodePoint(left: string, right: string): number {
  const [a, b] = [[...left], [...right]]
  for (const [at, one] of a.entries()) {
    const other = b[at]
    if (other === undefined) return 1
    const difference = (one.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** Exact, as a whole number of 10^-40. */
function big(text: string): bigint {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  return BigInt(whole + fraction) * 10n ** BigInt(40 + Number(exponent) - fraction.length)
}

function nanoseconds(text: string): bigint {
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? ''
  const seconds = Date.parse(text.replace(/\.\d+/, ''))
  return BigInt(seconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9))
}
