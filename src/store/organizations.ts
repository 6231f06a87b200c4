/** Organizations and what the config file says of them: products, sources, rules, administrators. */
import { z } from 'zod'
import type { ApprovalMode, Product, Rule, Source, SourceKind } from '../reconcile/model.ts'
import type { Handle } from './connection.ts'

export interface Organization {
  id: number
  key: string
  name: string
  zone: string
  settings: OrganizationSettings
  settingsVersion: number
  rulesetVersion: number
  revision: number
}

/** What the config file says of an organization beside its rows; `limits` is read by the guards. */
export const organizationSettings = z.object({
  domains: z.array(z.string()),
  /** E-mail keys of people whom no source may take anything from. */
  protected: z.array(z.string()),
  limits: z.unknown(),
})
export type OrganizationSettings = z.infer<typeof organizationSettings>

const columns = (handle: Handle) =>
  handle`id, key, name, zone, settings, settings_version as "settingsVersion", ruleset_version as "rulesetVersion", revision`

/** An organization as it is stored. */
type OrganizationRow = Omit<Organization, 'settings'> & { settings: unknown }

/** Checked, not believed: settings that lost their list of protected people would protect nobody, without a word. */
const read = (row: OrganizationRow): Organization => ({ ...row, settings: organizationSettings.parse(row.settings) })

export async function listOrganizations(handle: Handle): Promise<Organization[]> {
  const rows = await handle<OrganizationRow[]>`
    select ${columns(handle)} from organizations where not retired order by key`
  return rows.map(read)
}

export async function readOrganization(handle: Handle, organization: number): Promise<Organization> {
  const [row] = await handle<OrganizationRow[]>`
    select ${columns(handle)} from organizations where id = ${organization}`
  if (!row) throw new Error(`organization ${organization} is gone`)
  return read(row)
}

export async function findOrganization(handle: Handle, key: string): Promise<Organization | null> {
  const [row] = await handle<OrganizationRow[]>`
    select ${columns(handle)} from organizations where key = ${key} and not retired`
  return row === undefined ? null : read(row)
}

/** Organizations that are gone from the configuration: nothing is planned, applied, mailed or answered for them any more. */
export async function retireOthers(handle: Handle, keys: string[]): Promise<void> {
  await handle`update organizations set retired = true where not retired and key <> all(${keys}::text[])`
}

export interface SourceRow extends Source {
  lastSnapshotId: number | null
  settings: Record<string, unknown>
  /** When a person let a source that pushes go live; of the others it means nothing. */
  liveAt: Date | null
}

export async function listSources(handle: Handle, organization: number): Promise<SourceRow[]> {
  return await handle<SourceRow[]>`
    select id, key, name, kind, mode, approval, trust, connected, manages_admins as "managesAdmins", settings,
      settings->>'othersKeep' as "othersKeep", last_snapshot_id as "lastSnapshotId", live_at as "liveAt"
    from sources where organization_id = ${organization} order by id`
}

/** Lets a source go live; false where it was live already. */
export async function markLive(handle: Handle, organization: number, source: number, at: Date): Promise<boolean> {
  const marked = await handle`
    update sources set live_at = ${at} where organization_id = ${organization} and id = ${source} and live_at is null`
  return marked.count === 1
}

export async function listProducts(handle: Handle, organization: number): Promise<Product[]> {
  return await handle<Product[]>`
    select id, key, name, aliases, owned, reserve, used, retired from products where organization_id = ${organization} order by id`
}

export async function listRules(handle: Handle, organization: number): Promise<Rule[]> {
  return await handle<Rule[]>`
    select key, version, priority, source, "when", "then" from rules
    where organization_id = ${organization} and to_change is null order by priority, key`
}

export interface OrganizationConfig {
  key: string
  name: string
  zone: string
  settings: OrganizationSettings
  administrators: { email: string; emailKey: string; role: string }[]
  products: { key: string; name: string; aliases: string[]; owned: number; reserve: number }[]
  sources: {
    key: string
    name: string
    kind: SourceKind
    mode: Source['mode']
    approval: ApprovalMode
    trust: number
    managesAdmins: boolean
    settings: Record<string, unknown>
  }[]
  rules: Omit<Rule, 'version'>[]
}

/**
 * Writes what the config file says and reports whether the outcome of evaluation can differ, and which sections were written. What is
 * gone from the file is retired, never deleted: a source becomes disconnected, a product revokes nobody.
 */
export async function writeConfig(
  handle: Handle,
  config: OrganizationConfig,
  change: (organization: number) => Promise<number>,
): Promise<{ id: number; rulesChanged: boolean; changed: string[] }> {
  const { id, evaluated, settings } = await writeOrganization(handle, config)
  const administrators = await writeAdministrators(handle, id, config.administrators)
  const products = await handle`
    insert into products as p (organization_id, id, key, name, aliases, owned, reserve)
    select ${id}, coalesce((select id from products where organization_id = ${id} and key = x.key),
        (select coalesce(max(id), 0) from products where organization_id = ${id}) + row_number() over (order by x.key)),
      x.key, x.name, x.aliases, x.owned, x.reserve
    from json_to_recordset(${JSON.stringify(config.products)}::text::json) as x(key text, name text, aliases text[], owned int, reserve int)
    on conflict (organization_id, key) do update set name = excluded.name, aliases = excluded.aliases, owned = excluded.owned,
      reserve = excluded.reserve, retired = false
    where (p.name, p.aliases, p.owned, p.reserve, p.retired) is distinct from
      (excluded.name, excluded.aliases, excluded.owned, excluded.reserve, false)`
  const retired = await handle`
    update products set retired = true where organization_id = ${id} and not retired
      and key <> all(${config.products.map((product) => product.key)}::text[])`
  const sourceRows = config.sources.map((one) => ({ ...one, manages_admins: one.managesAdmins }))
  const sources = await handle`
    insert into sources as s (organization_id, id, key, name, kind, mode, approval, trust, settings, manages_admins)
    select ${id}, coalesce((select id from sources where organization_id = ${id} and key = x.key),
        (select coalesce(max(id), 0) from sources where organization_id = ${id}) + row_number() over (order by x.key)),
      x.key, x.name, x.kind, x.mode, x.approval, x.trust, x.settings, x.manages_admins
    from json_to_recordset(${JSON.stringify(sourceRows)}::text::json) as
      x(key text, name text, kind text, mode text, approval text, trust int, settings jsonb, manages_admins boolean)
    on conflict (organization_id, key) do update set name = excluded.name, kind = excluded.kind, mode = excluded.mode,
      approval = excluded.approval, trust = excluded.trust, settings = excluded.settings, manages_admins = excluded.manages_admins,
      connected = true
    where (s.name, s.kind, s.mode, s.approval, s.trust, s.settings, s.manages_admins, s.connected) is distinct from
      (excluded.name, excluded.kind, excluded.mode, excluded.approval, excluded.trust, excluded.settings, excluded.manages_admins, true)`
  const disconnected = await handle`
    update sources set connected = false where organization_id = ${id} and connected
      and key <> all(${config.sources.map((source) => source.key)}::text[])`
  const rules = await writeRules(handle, id, config.rules, change)
  if (rules) await handle`update organizations set ruleset_version = ruleset_version + 1 where id = ${id}`
  const changed = {
    settings,
    administrators,
    products: products.count + retired.count > 0,
    sources: sources.count + disconnected.count > 0,
    rules,
  }
  return {
    id,
    rulesChanged: evaluated || rules || changed.products || changed.sources,
    changed: Object.entries(changed).flatMap(([section, written]) => (written ? [section] : [])),
  }
}

/**
 * The row of the organization; one that is as the file has it is not written. `evaluated`: what changed is read by evaluation
 * (dates are counted in the zone, and from protected people no source takes anything).
 */
async function writeOrganization(
  handle: Handle,
  { key, name, zone, settings }: OrganizationConfig,
): Promise<{ id: number; evaluated: boolean; settings: boolean }> {
  const [before] = await handle<{ id: number; zone: string; protected: string[] }[]>`
    select id, zone, settings->'protected' as protected from organizations where key = ${key}`
  const [written] = await handle<{ id: number }[]>`
    insert into organizations as o (key, name, zone, settings) values (${key}, ${name}, ${zone}, ${JSON.stringify(settings)}::text::jsonb)
    on conflict (key) do update set name = excluded.name, zone = excluded.zone, settings = excluded.settings, retired = false,
      settings_version = o.settings_version + (o.settings <> excluded.settings or o.zone <> excluded.zone)::int
    where (o.name, o.zone, o.settings, o.retired) is distinct from (excluded.name, excluded.zone, excluded.settings, false)
    returning id`
  const id = written?.id ?? before?.id
  if (id === undefined) throw new Error('an organization without an id')
  const evaluated =
    before !== undefined &&
    (before.zone !== zone || JSON.stringify(before.protected) !== JSON.stringify(settings.protected))
  return { id, evaluated, settings: written !== undefined }
}

async function writeAdministrators(
  handle: Handle,
  organization: number,
  administrators: OrganizationConfig['administrators'],
): Promise<boolean> {
  const gone = await handle`
    delete from administrators where organization_id = ${organization}
      and email_key <> all(${administrators.map((one) => one.emailKey)}::text[])`
  const rows = administrators.map((one) => ({ email_key: one.emailKey, email: one.email, role: one.role }))
  const written = await handle`
    insert into administrators as a (organization_id, email_key, email, role)
    select ${organization}, email_key, email, role
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as x(email_key text, email text, role text)
    on conflict (organization_id, email_key) do update set email = excluded.email, role = excluded.role
    where (a.email, a.role) is distinct from (excluded.email, excluded.role)`
  return gone.count + written.count > 0
}

async function writeRules(
  handle: Handle,
  organization: number,
  rules: OrganizationConfig['rules'],
  change: (organization: number) => Promise<number>,
): Promise<boolean> {
  const live = await listRules(handle, organization)
  const text = (rule: Omit<Rule, 'version'>) => JSON.stringify([rule.priority, rule.source, rule.when, rule.then])
  const now = new Map(live.map((rule) => [rule.key, rule]))
  const wanted = new Map(rules.map((rule) => [rule.key, rule]))
  const gone = live.filter((rule) => {
    const next = wanted.get(rule.key)
    return !next || stable(text(next)) !== stable(text(rule))
  })
  const fresh = rules.filter((rule) => {
    const before = now.get(rule.key)
    return !before || stable(text(before)) !== stable(text(rule))
  })
  if (gone.length + fresh.length === 0) return false
  const number = await change(organization)
  await handle`
    update rules set to_change = ${number} where organization_id = ${organization} and to_change is null
      and key = any(${gone.map((rule) => rule.key)}::text[])`
  await handle`
    insert into rules (organization_id, key, version, priority, source, "when", "then", from_change)
    select ${organization}, x.key, 1 + coalesce((select max(version) from rules r where r.organization_id = ${organization} and r.key = x.key), 0),
      x.priority, x.source, x."when", x."then", ${number}
    from json_to_recordset(${JSON.stringify(fresh)}::text::json) as x(key text, priority int, source text, "when" jsonb, "then" jsonb)`
  return true
}

/** jsonb gives keys back in its own order; sorting them makes two writings of one rule equal. */
function stable(text: string): string {
  return JSON.stringify(sorted(JSON.parse(text)))
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
