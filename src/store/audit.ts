/** Append-only: who did what to which object. Approvals, settings, every apply batch and every read of an export leave a row. */
import type { Handle } from './connection.ts'

/** `before` and `after` are plain JSON; personal data goes in by reference (`mem_3`), so that erasing a person breaks nothing. */
export interface AuditRow {
  organizationId: number
  at: Date
  /** An e-mail address, `policy additive_auto`, `bootstrap token` or `system`. */
  actor: string
  /** What was done, as noun and verb: `plan.approved`, `batch.applied`. */
  act: string
  /** What it was done to, as the doors show it: `pln_7`. */
  object: string
  planId?: number | null
  requestId?: string | null
  tokenId?: number | null
  before?: unknown
  after?: unknown
}

/** Writes one row or many in one statement; belongs into the transaction of what it tells about. */
export async function writeAudit(handle: Handle, rows: AuditRow | AuditRow[]): Promise<void> {
  const list = (Array.isArray(rows) ? rows : [rows]).map((row) => ({
    organization_id: row.organizationId,
    at: row.at.toISOString(),
    actor: row.actor,
    act: row.act,
    object: row.object,
    plan_id: row.planId ?? null,
    request_id: row.requestId ?? null,
    token_id: row.tokenId ?? null,
    before: row.before ?? null,
    after: row.after ?? null,
  }))
  if (list.length === 0) return
  await handle`
    insert into audit (organization_id, at, actor, act, object, plan_id, request_id, token_id, before, after)
    select row.organization_id, row.at, row.actor, row.act, row.object, row.plan_id, row.request_id, row.token_id, row.before, row.after
    from json_to_recordset(${JSON.stringify(list)}::text::json) as row(organization_id integer, at timestamptz, actor text,
      act text, object text, plan_id bigint, request_id text, token_id bigint, before jsonb, after jsonb)`
}
