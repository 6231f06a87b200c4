/**
 * What became of the items of a plan. The primary key (organization, plan, item) makes a second outcome impossible; an item
 * without a row is still to do, which is all that resuming after a crash needs to know.
 */
import type { ActionKind, Item, Outcome, OutcomeState } from '../reconcile/model.ts'
import type { Handle } from './connection.ts'

/**
 * Where to go on: everything up to this number has its outcome. Batches run in order, so this is the largest number, unless somebody
 * moved ahead of their turn to exchange addresses; then it is 0, and whoever goes on passes over what is settled.
 */
export async function settledUpTo(handle: Handle, organization: number, plan: number): Promise<number> {
  const [row] = await handle<{ last: number | null; count: number }[]>`
    select max(number) as last, count(*)::int as count from outcomes
    where organization_id = ${organization} and plan_id = ${plan}`
  return row !== undefined && row.last === row.count ? row.last : 0
}

/** Reads the next items in the order of the plan, all of the wave of the first of them, settled or not; `staying`: none that was left out. */
export async function nextItems(
  handle: Handle,
  organization: number,
  plan: number,
  options: { after: number; limit: number; staying?: boolean },
): Promise<Item[]> {
  const items = await handle<Item[]>`
    select ${columns(handle)} from plan_items item
    where item.organization_id = ${organization} and item.plan_id = ${plan} and item.number > ${options.after}
      ${options.staying ? handle`and not item.excluded` : handle``}
    order by item.number limit ${options.limit}`
  const wave = items[0]?.wave
  return items.filter((item) => item.wave === wave)
}

/** Items of one kind that speak of these people, settled or not. */
export async function itemsOf(
  handle: Handle,
  organization: number,
  plan: number,
  kind: ActionKind,
  people: number[],
): Promise<Item[]> {
  return await handle<Item[]>`
    select ${columns(handle)} from plan_items item
    where item.organization_id = ${organization} and item.plan_id = ${plan} and item.kind = ${kind}
      and item.person_id = any(${people}::bigint[])
    order by item.number`
}

const columns = (handle: Handle) => handle`
  item.number, item.wave, item.kind, item.effect, item.person_id as "personId", item.product_id as "productId",
  item.from_person_id as "fromPersonId", item.before, item.after, item.reason, item.source_ids as "sourceIds",
  item.evidence, item.precondition, item.predicted, null as "seatOrder",
  json_build_object('key', item.subject_key, 'email', item.subject_email, 'name', item.subject_name) as subject`

/**
 * The outcome `o` of each item `i`, looked up by its key; to be joined. While the statistics do not know a plan yet, the planner takes it
 * for one of a single item, and would compare every item of it with every outcome: `offset 0` keeps it from that.
 */
export const outcomeOf = (handle: Handle) => handle`lateral (select d.* from outcomes d
  where d.organization_id = i.organization_id and d.plan_id = i.plan_id and d.number = i.number offset 0) o`

/** Which of these items have an outcome already. */
export async function settledNumbers(
  handle: Handle,
  organization: number,
  plan: number,
  numbers: number[],
): Promise<Set<number>> {
  const rows = await handle<{ number: number }[]>`
    select number from outcomes
    where organization_id = ${organization} and plan_id = ${plan} and number = any(${numbers}::integer[])`
  return new Set(rows.map((row) => row.number))
}

/** An item of somebody in a batch, and how it ended, if it has: what their other items depend on. */
export interface Related {
  number: number
  personId: number
  kind: ActionKind
  productId: number | null
  /** Null while there is no outcome. */
  state: OutcomeState | null
  code: string | null
  /** The address that a change of address leaves; null for everything else. */
  leftEmail: string | null
}

/**
 * All items of these people in one plan. Two statements, each by the full key of one index: joined, the planner has been seen to
 * walk the whole plan once a person as long as the tables are young and their statistics missing.
 */
export async function relatedItems(
  handle: Handle,
  organization: number,
  plan: number,
  people: number[],
): Promise<Related[]> {
  const items = await handle<Omit<Related, 'state' | 'code'>[]>`
    select number, person_id as "personId", kind, product_id as "productId",
      case when kind = 'update_identity' and after ? 'email' then before ->> 'email' end as "leftEmail"
    from plan_items
    where organization_id = ${organization} and person_id = any(${people}::bigint[]) and plan_id = ${plan}
    order by number`
  const numbers = items.map((item) => item.number)
  const done = await handle<{ number: number; state: OutcomeState; code: string | null }[]>`
    select number, state, code from outcomes
    where organization_id = ${organization} and plan_id = ${plan} and number = any(${numbers}::integer[])`
  const ends = new Map(done.map((one) => [one.number, one]))
  return items.map((item) => {
    const end = ends.get(item.number)
    return { ...item, state: end?.state ?? null, code: end?.code ?? null }
  })
}

/** Writes the outcomes of a batch in one statement. A second outcome for an item is an error, never an overwrite. */
export async function writeOutcomes(
  handle: Handle,
  organization: number,
  plan: number,
  outcomes: Outcome[],
  at: Date,
): Promise<void> {
  if (outcomes.length === 0) return
  await handle`
    insert into outcomes (organization_id, plan_id, number, state, code, params, at)
    select ${organization}, ${plan}, done.number, done.state, done.code, done.params, ${at}
    from json_to_recordset(${JSON.stringify(outcomes)}::text::json) as done(number integer, state text, code text, params jsonb)`
}

/** How many items of the plan ended in which state. */
export async function countOutcomes(
  handle: Handle,
  organization: number,
  plan: number,
): Promise<Partial<Record<OutcomeState, number>>> {
  const rows = await handle<{ state: OutcomeState; items: number }[]>`
    select state, count(*)::int as items from outcomes
    where organization_id = ${organization} and plan_id = ${plan} group by state`
  return Object.fromEntries(rows.map((row) => [row.state, row.items]))
}
