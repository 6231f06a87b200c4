/** Products with their seats: how many are owned, held, free and waited for. */
import type { Handle } from './connection.ts'

export interface ProductListRow {
  key: string
  name: string
  aliases: string[]
  owned: number
  reserve: number
  used: number
  /** People who wait for a seat. */
  waiting: number
  retired: boolean
}

export async function listProductSeats(handle: Handle, organization: number): Promise<ProductListRow[]> {
  return await handle<ProductListRow[]>`
    select p.key, p.name, p.aliases, p.owned, p.reserve, p.used, p.retired,
      (select count(*) from waits w
        where w.organization_id = p.organization_id and w.kind = 'seat' and w.product_id = p.id)::int as waiting
    from products p where p.organization_id = ${organization} order by p.id`
}
