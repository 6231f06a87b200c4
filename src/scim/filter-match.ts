/** Filters in memory, over the comparable form of a resource or of one element: what PATCH looks for inside brackets. */
import type { Comparator, Filter, Operand, Step } from '../store/mirror-filter.ts'
import { isObject, type Json } from './document.ts'

/** Whether the filter holds for the value. It says what the SQL of the same filter says. */
export function matches(filter: Filter, value: Json): boolean {
  switch (filter.op) {
    case 'and':
      return filter.filters.every((one) => matches(one, value))
    case 'or':
      return filter.filters.some((one) => matches(one, value))
    case 'not':
      return !matches(filter.filter, value)
    case 'always':
      return true
    case 'never':
      return false
    case 'type':
      return valuesAt([step('meta'), step('resourceType')], value).includes(filter.name)
    case 'some':
      return valuesAt(filter.place.path, value).some((element) => matches(filter.filter, element))
    case 'pr':
      return valuesAt(filter.place.path, value).some(isFilled)
    default: {
      const { op, operand } = filter
      const values = valuesAt(filter.place.path, value)
      return (op === 'ne' && values.length === 0) || values.some((one) => holds(op, one, operand))
    }
  }
}

const step = (name: string): Step => ({ name, many: false })

/** Whatever stands at the end of the path; the elements of a list one by one, and nothing for null. */
function valuesAt([first, ...rest]: readonly Step[], value: Json): Json[] {
  if (first === undefined) return Array.isArray(value) ? [...value] : value === null ? [] : [value]
  if (!isObject(value) || !Object.hasOwn(value, first.name)) return []
  const next = value[first.name] ?? null
  return (Array.isArray(next) ? next : [next]).flatMap((one: Json) => valuesAt(rest, one))
}

function isFilled(value: Json): boolean {
  if (Array.isArray(value)) return value.some(isFilled)
  if (isObject(value)) return Object.values(value).some(isFilled)
  return value !== null && value !== ''
}

function holds(op: Comparator, value: Json, operand: Operand): boolean {
  if (operand.kind === 'boolean') return (String(value) === operand.text) === (op === 'eq')
  if (operand.kind === 'number') {
    return typeof value === 'number' ? inOrder(op, compareNumbers(String(value), operand.text)) : op === 'ne'
  }
  if (typeof value !== 'string') return op === 'ne'
  if (op === 'co') return value.includes(operand.text)
  if (op === 'sw') return value.startsWith(operand.text)
  if (op === 'ew') return value.endsWith(operand.text)
  return inOrder(op, compareText(value, operand.text))
}

function inOrder(op: Comparator, order: number): boolean {
  switch (op) {
    case 'gt':
      return order > 0
    case 'ge':
      return order >= 0
    case 'lt':
      return order < 0
    case 'le':
      return order <= 0
    case 'ne':
      return order !== 0
    default:
      return order === 0
  }
}

/** By code point, as the database does; `<` goes by halves of surrogate pairs. */
function compareText(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right))
}

/** Two numbers as JSON writes them, with all their digits. */
function compareNumbers(left: string, right: string): number {
  const [a, b] = [decimal(left), decimal(right)]
  const scale = Math.min(a.exponent, b.exponent)
  const [x, y] = [a.digits * 10n ** BigInt(a.exponent - scale), b.digits * 10n ** BigInt(b.exponent - scale)]
  return x < y ? -1 : x > y ? 1 : 0
}

function decimal(text: string): { digits: bigint; exponent: number } {
  const [mantissa = '0', exponent = '0'] = text.toLowerCase().split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length }
}
