/** What failed lately, by code and day: items of plans, and rows of files that could not be read. */
import type { Handle } from './connection.ts'

export interface FailureDay {
  code: string
  /** Whole days before the last one: 0 is the day that ends at `until`. */
  day: number
  count: number
  /** The newest plan, or file, in which it was; one of both is null. */
  planId: number | null
  snapshotId: number | null
}

/** Of the newest plans, so many items are looked through for a page, and as many rows of files. */
const MOST_ITEMS = 200_000

/**
 * Days of 24 hours before `until`; the newest plans and files, until together they have `MOST_ITEMS` items.
 *
 * @returns `cut`: there is more than was looked through
 */
export async function failureDays(
  handle: Handle,
  organization: number,
  { until, days }: { until: Date; days: number },
): Promise<{ rows: FailureDay[]; cut: boolean }> {
  const since = new Date(until.getTime() - days * 86_400_000)
  const rows = await handle<(Omit<FailureDay, 'code'> & { code: string | null })[]>`
    with ended as materialized (
      select id, finished_at as at, sum(items) over (order by id desc) as items from plans
      where organization_id = ${organization} and state in ('partially_failed', 'failed', 'cancelled') and finished_at > ${since}),
    read as materialized (
      select id, at, sum(errors) over (order by id desc) as errors from snapshots
      where organization_id = ${organization} and at > ${since} and errors > 0),
    failed as (
      select coalesce(o.code, 'INTERNAL') as code, o.at, p.id as plan_id, null::bigint as snapshot_id
      from ended p join outcomes o on o.organization_id = ${organization} and o.plan_id = p.id
      where p.items <= ${MOST_ITEMS} and o.state in ('failed_permanent', 'failed_retryable')
      union all
      select e.code, r.at, null, r.id from read r
      join row_errors e on e.organization_id = ${organization} and e.snapshot_id = r.id
      where r.errors <= ${MOST_ITEMS})
    select code, floor(extract(epoch from ${until}::timestamptz - at) / 86400)::int as day, count(*)::int as count,
      max(plan_id) as "planId", max(snapshot_id) as "snapshotId"
    from failed where at > ${since} and at <= ${until} group by 1, 2
    union all
    select null, 0, 1, null, null where exists (select from ended where items > ${MOST_ITEMS})
      or exists (select from read where errors > ${MOST_ITEMS})
    order by 1, 2`
  return {
    rows: rows.flatMap(({ code, ...row }) => (code === null ? [] : [{ code, ...row }])),
    cut: rows.some(({ code }) => code === null),
  }
}
