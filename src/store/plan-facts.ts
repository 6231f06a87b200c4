/** What a plan is told about the organization it was made for: seats, holders, and what its sources last said. */
import type { PlanHeader } from '../reconcile/canonical.ts'
import { type Amounts, NOTHING } from '../reconcile/guard-facts.ts'
import type { ActionKind } from '../reconcile/model.ts'
import type { Handle, Transaction } from './connection.ts'
import { type SeatForecast, seen } from './plans.ts'
import type { Part } from './proposal.ts'

/** Per product that the part touches: seats now, and once it is applied as predicted. */
export async function forecastSeats(
  transaction: Transaction,
  organization: number,
  part: Part,
): Promise<SeatForecast[]> {
  return await transaction<SeatForecast[]>`
    select p.key as product, p.name, p.owned, p.used,
      (p.used + count(*) filter (where a.kind = 'assign' and a.predicted = 'succeeded') - count(*) filter (where a.kind = 'revoke'
        and a.predicted = 'succeeded'))::int as after,
      (count(*) filter (where a.predicted = 'waiting_seat'))::int as waiting
    from placed a join products p on p.organization_id = ${organization} and p.id = a.product_id
    where a.part = ${part} and a.kind in ('assign', 'revoke')
    group by p.id, p.key, p.name, p.owned, p.used order by p.key`
}

/** Members whom some part of the proposal touches: newcomers are none yet, and whoever stands in both parts counts once. */
export async function touchedMembers(transaction: Transaction, organization: number): Promise<number> {
  const [row] = await transaction<{ count: number }[]>`
    select count(*)::int as count from (select distinct person_id from placed) a
    join members m on m.organization_id = ${organization} and m.person_id = a.person_id and m.state <> 'removed'`
  return row?.count ?? 0
}

/** Whether rules or settings are others than in every plan that was approved; where none ever was, nothing has changed. */
export async function changedSince(
  handle: Handle,
  organization: { id: number; rulesetVersion: number; settingsVersion: number },
): Promise<{ rules: boolean; settings: boolean }> {
  // Versions only rise, so the youngest of these plans has the latest of each.
  const [row] = await handle<{ rules: boolean; settings: boolean }[]>`
    select header->>'rulesetVersion' is distinct from ${String(organization.rulesetVersion)} as rules,
      header->>'settingsVersion' is distinct from ${String(organization.settingsVersion)} as settings
    from plans p where p.organization_id = ${organization.id} and p.lane = 'sync' and ${seen(handle)}
    order by p.id desc limit 1`
  return row ?? { rules: false, settings: false }
}

/** What each source last said, as `source:digest of the content`, by the source's key. */
export async function sourceDigests(handle: Handle, organization: number): Promise<string[]> {
  const rows = await handle<{ key: string; digest: string | null }[]>`
    select s.key, n.digest from sources s
    join snapshots n on n.organization_id = s.organization_id and n.id = s.last_snapshot_id
    where s.organization_id = ${organization} order by s.key`
  return rows.map((row) => `${row.key}:${row.digest ?? ''}`)
}

/** The rules that a plan was made by. */
export async function planBase(
  handle: Handle,
  organization: number,
  plan: number,
): Promise<{ rulesetVersion: number | null }> {
  const [row] = await handle<{ rulesetVersion: number | null }[]>`
    select (header->>'rulesetVersion')::int as "rulesetVersion" from plans
    where organization_id = ${organization} and id = ${plan}`
  return row ?? { rulesetVersion: null }
}

/** Sources of the plan of which a whole file with fewer people was accepted since it was made. */
export async function shrunkSources(
  handle: Handle,
  organization: number,
  plan: { sourceIds: number[]; createdAt: Date },
): Promise<{ name: string; before: number; now: number }[]> {
  const { createdAt } = plan
  const accepted = handle`n.organization_id = s.organization_id and n.source_id = s.id and n."full"
    and n.state in ('admitted', 'confirmed')`
  return await handle<{ name: string; before: number; now: number }[]>`
    select s.name, before.people as before, now.people as now from sources s
    cross join lateral (select n.people from snapshots n where ${accepted} and n.at <= ${createdAt} order by n.id desc limit 1) before
    cross join lateral (select n.people from snapshots n where ${accepted} and n.at > ${createdAt} order by n.id desc limit 1) now
    where s.organization_id = ${organization} and s.id = any(${plan.sourceIds}::int[]) and now.people < before.people
    order by s.name`
}

/**
 * What a stored plan takes away and changes, in the words of the guards; what was foreseen is nobody's to stop, nor what was left out, nor
 * what changes nothing.
 */
export async function planAmounts(
  handle: Handle,
  organization: number,
  plan: number,
): Promise<{ kinds: Partial<Record<ActionKind, number>>; amounts: Amounts }> {
  const rows = await handle<
    { kind: ActionKind; product: string | null; count: number; renamed: number; shortened: number }[]
  >`
    select i.kind, case i.kind when 'revoke' then p.key end as product, count(*)::int as count,
      (count(*) filter (where i.kind = 'update_identity' and i.after ? 'email'))::int as renamed,
      (count(*) filter (where i.kind = 'shorten' and i.effect = 'subtractive'))::int as shortened
    from plan_items i left join products p on p.organization_id = i.organization_id and p.id = i.product_id
    where i.organization_id = ${organization} and i.plan_id = ${plan} and i.source_ids <> '{}' and not i.excluded
      and i.predicted <> 'noop' group by 1, 2`
  const kinds: Partial<Record<ActionKind, number>> = {}
  const amounts = {
    ...NOTHING,
    revoke: Object.fromEntries(rows.flatMap((row) => (row.product === null ? [] : [[row.product, row.count]]))),
  }
  for (const { kind, count, renamed, shortened } of rows) {
    kinds[kind] = (kinds[kind] ?? 0) + count
    amounts.rename += renamed
    amounts.shorten += shortened
  }
  return { kinds, amounts: { ...amounts, remove: kinds.remove ?? 0, suspend: kinds.suspend ?? 0 } }
}

/** Invitations of a stored plan that only sources ask for of which nobody ever approved another plan. */
export async function firstInvites(handle: Handle, organization: number, plan: number): Promise<number> {
  const [row] = await handle<{ count: number }[]>`
    with fresh as (
      select coalesce(array_agg(s.id), '{}') as ids from sources s
      where s.organization_id = ${organization} and s.kind <> 'manual'
        and not exists (select from plans p where p.organization_id = s.organization_id and p.lane <> 'by_hand' and p.id <> ${plan}
          and ${seen(handle)} and s.id = any(p.source_ids)))
    select count(*)::int as count from plan_items i, fresh
    where i.organization_id = ${organization} and i.plan_id = ${plan} and i.kind = 'invite' and i.source_ids <> '{}'
      and i.source_ids <@ fresh.ids and not i.excluded`
  return row?.count ?? 0
}

/** The header that the hash of a plan begins with. */
export async function planHeader(handle: Handle, organization: number, plan: number): Promise<PlanHeader> {
  const [row] = await handle<{ header: PlanHeader }[]>`
    select header from plans where organization_id = ${organization} and id = ${plan}`
  if (row === undefined) throw new Error(`plan ${plan} is gone`)
  return row.header
}

/** Keys of all products and sources by their ids, also of those that are gone: items are hashed with them. */
export async function planKeys(
  handle: Handle,
  organization: number,
): Promise<{ products: Map<number, string>; sources: Map<number, string> }> {
  const rows = await handle<{ id: number; key: string; kind: 'product' | 'source' }[]>`
    select id, key, 'product' as kind from products where organization_id = ${organization}
    union all select id, key, 'source' from sources where organization_id = ${organization}`
  const of = (kind: 'product' | 'source') =>
    new Map(rows.flatMap((row) => (row.kind === kind ? [[row.id, row.key] as const] : [])))
  return { products: of('product'), sources: of('source') }
}

/** Ids of the members whom a plan is about; of plans for which somebody named them one by one. */
export async function membersOfPlan(handle: Handle, organization: number, plan: number): Promise<number[]> {
  const rows = await handle<{ id: number }[]>`
    select m.id from members m where m.organization_id = ${organization} and m.person_id in (
      select person_id from plan_items where organization_id = ${organization} and plan_id = ${plan}) order by m.id`
  return rows.map((row) => row.id)
}
