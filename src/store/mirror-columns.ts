/** Conditions over the columns of `mirror_resources r`, written so that their indexes serve them. */
import { type Base, order, textCondition } from './mirror-comparable.ts'
import type { Comparator } from './mirror-filter-tree.ts'
import type { Fragment } from './mirror-list.ts'

const NAMES = { uniqueKey: 'r.unique_key', externalId: 'r.external_id', displayNameKey: 'r.display_name_key' } as const
const LAST = 0x10ffff
const CANONICAL = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Ids have case: what is written otherwise than the server writes it is nobody's id. */
export function isId(text: string): boolean {
  return CANONICAL.test(text)
}

export function columnCondition({ handle }: Base, home: keyof typeof NAMES, op: Comparator, text: string): Fragment {
  const column = handle(NAMES[home])
  if (op !== 'sw') return textCondition(handle, op, handle`${column}`, text)
  // A range instead of a pattern: the index serves it although the plan is made before the text is known.
  const next = afterAll(text)
  return next === null
    ? handle`starts_with(${column}, ${text})`
    : handle`(${column} >= ${text} and ${column} < ${next})`
}

/** The first text after all that begin so, by code point; null when there is none. */
function afterAll(start: string): string | null {
  const points = [...start].map((one) => one.codePointAt(0) ?? 0)
  while (points.at(-1) === LAST) points.pop()
  const last = points.pop()
  // Surrogates are no characters.
  return last === undefined ? null : String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1)
}

export function idCondition({ handle }: Base, op: Comparator, text: string): Fragment {
  if (op !== 'eq' && op !== 'ne') return textCondition(handle, op, handle`(r.id::text collate "C")`, text)
  if (!isId(text)) return op === 'eq' ? handle`false` : handle`true`
  return op === 'eq' ? handle`r.id = ${text}::uuid` : handle`r.id <> ${text}::uuid`
}

export function createdCondition(base: Base, op: Comparator, instant: string): Fragment {
  return instantCondition(base, base.handle`r.created_at`, op, instant)
}

export function modifiedCondition(base: Base, op: Comparator, instant: string, members: boolean): Fragment {
  return instantCondition(base, modifiedAt(base, members), op, instant)
}

/** When a resource last changed; for a group, the last change of its members counts too. */
export function modifiedAt({ handle }: Pick<Base, 'handle'>, members: boolean): Fragment {
  if (!members) return handle`r.modified_at`
  return handle`greatest(r.modified_at, (
    select max(c.at) from mirror_member_changes c
    where c.organization_id = r.organization_id and c.source_id = r.source_id and c.group_id = r.id))`
}

/** The columns have milliseconds, what they are compared with has nanoseconds: it is cut to milliseconds, and the rest only counted. */
function instantCondition({ handle }: Base, column: Fragment, op: Comparator, instant: string): Fragment {
  const beyond = instant.slice(23, 29) !== '000000'
  const at = handle`${`${instant.slice(0, 23)}Z`}::text::timestamptz`
  if (op === 'ne') return beyond ? handle`true` : handle`${column} <> ${at}`
  if (op === 'eq' && beyond) return handle`false`
  return handle`${column} ${order(handle, beyond && op === 'ge' ? 'gt' : beyond && op === 'lt' ? 'le' : op)} ${at}`
}
