/** Outcomes of a plan as lists show them, without the review that led to them. */
import type { OutcomeState } from '../reconcile/model.ts'
import type { Handle } from './connection.ts'

export interface OutcomeListRow {
  number: number
  kind: string
  personId: number
  email: string
  product: string | null
  state: OutcomeState
  code: string | null
  params: Record<string, string | number>
  at: Date
}

/** In the order of the items. */
export async function listOutcomes(
  handle: Handle,
  organization: number,
  plan: number,
  filter: { after: number; limit: number; state: string | null; code: string | null },
): Promise<OutcomeListRow[]> {
  return await handle<OutcomeListRow[]>`
    select o.number, i.kind, i.person_id as "personId", i.subject_email as email, p.key as product, o.state, o.code, o.params, o.at
    from outcomes o
    join plan_items i on i.organization_id = o.organization_id and i.plan_id = o.plan_id and i.number = o.number
    left join products p on p.organization_id = i.organization_id and p.id = i.product_id
    where o.organization_id = ${organization} and o.plan_id = ${plan} and o.number > ${filter.after}
      ${filter.state === null ? handle`` : handle`and o.state = ${filter.state}`}
      ${filter.code === null ? handle`` : handle`and o.code = ${filter.code}`}
    order by o.number limit ${filter.limit}`
}
