/** What is known of people whom somebody has chosen, before anything is drafted: what they hold, what is borrowed, who wants them. */
import { endedBefore } from './borrows.ts'
import type { Handle } from './connection.ts'
import { type MemberCondition, whereMembers } from './member-filter.ts'
import { unprepared } from './mirror-unusual.ts'

/** Members by their ids, those whom a filter finds, or those whom the rows of an upload name by their addresses; some left out. */
export interface ChosenPeople {
  who: { ids: readonly number[] } | { where: MemberCondition } | { upload: number }
  /** Ids of members; of an upload, lines. */
  except: readonly number[]
}

export interface ChosenFacts {
  /** Members among them. */
  members: number
  /** Those who hold any product. */
  holders: number
  /** By products, with how many of them hold it and have it borrowed. */
  products: { key: string; name: string; holders: number; borrowed: number }[]
  /** The first licences that are on some device, those that end last first. */
  borrows: { name: string; email: string; product: string; device: string; until: string }[]
  /** How many of them each source wants. */
  wanted: { source: string; people: number }[]
}

const MOST_BORROWS = 20

/** Facts of everybody who is chosen. A filter is somebody's own: give it a handle whose statements end. */
export async function chosenFacts(
  handle: Handle,
  organization: number,
  people: ChosenPeople,
  at: Date,
): Promise<ChosenFacts> {
  const [facts] = await unprepared(handle<ChosenFacts[]>`
    with them as materialized (${themOf(handle, organization, people)}),
    held as materialized (
      select a.person_id, a.product_id from assignments a join them using (person_id) where a.organization_id = ${organization}),
    lent as materialized (
      select b.person_id, b.product_id, b.device, b.until from borrows b join them using (person_id)
      where b.organization_id = ${organization} and b.until > ${endedBefore(at)})
    select (select count(*)::int from them) as members,
      (select count(distinct person_id)::int from held) as holders,
      coalesce((select json_agg(json_build_object('key', p.key, 'name', p.name, 'holders', h.holders, 'borrowed', coalesce(o.borrowed, 0)) order by p.id)
        from (select product_id, count(*)::int as holders from held group by 1) h
        join products p on p.organization_id = ${organization} and p.id = h.product_id
        left join (select product_id, count(distinct person_id)::int as borrowed from lent group by 1) o on o.product_id = p.id), '[]') as products,
      coalesce((select json_agg(json_build_object('name', coalesce(nullif(m.display_name, ''), nullif(concat_ws(' ', m.first_name, m.last_name), ''), m.email),
          'email', m.email, 'product', p.name, 'device', b.device,
          'until', to_char(b.until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by b.until desc, m.email_key)
        from (select * from lent order by until desc limit ${MOST_BORROWS}) b
        join members m on m.organization_id = ${organization} and m.person_id = b.person_id
        join products p on p.organization_id = ${organization} and p.id = b.product_id), '[]') as borrows,
      coalesce((select json_agg(json_build_object('source', w.name, 'people', w.people) order by w.people desc)
        from (select s.name, count(distinct c.person_id)::int as people from claims c join them using (person_id)
          join sources s on s.organization_id = c.organization_id and s.id = c.source_id and s.kind not in ('manual', 'upload')
          where c.organization_id = ${organization} and c.to_change is null group by 1) w), '[]') as wanted`)
  if (!facts) throw new Error('an aggregate without a row')
  return facts
}

function themOf(handle: Handle, organization: number, { who, except }: ChosenPeople) {
  const left = [...except]
  if ('upload' in who) {
    return handle`
      select distinct m.person_id from staged_rows s
      join members m on m.organization_id = s.organization_id and m.email_key = s.email_key and m.state <> 'removed'
      where s.organization_id = ${organization} and s.snapshot_id = ${who.upload} and s.line <> all(${left}::int[])`
  }
  const condition = 'ids' in who ? handle`m.id = any(${[...who.ids]}::bigint[])` : whereMembers(handle, who.where)
  return handle`
    select m.person_id from members m
    where m.organization_id = ${organization} and m.state <> 'removed' and ${condition} and m.id <> all(${left}::bigint[])`
}

/** Numbers of the items of a plan that come from these lines of its upload, and whether each was left out. */
export async function itemsOfLines(
  handle: Handle,
  organization: number,
  plan: number,
  lines: readonly number[],
): Promise<{ number: number; excluded: boolean; named: boolean }[]> {
  return await handle<{ number: number; excluded: boolean; named: boolean }[]>`
    select i.number, i.excluded, coalesce((i.evidence->>'line')::int = any(${[...lines]}::int[]), false) as named from plan_items i
    where i.organization_id = ${organization} and i.plan_id = ${plan}
      and (i.excluded or (i.evidence->>'line')::int = any(${[...lines]}::int[])) order by i.number`
}

export interface Concerned {
  /** People for whom something of these kinds is predicted to be done, now or later. */
  people: number
  /** Everybody whom the plan is about. */
  asked: number
  products: number
}

/** How many people and products the items of these kinds are about, those left out aside. */
export async function countConcerned(
  handle: Handle,
  organization: number,
  plan: number,
  kinds: readonly string[],
): Promise<Concerned> {
  const done = handle`kind = any(${[...kinds]}::text[]) and predicted not in ('noop', 'failed_permanent', 'blocked')`
  const [counted] = await handle<Concerned[]>`
    select count(distinct person_id) filter (where ${done})::int as people, count(distinct person_id)::int as asked,
      count(distinct product_id) filter (where ${done})::int as products from plan_items
    where organization_id = ${organization} and plan_id = ${plan} and not excluded`
  return counted ?? { people: 0, asked: 0, products: 0 }
}
