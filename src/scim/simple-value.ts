/** Values without parts (RFC 7643 §2.3.1 to §2.3.7). What is stored is what was sent, so that it comes back unchanged. */
import type { Json } from './document.ts'
import { ScimError } from './error.ts'
import { instantOf } from './instant.ts'
import type { Attribute, AttributeType } from './schema.ts'

/** What would have been right, by type. */
const RIGHT: Record<Exclude<AttributeType, 'complex'>, string> = {
  string: 'text in quotes',
  boolean: 'true or false, without quotes',
  integer: 'a whole number of no more than 15 digits, without quotes',
  decimal: 'a number, without quotes',
  dateTime: 'a time such as "2026-11-22T09:30:00Z"',
  binary: 'base64 as in RFC 4648 §4, with padding',
  reference: 'a URI in quotes',
}

/**
 * Reads one simple value; throws ScimError invalidValue. Leniently "True" is a boolean, "5" a number, and 5 is text, if it comes back
 * as it was sent: of other numbers JSON's parser keeps what a double can hold, and two of them would become one key.
 */
export function readSimple(attribute: Attribute, given: unknown, lenient: boolean, where: string): Json {
  if (attribute.type === 'complex') throw new TypeError(`${where} is complex`)
  if (typeof given === 'string') storable(given, where)
  const value = fitting(attribute.type, given, lenient)
  if (value !== null) return value
  if (typeof given === 'number' && isWritten(attribute.type) && !Number.isSafeInteger(given)) {
    throw new ScimError(
      'invalidValue',
      `${where} is a number with a fraction or too many digits, of which some would be lost; send it in quotation marks.`,
    )
  }
  throw new ScimError('invalidValue', `${where} is ${shown(given)} but must be ${RIGHT[attribute.type]}.`)
}

/** PostgreSQL keeps neither NUL nor half of a surrogate pair. */
export function storable(text: string, where: string): void {
  if (text.includes('\0')) throw new ScimError('invalidValue', `${where} has a NUL character (\\u0000); leave it out.`)
  if (!text.isWellFormed()) {
    throw new ScimError('invalidValue', `${where} has half of a surrogate pair, which is no character; leave it out.`)
  }
}

function fitting(type: Exclude<AttributeType, 'complex'>, given: unknown, lenient: boolean): Json {
  switch (type) {
    case 'boolean':
      return typeof given === 'string' && lenient ? truth(given) : typeof given === 'boolean' ? given : null
    case 'integer': {
      const number = numberOf(given, lenient, /^-?\d{1,16}$/)
      return Number.isSafeInteger(number) ? number : null
    }
    case 'decimal':
      return numberOf(given, lenient, /^-?\d{1,300}(?:\.\d{1,300})?(?:E[+-]?\d{1,3})?$/i)
    default: {
      const text = lenient && (Number.isSafeInteger(given) || typeof given === 'boolean') ? String(given) : given
      return typeof text === 'string' && isText(type, text) ? text : null
    }
  }
}

function truth(text: string): boolean | null {
  const low = text.toLowerCase()
  return low === 'true' ? true : low === 'false' ? false : null
}

function numberOf(given: unknown, lenient: boolean, form: RegExp): number | null {
  const number = typeof given === 'string' && lenient && form.test(given) ? Number(given) : given
  return isNumber(number) ? number : null
}

/** JSON's 1e999 is read as infinity, which nothing can store. */
function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** Whether any text is a value of the type. */
function isWritten(type: AttributeType): boolean {
  return type === 'string' || type === 'reference'
}

function isText(type: AttributeType, text: string): boolean {
  if (type === 'dateTime') return instantOf(text) !== null
  if (type === 'binary') return isBase64(text)
  return true
}

function isBase64(text: string): boolean {
  const digits = text.endsWith('==') ? text.slice(0, -2) : text.endsWith('=') ? text.slice(0, -1) : text
  return text.length % 4 === 0 && !/[^A-Za-z0-9+/]/.test(digits)
}

/** A value as an error names it: text cut to 100 characters, and what is larger only by its kind. */
export function shown(value: unknown): string {
  if (typeof value === 'string') {
    return value.length > 100 ? `${JSON.stringify(value.slice(0, 100).toWellFormed())}…` : JSON.stringify(value)
  }
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : `an array of ${value.length}`
  if (typeof value === 'number' && !Number.isFinite(value)) return 'a number that is too large'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
