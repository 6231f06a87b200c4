/** Rules as they are written: what changes is closed and gets its next version, since plans name the version that they were made by. */
import type { Rule } from '../reconcile/model.ts'
import type { Handle } from './connection.ts'
import { listRules, type Managed, type RuleRow } from './organizations.ts'

export type NewRule = Omit<Rule, 'version'>

/** Closes and begins rules in one change, and raises the version of the ruleset, so that a person looks at the next plan. */
export async function replaceRules(
  handle: Handle,
  organization: number,
  { closed, fresh, managed }: { closed: string[]; fresh: NewRule[]; managed: Managed },
  change: number,
): Promise<void> {
  await handle`
    update rules set to_change = ${change} where organization_id = ${organization} and to_change is null
      and key = any(${closed}::text[])`
  await handle`
    insert into rules (organization_id, key, version, priority, source, "when", "then", managed, from_change)
    select ${organization}, x.key, 1 + coalesce((select max(version) from rules r where r.organization_id = ${organization} and r.key = x.key), 0),
      x.priority, x.source, x."when", x."then", ${managed}, ${change}
    from json_to_recordset(${JSON.stringify(fresh)}::text::json) as x(key text, priority int, source text, "when" jsonb, "then" jsonb)`
  await handle`update organizations set ruleset_version = ruleset_version + 1 where id = ${organization}`
}

/**
 * Makes the rules of the config file those that count. What people set through the API stays, but for keys that the file has too.
 *
 * @returns whether evaluation can differ, and the rules that the file has taken over, as they were
 */
export async function writeRules(
  handle: Handle,
  organization: number,
  rules: NewRule[],
  change: (organization: number) => Promise<number>,
): Promise<{ changed: boolean; taken: RuleRow[] }> {
  const live = await listRules(handle, organization)
  const now = new Map(live.map((rule) => [rule.key, rule]))
  const wanted = new Map(rules.map((rule) => [rule.key, rule]))
  const gone = live.filter((rule) => {
    const next = wanted.get(rule.key)
    return next === undefined ? rule.managed === 'config' : !isSameRule(next, rule)
  })
  const fresh = rules.filter((rule) => {
    const before = now.get(rule.key)
    return before === undefined || !isSameRule(before, rule)
  })
  const taken = live.filter((rule) => rule.managed === 'api' && wanted.has(rule.key))
  if (taken.length > 0) {
    await handle`
      update rules set managed = 'config' where organization_id = ${organization} and to_change is null
        and key = any(${taken.map((rule) => rule.key)}::text[])`
  }
  if (gone.length + fresh.length === 0) return { changed: false, taken }
  const closed = gone.map((rule) => rule.key)
  await replaceRules(handle, organization, { closed, fresh, managed: 'config' }, await change(organization))
  return { changed: true, taken }
}

/** Says of each source whether one of the rules lets it change administrators. */
export async function noteManagesAdmins(handle: Handle, organization: number): Promise<void> {
  await handle`
    update sources s set manages_admins = x.manages
    from (select o.key, exists (${managing(handle, organization)} and (r.source is null or r.source = o.key)) as manages
      from sources o where o.organization_id = ${organization} and o.kind not in ('manual', 'upload')) x
    where s.organization_id = ${organization} and s.key = x.key and s.connected and s.manages_admins <> x.manages`
}

/** Rules that let a source change administrators, as the beginning of a query. */
export const managing = (handle: Handle, organization: number) => handle`
  select from rules r where r.organization_id = ${organization} and r.to_change is null and r."then" @> '[{"manage_admins": true}]'`

/** jsonb gives keys back in its own order; sorting them makes two writings of one rule equal. */
export function isSameRule(one: NewRule, other: NewRule): boolean {
  const text = (rule: NewRule) => JSON.stringify(sorted([rule.priority, rule.source, rule.when, rule.then]))
  return text(one) === text(other)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}
