/** Products with their seats: how many are owned, held, borrowed, free and waited for. */
import { endedBefore } from './borrows.ts'
import type { Handle, Transaction } from './connection.ts'
import type { Managed } from './organizations.ts'

/** What somebody sets of a product. */
export interface ProductSetting {
  key: string
  name: string
  aliases: string[]
  owned: number
  reserve: number
}

export interface ProductListRow extends ProductSetting {
  used: number
  /** Of those that are used: on some device, offline. */
  borrowed: number
  /** People who wait for a seat. */
  waiting: number
  retired: boolean
  managed: Managed
}

export async function listProductSeats(handle: Handle, organization: number, at: Date): Promise<ProductListRow[]> {
  return await handle<ProductListRow[]>`
    select p.key, p.name, p.aliases, p.owned, p.reserve, p.used, p.retired, p.managed,
      coalesce(b.count, 0)::int as borrowed,
      (select count(*) from waits w
        where w.organization_id = p.organization_id and w.kind = 'seat' and w.product_id = p.id)::int as waiting
    from products p
    left join (select product_id, count(distinct person_id) as count from borrows
      where organization_id = ${organization} and until > ${endedBefore(at)} group by product_id) b on b.product_id = p.id
    where p.organization_id = ${organization} order by p.id`
}

/** Creates a product, or changes one that the API manages; one that was retired is back. */
export async function writeProduct(
  transaction: Transaction,
  organization: number,
  { key, name, aliases, owned, reserve }: ProductSetting,
): Promise<void> {
  await transaction`
    insert into products (organization_id, id, key, name, aliases, owned, reserve, managed)
    select ${organization}, coalesce((select id from products where organization_id = ${organization} and key = ${key}),
        (select coalesce(max(id), 0) + 1 from products where organization_id = ${organization})),
      ${key}, ${name}, ${aliases}::text[], ${owned}, ${reserve}, 'api'
    on conflict (organization_id, key) do update set name = excluded.name, aliases = excluded.aliases, owned = excluded.owned,
      reserve = excluded.reserve, retired = false, managed = 'api'`
}

/** Nobody gets it any more, and nobody loses it. */
export async function retireProduct(transaction: Transaction, organization: number, key: string): Promise<void> {
  await transaction`update products set retired = true where organization_id = ${organization} and key = ${key}`
}
