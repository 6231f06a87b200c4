/**
 * Pins: a person's word against what sources say of somebody, and until when it counts. Once its day has come it lapses, by the clock's
 * hand alone (`pin-ends.ts`): `since` is that day then, so that all who ask agree on whether it still counts.
 */
import type { Pin, PinKind } from '../reconcile/pinned.ts'
import type { Handle, Transaction } from './connection.ts'

interface PinRow extends Omit<Pin, 'until'> {
  until: Date | null
}

/** Pins of these people by person id, those included that have lapsed and are kept to be told of. */
export async function pinsOf(handle: Handle, organization: number, people: number[]): Promise<Map<number, Pin[]>> {
  const rows = await handle<PinRow[]>`
    select person_id as "personId", product_id as "productId", kind, until, ${lapsed(handle)} as lapsed from pins
    where organization_id = ${organization} and person_id = any(${people}::bigint[])
    order by person_id, kind, product_id`
  const pins = rows.map((row) => ({ ...row, until: row.until?.toISOString() ?? null }))
  return Map.groupBy(pins, (pin) => pin.personId)
}

const lapsed = (handle: Handle) => handle`(until is not null and since >= until)`

/** Of these people, until when those were pinned whose pin has lapsed, by person id. */
export async function lapsedPins(handle: Handle, organization: number, people: number[]): Promise<Map<number, string>> {
  const rows = await handle<{ personId: number; until: Date }[]>`
    select person_id as "personId", max(until) as until from pins
    where organization_id = ${organization} and person_id = any(${people}::bigint[]) and ${lapsed(handle)}
    group by person_id`
  return new Map(rows.map((row) => [row.personId, row.until.toISOString()]))
}

/** What the items of a proposal in the making would pin. */
export interface WouldPin {
  /** People whom some pin would concern. */
  people: number
  /** Pins that keep one product from somebody. */
  products: number
  /** Names of the sources that still want them, in order. */
  sources: string[]
}

/**
 * What the removals and revokes in the temporary table `placed` would pin, as apply does it: where a source other than `manual` still
 * wants the member, or gives the product. What is predicted to fail pins nothing; of somebody who is removed only the membership is pinned.
 */
export async function wouldPin(transaction: Transaction, organization: number): Promise<WouldPin> {
  const [row] = await transaction<WouldPin[]>`
    with wanted as (
      select x.person_id, null::int as product_id, c.source_id from placed x
      join claims c on c.organization_id = ${organization} and c.person_id = x.person_id and c.to_change is null
      where x.kind = 'remove' and x.predicted in ('succeeded', 'noop', 'waiting_borrow')
      union all
      select x.person_id, x.product_id, g.source_id from placed x
      join grants g on g.organization_id = ${organization} and g.person_id = x.person_id and g.product_id = x.product_id
        and g.to_change is null
      where x.kind = 'revoke' and x.predicted in ('succeeded', 'noop', 'waiting_borrow')
        and x.person_id not in (select person_id from placed where kind = 'remove')),
    pinned as (
      select w.person_id, w.product_id, s.name from wanted w
      join sources s on s.organization_id = ${organization} and s.id = w.source_id and s.kind <> 'manual')
    select count(distinct person_id)::int as people,
      count(distinct (person_id, product_id)) filter (where product_id is not null)::int as products,
      coalesce(array_agg(distinct name order by name), '{}') as sources
    from pinned`
  return row ?? { people: 0, products: 0, sources: [] }
}

/** Somebody, or a product of somebody, that a person has taken back. */
export interface TakenBack {
  personId: number
  /** 0 where it is the membership. */
  productId: number
  /** Who asked for it. */
  actor: string
  /** It was taken already: nothing was done but to ask again. */
  already: boolean
}

/** Until when pins count (`until` null = until they are lifted, with `nextSync` by the next sync), and why, where somebody said so. */
export interface PinTerm {
  until: Date | null
  nextSync: boolean
  reason: string | null
}

/**
 * Pins what a person has taken back, where a source other than `manual` still wants it, or where it is pinned already. To be called
 * while the claims and grants of these people are as they were. What was taken already keeps the pin that holds as long or longer.
 *
 * @returns how many were written
 */
export async function writePins(
  transaction: Transaction,
  organization: number,
  plan: number,
  kind: PinKind,
  taken: TakenBack[],
  { until, nextSync, reason }: PinTerm,
  at: Date,
): Promise<number> {
  if (taken.length === 0) return 0
  const wants =
    kind === 'exclude'
      ? transaction`from claims w join sources s on s.organization_id = w.organization_id and s.id = w.source_id
          where w.organization_id = ${organization} and w.person_id = x.person_id and w.to_change is null`
      : transaction`from grants w join sources s on s.organization_id = w.organization_id and s.id = w.source_id
          where w.organization_id = ${organization} and w.person_id = x.person_id and w.product_id = x.product_id
            and w.to_change is null`
  const known = transaction`from pins k
    where k.organization_id = ${organization} and k.person_id = x.person_id and k.product_id = x.product_id and k.kind = ${kind}`
  const written = await transaction`
    insert into pins as p (organization_id, person_id, product_id, kind, until, next_sync, reason, created_by, plan_id, since)
    select distinct on (x.person_id, x.product_id) ${organization}::int, x.person_id, x.product_id, ${kind}, ${until}::timestamptz,
      ${nextSync}::boolean, ${reason}::text, x.actor, ${plan}::bigint, ${at}::timestamptz
    from ${pairs(transaction, taken)}
    where (exists (select ${wants} and s.kind <> 'manual') or exists (select ${known}))
      and not (x.already and exists (select ${known} and not ${lapsed(transaction)}
        and (${nextSync}::boolean or (not k.next_sync and coalesce(k.until, 'infinity') >= coalesce(${until}::timestamptz, 'infinity')))))
    order by x.person_id, x.product_id
    on conflict (organization_id, person_id, product_id, kind) do update set until = excluded.until, next_sync = excluded.next_sync,
      reason = excluded.reason, created_by = excluded.created_by, plan_id = excluded.plan_id, since = excluded.since`
  return written.count
}

/** A person has given back what was pinned; lapsed pins go with it. */
export async function liftPins(
  transaction: Transaction,
  organization: number,
  kind: PinKind,
  given: { personId: number; productId: number }[],
): Promise<number> {
  if (given.length === 0) return 0
  const lifted = await transaction`
    delete from pins p using ${pairs(transaction, given)}
    where p.organization_id = ${organization} and p.kind = ${kind} and p.person_id = x.person_id and p.product_id = x.product_id`
  return lifted.count
}

function pairs(
  transaction: Transaction,
  list: { personId: number; productId: number; actor?: string; already?: boolean }[],
) {
  const rows = list.map(({ personId, productId, actor, already }) => ({
    person_id: personId,
    product_id: productId,
    actor,
    already,
  }))
  return transaction`
    json_to_recordset(${JSON.stringify(rows)}::text::json) as x(person_id bigint, product_id integer, actor text, already boolean)`
}
