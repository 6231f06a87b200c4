/**
 * `members.$ref` and `groups.$ref` are URLs that the server makes up, and what they begin with differs from one proxy to the next:
 * they are compared by what they name, which is the end, `…/Users/7f4b…`.
 */

import { quoted } from '../filter/error.ts'
import type { Name } from '../filter/lexer.ts'
import type { Literal } from '../filter/literal.ts'
import type { Comparator, Filter, Place } from '../store/mirror-filter.ts'
import { wrongFilter } from './filter-error.ts'
import { type Attribute, folded } from './schema.ts'

const ENDING = /(?:^|\/)([^/]+)\/([^/?#]+)$/

/**
 * @param attribute whose elements have the reference
 * @param inside the condition stands inside the brackets of the attribute, and is about one element
 * @throws ScimError invalidFilter for operators that ask for less than equality
 */
export function referenceFilter(
  attribute: Attribute,
  asked: { op: Comparator; literal: Literal; name: Name; inside: boolean; home: Place['home'] },
): Filter {
  const { op, literal, name, inside } = asked
  if (op !== 'eq' && op !== 'ne') {
    throw wrongFilter(name.at, `${quoted(name.text)} can be compared with eq and ne alone; use value instead.`)
  }
  const named = nameOf(attribute, literal.text)
  const one: Filter = op === 'eq' ? named : { op: 'not', filter: named }
  if (inside) return one
  const place: Place = { home: asked.home, path: [{ name: attribute.name, many: true }] }
  const some: Filter = { op: 'some', place, filter: one }
  return op === 'eq' ? some : { op: 'or', filters: [{ op: 'not', filter: { op: 'pr', place } }, some] }
}

function nameOf(attribute: Attribute, url: string): Filter {
  const [, collection, id] = ENDING.exec(url) ?? []
  const reference = attribute.subAttributes?.find((one) => one.name === '$ref')
  const type = reference?.referenceTypes?.find((one) => `${one}s` === collection)
  if (id === undefined || type === undefined) return { op: 'never' }
  const value: Filter = { op: 'eq', place: part('value'), operand: { kind: 'text', text: id } }
  if ((reference?.referenceTypes?.length ?? 0) < 2) return value
  const other: Filter = { op: 'ne', place: part('type'), operand: { kind: 'text', text: folded(type) } }
  // An element that does not say its type is taken by its id alone.
  return {
    op: 'and',
    filters: [value, { op: 'not', filter: { op: 'and', filters: [{ op: 'pr', place: part('type') }, other] } }],
  }
}

const part = (name: string): Place => ({ home: 'document', path: [{ name, many: false }] })
