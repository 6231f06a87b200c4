/** Filters over the mirror as a tree: conditions that have been checked against a schema, whoever evaluates them. */

/** One name on the way to a value; `many`: a list stands there, and the way goes on from each of its elements. */
export interface Step {
  readonly name: string
  readonly many: boolean
}

/** Where the store has values: `document` where in nothing but the resource itself. */
export type Home =
  | 'document'
  | 'id'
  | 'uniqueKey'
  | 'externalId'
  | 'displayNameKey'
  | 'active'
  | 'emails'
  | 'created'
  | 'modified'
  /** Of a type with members, whose changes count too. */
  | 'modifiedWithMembers'
  | 'members'
  | 'memberOf'

export interface Place {
  readonly home: Home
  /** From the resource; inside brackets, from the element. Empty: the element itself. */
  readonly path: readonly Step[]
}

export type Comparator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le'

/** What is compared with: `text` in the comparable form (folded, an instant in UTC); `number` with all its digits. */
export interface Operand {
  readonly kind: 'text' | 'number' | 'boolean'
  readonly text: string
}

/**
 * A comparison holds when it holds for one of the values. `ne` holds, besides, where there is none; everything else needs a value.
 */
export type Filter =
  | { readonly op: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly op: 'not'; readonly filter: Filter }
  | { readonly op: 'always' | 'never' }
  /** The resource is of this type. */
  | { readonly op: 'type'; readonly name: string }
  /** Some value is there and not empty. */
  | { readonly op: 'pr'; readonly place: Place }
  | { readonly op: Comparator; readonly place: Place; readonly operand: Operand }
  /** Everything inside holds for one and the same element. */
  | { readonly op: 'some'; readonly place: Place; readonly filter: Filter }

export type Comparison = Extract<Filter, { operand: Operand }>

/** The text that this part of an element has to equal for the filter to hold; null when others may do. */
export function equalTo(filter: Filter, name: string): string | null {
  if (filter.op === 'and') {
    for (const one of filter.filters) {
      const known = equalTo(one, name)
      if (known !== null) return known
    }
    return null
  }
  if (filter.op !== 'eq' || filter.operand.kind !== 'text') return null
  const [step, ...more] = filter.place.path
  return step?.name === name && more.length === 0 ? filter.operand.text : null
}
