/** When sources were last reconciled by their schedules. */
import type { Handle } from './connection.ts'

export interface ScheduledSource {
  organizationId: number
  sourceId: number
  settings: Record<string, unknown>
  /** Null where its first day has not been noted. */
  reconciledAt: Date | null
}

/** Connected sources that have a schedule, of all organizations. */
export async function scheduledSources(handle: Handle): Promise<ScheduledSource[]> {
  return await handle<ScheduledSource[]>`
    select s.organization_id as "organizationId", s.id as "sourceId", s.settings, s.reconciled_at as "reconciledAt"
    from sources s join organizations o on o.id = s.organization_id and not o.retired
    where s.connected and jsonb_typeof(s.settings->'schedule') = 'object'
    order by s.organization_id, s.id`
}

/** When a source was last reconciled by its schedule; null where it never was. */
export async function lastReconciled(handle: Handle, organization: number, source: number): Promise<Date | null> {
  const [row] = await handle<{ at: Date | null }[]>`
    select reconciled_at as at from sources where organization_id = ${organization} and id = ${source}`
  return row?.at ?? null
}

/** Notes that a source was reconciled; false when somebody else has noted it since `before` was read. */
export async function noteReconciled(
  handle: Handle,
  organization: number,
  source: number,
  before: Date | null,
  at: Date,
): Promise<boolean> {
  const noted = await handle`
    update sources set reconciled_at = ${at}
    where organization_id = ${organization} and id = ${source} and reconciled_at is not distinct from ${before}::timestamptz`
  return noted.count === 1
}
