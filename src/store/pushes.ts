/** What identity providers have pushed and nobody has planned yet, of all organizations: what a daemon asks that was told of none. */
import type { Handle } from './connection.ts'

/** A source that pushes, and the marks that its requests left. */
export interface PushingSource {
  organizationId: number
  settings: Record<string, unknown>
  /** When the first mark and the last one were left; null where nothing waits to be read. */
  first: Date | null
  last: Date | null
  /** When the first of somebody was left who loses access. */
  urgent: Date | null
}

export async function listPushing(handle: Handle): Promise<PushingSource[]> {
  return await handle<PushingSource[]>`
    select s.organization_id as "organizationId", s.settings,
      (select at from mirror_marks m where m.organization_id = s.organization_id and m.source_id = s.id order by number limit 1) as first,
      (select at from mirror_marks m where m.organization_id = s.organization_id and m.source_id = s.id
        order by number desc limit 1) as last,
      (select min(at) from mirror_marks m where m.organization_id = s.organization_id and m.source_id = s.id and urgent) as urgent
    from sources s join organizations o on o.id = s.organization_id and not o.retired
    where s.kind = 'scim' and s.connected order by s.organization_id, s.id`
}

/** Whether any of these sources knows somebody, read into the directory or not yet. */
export async function hasPeople(handle: Handle, organization: number, sources: number[]): Promise<boolean> {
  if (sources.length === 0) return false
  const [row] = await handle<{ found: boolean }[]>`
    select exists (select from unnest(${sources}::int[]) s(id)
      where exists (select from mirror_resources r
          where r.organization_id = ${organization} and r.source_id = s.id and r.type = 'User' and r.deleted_at is null)
        or exists (select from person_links l
          where l.organization_id = ${organization} and l.source_id = s.id and l.state <> 'released')) as found`
  return row?.found === true
}

/** People of an organization who were read into the directory and whom no proposal has named since. */
export interface LeftPushed {
  organizationId: number
  /** Somebody who loses access stands in no urgent plan. */
  urgent: boolean
  /** Somebody else stands in no plan at all. */
  pushed: boolean
  /** When the last one was held back, and since when the plan is held that they wait beside; null where there is none. */
  heldBack: Date | null
  held: Date | null
}

/**
 * @param before who was pushed later is still in the hands of whoever reads them
 * @param everybody also those who lose nothing: each is looked up in the plans that are open
 */
export async function listLeftPushed(handle: Handle, before: Date, everybody: boolean): Promise<LeftPushed[]> {
  const open = handle`i.organization_id = x.organization_id and i.person_id = x.person_id and p.organization_id = i.organization_id
    and p.id = i.plan_id and p.state in ('awaiting_approval', 'approved', 'applying', 'paused')`
  return await handle<LeftPushed[]>`
    select o.id as "organizationId",
      exists (select from pushed_people x where x.organization_id = o.id and x.urgent and not x.held and x.at <= ${before}
        and not exists (select from plan_items i, plans p where ${open} and p.lane = 'urgent')) as urgent,
      ${everybody} and exists (select from pushed_people x where x.organization_id = o.id and not x.urgent and x.at <= ${before}
        and not exists (select from plan_items i, plans p where ${open})) as pushed,
      (select max(at) from pushed_people x where x.organization_id = o.id and x.urgent and x.held) as "heldBack",
      (select min(created_at) from plans p where p.organization_id = o.id and p.lane = 'urgent'
        and p.state = 'awaiting_approval') as held
    from organizations o
    where not o.retired and exists (select from pushed_people x where x.organization_id = o.id) order by o.id`
}
