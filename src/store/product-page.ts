/** What a product's page tells: who holds it, who waits for it in which order, and when it ends for how many. */
import { endedBefore } from './borrows.ts'
import type { Handle } from './connection.ts'

export interface HolderRow {
  id: number
  memberId: number
  email: string
  name: string | null
  since: Date
  expiresAt: Date | null
  /** Devices that have it offline. */
  devices: number
}

/** So few are sorted at once; of more, most rows on the way of the index are of this product. */
const FEW = 5_000

/**
 * The number that rows have instead of the key. It is looked up first, so that the planner knows how frequent this product is: one way
 * serves a product of everybody, another one that few have.
 */
async function numberOf(handle: Handle, organization: number, key: string): Promise<number> {
  const [row] = await handle<{ id: number }[]>`
    select id from products where organization_id = ${organization} and key = ${key}`
  return row?.id ?? 0
}

/** Who holds a product, in the order in which they got it. `used`: how many do, which decides how they are found. */
export async function listHolders(
  handle: Handle,
  organization: number,
  product: string,
  { used, after, limit, at }: { used: number; after: number | null; limit: number; at: Date },
): Promise<HolderRow[]> {
  const id = await numberOf(handle, organization, product)
  const held = used <= FEW ? handle`held as materialized` : handle`held as not materialized`
  return await handle<HolderRow[]>`
    with ${held} (select * from assignments a where a.organization_id = ${organization} and a.product_id = ${id})
    select a.id, m.id as "memberId", m.email,
      coalesce(m.display_name, nullif(concat_ws(' ', m.first_name, m.last_name), '')) as name, a.since, a.expires_at as "expiresAt",
      (select count(*) from borrows b where b.organization_id = a.organization_id and b.person_id = a.person_id
        and b.product_id = a.product_id and b.until > ${endedBefore(at)})::int as devices
    from held a join members m on m.organization_id = a.organization_id and m.person_id = a.person_id
    ${after === null ? handle`` : handle`where a.id > ${after}`}
    order by a.id limit ${limit}`
}

export interface WaitingRow {
  /** 1 is served first. */
  position: number
  memberId: number | null
  email: string
  name: string | null
  since: Date
  /** The strongest rule that gives it; null for what a person asked for. */
  rule: string | null
}

/** More are not put in order for a page. */
const MOST_WAITING = 10_000

/** Who waits for a seat of a product, in the order in which seats are given: `compareSeatOrder` says it in words. */
export async function listWaiting(
  handle: Handle,
  organization: number,
  product: string,
  { after, limit }: { after: number; limit: number },
): Promise<WaitingRow[]> {
  const id = await numberOf(handle, organization, product)
  return await handle<WaitingRow[]>`
    with waiting as (
      select row_number() over (order by g.priority nulls last, g.seat_priority nulls last, w.since, g.expires_at desc nulls first,
          i.tie_break, w.person_id)::int as position, w.person_id, w.since, g.rule
      from (
        select * from waits where organization_id = ${organization} and kind = 'seat' and product_id = ${id}
        order by since limit ${MOST_WAITING}) w
      left join lateral (
        select g.priority, g.seat_priority, g.rule, g.expires_at from grants g
        where g.organization_id = w.organization_id and g.person_id = w.person_id and g.product_id = w.product_id
          and g.to_change is null order by g.priority, g.seat_priority limit 1) g on true
      left join lateral (
        select encode(sha256(convert_to(i.subject_key || E'\\n' || ${product}, 'UTF8')), 'hex') collate "C" as tie_break
        from plan_items i where i.organization_id = w.organization_id and i.person_id = w.person_id and i.plan_id = w.plan_id
        limit 1) i on true),
    page as (select * from waiting where position > ${after} order by position limit ${limit})
    select w.position, m.id as "memberId", coalesce(m.email, u.email, '') as email,
      coalesce(m.display_name, nullif(concat_ws(' ', m.first_name, m.last_name), '')) as name, w.since, w.rule
    from page w
    left join members m on m.organization_id = ${organization} and m.person_id = w.person_id
    left join lateral (
      select d.email from directory_users d where m.id is null and d.organization_id = ${organization}
        and d.person_id = w.person_id and d.to_change is null order by d.source_id limit 1) u on true
    order by w.position`
}

export interface ExpiryWeek {
  /** From 0, seven days each. */
  week: number
  ends: number
}

/** More are not counted for a page. */
export const MOST_EXPIRIES = 50_000

/** How many assignments of a product end in each of the next weeks: of the `MOST_EXPIRIES` that end first. */
export async function countExpiries(
  handle: Handle,
  organization: number,
  product: string,
  { from, weeks }: { from: Date; weeks: number },
): Promise<ExpiryWeek[]> {
  const id = await numberOf(handle, organization, product)
  return await handle<ExpiryWeek[]>`
    select floor(extract(epoch from expires_at - ${from}::timestamptz) / 604800)::int as week, count(*)::int as ends
    from (
      select expires_at from assignments
      where organization_id = ${organization} and product_id = ${id} and expires_at > ${from}::timestamptz
        and expires_at <= ${from}::timestamptz + make_interval(weeks => ${weeks}::int)
      order by expires_at limit ${MOST_EXPIRIES}) soon
    group by 1 order by 1`
}
