/** Waits that have served their purpose. One that stays would be due at every tick of the clock, for nothing. */
import type { Transaction } from './connection.ts'
import { type Reach, within } from './reach.ts'

/**
 * Ends waits whose reason is gone: a start once somebody is a member, a grace, an absence or a loss of groups once they are wanted again
 * or no member any more, that of a product once it is given again or held no more, a seat once nobody wants them to have it, so that
 * whoever comes back queues anew.
 */
export async function endSpentWaits(
  transaction: Transaction,
  organization: number,
  reach: Reach = 'everybody',
): Promise<void> {
  await transaction`
    delete from waits w where w.organization_id = ${organization} ${within(transaction, reach, 'w.person_id')} and (
      (w.kind = 'start' and (
        exists (select from members m where m.organization_id = w.organization_id and m.person_id = w.person_id
          and m.state in ('invited', 'active'))
        or not exists (select from desired_members d where d.organization_id = w.organization_id and d.person_id = w.person_id
          and d.wanted and d.start_at = w.until)))
      or (w.kind = 'grace' and (
        exists (select from desired_members d where d.organization_id = w.organization_id and d.person_id = w.person_id and d.wanted)
        or not exists (select from members m where m.organization_id = w.organization_id and m.person_id = w.person_id
          and m.state <> 'removed')))
      or (w.kind in ('absence', 'group_loss') and w.product_id = 0 and (
        exists (select from desired_members d where d.organization_id = w.organization_id and d.person_id = w.person_id and d.wanted)
        or not exists (select from members m where m.organization_id = w.organization_id and m.person_id = w.person_id
          and m.state <> 'removed')))
      or (w.kind in ('absence', 'group_loss') and w.product_id <> 0 and not exists (
        select from assignments a where a.organization_id = w.organization_id and a.person_id = w.person_id and a.product_id = w.product_id
          and not exists (select from grants g where g.organization_id = a.organization_id and g.person_id = a.person_id
            and g.product_id = a.product_id and g.to_change is null
            and (g.expires_at is null or g.expires_at >= a.expires_at - interval '1 day'))))
      or (w.kind = 'seat' and (
        exists (select from assignments a where a.organization_id = w.organization_id and a.person_id = w.person_id
          and a.product_id = w.product_id)
        or not exists (select from grants g where g.organization_id = w.organization_id and g.person_id = w.person_id
          and g.product_id = w.product_id and g.to_change is null))))`
}
