/** What stands beside the plans of an organization: people who wait, and questions nobody has answered. Counts only. */
import type { WaitKind } from '../reconcile/model.ts'
import type { Handle } from './connection.ts'

export interface Beside {
  openDecisions: number
  /** How many of those are about members who keep their access until somebody decides. */
  openFarewells: number
  /** One entry per kind and product; `until` is when the first of them is due, null when a condition ends the wait. */
  waits: { kind: WaitKind; product: string | null; productName: string | null; people: number; until: Date | null }[]
}

export async function readBeside(handle: Handle, organization: number): Promise<Beside> {
  const [decisions] = await handle<{ open: number; farewells: number }[]>`
    select count(*)::int as open, (count(*) filter (where kind = 'gone'))::int as farewells from decisions where organization_id = ${organization} and state = 'open'`
  const waits = await handle<Beside['waits']>`
    select w.kind, p.key as product, p.name as "productName", w.people, w.until
    from (
      select kind, product_id, count(*)::int as people, min(until) as until from waits
      where organization_id = ${organization} group by kind, product_id) w
    left join products p on p.organization_id = ${organization} and p.id = w.product_id
    order by w.kind, p.name`
  return { openDecisions: decisions?.open ?? 0, openFarewells: decisions?.farewells ?? 0, waits: [...waits] }
}
