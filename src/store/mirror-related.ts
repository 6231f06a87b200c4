/** Conditions over rows of their own: addresses, the members of a group, the groups of a member. */

import { isId } from './mirror-columns.ts'
import type { Base } from './mirror-comparable.ts'
import { equalTo, type Filter, type Home } from './mirror-filter-tree.ts'
import type { Fragment } from './mirror-list.ts'

/** What holds for a row, seen as the element that a client sees. */
type Within = (element: Fragment) => Fragment

const ofScope = ({ handle, scope }: Base, alias: string): Fragment =>
  handle`${handle(`${alias}.organization_id`)} = ${scope.organization} and ${handle(`${alias}.source_id`)} = ${scope.source}`

/** Few have one address, and they are found before the resources are looked at: under `or` an index serves it as well. */
export function emailCondition(base: Base, key: string): Fragment {
  return base.handle`r.id = any(array(select e.id from mirror_emails e where ${ofScope(base, 'e')} and e.value_key = ${key}))`
}

export function memberCondition(base: Base, inner: Filter, within: Within): Fragment {
  const { handle } = base
  const some = (of: Fragment) => handle`exists (
    select from mirror_members m
    cross join lateral (select jsonb_build_object('value', m.member_id, 'type', lower(m.member_type))) e (value)
    where ${ofScope(base, 'm')} and m.group_id = r.id ${of} and ${within(handle`e.value`)})`
  const known = equalTo(inner, 'value')
  if (known === null) return some(handle``)
  if (!isId(known)) return handle`false`
  const having = handle`r.id = any(array(
    select m.group_id from mirror_members m where ${ofScope(base, 'm')} and m.member_id = ${known}::uuid))`
  return inner.op === 'eq' ? having : handle`(${having} and ${some(handle`and m.member_id = ${known}::uuid`)})`
}

/** In a group is who is in it, or in a group that is. */
export function memberOfCondition(base: Base, inner: Filter, within: Within): Fragment {
  const { handle } = base
  const some = (of: Fragment) => handle`exists (
    with recursive up (id, direct) as (
      select m.group_id, true from mirror_members m where ${ofScope(base, 'm')} and m.member_id = r.id
      union
      select m.group_id, false from up u join mirror_members m on ${ofScope(base, 'm')} and m.member_id = u.id)
    select from (select id, bool_or(direct) as direct from up group by id) u
    join mirror_resources g on ${ofScope(base, 'g')} and g.type = 'Group' and g.id = u.id and g.deleted_at is null ${of}
    cross join lateral (select jsonb_build_object(
      'value', g.id, 'display', g.display_name_key, 'type', case when u.direct then 'direct' else 'indirect' end)) e (value)
    where ${within(handle`e.value`)})`
  const known = equalTo(inner, 'value')
  if (known === null) return some(handle``)
  if (!isId(known)) return handle`false`
  const below = handle`r.id in (
    with recursive down (id) as (
      select g.id from mirror_resources g
      where ${ofScope(base, 'g')} and g.type = 'Group' and g.id = ${known}::uuid and g.deleted_at is null
      union
      select m.member_id from down d
      join mirror_members m on ${ofScope(base, 'm')} and m.group_id = d.id and m.member_type = 'Group')
    select m.member_id from down d join mirror_members m on ${ofScope(base, 'm')} and m.group_id = d.id)`
  return inner.op === 'eq' ? below : handle`(${below} and ${some(handle`and g.id = ${known}::uuid`)})`
}

/** Whether there is a row at all. The members of a deleted group are kept, and nobody is in it. */
export function related(base: Base, home: Home): Fragment {
  const { handle } = base
  if (home === 'members')
    return handle`exists (select from mirror_members m where ${ofScope(base, 'm')} and m.group_id = r.id)`
  return handle`exists (
    select from mirror_members m
    join mirror_resources g on ${ofScope(base, 'g')} and g.type = 'Group' and g.id = m.group_id and g.deleted_at is null
    where ${ofScope(base, 'm')} and m.member_id = r.id)`
}
