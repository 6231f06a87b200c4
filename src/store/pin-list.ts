/** Pins as a list for people: whom they concern, until when, and who asked for them. */
import type { PinKind } from '../reconcile/pinned.ts'
import type { Handle } from './connection.ts'

export interface PinListRow {
  memberId: number
  personId: number
  email: string
  name: string | null
  kind: PinKind
  productId: number
  /** Null where it is about the membership. */
  product: string | null
  productName: string | null
  until: Date | null
  nextSync: boolean
  lapsed: boolean
  /** Null where nobody said why. */
  reason: string | null
  createdBy: string
  planId: number
  since: Date
}

/** Where a page begins: after this pin. */
export interface PinPlace {
  person: number
  kind: string
  product: number
}

/** In the order of people (`of`: of this one alone), then kind and product; pins that have lapsed and are kept to be told of are among them. */
export async function listPins(
  handle: Handle,
  organization: number,
  filter: { kind: PinKind | null; emailKey: string | null; of?: number; after: PinPlace | null; limit: number },
): Promise<PinListRow[]> {
  const { person = 0, kind = '', product = 0 } = filter.after ?? {}
  return await handle<PinListRow[]>`
    select m.id as "memberId", k.person_id as "personId", m.email,
      coalesce(m.display_name, nullif(concat_ws(' ', m.first_name, m.last_name), '')) as name, k.kind, k.product_id as "productId",
      p.key as product, p.name as "productName", k.until, k.next_sync as "nextSync",
      (k.until is not null and k.since >= k.until) as lapsed, k.reason, k.created_by as "createdBy", k.plan_id as "planId", k.since
    from pins k
    join members m on m.organization_id = k.organization_id and m.person_id = k.person_id
    left join products p on p.organization_id = k.organization_id and p.id = k.product_id
    where k.organization_id = ${organization} and (${filter.kind}::text is null or k.kind = ${filter.kind})
      and (${filter.emailKey}::text is null or m.email_key = ${filter.emailKey})
      ${filter.of === undefined ? handle`` : handle`and k.person_id = ${filter.of}`}
      and (k.person_id, k.kind, k.product_id) > (${person}::bigint, ${kind}::text, ${product}::int)
    order by k.person_id, k.kind, k.product_id limit ${filter.limit}`
}
