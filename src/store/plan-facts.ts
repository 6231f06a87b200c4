/** What a plan is told about the organization it was made for: seats, holders, and what its sources last said. */
import type { Handle, Transaction } from './connection.ts'
import type { SeatForecast } from './plans.ts'
import type { Part } from './proposal.ts'

/** Per product that the part touches: seats now, and once it is applied as predicted. */
export async function forecastSeats(
  transaction: Transaction,
  organization: number,
  part: Part,
): Promise<SeatForecast[]> {
  return await transaction<SeatForecast[]>`
    select p.key as product, p.name, p.owned, p.used,
      (p.used + count(*) filter (where a.kind = 'assign' and a.predicted = 'succeeded') - count(*) filter (where a.kind = 'revoke'))::int as after,
      (count(*) filter (where a.predicted = 'waiting_seat'))::int as waiting
    from placed a join products p on p.organization_id = ${organization} and p.id = a.product_id
    where a.part = ${part} and a.kind in ('assign', 'revoke')
    group by p.id, p.key, p.name, p.owned, p.used order by p.key`
}

/** The name of each product and how many hold it, by the product's key. */
export async function holders(
  handle: Handle,
  organization: number,
): Promise<Map<string, { name: string; holders: number }>> {
  const rows = await handle<{ key: string; name: string; holders: number }[]>`
    select key, name, used as holders from products where organization_id = ${organization}`
  return new Map(rows.map(({ key, ...product }) => [key, product]))
}

/** What each source last said, as `source:digest of the content`, by the source's key. */
export async function sourceDigests(handle: Handle, organization: number): Promise<string[]> {
  const rows = await handle<{ key: string; digest: string | null }[]>`
    select s.key, n.digest from sources s
    join snapshots n on n.organization_id = s.organization_id and n.id = s.last_snapshot_id
    where s.organization_id = ${organization} order by s.key`
  return rows.map((row) => `${row.key}:${row.digest ?? ''}`)
}
