/** How pins end: by their own day, by the next sync, or by the hand of a person. Whoever they concerned is evaluated anew. */
import type { PinKind } from '../reconcile/pinned.ts'
import type { Handle, Transaction } from './connection.ts'

/** How long a lapsed pin is kept: so long a person looks at what comes of it. */
const KEPT_DAYS = 30

/** Pins of one plan that ended together. */
export interface EndedPins {
  organizationId: number
  planId: number
  kind: PinKind
  people: number
}

/** Lets pins lapse whose day has come, in all organizations, and forgets those that lapsed long ago. Safe to call twice. */
export async function lapsePins(transaction: Transaction, at: Date): Promise<EndedPins[]> {
  await transaction`delete from pins where until <= ${at}::timestamptz - make_interval(days => ${KEPT_DAYS}) and since >= until`
  return await ended(
    transaction,
    transaction`update pins p set since = p.until where p.until <= ${at} and p.since < p.until`,
  )
}

/**
 * Lifts the pins that end with the next sync, where it has come: a file that was accepted after the pin was written, of a source that
 * has to do with the person, or something new from an identity provider.
 *
 * @param pushed only people of whom an identity provider has said something
 */
export async function liftAtSync(
  transaction: Transaction,
  organization: number,
  pushed: boolean,
): Promise<EndedPins[]> {
  const told = transaction`exists (
    select from directory_users r
    join sources s on s.organization_id = r.organization_id and s.id = r.source_id and s.kind = 'scim' and s.connected
    join changes c on c.organization_id = r.organization_id and c.number = r.from_change and c.at > p.since
    where r.organization_id = p.organization_id and r.person_id = p.person_id and r.to_change is null)`
  const filed = transaction`exists (
    select from person_links l
    join sources s on s.organization_id = l.organization_id and s.id = l.source_id and s.connected
    join snapshots n on n.organization_id = s.organization_id and n.source_id = s.id
      and n.state in ('admitted', 'confirmed') and n.at > p.since
    where l.organization_id = p.organization_id and l.person_id = p.person_id)`
  return await ended(
    transaction,
    transaction`
      delete from pins p where p.organization_id = ${organization} and p.next_sync and ${
        pushed
          ? transaction`exists (select from pushed_people x where x.organization_id = p.organization_id and x.person_id = p.person_id)
              and ${told}`
          : transaction`(${filed} or ${told})`
      }`,
  )
}

/** Lifts the pins that end with the next sync, of everybody of a source that is reconciled by its schedule. */
export async function liftAtSchedule(
  transaction: Transaction,
  organization: number,
  source: number,
): Promise<EndedPins[]> {
  return await ended(
    transaction,
    transaction`
      delete from pins p where p.organization_id = ${organization} and p.next_sync and exists (select from person_links l
        where l.organization_id = p.organization_id and l.person_id = p.person_id and l.source_id = ${source})`,
  )
}

/**
 * Lifts one pin.
 *
 * @param product 0 where it is about the membership
 * @returns null when there is none
 */
export async function liftPin(
  transaction: Transaction,
  organization: number,
  { person, kind, product }: { person: number; kind: PinKind; product: number },
): Promise<EndedPins | null> {
  const [lifted] = await ended(
    transaction,
    transaction`
      delete from pins p where p.organization_id = ${organization} and p.person_id = ${person} and p.kind = ${kind}
        and p.product_id = ${product}`,
  )
  return lifted ?? null
}

/** @param change a statement over `pins p` without its `returning` */
async function ended(transaction: Transaction, change: ReturnType<Handle>): Promise<EndedPins[]> {
  const rows = await transaction<EndedPins[]>`
    with ended as (${change} returning p.organization_id, p.person_id, p.plan_id, p.kind),
    marked as (
      insert into dirty_people (organization_id, person_id)
      select distinct organization_id, person_id from ended order by organization_id, person_id
      on conflict (organization_id, person_id) do update set person_id = excluded.person_id where false)
    select organization_id as "organizationId", plan_id as "planId", kind, count(distinct person_id)::int as people from ended
    group by organization_id, plan_id, kind order by organization_id, plan_id, kind`
  return rows
}
