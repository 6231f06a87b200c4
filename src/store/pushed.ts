/** People who were pushed and are still to be planned: who puts them on the list, and who takes them off. */
import type { Handle, Transaction } from './connection.ts'
import { outcomeOf } from './outcomes.ts'
import { type Reach, within } from './reach.ts'

/** When the last one was held back until the plan that is held now is replaced by one that names them too; null where nobody is. */
export async function lastHeldBack(handle: Handle, organization: number): Promise<Date | null> {
  const [row] = await handle<{ at: Date | null }[]>`
    select max(at) as at from pushed_people where organization_id = ${organization} and urgent and held`
  return row?.at ?? null
}

/**
 * Keeps what guards stopped at out of the proposal, and on the list, as one held plan is enough to look at: the people of the waiting
 * part go into the plan that will take its place.
 */
export async function holdBack(transaction: Transaction, organization: number, at: Date): Promise<void> {
  await transaction`
    insert into pushed_people as p (organization_id, person_id, urgent, held, at)
    select distinct ${organization}::int, person_id, true, true, ${at}::timestamptz from placed where part = 'waiting' order by person_id
    on conflict (organization_id, person_id) do update set held = true, urgent = true, at = excluded.at where not p.held`
  await transaction`delete from placed where part = 'waiting'`
}

/**
 * Takes those off the list whom this proposal was about. Whoever stands in a plan that is still open stays, since what was pushed of
 * them is planned when that is over; `replaced` plans are open no more. Whoever was deactivated or deleted while a plan of another lane
 * still wants something for them is noted as anybody else is: that plan finds them changed. To be called before the plans of the
 * proposal are written.
 */
export async function settlePushed(
  transaction: Transaction,
  organization: number,
  reach: Reach,
  replaced: number[],
): Promise<void> {
  const open = openPlans(transaction, organization, reach, replaced)
  const stands = (among: typeof open) =>
    transaction`exists (select from plan_items i, plans p where i.person_id = x.person_id and ${among})`
  if (reach === 'urgent') {
    await transaction`
      update pushed_people x set urgent = false where x.organization_id = ${organization} and x.urgent and not x.held
        ${within(transaction, reach, 'x.person_id')}
        and ${stands(openPlans(transaction, organization, 'everybody', replaced))} and not ${stands(open)}`
  }
  await transaction`
    delete from pushed_people x where x.organization_id = ${organization}
      ${reach === 'urgent' ? transaction`and x.urgent` : transaction`and not x.urgent`}
      ${within(transaction, reach, 'x.person_id')}
      and not x.held
      and not ${stands(open)}
      and not exists (select from adoptions a, plan_items i, plans p where a.from_person_id = x.person_id and i.person_id = a.person_id
        and ${open})`
}

/** Whoever was held back takes part again. */
export async function letGo(transaction: Transaction, organization: number): Promise<void> {
  await transaction`update pushed_people set held = false where organization_id = ${organization} and urgent and held`
}

/**
 * An item `i` of a plan `p` that keeps its person from other proposals of this reach: the urgent lane waits for no other. What people do
 * by hand keeps nobody before it is approved: until then it may wait for days, and its items look at how people stand anyway.
 */
function openPlans(transaction: Transaction, organization: number, reach: Reach, replaced: number[]) {
  return transaction`i.organization_id = ${organization} and p.organization_id = i.organization_id and p.id = i.plan_id
    and (p.state in ('approved', 'applying', 'paused') or (p.state = 'awaiting_approval' and p.lane <> 'by_hand'))
    and p.id <> all(${replaced}::bigint[])
    ${reach === 'urgent' ? transaction`and p.lane = 'urgent'` : transaction``}`
}

/**
 * Those of these people of whom an identity provider has said something else since the plan was made, and those whom the urgent lane, or
 * somebody by hand, has overtaken. That somebody is still gone changes nothing for an urgent plan, and what people do by hand speaks of
 * what they saw.
 */
export async function readChanged(
  handle: Handle,
  organization: number,
  plan: number,
  people: number[],
): Promise<number[]> {
  const rows = await handle<{ id: number }[]>`
    select x.person_id as id from plans p
    join pushed_people x on x.organization_id = p.organization_id and x.person_id = any(${people}::bigint[]) and x.at > p.created_at
    where p.organization_id = ${organization} and p.id = ${plan} and p.lane <> 'by_hand' and not (p.lane = 'urgent' and x.urgent)
    union
    select i.person_id from plans p
    join plans u on u.organization_id = p.organization_id and u.lane = 'urgent' and u.part <> 'foreseen' and u.created_at > p.created_at
      and u.started_at is not null
    join plan_items i on i.organization_id = u.organization_id and i.plan_id = u.id and i.person_id = any(${people}::bigint[])
    where p.organization_id = ${organization} and p.id = ${plan} and p.lane = 'sync'
    union
    select i.person_id from plans p
    join plan_items i on i.organization_id = p.organization_id and i.person_id = any(${people}::bigint[])
      and i.plan_id = any(array(select h.id from plans h join plans this on this.organization_id = h.organization_id and this.id = ${plan}
        where h.organization_id = ${organization} and h.lane = 'by_hand' and h.started_at is not null
          and coalesce(h.finished_at, 'infinity') > this.created_at))
    join outcomes o on o.organization_id = i.organization_id and o.plan_id = i.plan_id and o.number = i.number
      and o.at > p.created_at and o.state in ('succeeded', 'noop', 'waiting_seat', 'waiting_borrow')
    where p.organization_id = ${organization} and p.id = ${plan} and p.lane = 'sync'
    order by id`
  return rows.map((row) => row.id)
}

/**
 * Whoever lost something by a plan, or was found to be somebody else, is looked at again: the time that is left to a leaver begins when
 * nothing is held any more. So is whoever had changed under the plan. Tells whether there are others who have waited for its end.
 */
export async function pushAgain(
  transaction: Transaction,
  organization: number,
  plan: number,
  urgent: boolean,
  at: Date,
): Promise<boolean> {
  const waiting = await transaction`
    select from pushed_people where organization_id = ${organization} and not urgent limit 1`
  await transaction`
    insert into pushed_people (organization_id, person_id, urgent, at)
    select distinct ${organization}::int, i.person_id, ${urgent}::boolean, ${at}::timestamptz
    from plan_items i join ${outcomeOf(transaction)} on true
    where i.organization_id = ${organization} and i.plan_id = ${plan} 
      and ((o.state = 'succeeded' and (i.effect = 'subtractive' or i.kind = 'link')) or o.state = 'skipped_stale')
    order by 2
    on conflict do nothing`
  return waiting.length > 0
}

/** Whoever stands in a plan that is made again, is asked about again. */
export async function pushPeopleOf(
  transaction: Transaction,
  organization: number,
  plan: number,
  urgent: boolean,
  at: Date,
): Promise<void> {
  await transaction`
    insert into pushed_people as p (organization_id, person_id, urgent, at)
    select distinct organization_id, person_id, ${urgent}::boolean, ${at}::timestamptz from plan_items
    where organization_id = ${organization} and plan_id = ${plan} order by 2
    on conflict (organization_id, person_id) do update set urgent = p.urgent or excluded.urgent`
}

/**
 * Whoever a source knows is looked at again. It has said nothing new of them, which is why they are noted as of long ago: neither does a
 * plan find them changed, nor is lifted what was rejected.
 */
export async function pushPeopleOfSource(
  transaction: Transaction,
  organization: number,
  source: number,
): Promise<void> {
  await transaction`
    insert into pushed_people (organization_id, person_id, urgent, at)
    select distinct organization_id, person_id, false, timestamptz 'epoch' from person_links
    where organization_id = ${organization} and source_id = ${source} and state <> 'released' order by 2
    on conflict do nothing`
}

/** What a person rejected is proposed again once the source has said something of whom it concerned that the plan did not know. */
export async function liftPushedRejections(transaction: Transaction, organization: number): Promise<void> {
  await transaction`
    delete from waits w using pushed_people x
    where w.organization_id = ${organization} and w.kind = 'rejected' and x.organization_id = w.organization_id
      and x.person_id = w.person_id and x.at > coalesce((select p.created_at from plans p
        where p.organization_id = w.organization_id and p.id = w.plan_id), w.since)`
}
