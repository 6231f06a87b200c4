/** The filter between the brackets of a path, as in `emails[type eq "work"].value`: which of an attribute's values it finds. */
import type { Filter } from '../store/mirror-filter.ts'
import { named } from './attribute-path.ts'
import { comparableValue } from './comparable.ts'
import { type Dialect, isLenient } from './dialect.ts'
import type { Document, Json } from './document.ts'
import { parseElementFilter } from './filter.ts'
import { lexFilter } from './filter-lexer.ts'
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

const EQUALITY = /^a(\d+) eq "(\d+)"$/

/** The tree has its values in the form in which they are compared; a new value is to have them as they were sent. */
function equalities(attribute: Attribute, text: string, lenient: boolean): Document | null {
  const { text: form, names, literals } = lexFilter(text, lenient)
  const equal = new Map<string, Json>()
  for (const condition of form.replace(/[()]/g, '').split(' and ')) {
    const [, name, literal] = EQUALITY.exec(condition.trim()) ?? []
    const sub = named(attribute.subAttributes, names[Number(name)]?.text ?? '')
    const value = literals[Number(literal)]
    if (sub === null || value === undefined) return null
    if (value.kind === 'number') equal.set(sub.name, Number(value.text))
    else equal.set(sub.name, value.kind === 'boolean' ? value.text === 'true' : value.text)
  }
  return Object.fromEntries(equal)
}
