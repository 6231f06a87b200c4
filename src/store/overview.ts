/** How one organization stands, for whoever opens its overview: a few bounded statements, whatever the number of people. */
import type { Handle } from './connection.ts'

export interface LeaverRow {
  memberId: number
  email: string
  name: string | null
  kind: string
  until: Date | null
}

/** More waits are not looked through for a page. */
export const MOST_LEAVERS = 2_000

/** Who loses their access, or their membership, the soonest; `people`: how many there are, counted no further than `MOST_LEAVERS`. */
export async function soonLeaving(
  handle: Handle,
  organization: number,
  limit: number,
): Promise<{ people: number; soonest: LeaverRow[] }> {
  const rows = await handle<(LeaverRow & { people: number })[]>`
    with leaving as materialized (
      select distinct on (person_id) person_id, kind, until
      from (
        select person_id, kind, until from waits
        where organization_id = ${organization} and kind in ('absence', 'group_loss', 'grace') and product_id = 0
        limit ${MOST_LEAVERS}) found
      order by person_id, until nulls last)
    select m.id as "memberId", m.email, coalesce(m.display_name, nullif(concat_ws(' ', m.first_name, m.last_name), '')) as name,
      l.kind, l.until, (select count(*) from leaving)::int as people
    from leaving l
    join members m on m.organization_id = ${organization} and m.person_id = l.person_id and m.state <> 'removed'
    order by l.until nulls last, m.id limit ${limit}`
  return { people: rows[0]?.people ?? 0, soonest: rows.map(({ people, ...row }) => row) }
}

export interface FailureCount {
  planId: number
  /** Null for a plan that is too large to be counted here. */
  code: string | null
  items: number
}

/** Larger plans are counted on their own page. */
const MOST_ITEMS = 20_000
const MOST_PLANS = 5

/** What failed in the last plans that were applied in part, by plan and code; the newest plan first. */
export async function openFailures(handle: Handle, organization: number): Promise<FailureCount[]> {
  return await handle<FailureCount[]>`
    with failed as materialized (
      select id, items from plans where organization_id = ${organization} and state in ('partially_failed', 'failed')
      order by id desc limit ${MOST_PLANS})
    select o.plan_id as "planId", coalesce(o.code, 'INTERNAL') as code, count(*)::int as items
    from failed p join outcomes o on o.organization_id = ${organization} and o.plan_id = p.id
    where p.items <= ${MOST_ITEMS} and o.state in ('failed_permanent', 'failed_retryable')
    group by 1, 2
    union all
    select id, null, items from failed where items > ${MOST_ITEMS}
    order by 1 desc, 3 desc, 2`
}

/** The rows of the last full files of each source, used or stopped, oldest first, by the key of the source: one that is cut short shows. */
export async function rowTrends(handle: Handle, organization: number, files: number): Promise<Map<string, number[]>> {
  const rows = await handle<{ key: string; rows: number[] }[]>`
    select s.key, array(
      select n.rows from snapshots n
      where n.organization_id = s.organization_id and n.source_id = s.id and n."full" and n.state in ('admitted', 'confirmed', 'held', 'refused')
      order by n.id desc limit ${files}) as rows
    from sources s where s.organization_id = ${organization}`
  return new Map(rows.map((row) => [row.key, row.rows.toReversed()]))
}

/** How many questions wait for an answer, counted no further than `most`. */
export async function countOpenDecisions(handle: Handle, organization: number, most: number): Promise<number> {
  const [row] = await handle<{ count: number }[]>`
    select count(*)::int as count from (
      select from decisions where organization_id = ${organization} and state = 'open' limit ${most}) open`
  return row?.count ?? 0
}

/** Tokens of sources that end until then and are not over; those of sources that are gone are no worry. */
export async function endingTokens(
  handle: Handle,
  organization: number,
  { from, until }: { from: Date; until: Date },
): Promise<{ source: string; sourceName: string; expiresAt: Date }[]> {
  return await handle<{ source: string; sourceName: string; expiresAt: Date }[]>`
    select s.key as source, s.name as "sourceName", max(t.expires_at) as "expiresAt"
    from tokens t join sources s on s.organization_id = t.organization_id and s.id = t.source_id and s.connected
    where t.organization_id = ${organization} and t.revoked_at is null and (t.expires_at is null or t.expires_at > ${from})
    group by s.id, s.key, s.name
    having count(*) = count(t.expires_at) and max(t.expires_at) <= ${until} order by 3`
}
