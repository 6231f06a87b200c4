/** What plans did with one person, and would do: newest first, with the letters that went out about it. */
import type { ItemImage, PlanState, Reason } from '../reconcile/model.ts'
import type { Handle } from './connection.ts'
import { outcomeOf } from './outcomes.ts'

export interface HistoryRow {
  planId: number
  number: number
  planState: PlanState
  createdBy: string
  createdAt: Date
  kind: string
  product: string | null
  productName: string | null
  before: ItemImage | null
  after: ItemImage | null
  reason: Reason
  /** `pending` until something became of it. */
  state: string
  code: string | null
  params: Record<string, string | number>
  at: Date | null
  /** Of the letter to the person about this plan; null where there is none. */
  letter: string | null
}

/** Plans in these states have done nothing and never will, or are nobody's business yet. */
const UNTOLD: PlanState[] = ['draft', 'superseded', 'discarded', 'expired', 'stale']

/** @param filter `open`: only what is planned and not done; `before`: only what stands before this item of this plan */
export async function personHistory(
  handle: Handle,
  organization: number,
  person: number,
  filter: { open: boolean; before: { plan: number; number: number } | null; limit: number },
): Promise<HistoryRow[]> {
  const { open, before, limit } = filter
  return await handle<HistoryRow[]>`
    select i.plan_id as "planId", i.number, n.state as "planState", n.created_by as "createdBy", n.created_at as "createdAt", i.kind,
      p.key as product, p.name as "productName", i.before, i.after, i.reason,
      coalesce(o.state, case when i.excluded then 'skipped_excluded' else 'pending' end) as state, o.code,
      coalesce(o.params, '{}') as params, o.at,
      (select l.state from letters l where l.organization_id = i.organization_id and l.plan_id = i.plan_id
        and l.person_id = i.person_id and l.audience = 'member' order by l.id limit 1) as letter
    from plan_items i
    join plans n on n.organization_id = i.organization_id and n.id = i.plan_id
    left join products p on p.organization_id = i.organization_id and p.id = i.product_id
    left join ${outcomeOf(handle)} on true
    where i.organization_id = ${organization} and i.person_id = ${person} and n.hash <> ''
      and (o.number is not null or n.state <> all(${UNTOLD}::text[]))
      ${open ? handle`and o.number is null and not i.excluded and n.state in ('awaiting_approval', 'approved', 'applying', 'paused')` : handle``}
      ${before === null ? handle`` : handle`and (i.plan_id, i.number) < (${before.plan}::bigint, ${before.number}::int)`}
    order by i.plan_id desc, i.number desc limit ${limit}`
}
