/** What was applied of each kind that guards count, by the hour: many small portions are one large one. */
import type { Amounts } from '../reconcile/guard-facts.ts'
import type { Handle, Transaction } from './connection.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const KEPT_MS = 8 * DAY_MS

/** How many items of a kind a batch applied; product 0 where the kind has none. */
export interface Applied {
  kind: keyof Amounts
  productId: number
  count: number
}

/** Adds what a batch applied, in the transaction that applied it. */
export async function addApplied(
  transaction: Transaction,
  organization: number,
  applied: Applied[],
  at: Date,
): Promise<void> {
  if (applied.length === 0) return
  const rows = applied.map(({ kind, productId, count }) => ({ kind, product_id: productId, count }))
  await transaction`
    insert into applied_amounts as a (organization_id, hour, kind, product_id, count)
    select ${organization}, ${new Date(at.getTime() - (at.getTime() % HOUR_MS))}, kind, product_id, count
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as x(kind text, product_id int, count int)
    order by kind, product_id
    on conflict (organization_id, hour, kind, product_id) do update set count = a.count + excluded.count`
}

interface AmountRow {
  kind: keyof Amounts
  product: string | null
  day: number
  week: number
}

/**
 * What was applied in the last 24 hours and in the last seven days, counted from full hours, each with what is approved and has no
 * outcome yet: it may come at any moment. What a person let through by its number is known and counts in neither. What ends because
 * its day had come counts here, though no guard ever stops it.
 */
export async function readApplied(
  handle: Handle,
  organization: number,
  at: Date,
  except = 0,
): Promise<{ day: Amounts; week: Amounts }> {
  const since = (milliseconds: number) => new Date(at.getTime() - milliseconds)
  const rows = await handle<AmountRow[]>`
    with done as (
      select kind, product_id, count, hour > ${since(DAY_MS)} as today from applied_amounts
      where organization_id = ${organization} and hour > ${since(7 * DAY_MS)}
      union all
      select case i.kind when 'update_identity' then 'rename' else i.kind end, case i.kind when 'revoke' then i.product_id else 0 end, 1, true
      from plans p join plan_items i on i.organization_id = p.organization_id and i.plan_id = p.id
      where p.organization_id = ${organization} and p.state in ('approved', 'applying', 'paused') and p.id <> ${except}
        -- A plan that only gives is not read at all, however large it is.
        and (p.counts = '{}' or p.counts ?| array['remove', 'suspend', 'revoke', 'shorten', 'update_identity'])
        and (i.kind in ('remove', 'suspend', 'revoke') or (i.kind = 'shorten' and i.effect = 'subtractive')
          or (i.kind = 'update_identity' and i.after ? 'email'))
        and not (p."override" is not null and exists (
          select from jsonb_array_elements(p.findings) f, jsonb_array_elements(f->'holds') h
          where f->>'nature' = 'amount' and f->>'verdict' <> 'pass' and h->>'kind' = i.kind and (h->>'product' is null
            or exists (select from products r where r.organization_id = i.organization_id and r.id = i.product_id and r.key = h->>'product'))))
        and not exists (select from outcomes o where o.organization_id = i.organization_id and o.plan_id = i.plan_id
          and o.number = i.number))
    select d.kind, p.key as product, coalesce(sum(d.count) filter (where d.today), 0)::int as day, sum(d.count)::int as week
    from done d left join products p on p.organization_id = ${organization} and p.id = d.product_id
    group by d.kind, p.key`
  return { day: amountsOf(rows, 'day'), week: amountsOf(rows, 'week') }
}

function amountsOf(rows: AmountRow[], span: 'day' | 'week'): Amounts {
  const of = (kind: AmountRow['kind']) => rows.find((row) => row.kind === kind)?.[span] ?? 0
  const revokes = rows.flatMap((row) =>
    row.kind === 'revoke' && row.product !== null ? [[row.product, row[span]]] : [],
  )
  return {
    remove: of('remove'),
    suspend: of('suspend'),
    rename: of('rename'),
    shorten: of('shorten'),
    revoke: Object.fromEntries(revokes),
  }
}

/** Forgets hours that no window reaches any more. */
export async function forgetApplied(handle: Handle, organization: number, at: Date): Promise<void> {
  await handle`
    delete from applied_amounts where organization_id = ${organization} and hour < ${new Date(at.getTime() - KEPT_MS)}`
}
