/** Items of a plan that did not succeed. */
import type {
  ActionKind,
  Instant,
  OutcomeState,
  Role,
  RowProduct,
  SourceStatus,
  StagedRow,
} from '../reconcile/model.ts'
import { FAILED_STATES } from '../reconcile/tally.ts'
import type { Handle } from './connection.ts'
import { type ProfileColumns, profileOf } from './directory.ts'
import type { FailureFile } from './failures.ts'
import { readStaged } from './staging.ts'

/** An item that failed, with what its source said of the person when the plan was made, and what they still hold. */
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
  /**
   * The person's row as the plan knew it, or as somebody uploaded it; `remove` where the source had ceased to show them by then.
   * Null: no source ever did, nor did the upload.
   */
  row: StagedRow | null
  /** Names of the products that the person holds. */
  holds: string[]
  /** What a person had asked for of the product, and until when; null where sources did, and for a membership. */
  asked: { product: string; until: Instant | null } | null
}

/**
 * Failed items in the order of the plan, at most `limit` after item `after`. Their rows are those that the plan was made from:
 * the one that the item names as its evidence, else the newest that `files` had brought.
 */
export async function failedItems(
  handle: Handle,
  organization: number,
  plan: number,
  page: { after: number; limit: number; files: Pick<FailureFile, 'snapshotId' | 'sourceId' | 'change'>[] },
): Promise<FailedItem[]> {
  const bases = page.files.map((file) => ({ source_id: file.sourceId, change: file.change }))
  const rows = await handle<(Omit<FailedItem, 'row'> & FailedRow)[]>`
    select i.number, i.kind, o.state, o.code, o.params, i.subject_email as email, i.subject_name as name, p.name as product,
      i.evidence->>'file' as file, (i.evidence->>'line')::int as line,
      case when l.lane = 'by_hand' and p.id is not null then jsonb_build_object('product', p.name,
        'until', coalesce(i.after->>'grantedUntil', i.after->>'expiresAt')) end as asked,
      array(select q.name from assignments a join products q on q.organization_id = a.organization_id and q.id = a.product_id
        where a.organization_id = i.organization_id and a.person_id = i.person_id order by q.id) as holds,
      u.anchor, u.anchor_key, u.row_email, u.email_key, u.user_name, u.user_name_key, u.first_name, u.last_name, u.display_name,
      u.language, u.status, u.start_at, u.role, u.groups, u.group_names, u.products, u.expires_at, u.seat_priority, u.attributes,
      u.row_line, u.gone
    from outcomes o
    join plan_items i on i.organization_id = o.organization_id and i.plan_id = o.plan_id and i.number = o.number
    join plans l on l.organization_id = i.organization_id and l.id = i.plan_id
    left join products p on p.organization_id = i.organization_id and p.id = i.product_id
    left join lateral (
      select v.*, v.email as row_email, v.line as row_line,
        v.to_change is not null and v.to_change <= coalesce(b.change, v.to_change) as gone,
        array(select coalesce(g.name, named.id) from unnest(v.groups) with ordinality as named(id, at)
          left join directory_groups g on g.organization_id = v.organization_id and g.source_id = v.source_id and g.id = named.id
            and g.from_change <= v.from_change and (g.to_change is null or g.to_change > v.from_change)
          order by named.at) as group_names
      from directory_users v
      left join json_to_recordset(${JSON.stringify(bases)}::text::json) as b(source_id int, change bigint) on b.source_id = v.source_id
      cross join lateral (
        select v.snapshot_id = (i.evidence->>'snapshotId')::bigint and v.line = (i.evidence->>'line')::int as named) evidence
      where v.organization_id = i.organization_id and v.person_id in (i.person_id, i.from_person_id)
        and (evidence.named or v.from_change <= coalesce(b.change, v.from_change))
      order by evidence.named desc nulls last, v.source_id = any(i.source_ids) desc, gone, v.from_change desc, v.source_id
      limit 1) u on true
    where o.organization_id = ${organization} and o.plan_id = ${plan} and o.number > ${page.after}
      and o.state = any(${[...FAILED_STATES]}::text[])
    order by o.number limit ${page.limit}`
  const items = rows.map(toItem)
  const upload = page.files.find((file) => file.change === null)
  return upload === undefined ? items : await asUploaded(handle, organization, upload.snapshotId, items)
}

/** With the rows of the upload, which the directory never took in. */
async function asUploaded(
  handle: Handle,
  organization: number,
  snapshot: number,
  items: FailedItem[],
): Promise<FailedItem[]> {
  const lines = items.flatMap(({ line }) => line ?? [])
  const rows = await readStaged(handle, organization, snapshot, { lines })
  const byLine = new Map(rows.map((row) => [row.line, row]))
  return items.map((item) => ({ ...item, row: byLine.get(item.line ?? -1) ?? null }))
}

/** The columns of the row; all null where there is none. */
interface FailedRow extends Omit<ProfileColumns, 'email' | 'email_key'> {
  anchor: string | null
  anchor_key: string
  row_email: string
  email_key: string
  status: SourceStatus
  start_at: Date | null
  role: Role | null
  groups: string[]
  group_names: string[]
  products: RowProduct[]
  expires_at: Date | null
  seat_priority: number | null
  attributes: Record<string, string>
  row_line: number | null
  gone: boolean
}

function toItem(found: Omit<FailedItem, 'row'> & FailedRow): FailedItem {
  const { number, kind, state, code, params, email, name, product, file, line, holds, asked } = found
  return { number, kind, state, code, params, email, name, product, file, line, holds, asked, row: toRow(found) }
}

function toRow(found: FailedRow): StagedRow | null {
  if (found.anchor === null) return null
  return {
    line: found.row_line ?? 0,
    action: found.gone ? 'remove' : 'keep',
    anchor: found.anchor,
    anchorKey: found.anchor_key,
    profile: profileOf({ ...found, email: found.row_email }),
    status: found.status,
    startAt: found.start_at?.toISOString() ?? null,
    role: found.role,
    groups: found.groups,
    groupNames: found.group_names,
    products: found.products,
    expiresAt: found.expires_at?.toISOString() ?? null,
    seatPriority: found.seat_priority,
    attributes: found.attributes,
  }
}
