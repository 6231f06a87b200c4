/**
 * Addresses and user names that a proposal would give to one member while another has them. An address that is left in the same plan
 * can be taken in it, swaps and chains included, since renames are the first wave. Removals are the last: whoever is to have the
 * address of somebody who leaves waits until it is free. Where its holder stays, the review says that the item will fail.
 */
import type { Transaction } from './connection.ts'
import { endsByDecision } from './farewells.ts'
import { type Reach, within } from './reach.ts'

/**
 * Finds who would take up what somebody else has, from the temporary tables `takers`, `pairs` and `adoptions` of the proposal; fills
 * the temporary table `contested`, and begins and ends the waits for an address.
 */
export async function settleAddresses(
  transaction: Transaction,
  organization: number,
  at: Date,
  { managesAdmins, reach = 'everybody' }: { managesAdmins: boolean; reach?: Reach },
): Promise<void> {
  await findActive(transaction, organization, at)
  // Of two who are to have the same, neither gets it: nobody could say which. Otherwise the holder passes it on, leaves or stays (also
  // when nobody wants them, but no source may take anything from them); whoever counts on somebody who is stuck is stuck as well.
  // One condition of a join each for addresses and user names, so that both are answered from an index.
  await transaction`
    create temporary table passed on commit drop as
    with held as (
      select t.person_id, t.by, t.shared, h.person_id as holder_id, h.role from active t join members h
        on h.organization_id = ${organization} and h.state <> 'removed' and h.email_key = t.key where t.by = 'email'
      union all
      select t.person_id, t.by, t.shared, h.person_id, h.role from active t join members h
        on h.organization_id = ${organization} and h.state <> 'removed' and h.user_name_key = t.key where t.by = 'user_name')
    select t.person_id, t.by, t.holder_id, case
        when t.shared then 'waits'
        when o.person_id is not null then 'passes'
        when coalesce(d.wanted, false)
          or ((coalesce(d.protected, false) or t.role = 'owner' or (t.role = 'admin' and not ${managesAdmins}))
            and not ${endsByDecision(transaction, 'd.organization_id', 't.holder_id')})
          or exists (select from waits w where w.organization_id = ${organization}
            and w.person_id = t.holder_id and w.kind = 'rejected')
          or not exists (select from person_links l join sources s on s.organization_id = l.organization_id and s.id = l.source_id
            where l.organization_id = ${organization} and l.person_id = t.holder_id and l.state <> 'released'
              and s.connected and s.kind <> 'manual') then 'fails'
        else 'waits' end as verdict
    from held t
    left join (select distinct person_id, by from active) o on o.by = t.by and o.person_id = t.holder_id
    left join desired_members d on d.organization_id = ${organization} and d.person_id = t.holder_id
    where t.holder_id <> t.person_id
    union all
    select person_id, by, null, 'waits' from active where shared`
  await transaction`create index on passed (holder_id)`
  await transaction`analyze passed`
  await transaction`
    create temporary table contested on commit drop as
    with recursive stuck as (
      select person_id, by, holder_id, verdict from passed where verdict <> 'passes'
      union
      select e.person_id, e.by, e.holder_id, s.verdict from passed e join stuck s on s.person_id = e.holder_id
      where e.verdict = 'passes')
    select distinct on (person_id) person_id, by, holder_id, verdict from stuck
    order by person_id, holder_id is null desc, verdict = 'fails' desc, by, holder_id`
  await transaction`analyze contested`
  await transaction`
    delete from waits w where w.organization_id = ${organization} and w.kind = 'address' ${within(transaction, reach, 'w.person_id')}
      and w.person_id not in (select person_id from contested where verdict = 'waits')`
  await transaction`
    insert into waits (organization_id, person_id, kind, since)
    select ${organization}, person_id, 'address', ${at}::timestamptz from contested where verdict = 'waits' ${within(transaction, reach, 'person_id')}
    on conflict do nothing`
}

/**
 * What people would take up that others have too, once for each address and user name: those who stand aside (a question is open, a
 * person said no, a first day is still to come, on leave and never invited) take nothing, and a newcomer found to be somebody known
 * brings what they have to that person.
 */
async function findActive(transaction: Transaction, organization: number, at: Date): Promise<void> {
  await transaction`
    create temporary table active on commit drop as
    select person_id, by, key, count(*) over (partition by by, key) > 1 as shared
    from (
      select distinct coalesce(a.person_id, t.person_id) as person_id, k.by, k.key
      from (select taker as person_id from pairs union select other from pairs) known
      join takers t using (person_id)
      cross join lateral (values ('email', t.email_key), ('user_name', t.user_name_key)) k(by, key)
      left join adoptions a on a.from_person_id = t.person_id
      join desired_members d on d.organization_id = ${organization} and d.person_id = t.person_id
      where k.key is not null
        and (d.status = 'active' or exists (select from members m where m.organization_id = ${organization}
          and m.person_id = t.person_id and m.state <> 'removed'))
        and not exists (select from members m where m.organization_id = ${organization} and m.person_id = a.person_id
          and k.key = (case k.by when 'email' then m.email_key else m.user_name_key end))
        and not exists (select from waits w where w.organization_id = ${organization}
          and w.person_id = coalesce(a.person_id, t.person_id)
          and (w.kind in ('decision', 'rejected') or (w.kind = 'start' and w.until > ${at})))) taking`
  await transaction`analyze active`
}

/** Ids of the people whose new address or user name will be refused, from the temporary table `contested`. */
export async function findRefused(transaction: Transaction): Promise<Set<number>> {
  const rows = await transaction<{ id: number }[]>`select person_id as id from contested where verdict = 'fails'`
  return new Set(rows.map((row) => row.id))
}

/**
 * Keeps in the plan that a person looks at what will be refused, and what counts on somebody who passes an address on there: a policy
 * approves nothing of which it is known that it fails.
 */
export async function followHolders(transaction: Transaction): Promise<void> {
  const [row] = await transaction<{ found: boolean }[]>`select exists (select from passed) as found`
  if (row?.found !== true) return
  await transaction`analyze placed`
  await transaction`
    with recursive held as (
      select p.person_id from placed p join contested c on c.person_id = p.person_id and c.verdict = 'fails'
      union
      select p.person_id from placed p join passed e on e.holder_id = p.person_id
      where p.kind = 'update_identity' and p.part = 'waiting'
      union
      select e.person_id from passed e join held h on h.person_id = e.holder_id where e.verdict = 'passes')
    update placed p set part = 'waiting' where p.kind in ('invite', 'reactivate', 'update_identity') and p.part = 'free'
      and p.person_id in (select person_id from held)`
}

/** Marks the collected actions that will be refused, and those of the same people that depend on them. */
export async function foresee(transaction: Transaction): Promise<void> {
  await transaction`
    update placed p set predicted = case when p.kind in ('assign', 'update_role') then 'blocked' else 'failed_permanent' end
    from contested c
    where c.verdict = 'fails' and c.person_id = p.person_id and (p.kind in ('invite', 'reactivate', 'update_identity')
      or (p.kind in ('assign', 'update_role') and p.person_id in (select cause.person_id from placed cause join contested using (person_id)
        where cause.kind in ('invite', 'reactivate'))))`
}

/** Writes into a stored plan why its items will be refused. */
export async function tellForeseen(transaction: Transaction, organization: number, plan: number): Promise<void> {
  await transaction`
    update plan_items i set foreseen = case i.predicted
      when 'blocked' then jsonb_build_object('code', 'BLOCKED_BY', 'params', coalesce((
        select jsonb_build_object('item', cause.number, 'code', ${codeOf(transaction)}) from plan_items cause
        where cause.organization_id = i.organization_id and cause.plan_id = i.plan_id and cause.person_id = i.person_id
          and cause.predicted = 'failed_permanent' order by cause.number limit 1), '{}'))
      else jsonb_build_object('code', ${codeOf(transaction)}, 'params', jsonb_build_object(
        'v', case c.by when 'email' then i.after->>'email' else i.after->>'userName' end, 'other', coalesce(h.display_name, h.email)))
      end
    from contested c
    left join members h on h.organization_id = ${organization} and h.person_id = c.holder_id
    where c.verdict = 'fails' and i.organization_id = ${organization} and i.plan_id = ${plan} and i.person_id = c.person_id
      and i.predicted in ('failed_permanent', 'blocked')`
}

const codeOf = (transaction: Transaction) =>
  transaction`case c.by when 'email' then 'EMAIL_IN_USE' else 'USERNAME_IN_USE' end`
