/** Whom items of a plan were about that failed, and what was wanted for them, so that it can be asked for once more. */
import type { Instant, Role } from '../reconcile/model.ts'
import { FAILED_STATES } from '../reconcile/tally.ts'
import type { Handle } from './connection.ts'

/** Somebody of whom an item failed. */
export interface Retried {
  email: string
  firstName: string | null
  lastName: string | null
  language: string | null
  /** Null where they are no member. */
  memberId: number | null
  /** Of an invitation. */
  role: Role | null
  /** Keys of the products of the items, in order. */
  products: string[]
  /** The end that was asked for of these: at most one of each; null stands for none. */
  ends: (Instant | null)[]
}

/** Failed items by their numbers; or all of one code, the first `limit` of them. */
export type FailedChoice = { items: number[] } | { code: string; limit: number }

/**
 * The people of failed items, by address. Whoever could not be invited is told with the products that would have come with it.
 */
export async function readRetried(
  handle: Handle,
  organization: number,
  plan: number,
  choice: FailedChoice,
): Promise<Retried[]> {
  return await handle<Retried[]>`
    with failed as (
      select i.* from outcomes o
      join plan_items i on i.organization_id = o.organization_id and i.plan_id = o.plan_id and i.number = o.number
      where o.organization_id = ${organization} and o.plan_id = ${plan} and o.state = any(${[...FAILED_STATES]}::text[])),
    chosen as (
      select * from failed
      where ${
        'items' in choice
          ? handle`number = any(${choice.items}::int[])`
          : handle`number in (
        select number from outcomes where organization_id = ${organization} and plan_id = ${plan} and code = ${choice.code}
        order by number limit ${choice.limit})`
      }),
    meant as (
      select * from chosen
      union select f.* from failed f join chosen c on c.person_id = f.person_id and c.kind = 'invite' where f.kind = 'assign')
    select i.subject_email as email, max(i.after->>'firstName') as "firstName", max(i.after->>'lastName') as "lastName",
      max(i.after->>'language') as language, max(m.id) as "memberId",
      max(i.after->>'role') filter (where i.kind = 'invite') as role,
      coalesce(array_agg(distinct p.key order by p.key) filter (where p.key is not null), '{}') as products,
      coalesce(json_agg(distinct coalesce(i.after->>'grantedUntil', i.after->>'expiresAt'))
        filter (where i.kind in ('assign', 'extend', 'shorten')), '[]') as ends
    from meant i
    left join products p on p.organization_id = i.organization_id and p.id = i.product_id
    left join members m on m.organization_id = i.organization_id and m.person_id = i.person_id and m.state <> 'removed'
    group by i.person_id, i.subject_email order by min(i.number)`
}
