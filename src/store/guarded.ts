/** What the guards count in a proposal, whichever part it is in: whole tables, a handful of statements. */
import type { Amounts } from '../reconcile/guard-facts.ts'
import type { ActionKind, Hold } from '../reconcile/model.ts'
import type { Transaction } from './connection.ts'
import { seen } from './plans.ts'
import type { Proposal } from './proposal.ts'

export type KindCounts = Partial<Record<ActionKind, number>>

/** Items by kind, and the amounts among them; what was foreseen (no source behind it) is nobody's to stop, nor what changes nothing. */
export async function countGuarded({ transaction }: Proposal): Promise<{ kinds: KindCounts; amounts: Amounts }> {
  const rows = await transaction<{ kind: ActionKind; product: string | null; count: number }[]>`
    select kind, case kind when 'revoke' then product_key end as product, count(*)::int as count from placed
    where source_ids <> '{}' and predicted <> 'noop' group by 1, 2`
  const kinds: KindCounts = {}
  for (const { kind, count } of rows) kinds[kind] = (kinds[kind] ?? 0) + count
  const [wide] = await transaction<{ rename: number; shorten: number }[]>`
    select (count(*) filter (where p.kind = 'update_identity' and a.after ? 'email'))::int as rename,
      (count(*) filter (where p.kind = 'shorten' and a.effect = 'subtractive'))::int as shorten
    from placed p join proposed a using (id) where p.kind in ('update_identity', 'shorten') and p.source_ids <> '{}'`
  const revokes = rows.flatMap(({ kind, product, count }) =>
    kind === 'revoke' && product !== null ? [[product, count]] : [],
  )
  return {
    kinds,
    amounts: {
      remove: kinds.remove ?? 0,
      suspend: kinds.suspend ?? 0,
      rename: wide?.rename ?? 0,
      shorten: wide?.shorten ?? 0,
      revoke: Object.fromEntries(revokes),
    },
  }
}

/** People who would get the whole name that somebody else of the proposal had, or whose first and last name change places. */
export async function countSwappedNames({ transaction }: Proposal, organization: number): Promise<number> {
  const [row] = await transaction<{ count: number }[]>`
    with renamed as (
      select m.person_id, m.first_name as old_first, m.last_name as old_last,
        coalesce(nullif(concat_ws(' ', m.first_name, m.last_name), ''), m.display_name) as old_name,
        coalesce(a.after->>'firstName', m.first_name) as new_first, coalesce(a.after->>'lastName', m.last_name) as new_last,
        coalesce(nullif(concat_ws(' ', coalesce(a.after->>'firstName', m.first_name), coalesce(a.after->>'lastName', m.last_name)), ''),
          a.after->>'displayName', m.display_name) as new_name
      from placed p join proposed a using (id)
      join members m on m.organization_id = ${organization} and m.person_id = p.person_id
      where p.kind in ('update_identity', 'update_profile') and p.source_ids <> '{}'
        and (a.after ? 'firstName' or a.after ? 'lastName' or a.after ? 'displayName')),
    changed as (select * from renamed where old_name <> new_name)
    select count(*)::int as count from changed c
    where (c.new_first = c.old_last and c.new_last = c.old_first) or c.new_name in (select old_name from changed)`
  return row?.count ?? 0
}

/** Full names, folded, that are both removed and invited. */
export async function countNamesakes({ transaction }: Proposal): Promise<number> {
  const [row] = await transaction<{ count: number }[]>`
    select count(*)::int as count from (
      select lower(a.subject_name) from placed p join proposed a using (id) where p.kind = 'remove' and p.source_ids <> '{}'
        and a.subject_name <> ''
      intersect
      select lower(a.subject_name) from placed p join proposed a using (id) where p.kind = 'invite' and a.subject_name <> '') names`
  return row?.count ?? 0
}

/** Items by kind that take something from an administrator or owner of the organization, or change who they are. */
export async function countAdministrators({ transaction }: Proposal, organization: number): Promise<KindCounts> {
  const rows = await transaction<{ kind: ActionKind; count: number }[]>`
    select p.kind, count(*)::int as count from members m join placed p on p.person_id = m.person_id
    where m.organization_id = ${organization} and m.role <> 'member' and ${touching(transaction)} group by p.kind`
  return Object.fromEntries(rows.map((row) => [row.kind, row.count]))
}

/** Kinds that guard G9 speaks of; a role that is raised is none of them. */
const touching = (transaction: Transaction) => transaction`
  p.source_ids <> '{}' and p.predicted <> 'noop' and (p.kind in ('remove', 'suspend', 'update_identity') or (p.kind = 'update_role'
    and exists (select from proposed a where a.id = p.id and a.effect = 'subtractive')))`

const domainOf = (transaction: Transaction) => transaction`lower(split_part(a.after->>'email', '@', -1))`

/** Domains of the addresses that people would get, as they are written but for capitals. */
export async function addressDomains({
  transaction,
}: Proposal): Promise<{ domain: string; invites: number; renames: number }[]> {
  return await transaction<{ domain: string; invites: number; renames: number }[]>`
    select ${domainOf(transaction)} as domain, (count(*) filter (where p.kind = 'invite'))::int as invites,
      (count(*) filter (where p.kind = 'update_identity'))::int as renames
    from placed p join proposed a using (id)
    where p.kind in ('invite', 'update_identity') and a.after ? 'email' and p.source_ids <> '{}'
    group by 1 order by 1`
}

/** Which of these domains (lower case, as A-labels) some member has an address of. */
export async function knownDomains(
  transaction: Transaction,
  organization: number,
  domains: string[],
): Promise<string[]> {
  const rows = await transaction<{ domain: string }[]>`
    select distinct split_part(email_key, '@', -1) as domain from members
    where organization_id = ${organization} and state <> 'removed' and split_part(email_key, '@', -1) = any(${domains}::text[])`
  return rows.map((row) => row.domain)
}

/** Sources behind the proposal of which nobody ever approved a plan, and the invitations that only they ask for. */
export async function newSources(
  { transaction }: Proposal,
  organization: number,
): Promise<{ sources: { id: number; name: string }[]; invites: number }> {
  const sources = await transaction<{ id: number; name: string }[]>`
    select s.id, s.name from sources s
    where s.organization_id = ${organization} and s.kind <> 'manual'
      and s.id in (select unnest(source_ids::int[]) from (select distinct source_ids from placed) sets)
      and not exists (select from plans p where p.organization_id = s.organization_id and p.lane <> 'by_hand'
        and ${seen(transaction)} and s.id = any(p.source_ids))
    order by s.name`
  if (sources.length === 0) return { sources: [], invites: 0 }
  const [row] = await transaction<{ count: number }[]>`
    select count(*)::int as count from placed
    where kind = 'invite' and source_ids <> '{}' and source_ids::int[] <@ ${sources.map((one) => one.id)}::int[]`
  return { sources, invites: row?.count ?? 0 }
}

/** Keeps from a policy what guards stopped at; a removal or suspension keeps what else the same person would lose. */
export async function holdItems({ transaction }: Proposal, organization: number, holds: Hold[]): Promise<void> {
  for (const { kind, product, administrators, domains, sources } of holds) {
    await transaction`
      update placed p set part = 'waiting' where p.part = 'free' and p.source_ids <> '{}' and p.kind = ${kind}
        ${product === null ? transaction`` : transaction`and p.product_key = ${product}`}
        ${administrators ? transaction`and exists (select from members m where m.organization_id = ${organization} and m.person_id = p.person_id and m.role <> 'member') and ${touching(transaction)}` : transaction``}
        ${sources ? transaction`and p.source_ids::int[] && ${sources}::int[]` : transaction``}
        ${domains ? transaction`and exists (select from proposed a where a.id = p.id and ${domainOf(transaction)} = any(${domains}::text[]))` : transaction``}`
  }
  await transaction`
    update placed p set part = 'waiting' where p.part = 'free' and p.source_ids <> '{}' and p.kind in ('suspend', 'revoke', 'shorten')
      and p.person_id in (select person_id from placed where part = 'waiting' and kind in ('remove', 'suspend') and source_ids <> '{}')`
}

/** Keeps all of it from a policy, but for what was foreseen. */
export async function holdEverything({ transaction }: Proposal): Promise<void> {
  await transaction`update placed set part = 'waiting' where part = 'free' and source_ids <> '{}'`
}
