/** Ids that lost their leading zeros on the way, or got them back. */
import type { Handle } from './connection.ts'

/**
 * How many ids of the staging are new, and differ only by leading zeros from one of the source's directory that the staging lacks.
 * Both sides are cut down to what changed before they are compared.
 */
export async function lostZeros(
  handle: Handle,
  organization: number,
  source: number,
  snapshot: number,
): Promise<number> {
  const [row] = await handle<{ count: number }[]>`
    with gone as materialized (
      select ltrim(u.anchor_key, '0') as bare from directory_users u
      where u.organization_id = ${organization} and u.source_id = ${source} and u.to_change is null
        and not exists (select from staged_rows s where s.organization_id = ${organization} and s.snapshot_id = ${snapshot}
          and s.anchor_key = u.anchor_key)),
    fresh as materialized (
      select ltrim(s.anchor_key, '0') as bare from staged_rows s
      where s.organization_id = ${organization} and s.snapshot_id = ${snapshot}
        and not exists (select from directory_users u where u.organization_id = ${organization} and u.source_id = ${source}
          and u.anchor_key = s.anchor_key and u.to_change is null))
    select count(*)::int as count from fresh where bare <> '' and bare in (select bare from gone)`
  return row?.count ?? 0
}
