/** Grants: one reason each to hold a product. */
import type { Giver, Grant } from '../reconcile/model.ts'
import type { Handle, Transaction } from './connection.ts'
import { copyInto, copyLine, copyText } from './copy.ts'
import { difference, instantText } from './versions.ts'

/** Makes the live grants of these people exactly the given ones, as `writeClaims` does. */
export async function writeGrants(
  transaction: Transaction,
  organization: number,
  change: number,
  people: number[],
  grants: Grant[],
): Promise<void> {
  const { gone, fresh } = difference(await readGrants(transaction, organization, people), grants, grantText)
  if (gone.length > 0) {
    await transaction`
      update grants g set to_change = ${change}
      from unnest(${gone.map((grant) => grant.personId)}::bigint[], ${gone.map((grant) => grant.productId)}::int[],
        ${gone.map((grant) => grant.sourceId)}::int[], ${gone.map((grant) => grant.rule)}::text[]) x(person_id, product_id, source_id, rule)
      where g.organization_id = ${organization} and g.person_id = x.person_id and g.product_id = x.product_id
        and g.source_id = x.source_id and g.rule = x.rule and g.to_change is null`
  }
  if (fresh.length === 0) return
  const lines = fresh.map((grant) =>
    copyLine([
      copyText(organization),
      copyText(grant.personId),
      copyText(grant.productId),
      copyText(grant.sourceId),
      copyText(grant.rule),
      copyText(change),
      copyText(grant.priority),
      copyText(grant.seatPriority),
      copyText(grant.expiresAt),
    ]),
  )
  await copyInto(transaction, 'grants', GRANT_COLUMNS, [lines.join('')])
}

const GRANT_COLUMNS = [
  'organization_id',
  'person_id',
  'product_id',
  'source_id',
  'rule',
  'from_change',
  'priority',
  'seat_priority',
  'expires_at',
] as const

const grantText = (grant: Grant) =>
  `${grant.personId} ${grant.productId} ${grant.sourceId} ${grant.priority} ${grant.seatPriority} ${instantText(grant.expiresAt)} ${grant.rule}`

export async function readGrants(handle: Handle, organization: number, people: number[]): Promise<Grant[]> {
  const rows = await handle<(Omit<Grant, 'expiresAt' | 'actor'> & { expiresAt: Date | null; actor: string | null })[]>`
    select person_id as "personId", product_id as "productId", source_id as "sourceId", rule, priority,
      seat_priority as "seatPriority", expires_at as "expiresAt",
      case when rule = 'manual' then (select h.actor from hand_grants h where h.organization_id = g.organization_id
        and h.person_id = g.person_id and h.product_id = g.product_id) end as actor
    from grants g
    where organization_id = ${organization} and person_id = any(${people}::bigint[]) and to_change is null
    order by person_id, product_id, source_id, rule`
  return rows.map(({ actor, ...row }) => ({
    ...row,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    ...(actor !== null && { actor }),
  }))
}

/** Of what these people hold and nobody grants them any more, or not so long, whose grants ended last: by one change several may. */
export async function readLastGivers(
  handle: Handle,
  organization: number,
  people: number[],
): Promise<(Giver & { personId: number })[]> {
  return await handle<(Giver & { personId: number })[]>`
    select distinct a.person_id as "personId", a.product_id as "productId", g.source_id as "sourceId", g.rule
    from assignments a
    join lateral (
      select source_id, rule, rank() over (order by to_change desc) as place from grants g
      where g.organization_id = a.organization_id and g.person_id = a.person_id and g.product_id = a.product_id
        and g.to_change is not null) g on g.place = 1
    where a.organization_id = ${organization} and a.person_id = any(${people}::bigint[])
      and not exists (select from grants l where l.organization_id = a.organization_id and l.person_id = a.person_id
        and l.product_id = a.product_id and l.to_change is null
        and (l.expires_at is null or l.expires_at >= coalesce(a.expires_at, 'infinity')))
    order by 1, 2, 3, 4`
}
