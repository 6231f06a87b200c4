/**
 * A proposal in the making: actions are collected in a temporary table, cut into the free and the waiting plan, given seats,
 * put in order, numbered and hashed. It is set-based throughout, so that a plan of a million items needs no more memory than one of ten.
 */
import type { Action, ActionKind, Outcome, OutcomeState, Wait } from '../reconcile/model.ts'
import { waveOf } from '../reconcile/order.ts'
import type { Transaction } from './connection.ts'
import { copyArray, copyInto, copyJson, copyLine, copyText } from './copy.ts'
import { analyze } from './statistics.ts'

/**
 * What a policy approves, what waits for a person, what comes by itself because its day has come, and what is only shown because its
 * source is observed.
 */
export type Part = 'free' | 'waiting' | 'foreseen' | 'observed'

export interface ProposedAction {
  action: Action
  part: Part
  /** What the plan's hash covers of it. */
  digest: string
  productKey: string | null
  /** What is known to come of it, where that is something else than success. */
  foreseen?: { state: OutcomeState; why: (Pick<Outcome, 'params'> & { code: string }) | null }
}

/** What is decided about an action stands in a narrow table of its own, so that deciding never rewrites the wide rows. */
const PLACED = [
  'id',
  'part',
  'wave',
  'kind',
  'person_id',
  'product_id',
  'subject_key',
  'product_key',
  'rule_priority',
  'seat_priority',
  'waiting_since',
  'expires_at',
  'tie_break',
  'predicted',
  'digest',
  'source_ids',
] as const
const PROPOSED = [
  'id',
  'effect',
  'from_person_id',
  'subject_email',
  'subject_name',
  'before',
  'after',
  'reason',
  'evidence',
  'precondition',
  'foreseen',
] as const

/** Opens the tables of a proposal; they end with the transaction. */
export async function openProposal(transaction: Transaction): Promise<Proposal> {
  await transaction`
    create temporary table placed (
      id int, part text, wave int, kind text collate "C", person_id bigint, product_id int, subject_key text collate "C", product_key text collate "C",
      rule_priority int, seat_priority int, waiting_since timestamptz, expires_at timestamptz, tie_break text collate "C",
      predicted text, digest text collate "C", source_ids text, seat_rank int) on commit drop`
  await transaction`
    create temporary table proposed (
      id int, effect text, from_person_id bigint, subject_email text, subject_name text, before jsonb, after jsonb, reason jsonb,
      evidence jsonb, precondition jsonb, foreseen jsonb) on commit drop`
  return { transaction, actions: 0 }
}

/** A proposal in the making, in its transaction. */
export interface Proposal {
  readonly transaction: Transaction
  /** How many actions it holds so far. */
  actions: number
}

/** Actions as the lines of both tables: worked out while the database reads, written while the next ones are planned. */
export interface ProposedLines {
  count: number
  placed: string
  proposed: string
}

/** Numbers the actions from `first` on and writes them out as lines. */
export function linesOf(first: number, actions: ProposedAction[]): ProposedLines {
  let placed = ''
  let proposed = ''
  for (const [index, one] of actions.entries()) {
    placed += placedLine(first + index, one)
    proposed += proposedLine(first + index, one)
  }
  return { count: actions.length, placed, proposed }
}

export async function addLines(proposal: Proposal, lines: ProposedLines[]): Promise<void> {
  if (lines.length === 0) return
  for (const { count } of lines) proposal.actions += count
  const of = (table: 'placed' | 'proposed') => lines.map((slice) => slice[table])
  await copyInto(proposal.transaction, 'proposed', PROPOSED, of('proposed'))
  await copyInto(proposal.transaction, 'placed', PLACED, of('placed'))
}

export async function addActions(proposal: Proposal, actions: ProposedAction[]): Promise<void> {
  if (actions.length > 0) await addLines(proposal, [linesOf(proposal.actions + 1, actions)])
}

function placedLine(id: number, { action, part, productKey, digest, foreseen }: ProposedAction): string {
  const { seatOrder } = action
  return copyLine([
    copyText(id),
    copyText(part),
    copyText(waveOf(action)),
    copyText(action.kind),
    copyText(action.personId),
    copyText(action.productId),
    copyText(action.subject.key),
    copyText(productKey),
    copyText(seatOrder?.rulePriority ?? null),
    copyText(seatOrder?.seatPriority ?? null),
    copyText(seatOrder?.waitingSince ?? null),
    copyText(seatOrder?.expiresAt ?? null),
    copyText(seatOrder?.tieBreak ?? null),
    foreseen?.state ?? 'succeeded',
    digest,
    copyArray(action.sourceIds),
  ])
}

function proposedLine(id: number, { action, foreseen }: ProposedAction): string {
  return copyLine([
    copyText(id),
    copyText(action.effect),
    copyText(action.fromPersonId),
    copyText(action.subject.email),
    copyText(action.subject.name),
    copyJson(action.before),
    copyJson(action.after),
    copyJson(action.reason),
    copyJson(action.evidence),
    copyJson(action.precondition),
    copyJson(foreseen?.why ?? null),
  ])
}

/**
 * Leaves out whoever was changed since they were evaluated: their grants speak of before, what they hold of now, and a plan made from both
 * would undo what was done in between. They are dirty, and so the next proposal is about them.
 */
export async function leaveOutDirty({ transaction }: Proposal, organization: number): Promise<void> {
  await transaction`
    delete from placed p using dirty_people d where d.organization_id = ${organization} and d.person_id = p.person_id`
}

/** An item whose own cause needs a person's approval, or is only observed, keeps those that depend on it with it. */
export async function closeDependencies({ transaction }: Proposal): Promise<void> {
  await analyze(transaction, 'placed')
  const causes = transaction`cause.person_id = p.person_id and (
      cause.kind = 'link'
      or (cause.kind in ('invite', 'reactivate') and p.kind in ('assign', 'update_role'))
      or (cause.kind = 'revoke' and p.kind = 'remove'))`
  // What is only shown is stronger than what waits, and is mostly not there at all.
  const [row] = await transaction<
    { found: boolean }[]
  >`select exists (select from placed where part = 'observed') as found`
  if (row?.found === true) {
    await transaction`
      update placed p set part = 'observed' from placed cause
      where p.part in ('free', 'waiting') and cause.part = 'observed' and ${causes}`
  }
  await transaction`
    update placed p set part = 'waiting' from placed cause
    where p.part = 'free' and cause.part = 'waiting' and ${causes}`
}

/**
 * Takes what is only observed out of the proposal, so that nothing of it is counted with what may come to pass; `takeObserved` makes
 * it a proposal of its own. Returns how many actions there are.
 */
export async function setAsideObserved({ transaction }: Proposal): Promise<number> {
  const aside = await transaction`
    create temporary table observed on commit drop as select * from placed where part = 'observed'`
  if (aside.count > 0) await transaction`delete from placed where part = 'observed'`
  return aside.count
}

export async function takeObserved({ transaction }: Proposal): Promise<void> {
  await transaction`truncate placed`
  await transaction`insert into placed select * from observed`
  await analyze(transaction, 'placed')
}

/**
 * The last seats, product by product, where there are not enough for everybody: rule priority, seat priority, who has waited longer,
 * who needs it longer, then a hash that nobody can influence. Whoever a seat is free for now keeps their part; whoever needs a
 * seat that only revokes awaiting approval would free goes with those; the rest will wait. Whoever already waits and still would
 * is not proposed again, unless they stand in the plan already. A seat that a plan promises which is still open is not free: of one proposal, what its assigns take beyond
 * what its revokes free. `replaced` plans promise nothing any more, nor do others that this is to be seen without. Seats that are kept
 * back go, after all others, to those whom only people gave the product; one that is taken so has the next that becomes free kept back.
 */
export async function allocateSeats(
  { transaction }: Proposal,
  organization: number,
  replaced: number[] = [],
  { waiters }: { waiters: 'dropped' | 'kept' } = { waiters: 'dropped' },
): Promise<void> {
  const asked = await transaction<{ id: number }[]>`select distinct product_id as id from placed where kind = 'assign'`
  if (asked.length === 0) return
  const products = asked.map(({ id }) => id)
  const manual = transaction`(select id from sources where organization_id = ${organization} and kind = 'manual' order by id limit 1)`
  await transaction`
    with seats_left as materialized (${seatsLeft(transaction, organization, products, replaced)}),
    ranked as (
      select a.ctid as place, a.product_id, greatest(0, s.seats) as free_now, s.seats + freed.free as free_then, freed.free, freed.waiting,
        s.reserve, greatest(0, s.seats + s.reserve) as left_now, s.seats + s.reserve + freed.free as left_then,
        a.source_ids::int[] = array[${manual}] as by_hand,
        row_number() over (partition by a.product_id order by a.rule_priority, a.seat_priority, a.waiting_since nulls last,
          a.expires_at desc nulls first, a.tie_break) as seat_rank
      from placed a
      join (select l.product_id, l.seats, k.reserve from seats_left l
        join products k on k.organization_id = ${organization} and k.id = l.product_id) s on s.product_id = a.product_id
      join (
        select product_id, count(*) filter (where kind = 'assign') as asked, count(*) filter (where kind = 'revoke' and part <> 'waiting') as free,
          count(*) filter (where kind = 'revoke' and part = 'waiting') as waiting
        from placed where product_id is not null group by product_id) freed on freed.product_id = a.product_id
      where a.kind = 'assign' and freed.asked > s.seats),
    kept as (
      select *, by_hand and seat_rank > free_then and kept_rank <= least(reserve, left_then) as served,
        by_hand and seat_rank > free_then and kept_rank <= least(reserve, left_now) and free = 0 as served_now
      from (select *, count(*) filter (where by_hand and seat_rank > free_then) over (partition by product_id order by seat_rank) as kept_rank
        from ranked) all_of_them),
    rest as (
      select *, count(*) filter (where served) over (partition by product_id) as kept_seats,
        count(*) filter (where seat_rank > free_then and not served) over (partition by product_id order by seat_rank) as rest_rank
      from kept)
    update placed p set seat_rank = r.seat_rank,
      wave = case when r.seat_rank <= r.free_now or r.served_now then ${EARLY} else p.wave end,
      part = case when r.soon then 'waiting' else p.part end,
      predicted = case when r.seat_rank <= r.free_then or r.served or r.soon then 'succeeded' else 'waiting_seat' end
    from (
      select *, seat_rank > free_then and not served and rest_rank <= least(0, free_then) + waiting - kept_seats as soon from rest) r
    where p.ctid = r.place`
  if (waiters === 'kept') return
  await transaction`
    delete from placed p using waits w
    where p.kind = 'assign' and p.predicted = 'waiting_seat' and w.organization_id = ${organization} and w.person_id = p.person_id
      and w.product_id = p.product_id and w.kind = 'seat'`
}

/**
 * Free seats of these products, less the reserve and what open plans promise. What a plan that has not begun promises stands in its
 * forecast, so that nobody counts the items of a large one for every few people who are pushed meanwhile. The reserve is open to people
 * who assign by hand.
 */
export function seatsLeft(
  transaction: Transaction,
  organization: number,
  products: number[],
  replaced: number[] = [],
  { reserve }: { reserve: 'kept' | 'open' } = { reserve: 'kept' },
) {
  const open = transaction`p.organization_id = ${organization} and p.id <> all(${replaced}::bigint[])`
  return transaction`
    select s.id as product_id, (s.owned - ${reserve === 'kept' ? transaction`s.reserve` : transaction`0`} - s.used - coalesce(sum(greatest(0, promised.seats)), 0))::int as seats
    from products s
    left join (
      select proposal_id, product_id, sum(seats) as seats from (
        select p.proposal_id, s.id as product_id, f.after - f.used as seats
        from plans p, jsonb_to_recordset(p.seats) f(product text, used int, after int), products s
        where ${open} and p.state in ('awaiting_approval', 'approved') and s.organization_id = p.organization_id and s.key = f.product
        union all
        select p.proposal_id, i.product_id, case i.kind when 'assign' then 1 else -1 end
        from plans p join plan_items i on i.organization_id = p.organization_id and i.plan_id = p.id
          and i.product_id = any(${products}::int[]) and (i.kind = 'revoke' or (i.kind = 'assign' and i.predicted = 'succeeded'))
        where ${open} and p.state in ('applying', 'paused') and not exists (select from outcomes o
          where o.organization_id = i.organization_id and o.plan_id = i.plan_id and o.number = i.number)) moved
      group by 1, 2) promised on promised.product_id = s.id
    where s.organization_id = ${organization} and s.id = any(${products}::int[])
    group by s.id, s.owned, s.reserve, s.used`
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
  suspends: number
  revokes: { product: string; count: number }[]
  waitingSeat: number
}

export async function partFacts({ transaction }: Proposal, part: Part): Promise<PartFacts> {
  const [row] = await transaction<PartFacts[]>`
    select count(*)::int as items, count(distinct person_id)::int as people,
      (select coalesce(json_object_agg(kind, count), '{}') from (
        select kind, count(*)::int from placed where part = ${part} group by kind) kinds) as counts,
      (select coalesce(array_agg(distinct id order by id), '{}') from (
        select unnest(source_ids::int[]) as id from (select distinct source_ids from placed where part = ${part}) sets) sources) as "sourceIds",
      (count(*) filter (where kind = 'remove'))::int as removes,
      (count(*) filter (where kind = 'suspend'))::int as suspends,
      (select coalesce(json_agg(json_build_object('product', product_key, 'count', count) order by product_key), '[]') from (
        select product_key, count(*)::int from placed where part = ${part} and kind = 'revoke' and source_ids <> '{}'
        group by product_key) products) as revokes,
      (count(*) filter (where predicted = 'waiting_seat'))::int as "waitingSeat"
    from placed where part = ${part}`
  if (!row) throw new Error('an aggregate without a row')
  return row
}

/** Numbers the items of one part in the order in which they will run, and writes them into the stored plan. */
export async function writeItems(
  { transaction }: Proposal,
  organization: number,
  plan: number,
  part: Part,
): Promise<void> {
  await transaction`
    insert into plan_items (organization_id, plan_id, number, wave, kind, effect, person_id, product_id, from_person_id, subject_key,
      subject_email, subject_name, before, after, reason, source_ids, evidence, precondition, predicted, foreseen)
    select ${organization}, ${plan}, row_number() over (${inOrder(transaction)}), ${waveIn(transaction)}, p.kind, a.effect, p.person_id, p.product_id,
      a.from_person_id, p.subject_key, a.subject_email, a.subject_name, a.before, a.after, a.reason, p.source_ids::int[], a.evidence,
      a.precondition, p.predicted, a.foreseen
    from placed p join proposed a using (id) where p.part = ${part}`
}

/** The wave of assigns for which a seat is free before anything is revoked: whoever changes products holds the new one first. */
const EARLY = 2

/** Where there are seats for everybody, nobody was ranked. */
const waveIn = (transaction: Transaction) =>
  transaction`case when p.kind = 'assign' and p.seat_rank is null then ${EARLY} else p.wave end`

/** The total order of a plan; database ids never decide it. */
const inOrder = (transaction: Transaction) =>
  transaction`order by ${waveIn(transaction)}, p.seat_rank nulls first, p.subject_key, p.product_key nulls first, p.kind, p.digest`

/** What the hash of a part covers, in the order of its items, a page at a time. Nothing else may run on the transaction meanwhile. */
export function itemDigests({ transaction }: Proposal, part: Part): AsyncIterable<{ digest: string }[]> {
  return transaction<{ digest: string }[]>`
    select p.digest from placed p where p.part = ${part} ${inOrder(transaction)}`.cursor(10_000)
}
