/** The audit as it is read: newest first, narrowed by who, what, and when. */
import type { Handle } from './connection.ts'

export interface AuditListRow {
  id: number
  at: Date
  actor: string
  act: string
  object: string
  planId: number | null
  requestId: string | null
  tokenId: number | null
  before: unknown
  after: unknown
}

export interface AuditFilter {
  actor: string | null
  /** `plan.approved`, or `plan` for all acts on plans. */
  act: string | null
  /** As the doors show it: `pln_7`. */
  object: string | null
  since: Date | null
  until: Date | null
  /** Only rows with a smaller id: the cursor of the page before. */
  before: number | null
  limit: number
}

export async function listAudit(handle: Handle, organization: number, filter: AuditFilter): Promise<AuditListRow[]> {
  const { actor, act, object, since, until, before } = filter
  return await handle<AuditListRow[]>`
    select id, at, actor, act, object, plan_id as "planId", request_id as "requestId", token_id as "tokenId", before, after
    from audit
    where organization_id = ${organization}
      ${before === null ? handle`` : handle`and id < ${before}`}
      ${actor === null ? handle`` : handle`and actor = ${actor}`}
      ${act === null ? handle`` : handle`and (act = ${act} or starts_with(act, ${`${act}.`}))`}
      ${object === null ? handle`` : handle`and object = ${object}`}
      ${since === null ? handle`` : handle`and at >= ${since}`}
      ${until === null ? handle`` : handle`and at < ${until}`}
    order by id desc limit ${filter.limit}`
}
