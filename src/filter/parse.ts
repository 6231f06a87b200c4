/**
 * Filters as trees of what was written. Precedence is the business of scim2-parse-filter; what it sees are brackets, operators, and
 * numbers in the place of names and values (lexer.ts).
 */
import { type Filter as Node, parse } from 'scim2-parse-filter'
import { FilterError } from './error.ts'
import { type Lexed, lexFilter, type Name } from './lexer.ts'
import type { Literal } from './literal.ts'

export type Comparator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le'

/** A filter as it was written: nobody has looked yet whether there are such attributes, or whether the values fit them. */
export type Written =
  | { readonly op: 'and' | 'or'; readonly all: readonly Written[] }
  | { readonly op: 'not'; readonly one: Written }
  /** `name[…]` */
  | { readonly op: '[]'; readonly name: Name; readonly inner: Written }
  | { readonly op: 'pr'; readonly name: Name }
  | { readonly op: Comparator; readonly name: Name; readonly literal: Literal }

/**
 * Reads the grammar of RFC 7644 §3.4.2.2.
 *
 * @param lenient bare words are values too
 * @throws FilterError
 */
export function parseWritten(text: string, lenient = false): Written {
  const lexed = lexFilter(text, lenient)
  return written(tree(lexed), lexed)
}

/** What the lexer lets through is a filter; should the parser think otherwise, whoever asked is told and nothing else happens. */
function tree(lexed: Lexed): Node {
  try {
    return parse(lexed.text)
  } catch {
    throw new FilterError(0, 'it cannot be read. Write it as RFC 7644, section 3.4.2.2 says.')
  }
}

function written(node: Node, lexed: Lexed): Written {
  switch (node.op) {
    case 'and':
    case 'or':
      return { op: node.op, all: node.filters.map((one) => written(one, lexed)) }
    case 'not':
      return { op: 'not', one: written(node.filter, lexed) }
    case '[]':
      return { op: '[]', name: nameOf(lexed, node.attrPath), inner: written(node.valFilter, lexed) }
    case 'pr':
      return { op: 'pr', name: nameOf(lexed, node.attrPath) }
    default:
      return { op: node.op, name: nameOf(lexed, node.attrPath), literal: literalOf(lexed, node.compValue) }
  }
}

function nameOf({ names }: Lexed, placeholder: string): Name {
  const name = names[Number(placeholder.slice(1))]
  if (name === undefined) throw new TypeError(`the filter has no name ${placeholder}`)
  return name
}

function literalOf({ literals }: Lexed, placeholder: unknown): Literal {
  const literal = literals[Number(placeholder)]
  if (literal === undefined) throw new TypeError(`the filter has no value ${String(placeholder)}`)
  return literal
}
