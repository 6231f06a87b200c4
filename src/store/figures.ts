/**
 * How things stand in all organizations together, for whoever watches over the daemon: a few statements whatever the number of
 * people, and never a row a person.
 */
import type { Sql } from './connection.ts'
import { pipeline } from './pipeline.ts'

export interface Figures {
  /** Plans there are, and for how many seconds the oldest of them awaits approval or is approved; null for states that are ends. */
  plans: { organization: string; lane: string; state: string; count: number; oldest: number | null }[]
  /** What guards hold or refuse right now. */
  holds: { organization: string; subject: 'plan' | 'snapshot'; guard: string; verdict: string; count: number }[]
  /** The last file of each source that was let in; nulls while there is none. */
  sources: { organization: string; source: string; age: number | null; rows: number | null; errors: number | null }[]
  products: { organization: string; product: string; owned: number; used: number }[]
  /** `product` is empty where the wait is about the membership. */
  waits: { organization: string; kind: string; product: string; count: number }[]
  /** Letters on their way, and those that did not arrive for certain; the sent ones are counted as they leave. */
  letters: { state: string; count: number }[]
  /** For how many seconds the oldest row of the audit that no seal covers has been there; 0 where there is none. */
  unsealed: { organization: string; age: number }[]
}

/** A statement that takes longer than this is given up: watching must not be what slows things down. */
const STATEMENT_MS = 2_000

/** @throws the database's own error when it does not answer in time */
export async function readFigures(sql: Sql): Promise<Figures> {
  return await sql.begin('isolation level repeatable read read only', async (transaction) => {
    await transaction`select set_config('statement_timeout', ${String(STATEMENT_MS)}, true)`
    const [plans, holds, sources, products, waits, letters, unsealed] = await pipeline([
      transaction<Figures['plans']>`
        select o.key as organization, p.lane, p.state, p.count, p.oldest
        from (
          select organization_id, lane, state, count(*)::int as count,
            case when state in ('awaiting_approval', 'approved', 'applying')
              then extract(epoch from now() - min(case state when 'awaiting_approval' then created_at else coalesce(approved_at, created_at) end))::float8
            end as oldest
          from plans group by organization_id, lane, state) p
        join organizations o on o.id = p.organization_id`,
      transaction<Figures['holds']>`
        select o.key as organization, h.subject, f ->> 'guard' as guard, f ->> 'verdict' as verdict, count(*)::int as count
        from (
          select organization_id, 'plan' as subject, findings from plans where state = 'awaiting_approval'
          union all
          select organization_id, 'snapshot', findings from snapshots where state = 'held') h
        cross join jsonb_array_elements(h.findings) f
        join organizations o on o.id = h.organization_id
        where f ->> 'verdict' <> 'pass' group by 1, 2, 3, 4`,
      transaction<Figures['sources']>`
        select o.key as organization, s.key as source, n.rows, n.errors,
          extract(epoch from now() - n.at)::float8 as age
        from sources s join organizations o on o.id = s.organization_id
        left join lateral (
          select at, rows, errors from snapshots n
          where n.organization_id = s.organization_id and n.source_id = s.id and n.state in ('admitted', 'confirmed')
          order by n.id desc limit 1) n on true
        where s.connected and s.kind not in ('manual', 'upload') and not o.retired`,
      transaction<Figures['products']>`
        select o.key as organization, p.key as product, p.owned, p.used
        from products p join organizations o on o.id = p.organization_id where not p.retired and not o.retired`,
      transaction<Figures['waits']>`
        select o.key as organization, w.kind, coalesce(p.key, '') as product, w.count
        from (
          select organization_id, kind, product_id, count(*)::int as count from waits group by organization_id, kind, product_id) w
        join organizations o on o.id = w.organization_id
        left join products p on p.organization_id = w.organization_id and p.id = w.product_id`,
      transaction<Figures['letters']>`
        select wanted.state, (select count(*)::int from letters l where l.state = wanted.state) as count
        from unnest(array['due', 'sending', 'failed', 'unknown']) wanted(state)`,
      transaction<Figures['unsealed']>`
        select o.key as organization, coalesce(extract(epoch from now() - a.at), 0)::float8 as age
        from organizations o
        left join lateral (
          select to_id from audit_seals s where s.organization_id = o.id order by number desc limit 1) s on true
        left join lateral (
          select at from audit a where a.organization_id = o.id and a.id > coalesce(s.to_id, 0) order by id limit 1) a on true
        where not o.retired`,
    ])
    return { plans, holds, sources, products, waits, letters, unsealed }
  })
}
