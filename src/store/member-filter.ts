/**
 * Filters over members as SQL. Whatever somebody wrote is a parameter of it. Unknown (null) counts as false, and so it does under
 * `not` as well, which asks for "is not true".
 */
import type { Comparator } from '../filter/parse.ts'
import { endedBefore } from './borrows.ts'
import type { Handle } from './connection.ts'
import { textCondition } from './mirror-comparable.ts'
import type { Fragment } from './mirror-list.ts'
import { nameComparison } from './name-comparison.ts'

/** What a member has several of. */
export type MemberList = 'groups' | 'products' | 'sources'

/** Keys are compared byte by byte, with what was folded before; names are folded by the database, letter by letter. */
export type KeyField =
  | 'id'
  | 'userName'
  | 'email'
  | 'state'
  | 'role'
  | 'group.value'
  | 'product.value'
  | 'source.value'
  | 'source.rule'
export type NameField =
  | 'givenName'
  | 'familyName'
  | 'formatted'
  | 'displayName'
  | 'language'
  | 'group.display'
  | 'product.display'
  | 'source.display'
export type MomentField = 'created' | 'lastModified' | 'product.expires'
export type FlagField = 'active' | 'borrowed' | 'product.borrowed'
export type MemberField = KeyField | NameField | MomentField | FlagField

/** Checked conditions on a member; inside `some`, on one element of a list. */
export type MemberCondition =
  | { readonly op: 'and' | 'or'; readonly all: readonly MemberCondition[] }
  | { readonly op: 'not'; readonly one: MemberCondition }
  /** Something is there and not empty. */
  | { readonly op: 'pr'; readonly field: MemberField }
  /** Everything inside holds for one and the same element; null: there is any. */
  | { readonly op: 'some'; readonly list: MemberList; readonly inner: MemberCondition | null }
  | { readonly op: Comparator; readonly field: KeyField | NameField; readonly text: string }
  /** A moment or a day: the first millisecond of it, and the first after it. */
  | { readonly op: Comparator; readonly field: MomentField; readonly from: Date; readonly to: Date }
  /** Whether it is so at a moment. */
  | { readonly op: 'is'; readonly field: FlagField; readonly value: boolean; readonly at: Date }

/**
 * A condition over `members m`, for the `where` of a query that names the organization and says whether removed members count.
 * The text of the query differs from filter to filter: where it is run, it should run `unprepared`.
 */
export function whereMembers(handle: Handle, condition: MemberCondition): Fragment {
  switch (condition.op) {
    case 'and':
    case 'or': {
      const word = condition.op === 'and' ? handle`and` : handle`or`
      const all = condition.all.map((one) => whereMembers(handle, one))
      return handle`(${all.reduce((left, right) => handle`${left} ${word} ${right}`)})`
    }
    case 'not':
      // What is never unknown needs no more, and the planner can answer it for all members at once.
      return condition.one.op === 'some'
        ? handle`not ${whereMembers(handle, condition.one)}`
        : handle`(${whereMembers(handle, condition.one)}) is not true`
    case 'pr':
      return presence(handle, condition.field)
    case 'some': {
      const within = condition.inner === null ? handle`true` : whereMembers(handle, condition.inner)
      return handle`exists (select ${elements(handle, condition)} and ${within})`
    }
    case 'is': {
      const flag = flagOf(handle, condition.field, condition.at)
      return condition.value ? flag : handle`not ${flag}`
    }
    default:
      return 'text' in condition
        ? textComparison(handle, condition.field, condition.op, condition.text)
        : momentComparison(handle, condition)
  }
}

/** The rows of a list, with the condition that they are this member's. */
function elements(handle: Handle, { list, inner }: Extract<MemberCondition, { op: 'some' }>): Fragment {
  switch (list) {
    case 'groups':
      if (inner === null || !asks(inner, 'group.display')) {
        return handle`from directory_users u cross join unnest(u.groups) mine(id)
          where u.organization_id = m.organization_id and u.person_id = m.person_id and u.to_change is null`
      }
      return handle`from directory_users u cross join unnest(u.groups) mine(id)
        left join directory_groups g on g.organization_id = u.organization_id and g.source_id = u.source_id
          and g.id = mine.id and g.to_change is null
        where u.organization_id = m.organization_id and u.person_id = m.person_id and u.to_change is null`
    case 'products':
      return handle`from assignments a join products p on p.organization_id = a.organization_id and p.id = a.product_id
        where a.organization_id = m.organization_id and a.person_id = m.person_id`
    case 'sources':
      return handle`from claims c left join sources s on s.organization_id = c.organization_id and s.id = c.source_id
        where c.organization_id = m.organization_id and c.person_id = m.person_id and c.to_change is null`
  }
}

function asks(condition: MemberCondition, field: MemberField): boolean {
  switch (condition.op) {
    case 'and':
    case 'or':
      return condition.all.some((one) => asks(one, field))
    case 'not':
      return asks(condition.one, field)
    case 'some':
      return condition.inner !== null && asks(condition.inner, field)
    default:
      return condition.field === field
  }
}

function textOf(handle: Handle, field: KeyField | NameField): Fragment {
  switch (field) {
    case 'id':
      return handle`('mem_' || m.id::text)`
    case 'userName':
      // Whom no source calls anything else is called by their address.
      return handle`coalesce(nullif(m.user_name_key, ''), m.email_key)`
    case 'email':
      return handle`m.email_key`
    case 'state':
      return handle`m.state`
    case 'role':
      return handle`m.role`
    case 'givenName':
      return handle`m.first_name`
    case 'familyName':
      return handle`m.last_name`
    case 'formatted':
      return handle`nullif(concat_ws(' ', nullif(m.first_name, ''), nullif(m.last_name, '')), '')`
    case 'displayName':
      return handle`coalesce(m.display_name, ${textOf(handle, 'formatted')})`
    case 'language':
      return handle`m.language`
    case 'group.value':
      return handle`mine.id`
    case 'group.display':
      return handle`g.name`
    case 'product.value':
      return handle`p.key`
    case 'product.display':
      return handle`p.name`
    case 'source.value':
      return handle`coalesce(s.key, 'manual')`
    case 'source.display':
      return handle`coalesce(s.name, 'by hand')`
    case 'source.rule':
      return handle`c.rule`
  }
}

function momentOf(handle: Handle, field: MomentField): Fragment {
  switch (field) {
    case 'created':
      return handle`m.invited_at`
    case 'lastModified':
      return handle`greatest(m.invited_at, m.accepted_at, m.suspended_at, m.removed_at)`
    case 'product.expires':
      return handle`a.expires_at`
  }
}

function flagOf(handle: Handle, field: FlagField, at: Date): Fragment {
  switch (field) {
    case 'active':
      return handle`(m.state = 'active')`
    case 'borrowed':
      return handle`exists (select from borrows b where b.organization_id = m.organization_id and b.person_id = m.person_id
        and b.until > ${endedBefore(at)})`
    case 'product.borrowed':
      return handle`exists (select from borrows b where b.organization_id = a.organization_id and b.person_id = a.person_id
        and b.product_id = a.product_id and b.until > ${endedBefore(at)})`
  }
}

function isFlag(field: MemberField): field is FlagField {
  return field === 'active' || field === 'borrowed' || field === 'product.borrowed'
}

function isMoment(field: MemberField): field is MomentField {
  return field === 'created' || field === 'lastModified' || field === 'product.expires'
}

function presence(handle: Handle, field: MemberField): Fragment {
  if (isFlag(field)) return handle`true`
  return isMoment(field)
    ? handle`${momentOf(handle, field)} is not null`
    : handle`coalesce(${textOf(handle, field)}, '') <> ''`
}

const NAMES: ReadonlySet<MemberField> = new Set<NameField>([
  'givenName',
  'familyName',
  'formatted',
  'displayName',
  'language',
  'group.display',
  'product.display',
  'source.display',
])

function textComparison(handle: Handle, field: KeyField | NameField, op: Comparator, text: string): Fragment {
  const value = textOf(handle, field)
  return NAMES.has(field)
    ? nameComparison(handle, op, value, text)
    : textCondition(handle, op, handle`(${value} collate "C")`, text)
}

function momentComparison(handle: Handle, { op, field, from, to }: Extract<MemberCondition, { from: Date }>): Fragment {
  const at = momentOf(handle, field)
  switch (op) {
    case 'lt':
      return handle`${at} < ${from}`
    case 'le':
      return handle`${at} < ${to}`
    case 'gt':
      return handle`${at} >= ${to}`
    case 'ge':
      return handle`${at} >= ${from}`
    case 'ne':
      return handle`(${at} >= ${from} and ${at} < ${to}) is not true`
    default:
      return handle`(${at} >= ${from} and ${at} < ${to})`
  }
}
