/** A stored plan as the proposal that it was made of, without what was left out: so that it is counted, judged and hashed as at first. */
import type { Action } from '../reconcile/model.ts'
import type { Transaction } from './connection.ts'
import { openProposal, type Proposal } from './proposal.ts'
import { analyze } from './statistics.ts'

/** What depends on who else is in the plan is foreseen anew. */
const ANEW = ['SEATS_EXHAUSTED', 'LAST_ADMIN']

/** Fills the tables of a proposal with the items that stay, in the part `waiting`; an id is the item's number. */
export async function reopenProposal(transaction: Transaction, organization: number, plan: number): Promise<Proposal> {
  const proposal = await openProposal(transaction)
  const staying = transaction`
    plan_items i where i.organization_id = ${organization} and i.plan_id = ${plan} and not i.excluded`
  const anew = transaction`(i.predicted = 'waiting_seat' or coalesce(i.foreseen->>'code' = any(${ANEW}::text[]), false))`
  const { count } = await transaction`
    insert into proposed (id, effect, from_person_id, subject_email, subject_name, before, after, reason, evidence, precondition, foreseen)
    select i.number, i.effect, i.from_person_id, i.subject_email, i.subject_name, i.before, i.after, i.reason, i.evidence, i.precondition,
      case when ${anew} then null else i.foreseen end
    from ${staying}`
  // Whoever came first for a seat stands first in the plan.
  await transaction`
    insert into placed (id, part, wave, kind, person_id, product_id, subject_key, product_key, tie_break, predicted, source_ids)
    select i.number, 'waiting', i.wave, i.kind, i.person_id, i.product_id, i.subject_key,
      (select key from products p where p.organization_id = i.organization_id and p.id = i.product_id), lpad(i.number::text, 9, '0'),
      case when ${anew} then 'succeeded' else i.predicted end, i.source_ids::text
    from ${staying}`
  await analyze(transaction, 'placed')
  proposal.actions = count
  return proposal
}

/** Takes what is foreseen now into the stored items. */
export async function keepForeseen({ transaction }: Proposal, organization: number, plan: number): Promise<void> {
  await transaction`
    update plan_items i set predicted = p.predicted, foreseen = a.foreseen
    from placed p join proposed a using (id)
    where i.organization_id = ${organization} and i.plan_id = ${plan} and i.number = p.id
      and (i.predicted, i.foreseen) is distinct from (p.predicted, a.foreseen)`
}

/** What the hash of a stored plan covers of its items, in their order, a page at a time. Nothing else may run on the transaction meanwhile. */
export function stayingItems(transaction: Transaction, organization: number, plan: number): AsyncIterable<Action[]> {
  return transaction<Action[]>`
    select i.kind, i.effect, i.person_id as "personId", i.product_id as "productId", i.from_person_id as "fromPersonId", i.before, i.after,
      i.reason, i.source_ids as "sourceIds", i.evidence, i.precondition, null as "seatOrder",
      json_build_object('key', i.subject_key, 'email', i.subject_email, 'name', i.subject_name) as subject
    from plan_items i
    where i.organization_id = ${organization} and i.plan_id = ${plan} and not i.excluded order by i.number`.cursor(
    5_000,
  )
}
