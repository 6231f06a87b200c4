/** The filter between the brackets of a path, as in `emails[type eq "work"].value`: which of an attribute's values it finds. */
import type { Written } from '../filter/parse.ts'
import type { Filter } from '../store/mirror-filter.ts'
import { named } from './attribute-path.ts'
import { comparableValue } from './comparable.ts'
import { type Dialect, isLenient } from './dialect.ts'
import type { Document, Json } from './document.ts'
import { parseElementFilter } from './filter.ts'
import { written } from './filter-error.ts'
import { matches } from './filter-match.ts'
import type { Attribute, ResourceType } from './schema.ts'

export interface Selector {
  /** As the client wrote it. */
  readonly text: string
  readonly filter: Filter
  /**
   * The parts that a value has to have, as the client wrote them: what a value is made of that is not there yet. Null when the filter
   * asks for anything but equality of parts.
   */
  readonly equal: Document | null
}

/** Throws ScimError invalidFilter. */
export function readSelector(type: ResourceType, attribute: Attribute, text: string, dialect: Dialect): Selector {
  const filter = parseElementFilter(type, attribute, text, dialect)
  return { text, filter, equal: equalities(attribute, text, isLenient(dialect)) }
}

/** Whether the filter finds this value of the attribute. */
export function selects(selector: Selector, attribute: Attribute, element: Json): boolean {
  return matches(selector.filter, comparableValue(attribute, element))
}

/** The tree has its values in the form in which they are compared; a new value is to have them as they were sent. */
function equalities(attribute: Attribute, text: string, lenient: boolean): Document | null {
  const equal = new Map<string, Json>()
  for (const condition of conjuncts(written(text, lenient))) {
    if (condition.op !== 'eq') return null
    const { name, literal } = condition
    const sub = named(attribute.subAttributes, name.text)
    if (sub === null) return null
    if (literal.kind === 'number') equal.set(sub.name, Number(literal.text))
    else equal.set(sub.name, literal.kind === 'boolean' ? literal.text === 'true' : literal.text)
  }
  return Object.fromEntries(equal)
}

const conjuncts = (one: Written): Written[] => (one.op === 'and' ? one.all.flatMap(conjuncts) : [one])
