/** What a person's page tells beside the member: why they hold what they hold, what sources say of them, and what they wait for. */
import type { Role } from '../reconcile/model.ts'
import type { Handle } from './connection.ts'

/** One reason for one product: a rule of a source that gives it, or somebody who gave it by hand. */
export interface ReasonRow {
  product: string
  productName: string
  /** Null for what people give by hand. */
  source: string | null
  sourceName: string | null
  rule: string
  /** Who gave it by hand. */
  actor: string | null
  expiresAt: Date | null
  since: Date | null
}

/** What gives this person products now, whether or not they hold them yet. */
export async function readReasons(handle: Handle, organization: number, person: number): Promise<ReasonRow[]> {
  return await handle<ReasonRow[]>`
    select p.key as product, p.name as "productName", s.key as source, s.name as "sourceName", g.rule, h.actor,
      g.expires_at as "expiresAt", c.at as since
    from grants g
    join products p on p.organization_id = g.organization_id and p.id = g.product_id
    left join sources s on s.organization_id = g.organization_id and s.id = g.source_id and s.kind <> 'manual'
    left join hand_grants h on h.organization_id = g.organization_id and h.person_id = g.person_id and h.product_id = g.product_id
      and g.rule = 'manual'
    left join changes c on c.organization_id = g.organization_id and c.number = g.from_change
    where g.organization_id = ${organization} and g.person_id = ${person} and g.to_change is null
    order by p.id, g.priority, g.source_id, g.rule`
}

export interface SightRow {
  source: string
  sourceName: string
  /** Null where nobody has said whom the row means. */
  rule: string | null
  role: Role | null
  since: Date | null
  anchor: string
  email: string
  name: string | null
  status: string
  startAt: Date | null
  /** Names of the groups that the source has them in. */
  groups: string[]
  file: string | null
  line: number | null
}

/** What each source says of them now, and whether a claim follows from it. */
export async function readSights(handle: Handle, organization: number, person: number): Promise<SightRow[]> {
  return await handle<SightRow[]>`
    select s.key as source, s.name as "sourceName", c.rule, c.role, coalesce(made.at, seen.at) as since, u.anchor, u.email,
      coalesce(u.display_name, nullif(concat_ws(' ', u.first_name, u.last_name), '')) as name, u.status, u.start_at as "startAt",
      array(select coalesce(g.name, named.id) from unnest(u.groups) with ordinality as named(id, at)
        left join directory_groups g on g.organization_id = u.organization_id and g.source_id = u.source_id and g.id = named.id
          and g.to_change is null
        order by named.at limit 100) as groups,
      n.file, u.line
    from directory_users u
    join sources s on s.organization_id = u.organization_id and s.id = u.source_id
    left join claims c on c.organization_id = u.organization_id and c.person_id = u.person_id and c.source_id = u.source_id
      and c.to_change is null
    left join changes made on made.organization_id = c.organization_id and made.number = c.from_change
    left join changes seen on seen.organization_id = u.organization_id and seen.number = u.from_change
    left join snapshots n on n.organization_id = u.organization_id and n.id = u.snapshot_id
    where u.organization_id = ${organization} and u.person_id = ${person} and u.to_change is null
    order by s.trust desc, s.id, u.anchor_key limit 50`
}

export interface WaitRow {
  kind: string
  product: string | null
  since: Date
  until: Date | null
  planId: number | null
}

export async function readWaitsOf(handle: Handle, organization: number, person: number): Promise<WaitRow[]> {
  return await handle<WaitRow[]>`
    select w.kind, p.key as product, w.since, w.until, w.plan_id as "planId"
    from waits w left join products p on p.organization_id = w.organization_id and p.id = w.product_id
    where w.organization_id = ${organization} and w.person_id = ${person} order by w.since, w.kind`
}

/** Whether no source may take anything from them; false where nobody was evaluated yet. */
export async function isProtected(handle: Handle, organization: number, person: number): Promise<boolean> {
  const [row] = await handle<{ protected: boolean }[]>`
    select protected from desired_members where organization_id = ${organization} and person_id = ${person}`
  return row?.protected ?? false
}

/** Who asked for them by hand the last time, and when it was done; null where nobody did. */
export async function readInvitedBy(
  handle: Handle,
  organization: number,
  person: number,
): Promise<{ by: string; at: Date; planId: number } | null> {
  const [row] = await handle<{ by: string; at: Date; planId: number }[]>`
    select p.created_by as by, o.at, p.id as "planId" from plan_items i
    join plans p on p.organization_id = i.organization_id and p.id = i.plan_id and p.operation is not null
    join outcomes o on o.organization_id = i.organization_id and o.plan_id = i.plan_id and o.number = i.number and o.state = 'succeeded'
    where i.organization_id = ${organization} and i.person_id = ${person} and i.kind in ('invite', 'reactivate')
    order by i.plan_id desc limit 1`
  return row ?? null
}
