/**
 * A proposal in the making: actions are collected in a temporary table, cut into the free and the waiting plan, given seats,
 * put in order, numbered and hashed. It is set-based throughout, so that a plan of a million items needs no more memory than one of ten.
 */
import type { Action, ActionKind, Wait } from '../reconcile/model.ts'
import { waveOf } from '../reconcile/order.ts'
import type { Transaction } from './connection.ts'

export type Part = 'free' | 'waiting'

export interface ProposedAction {
  action: Action
  part: Part
  /** The line that the hash covers. */
  canonical: string
  productKey: string | null
}

export async function openProposal(transaction: Transaction): Promise<void> {
  await transaction`
    create temporary table proposed (
      part text, wave int, kind text, effect text, person_id bigint, product_id int, from_person_id bigint, subject_key text collate "C",
      subject_email text, subject_name text, before jsonb, after jsonb, reason jsonb, source_ids int[], evidence jsonb, precondition jsonb,
      canonical text, product_key text collate "C", rule_priority int, seat_priority int, waiting_since timestamptz, expires_at timestamptz,
      tie_break text collate "C", seat_rank int, predicted text) on commit drop`
}

export async function addActions(transaction: Transaction, actions: ProposedAction[]): Promise<void> {
  if (actions.length === 0) return
  const rows = actions.map(({ action, part, canonical, productKey }) => ({
    part,
    wave: waveOf(action),
    kind: action.kind,
    effect: action.effect,
    person_id: action.personId,
    product_id: action.productId,
    from_person_id: action.fromPersonId,
    subject_key: action.subject.key,
    subject_email: action.subject.email,
    subject_name: action.subject.name,
    before: action.before,
    after: action.after,
    reason: action.reason,
    source_ids: action.sourceIds,
    evidence: action.evidence,
    precondition: action.precondition,
    canonical,
    product_key: productKey,
    rule_priority: action.seatOrder?.rulePriority ?? null,
    seat_priority: action.seatOrder?.seatPriority ?? null,
    waiting_since: action.seatOrder?.waitingSince ?? null,
    expires_at: action.seatOrder?.expiresAt ?? null,
    tie_break: action.seatOrder?.tieBreak ?? null,
  }))
  await transaction`
    insert into proposed
    select *, null::int, 'succeeded' from json_to_recordset(${JSON.stringify(rows)}::text::json) as x(
      part text, wave int, kind text, effect text, person_id bigint, product_id int, from_person_id bigint, subject_key text,
      subject_email text, subject_name text, before jsonb, after jsonb, reason jsonb, source_ids int[], evidence jsonb,
      precondition jsonb, canonical text, product_key text, rule_priority int, seat_priority int, waiting_since timestamptz,
      expires_at timestamptz, tie_break text)`
}

/** An item whose own cause needs a person's approval keeps those that depend on it with it. */
export async function closeDependencies(transaction: Transaction): Promise<void> {
  await transaction`analyze proposed`
  await transaction`
    update proposed p set part = 'waiting' from proposed cause
    where p.part = 'free' and cause.part = 'waiting' and cause.person_id = p.person_id and (
      cause.kind = 'link'
      or (cause.kind in ('invite', 'reactivate') and p.kind in ('assign', 'update_role'))
      or (cause.kind = 'revoke' and p.kind = 'remove'))`
}

/**
 * The last seats, product by product: rule priority, seat priority, who has waited longer, who needs it longer, then a hash that
 * nobody can influence. Whoever a seat is free for now keeps their part; whoever needs a seat that only revokes awaiting
 * approval would free goes with those; the rest will wait. Whoever already waits and still would is not proposed again.
 */
export async function allocateSeats(transaction: Transaction, organization: number): Promise<void> {
  await transaction`
    update proposed p set seat_rank = ranked.seat_rank,
      wave = case when ranked.seat_rank <= ranked.free_now then 2 else 4 end,
      part = case when ranked.seat_rank > ranked.free_now + ranked.freed_free
        and ranked.seat_rank <= ranked.free_now + ranked.freed_free + ranked.freed_waiting then 'waiting' else p.part end,
      predicted = case when ranked.seat_rank > ranked.free_now + ranked.freed_free + ranked.freed_waiting
        then 'waiting_seat' else 'succeeded' end
    from (
      select a.ctid as place, greatest(0, s.owned - s.reserve - s.used) as free_now,
        least(0, s.owned - s.reserve - s.used) + coalesce(freed.free, 0) as freed_free, coalesce(freed.waiting, 0) as freed_waiting,
        row_number() over (partition by a.product_id order by a.rule_priority, a.seat_priority, a.waiting_since nulls last,
          a.expires_at desc nulls first, a.tie_break) as seat_rank
      from proposed a
      join products s on s.organization_id = ${organization} and s.id = a.product_id
      left join (
        select product_id, count(*) filter (where part = 'free') as free, count(*) filter (where part = 'waiting') as waiting
        from proposed where kind = 'revoke' group by product_id) freed on freed.product_id = a.product_id
      where a.kind = 'assign') ranked
    where p.ctid = ranked.place`
  await transaction`
    delete from proposed p using waits w
    where p.kind = 'assign' and p.predicted = 'waiting_seat' and w.organization_id = ${organization} and w.person_id = p.person_id
      and w.product_id = p.product_id and w.kind = 'seat'`
}

/** Writes the waits that planning itself found (a start date, a grace); one that is there already keeps its beginning. */
export async function writeWaits(transaction: Transaction, organization: number, waits: Wait[]): Promise<void> {
  if (waits.length === 0) return
  const rows = waits.map((wait) => ({
    person_id: wait.personId,
    product_id: wait.productId,
    kind: wait.kind,
    since: wait.since,
    until: wait.until,
  }))
  await transaction`
    insert into waits (organization_id, person_id, product_id, kind, since, until)
    select ${organization}, person_id, product_id, kind, since, until from json_to_recordset(${JSON.stringify(rows)}::text::json) as
      x(person_id bigint, product_id int, kind text, since timestamptz, until timestamptz)
    on conflict (organization_id, person_id, product_id, kind) do update set until = excluded.until`
}

export interface PartFacts {
  items: number
  people: number
  counts: Partial<Record<ActionKind, number>>
  sourceIds: number[]
  /** Removals proposed. */
  removes: number
  revokes: { product: string; count: number }[]
  waitingSeat: number
}

export async function partFacts(transaction: Transaction, part: Part): Promise<PartFacts> {
  const [row] = await transaction<PartFacts[]>`
    select count(*)::int as items, count(distinct person_id)::int as people,
      (select coalesce(json_object_agg(kind, count), '{}') from (
        select kind, count(*)::int from proposed where part = ${part} group by kind) kinds) as counts,
      (select coalesce(array_agg(distinct id order by id), '{}') from proposed, unnest(source_ids) id where part = ${part}) as "sourceIds",
      (count(*) filter (where kind = 'remove'))::int as removes,
      (select coalesce(json_agg(json_build_object('product', product_key, 'count', count) order by product_key), '[]') from (
        select product_key, count(*)::int from proposed where part = ${part} and kind = 'revoke' and cardinality(source_ids) > 0
        group by product_key) products) as revokes,
      (count(*) filter (where predicted = 'waiting_seat'))::int as "waitingSeat"
    from proposed where part = ${part}`
  if (!row) throw new Error('an aggregate without a row')
  return row
}

/** Numbers the items of one part in the order in which they will run, into the stored plan. */
export async function writeItems(
  transaction: Transaction,
  organization: number,
  plan: number,
  part: Part,
): Promise<void> {
  await transaction`
    insert into plan_items (organization_id, plan_id, number, wave, kind, effect, person_id, product_id, from_person_id, subject_key,
      subject_email, subject_name, before, after, reason, source_ids, evidence, precondition, predicted, canonical)
    select ${organization}, ${plan}, row_number() over (order by wave, seat_rank nulls first, subject_key, product_key nulls first, kind, canonical),
      wave, kind, effect, person_id, product_id, from_person_id, subject_key, subject_email, subject_name, before, after, reason,
      source_ids, evidence, precondition, predicted, canonical
    from proposed where part = ${part}`
}

/** The canonical lines of a stored plan in item order, a page at a time. */
export async function* canonicalLines(
  transaction: Transaction,
  organization: number,
  plan: number,
): AsyncIterable<string[]> {
  let after = 0
  for (;;) {
    const rows = await transaction<{ number: number; canonical: string }[]>`
      select number, canonical from plan_items
      where organization_id = ${organization} and plan_id = ${plan} and number > ${after} order by number limit 10000`
    const last = rows.at(-1)
    if (!last) return
    after = last.number
    yield rows.map((row) => row.canonical)
  }
}
