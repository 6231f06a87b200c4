/** What did not succeed: items of a plan that failed, and rows of its files that never became an item. */
import type { ActionKind, OutcomeState, RowProduct } from '../reconcile/model.ts'
import type { Handle } from './connection.ts'
import type { SnapshotLayout } from './snapshots.ts'

/** A file that a plan was made from. */
export interface FailureFile {
  snapshotId: number
  sourceId: number
  file: string
  /** Rows that could not be read. */
  errors: number
  layout: SnapshotLayout | null
}

/** An item that failed, with what its source says of the person now and what they still hold. */
export interface FailedItem {
  number: number
  kind: ActionKind
  state: OutcomeState
  code: string | null
  params: Record<string, string | number>
  email: string
  name: string | null
  product: string | null
  file: string | null
  line: number | null
  row: FailedRow | null
  /** Names of the products that the person holds. */
  holds: string[]
}

/** The live directory row of the person, as far as a file could say it. */
interface FailedRow {
  external_id: string
  email: string
  user_name: string | null
  first_name: string | null
  last_name: string | null
  display_name: string | null
  language: string | null
  role: string | null
  status: string
  seat_priority: number | null
  expires: string | null
  start_date: string | null
  groups: string[]
  products: RowProduct[]
  attributes: Record<string, string>
}

export interface FailedCells {
  line: number
  code: string
  params: Record<string, string | number>
  cells: string[]
}

const FAILED_STATES = ['failed_permanent', 'failed_retryable', 'blocked'] as const

/** The newest file of each source of the plan that the plan was made from: the plan's header names them as `source:digest`. */
export async function failureFiles(handle: Handle, organization: number, plan: number): Promise<FailureFile[]> {
  return await handle<FailureFile[]>`
    select n.id as "snapshotId", n.source_id as "sourceId", n.file, n.errors, n.layout
    from plans p
    join sources s on s.organization_id = p.organization_id and s.id = any(p.source_ids)
    cross join lateral (
      select * from snapshots c
      where c.organization_id = p.organization_id and c.source_id = s.id and p.header->'snapshots' ? (s.key || ':' || c.digest)
        and c.at <= p.created_at
      order by c.id desc limit 1) n
    where p.organization_id = ${organization} and p.id = ${plan} order by s.id`
}

/** Failed items in the order of the plan, at most `limit` after item `after`. */
export async function failedItems(
  handle: Handle,
  organization: number,
  plan: number,
  page: { after: number; limit: number },
): Promise<FailedItem[]> {
  return await handle<FailedItem[]>`
    select i.number, i.kind, o.state, o.code, o.params, i.subject_email as email, i.subject_name as name, p.name as product,
      i.evidence->>'file' as file, (i.evidence->>'line')::int as line,
      (select json_build_object('external_id', u.anchor, 'email', u.email, 'user_name', u.user_name, 'first_name', u.first_name,
          'last_name', u.last_name, 'display_name', u.display_name, 'language', u.language, 'role', u.role, 'status', u.status,
          'seat_priority', u.seat_priority, 'expires', u.expires_at, 'start_date', u.start_at, 'groups', to_json(coalesce(names.list, u.groups)),
          'products', u.products, 'attributes', u.attributes)
        from directory_users u
        left join lateral (
          select array_agg(g.name order by g.id) as list from directory_groups g
          where g.organization_id = u.organization_id and g.source_id = u.source_id and g.id = any(u.groups) and g.to_change is null
        ) names on true
        where u.organization_id = i.organization_id and u.person_id = i.person_id and u.to_change is null
        order by (u.source_id = any(i.source_ids)) desc, u.source_id limit 1) as row,
      array(select q.name from assignments a join products q on q.organization_id = a.organization_id and q.id = a.product_id
        where a.organization_id = i.organization_id and a.person_id = i.person_id order by q.id) as holds
    from outcomes o
    join plan_items i on i.organization_id = o.organization_id and i.plan_id = o.plan_id and i.number = o.number
    left join products p on p.organization_id = i.organization_id and p.id = i.product_id
    where o.organization_id = ${organization} and o.plan_id = ${plan} and o.number > ${page.after}
      and o.state = any(${[...FAILED_STATES]}::text[])
    order by o.number limit ${page.limit}`
}

/** Rows of a file that could not be read, in the order of the file, at most `limit` after line `after`. */
export async function failedRows(
  handle: Handle,
  organization: number,
  snapshot: number,
  page: { after: number; limit: number },
): Promise<FailedCells[]> {
  return await handle<FailedCells[]>`
    select line, code, params, cells from row_errors
    where organization_id = ${organization} and snapshot_id = ${snapshot} and line > ${page.after}
    order by line limit ${page.limit}`
}
