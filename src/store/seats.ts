/** The seat ledger: `used` counts live assignments, and only apply moves it. */
import type { Product } from '../reconcile/model.ts'
import type { Handle, Transaction } from './connection.ts'
import { outcomeOf } from './outcomes.ts'

/** Reads these products under lock, in the order of products. */
export async function lockSeats(
  transaction: Transaction,
  organization: number,
  products: number[],
): Promise<Map<number, Product>> {
  if (products.length === 0) return new Map()
  const rows = await transaction<Product[]>`
    select id, key, name, aliases, owned, reserve, used, retired from products
    where organization_id = ${organization} and id = any(${products}::integer[])
    order by id for update`
  return new Map(rows.map((product) => [product.id, product]))
}

/** Names of all products, retired ones included. */
export async function readProductNames(handle: Handle, organization: number): Promise<Map<number, string>> {
  const rows = await handle<{ id: number; name: string }[]>`
    select id, name from products where organization_id = ${organization}`
  return new Map(rows.map((row) => [row.id, row.name]))
}

/**
 * Takes and frees seats. An increase is tested in the statement itself: `used` never passes `owned` by it, whatever was read
 * before. A decrease always passes, also where fewer seats are owned today than are used.
 *
 * @param moves by product: assignments made minus assignments ended
 * @throws when a product has too few seats; the transaction must not go on
 */
export async function moveSeats(
  transaction: Transaction,
  organization: number,
  moves: Map<number, number>,
): Promise<void> {
  const rows = [...moves].filter(([, by]) => by !== 0).map(([id, by]) => ({ id, by }))
  if (rows.length === 0) return
  const moved = await transaction`
    update products product set used = product.used + move.by
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as move(id integer, by integer)
    where product.organization_id = ${organization} and product.id = move.id
      and product.used + move.by >= 0 and (move.by < 0 or product.used + move.by <= product.owned)`
  if (moved.count !== rows.length) throw new Error('a batch wanted more seats than there are')
}

interface SeatWait {
  personId: number
  productId: number
}

/** Somebody waits for a seat from now on; who already did keeps their place. */
export async function waitForSeats(
  transaction: Transaction,
  organization: number,
  plan: number,
  waits: SeatWait[],
  at: Date,
): Promise<void> {
  if (waits.length === 0) return
  await transaction`
    insert into waits (organization_id, person_id, product_id, kind, since, plan_id)
    select ${organization}, person_id, product_id, 'seat', ${at}, ${plan} from ${pairs(transaction, waits)}
    on conflict (organization_id, person_id, product_id, kind) do update set plan_id = excluded.plan_id, until = null`
}

/** These people have their seat. */
export async function endSeatWaits(transaction: Transaction, organization: number, waits: SeatWait[]): Promise<void> {
  if (waits.length === 0) return
  await transaction`
    delete from waits wait using ${pairs(transaction, waits)}
    where wait.organization_id = ${organization} and wait.kind = 'seat'
      and wait.person_id = new.person_id and wait.product_id = new.product_id`
}

/** How many people wait for a seat of each product, those of the batch aside. */
export async function countSeatWaits(
  handle: Handle,
  organization: number,
  products: number[],
  except: number[],
): Promise<Map<number, number>> {
  if (products.length === 0) return new Map()
  const rows = await handle<{ id: number; people: number }[]>`
    select product_id as id, count(*)::int as people from waits
    where organization_id = ${organization} and kind = 'seat' and product_id = any(${products}::integer[])
      and person_id <> all(${except}::bigint[])
    group by product_id`
  return new Map(rows.map((row) => [row.id, row.people]))
}

/** How many assigns of each of these products a plan has that have found no seat yet, those that failed for want of one included. */
export async function openAssigns(
  handle: Handle,
  organization: number,
  plan: number,
  products: number[],
): Promise<Map<number, number>> {
  if (products.length === 0) return new Map()
  const rows = await handle<{ id: number; assigns: number }[]>`
    select i.product_id as id, count(*)::int as assigns from plan_items i
    left join ${outcomeOf(handle)} on true
    where i.organization_id = ${organization} and i.plan_id = ${plan} and i.kind = 'assign' and i.predicted <> 'noop' and not i.excluded
      and i.product_id = any(${products}::integer[]) and (o.number is null or o.code = 'SEATS_EXHAUSTED')
    group by i.product_id`
  return new Map(rows.map((row) => [row.id, row.assigns]))
}

function pairs(transaction: Transaction, waits: SeatWait[]) {
  const rows = waits.map((wait) => ({ person_id: wait.personId, product_id: wait.productId }))
  return transaction`json_to_recordset(${JSON.stringify(rows)}::text::json) as new(person_id bigint, product_id integer)`
}
