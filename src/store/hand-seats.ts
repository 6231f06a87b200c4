/** Who of a draft by hand gets a seat, as far as one can say now. The reserve is there for just this. */
import { type Proposal, seatsLeft } from './proposal.ts'

/**
 * Foresees in the collected assigns who gets none: in the order in which they run, whoever comes after the last free seat. A draft
 * promises nobody anything, so two of them may count on the same seat; apply decides.
 *
 * @param shortage what becomes of whoever gets none
 */
export async function foreseeSeats(
  { transaction }: Proposal,
  organization: number,
  shortage: 'wait' | 'fail',
): Promise<void> {
  const asked = await transaction<{ id: number }[]>`
    select distinct product_id as id from placed where kind = 'assign' and predicted = 'succeeded'`
  if (asked.length === 0) return
  const products = asked.map(({ id }) => id)
  const state = shortage === 'wait' ? 'waiting_seat' : 'failed_permanent'
  // Whoever waits already stands before those who will; who fails needs a seat besides those.
  const place =
    shortage === 'wait' ? transaction`(r.place + coalesce(q.waiting, 0))` : transaction`(1 + coalesce(q.waiting, 0))`
  // For everybody of the plan, so that buying them once is enough.
  const needed = transaction`(r.missing + coalesce(q.waiting, 0))`
  const outcome =
    shortage === 'wait'
      ? transaction`'They would be number ' || to_char(${place}, 'FM999,999,999') || ' in the waiting list.'`
      : transaction`'They would get none.'::text`
  const after =
    shortage === 'wait'
      ? transaction`'{}'::jsonb`
      : transaction`jsonb_build_object('after', 'Then assign again, or use --wait.')`
  await transaction`
    with seats as materialized (${seatsLeft(transaction, organization, products, [], { reserve: 'open' })}),
    ranked as (
      select p.id, coalesce(a.subject_name, a.subject_email) as who, s.seats, p.product_id,
        count(*) over (partition by p.product_id) - s.seats as missing,
        row_number() over (partition by p.product_id order by p.rule_priority, p.seat_priority, p.waiting_since nulls last,
          p.expires_at desc nulls first, p.tie_break) as seat_rank
      from placed p join proposed a using (id) join seats s on s.product_id = p.product_id
      where p.kind = 'assign' and p.predicted = 'succeeded'),
    short as (
      select *, seat_rank - greatest(0, seats) as place from ranked
      where product_id in (select product_id from ranked group by product_id having count(*) > max(seats))),
    queues as (
      select w.product_id, count(*) as waiting from waits w
      where w.organization_id = ${organization} and w.kind = 'seat' and w.product_id = any(${products}::int[])
        and not exists (select from placed o where o.person_id = w.person_id and o.product_id = w.product_id and o.kind = 'assign')
      group by 1),
    told as (
      update proposed a set foreseen = jsonb_build_object('code', 'SEATS_EXHAUSTED', 'params', jsonb_build_object('product', s.name,
        'used', greatest(s.used, s.owned), 'owned', s.owned, 'name', r.who, 'position', ${place},
        'needed', to_char(${needed}, 'FM999,999,999') || case ${needed} when 1 then ' seat' else ' seats' end, 'outcome', ${outcome})
        || case when s.used < s.owned then '{"are": "will be used by then"}'::jsonb else '{}'::jsonb end || ${after})
      from short r join products s on s.organization_id = ${organization} and s.id = r.product_id
      left join queues q on q.product_id = r.product_id
      where a.id = r.id and r.place > 0)
    update placed p set seat_rank = r.seat_rank,
      wave = case when r.place <= 0 then 2 else p.wave end,
      predicted = case when r.place > 0 then ${state} else p.predicted end
    from short r where r.id = p.id`
}
