/** The items of a plan in groups, counted: by product, by rule or source, by reason. */
import type { ActionKind, Reason } from '../reconcile/model.ts'
import type { Handle } from './connection.ts'
import { type Grouping, groupKey, type ItemFilter, wanted } from './plan-filter.ts'

export interface ItemGroup {
  /** Number of the first item of the group, which stands for it. */
  first: number
  items: number
  counts: Partial<Record<ActionKind, number>>
  /** Why the first of them is wanted: of a group by reason or by rule, all of them. */
  reason: Reason
  /** Key and name of the product of the first. */
  product: string | null
  productName: string | null
  /** How many of them are expected to wait and to fail. */
  waiting: number
  failing: number
}

/** The place of a group in the list. */
export interface GroupPlace {
  items: number
  first: number
}

/**
 * The groups of the items that are looked for, the largest first. It reads every item of the plan once.
 *
 * @param after the last group of the page before
 */
export async function groupItems(
  handle: Handle,
  organization: number,
  plan: number,
  { by, after, limit, ...filter }: ItemFilter & { by: Grouping; after: GroupPlace | null; limit: number },
): Promise<ItemGroup[]> {
  return await handle<ItemGroup[]>`
    with counted as (
      select ${groupKey(handle, 'i', by)} as key, i.kind, count(*)::int as items, min(i.number) as first,
        (count(*) filter (where i.predicted like 'waiting%' and not i.excluded))::int as waiting,
        (count(*) filter (where (i.predicted like 'failed%' or i.predicted = 'blocked') and not i.excluded))::int as failing
      from plan_items i
      where i.organization_id = ${organization} and i.plan_id = ${plan} and ${wanted(handle, organization, plan, 'i', filter)}
      group by 1, 2),
    groups as (
      select sum(items)::int as items, min(first) as first, sum(waiting)::int as waiting, sum(failing)::int as failing,
        json_object_agg(kind, items) as counts
      from counted group by key)
    select g.items, g.first, g.waiting, g.failing, g.counts, i.reason, p.key as product, p.name as "productName"
    from groups g
    join plan_items i on i.organization_id = ${organization} and i.plan_id = ${plan} and i.number = g.first
    left join products p on p.organization_id = i.organization_id and p.id = i.product_id
    where true ${after ? handle`and (g.items, -g.first) < (${after.items}, ${-after.first})` : handle``}
    order by g.items desc, g.first limit ${limit}`
}

/** The item that stands for a group, for a page that shows only this group; null where the plan has none of that number. */
export async function groupOf(
  handle: Handle,
  organization: number,
  plan: number,
  item: number,
): Promise<Pick<ItemGroup, 'reason' | 'product' | 'productName'> | null> {
  const [row] = await handle<Pick<ItemGroup, 'reason' | 'product' | 'productName'>[]>`
    select i.reason, p.key as product, p.name as "productName" from plan_items i
    left join products p on p.organization_id = i.organization_id and p.id = i.product_id
    where i.organization_id = ${organization} and i.plan_id = ${plan} and i.number = ${item}`
  return row ?? null
}
