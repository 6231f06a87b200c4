/** Who of a plan would be one administrator too many: their items are known to fail, and the review says so. */
import type { Transaction } from './connection.ts'

/** Two must stay, or as many as there are. */
const STAY = 2

/** Marks the items that would leave too few administrators able to sign in, in the order in which they run; the rest goes on. */
export async function foreseeLastAdmins(transaction: Transaction, organization: number, plan: number): Promise<void> {
  await transaction`
    with admins as (
      select person_id, role, least(${STAY}, count(*) over ())::int as stay, count(*) over ()::int as there from members
      where organization_id = ${organization} and state = 'active' and role <> 'member'),
    lowered as (
      select i.number, a.stay, a.there, min(i.number) over (partition by i.person_id) as first from admins a join plan_items i on i.organization_id = ${organization} and i.plan_id = ${plan} and i.person_id = a.person_id
      where i.predicted = 'succeeded' and not i.excluded and (i.kind in ('remove', 'suspend') or (i.kind = 'update_role' and i.after->>'role' = 'member'))),
    lowering as (select *, dense_rank() over (order by first) as place from lowered)
    update plan_items i set predicted = 'failed_permanent', foreseen = jsonb_build_object('code', 'LAST_ADMIN', 'params',
      jsonb_build_object('left', case l.stay when 2 then '1 administrator' else '0 administrators' end, 'min', l.stay))
    from lowering l
    where i.organization_id = ${organization} and i.plan_id = ${plan} and i.number = l.number and l.place > l.there - l.stay`
}
