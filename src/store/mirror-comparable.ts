/** Conditions over the comparable form of a resource: jsonb in which text is folded already and instants are text in UTC. */
import type { Handle } from './connection.ts'
import type { MirrorScope } from './mirror.ts'
import type { Comparator, Comparison, Step } from './mirror-filter-tree.ts'
import type { Fragment } from './mirror-list.ts'

export interface Base {
  readonly handle: Handle
  readonly scope: MirrorScope
  /** The element that the condition is about; null: the resource. */
  readonly value: Fragment | null
}

const whole = ({ handle, value }: Pick<Base, 'handle' | 'value'>): Fragment => value ?? handle`r.comparable`

/** JSON strings are strings of jsonpath too. Its lax mode finds nothing where something is not there, and never fails. */
const pathText = (path: readonly Step[]): string =>
  `$${path.map(({ name, many }) => `.${JSON.stringify(name)}${many ? '[*]' : ''}`).join('')}`

/** The elements of the list at the end of the path, as something to select from. */
export function elementsOf(base: Pick<Base, 'handle' | 'value'>, path: readonly Step[]): Fragment {
  return base.handle`jsonb_path_query(${whole(base)}, ${pathText(path)}::text::jsonpath)`
}

/** Something is there, and it is not empty: some number, boolean or text with a character, at whatever depth (RFC 7644 §3.4.2.2). */
export function isPresent(base: Base, path: readonly Step[]): Fragment {
  const filled = '? (@.type() == "number" || @.type() == "boolean" || (@.type() == "string" && @ != ""))'
  return base.handle`jsonb_path_exists(${whole(base)}, ${`${pathText(path)}.** ${filled}`}::text::jsonpath)`
}

/** The comparison of whatever stands at its place: of the one value, or of one of many. */
export function compared(base: Base, { op, place: { path }, operand }: Comparison): Fragment {
  const { handle } = base
  if (path.some(({ many }) => many)) {
    const found = (value: Fragment) =>
      operand.kind === 'text'
        ? textCondition(handle, op, textOf(handle, value), operand.text)
        : jsonCondition(handle, op, value, operand.text)
    const values = elementsOf(base, path)
    const some = handle`exists (select from ${values} v (value) where ${found(handle`v.value`)})`
    return op === 'ne' ? handle`(${some} or not exists (select from ${elementsOf(base, path)}))` : some
  }
  const value = handle`${whole(base)} #> ${path.map(({ name }) => name)}::text[]`
  if (operand.kind !== 'text') return jsonCondition(handle, op, value, operand.text)
  return textCondition(handle, op, textOf(handle, value), operand.text)
}

const textOf = (handle: Handle, value: Fragment): Fragment => handle`(((${value}) #>> '{}') collate "C")`

/** Byte by byte, which is by code point. `ne` holds for null. */
export function textCondition(handle: Handle, op: Comparator, value: Fragment, text: string): Fragment {
  switch (op) {
    case 'ne':
      return handle`${value} is distinct from ${text}`
    case 'co':
      return handle`position(${text} in ${value}) > 0`
    case 'sw':
      return handle`starts_with(${value}, ${text})`
    case 'ew':
      return handle`right(${value}, ${[...text].length}) = ${text}`
    default:
      return handle`${value} ${order(handle, op)} ${text}`
  }
}

/** Numbers and booleans: jsonb compares numbers with all their digits. One kind is never compared with the other. */
function jsonCondition(handle: Handle, op: Comparator, value: Fragment, json: string): Fragment {
  const other = handle`${json}::text::jsonb`
  if (op === 'ne') return handle`(${value}) is distinct from ${other}`
  return handle`(jsonb_typeof(${value}) = jsonb_typeof(${other}) and (${value}) ${order(handle, op)} ${other})`
}

export function order(handle: Handle, op: Comparator): Fragment {
  switch (op) {
    case 'gt':
      return handle`>`
    case 'ge':
      return handle`>=`
    case 'lt':
      return handle`<`
    case 'le':
      return handle`<=`
    default:
      return handle`=`
  }
}
