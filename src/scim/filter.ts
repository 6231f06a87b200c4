/** Filters (RFC 7644 §3.4.2.2): text → conditions that the store can look up and `matches` can evaluate. */
import { quoted } from '../filter/error.ts'
import type { Name } from '../filter/lexer.ts'
import type { Written } from '../filter/parse.ts'
import type { Filter } from '../store/mirror-filter.ts'
import { type Dialect, isLenient } from './dialect.ts'
import { bracketed, comparison, type Scope } from './filter-check.ts'
import { written, wrongFilter } from './filter-error.ts'
import type { Attribute, ResourceType } from './schema.ts'

/**
 * A filter over resources of one type. To a lenient source a condition on an attribute that the type does not have never holds.
 *
 * @throws ScimError invalidFilter, with the position
 */
export function parseFilter(type: ResourceType, text: string, dialect: Dialect): Filter {
  return parseFilterOver([type], text, dialect)
}

/**
 * A filter over resources of several types at once: an attribute that one of them does not have does not match there (§3.4.2.1), and
 * only one that none of them has is unknown.
 *
 * @throws ScimError invalidFilter, with the position
 */
export function parseFilterOver(types: readonly ResourceType[], text: string, dialect: Dialect): Filter {
  const read = reader(text, dialect)
  const parsed = types.map((type) => {
    const unknown = new Set<Name>()
    return { type, unknown, filter: read({ type, unknown, element: null, prefix: null }) }
  })
  refuseUnknown(
    parsed.map((one) => one.unknown),
    types.length === 1 ? `${types[0]?.name} has no` : 'no resource has an',
    dialect,
  )
  const [first] = parsed
  if (first !== undefined && parsed.length === 1) return first.filter
  return {
    op: 'or',
    filters: parsed.map(({ type, filter }) => ({ op: 'and', filters: [{ op: 'type', name: type.name }, filter] })),
  }
}

/**
 * What stands inside the brackets of a PATCH path, such as `type eq "work"` of `emails[type eq "work"].value`: a filter over the
 * elements of the attribute.
 *
 * @throws ScimError invalidFilter, with the position inside the brackets
 */
export function parseElementFilter(type: ResourceType, attribute: Attribute, text: string, dialect: Dialect): Filter {
  const unknown = new Set<Name>()
  const home = attribute.name === type.members ? 'members' : 'document'
  const filter = reader(text, dialect)({ type, unknown, element: { attribute, home }, prefix: null })
  refuseUnknown([unknown], `${attribute.name} has no`, dialect)
  return filter
}

function reader(text: string, dialect: Dialect): (scope: Omit<Scope, 'lenient'>) => Filter {
  const lenient = isLenient(dialect)
  const tree = written(text, lenient)
  return (scope) => checked({ ...scope, lenient }, tree)
}

function checked(scope: Scope, node: Written): Filter {
  switch (node.op) {
    case 'and':
    case 'or':
      return { op: node.op, filters: node.all.map((one) => checked(scope, one)) }
    case 'not':
      return { op: 'not', filter: checked(scope, node.one) }
    case '[]':
      return bracketed(scope, node.name, (inner) => checked(inner, node.inner))
    case 'pr':
      return comparison(scope, node.name, 'pr', null)
    default:
      return comparison(scope, node.name, node.op, node.literal)
  }
}

/** Only what nobody knows is a mistake. */
function refuseUnknown(unknown: ReadonlySet<Name>[], whose: string, dialect: Dialect): void {
  if (isLenient(dialect)) return
  const [first, ...others] = unknown
  const name = [...(first ?? [])].find((one) => others.every((names) => names.has(one)))
  if (name === undefined) return
  throw wrongFilter(name.at, `${whose} attribute ${quoted(name.text)}.`)
}
