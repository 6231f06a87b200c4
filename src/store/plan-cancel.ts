/** The rest of a plan that was stopped: outcomes for what nobody does any more, and letters to whom something had happened already. */
import type { ActionKind } from '../reconcile/model.ts'
import type { Transaction } from './connection.ts'
import { outcomeOf } from './outcomes.ts'
import { askedByAnother } from './returns.ts'

/** Gives every item without an outcome the outcome `cancelled`. Returns how many there were. */
export async function cancelItems(
  transaction: Transaction,
  organization: number,
  plan: number,
  who: string,
  at: Date,
): Promise<number> {
  const written = await transaction`
    insert into outcomes (organization_id, plan_id, number, state, code, params, at)
    select organization_id, plan_id, number, 'cancelled', 'CANCELLED', jsonb_build_object('who', ${who}::text), ${at}
    from plan_items i where organization_id = ${organization} and plan_id = ${plan} and not exists (select from outcomes o
      where o.organization_id = i.organization_id and o.plan_id = i.plan_id and o.number = i.number offset 0)`
  return written.count
}

const among = (transaction: Transaction, organization: number, plan: number) => transaction`
  plan_items i join ${outcomeOf(transaction)} on true
  where i.organization_id = ${organization} and i.plan_id = ${plan}`

/**
 * Writes to everybody of whom something was done before the rest was cancelled: nothing else of the plan comes that would write to them.
 *
 * @param told kinds that a member is told about
 */
export async function writeCancelledLetters(
  transaction: Transaction,
  organization: number,
  plan: number,
  told: readonly ActionKind[],
  at: Date,
): Promise<void> {
  await transaction`
    insert into letters (organization_id, audience, event, plan_id, person_id, address, address_key, state, due_at)
    select m.organization_id, 'member', 'plan', ${plan}, m.person_id, m.email, m.email_key, 'due', ${at}
    from members m join (
      select i.person_id from ${among(transaction, organization, plan)} group by i.person_id
      having bool_or(o.state = 'cancelled') and bool_or((o.state = 'succeeded' and i.kind = any(${[...told]}::text[]))
        or (o.state = 'waiting_borrow' and i.kind = 'revoke' and not exists (select from waits w
          where w.organization_id = i.organization_id and w.person_id = i.person_id and w.product_id = i.product_id
            and ${askedByAnother(transaction, plan)})))) half on half.person_id = m.person_id
    where m.organization_id = ${organization}
    on conflict (organization_id, plan_id, person_id, address_key) where audience = 'member' do nothing`
}

/** Whom the cancelled items concern is left alone until a source repeats itself: the next proposal would ask for the same again. */
export async function waitCancelled(
  transaction: Transaction,
  organization: number,
  plan: number,
  at: Date,
): Promise<void> {
  await transaction`
    insert into waits (organization_id, person_id, kind, since, plan_id)
    select distinct ${organization}::int, i.person_id, 'rejected', ${at}::timestamptz, ${plan}::bigint
    from ${among(transaction, organization, plan)} and o.state = 'cancelled'
    on conflict do nothing`
}
