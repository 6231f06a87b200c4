/** What has come due by the clock: waits that end, licences that expire, seats that became free. */
import type { Handle } from './connection.ts'

/** Ids of organizations where planning again would now find something that it did not before. */
export async function organizationsWithDue(handle: Handle, at: Date): Promise<number[]> {
  const rows = await handle<{ id: number }[]>`
    select o.id from organizations o where not o.retired and (
      exists (select from dirty_people d where d.organization_id = o.id)
      or exists (select from waits w where w.organization_id = o.id and w.kind in ('start', 'grace') and w.until <= ${at})
      or exists (select from assignments a where a.organization_id = o.id and a.expires_at <= ${at})
      or exists (select from waits w join products p on p.organization_id = w.organization_id and p.id = w.product_id
        where w.organization_id = o.id and w.kind = 'seat' and p.owned - p.reserve > p.used))
    order by o.id`
  return rows.map((row) => row.id)
}
