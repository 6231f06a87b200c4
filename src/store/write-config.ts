/** What the config file says of an organization becomes rows. What people set through the API is left alone, unless the file has it too. */
import type { ApprovalMode, Source, SourceKind } from '../reconcile/model.ts'
import { shutOut } from './administrators.ts'
import type { Handle } from './connection.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import type { OrganizationSettings } from './organizations.ts'
import type { ProductSetting } from './product-list.ts'
import { managing, type NewRule, writeRules } from './write-rules.ts'

export interface OrganizationConfig {
  key: string
  name: string
  zone: string
  settings: OrganizationSettings
  administrators: { email: string; emailKey: string; role: string }[]
  products: ProductSetting[]
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
  rules: NewRule[]
}

/** Something of the API that the file has too, and that is the file's from now on. */
export interface TakenOver {
  section: 'products' | 'rules' | 'limits'
  /** Empty for the limits. */
  key: string
  /** As it was. */
  before: unknown
}

export interface WrittenConfig {
  id: number
  /** The outcome of evaluation can differ. */
  rulesChanged: boolean
  /** Sections that were written. */
  changed: string[]
  taken: TakenOver[]
  /** Ids of tokens that were revoked, of administrators whom the file names no more. */
  revoked: number[]
}

/**
 * Writes what the config file says. What is gone from the file is retired, never deleted: a source becomes disconnected, a product
 * revokes nobody. An administrator who is gone from it is shut out.
 */
export async function writeConfig(
  handle: Handle,
  config: OrganizationConfig,
  at: Date,
  change: (organization: number) => Promise<number>,
): Promise<WrittenConfig> {
  const { id, evaluated, settings, apiLimits } = await writeOrganization(handle, config)
  const administrators = await writeAdministrators(handle, id, config.administrators, at)
  const products = await writeProducts(handle, id, config.products)
  // Before the sources: which rules there are decides what a source may do.
  const rules = await writeRules(handle, id, config.rules, change)
  const sourceRows = config.sources.map((one) => ({ ...one, manages_admins: one.managesAdmins }))
  const sources = await handle`
    insert into sources as s (organization_id, id, key, name, kind, mode, approval, trust, settings, manages_admins)
    select ${id}, coalesce((select id from sources where organization_id = ${id} and key = x.key),
        (select coalesce(max(id), 0) from sources where organization_id = ${id}) + row_number() over (order by x.key)),
      x.key, x.name, x.kind, x.mode, x.approval, x.trust, x.settings, x.manages_admins or (x.kind not in ('manual', 'upload')
        and exists (${managing(handle, id)} and (r.source is null or r.source = x.key)))
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
  const changed = {
    settings,
    administrators: administrators.changed,
    products: products.changed,
    sources: sources.count + disconnected.count > 0,
    rules: rules.changed,
  }
  return {
    id,
    rulesChanged: evaluated || rules.changed || changed.products || changed.sources,
    changed: Object.entries(changed).flatMap(([section, written]) => (written ? [section] : [])),
    taken: [
      ...products.taken.map(({ key, ...before }) => ({ section: 'products' as const, key, before })),
      ...rules.taken.map(({ key, ...before }) => ({ section: 'rules' as const, key, before })),
      ...(apiLimits === null ? [] : [{ section: 'limits' as const, key: '', before: apiLimits }]),
    ],
    revoked: administrators.revoked,
  }
}

async function writeProducts(
  handle: Handle,
  organization: number,
  products: ProductSetting[],
): Promise<{ changed: boolean; taken: ProductSetting[] }> {
  const keys = products.map((product) => product.key)
  const taken = await handle<ProductSetting[]>`
    select key, name, aliases, owned, reserve from products
    where organization_id = ${organization} and managed = 'api' and not retired and key = any(${keys}::text[]) order by id`
  const written = await handle`
    insert into products as p (organization_id, id, key, name, aliases, owned, reserve)
    select ${organization}, coalesce((select id from products where organization_id = ${organization} and key = x.key),
        (select coalesce(max(id), 0) from products where organization_id = ${organization}) + row_number() over (order by x.key)),
      x.key, x.name, x.aliases, x.owned, x.reserve
    from json_to_recordset(${JSON.stringify(products)}::text::json) as x(key text, name text, aliases text[], owned int, reserve int)
    on conflict (organization_id, key) do update set name = excluded.name, aliases = excluded.aliases, owned = excluded.owned,
      reserve = excluded.reserve, retired = false, managed = 'config'
    where (p.name, p.aliases, p.owned, p.reserve, p.retired, p.managed) is distinct from
      (excluded.name, excluded.aliases, excluded.owned, excluded.reserve, false, 'config')`
  const retired = await handle`
    update products set retired = true where organization_id = ${organization} and not retired and managed = 'config'
      and key <> all(${keys}::text[])`
  return { changed: written.count + retired.count > 0, taken }
}

/**
 * The row of the organization; one that is as the file has it is not written. `evaluated`: what changed is read by evaluation
 * (dates are counted in the zone, and from protected people no source takes anything). Limits that only move between the file and the
 * API change nothing. `apiLimits`: what the file has taken over.
 */
async function writeOrganization(
  handle: Handle,
  { key, name, zone, settings }: OrganizationConfig,
): Promise<{ id: number; evaluated: boolean; settings: boolean; apiLimits: unknown }> {
  const [before] = await handle<{ id: number; zone: string; protected: string[]; apiLimits: unknown }[]>`
    select id, zone, settings->'protected' as protected, api_limits as "apiLimits" from organizations where key = ${key}`
  const hasLimits = (settings.limits ?? null) !== null
  const others = before?.apiLimits ?? null
  const [written] = await handle<{ id: number }[]>`
    insert into organizations as o (key, name, zone, settings) values (${key}, ${name}, ${zone}, ${JSON.stringify(settings)}::text::jsonb)
    on conflict (key) do update set name = excluded.name, zone = excluded.zone, settings = excluded.settings, retired = false,
      api_limits = case when ${hasLimits} then null else o.api_limits end,
      settings_version = o.settings_version + (o.settings - 'limits' <> excluded.settings - 'limits' or o.zone <> excluded.zone
        or coalesce(nullif(o.settings->'limits', 'null'), o.api_limits, ${DEFAULT_LIMITS}::text::jsonb)
          <> coalesce(nullif(excluded.settings->'limits', 'null'), o.api_limits, ${DEFAULT_LIMITS}::text::jsonb))::int
    where (o.name, o.zone, o.settings, o.retired) is distinct from (excluded.name, excluded.zone, excluded.settings, false)
      or (${hasLimits} and o.api_limits is not null)
    returning id`
  const id = written?.id ?? before?.id
  if (id === undefined) throw new Error('an organization without an id')
  const evaluated =
    before !== undefined &&
    (before.zone !== zone || JSON.stringify(before.protected) !== JSON.stringify(settings.protected))
  return { id, evaluated, settings: written !== undefined, apiLimits: hasLimits ? others : null }
}

/** Those whom others invited stay, unless the file has them, too. */
async function writeAdministrators(
  handle: Handle,
  organization: number,
  administrators: OrganizationConfig['administrators'],
  at: Date,
): Promise<{ changed: boolean; revoked: number[] }> {
  const gone = await handle<{ key: string }[]>`
    delete from administrators where organization_id = ${organization} and managed = 'config'
      and email_key <> all(${administrators.map((one) => one.emailKey)}::text[]) returning email_key as key`
  const keys = gone.map(({ key }) => key)
  const revoked = await shutOut(handle, organization, keys, at)
  const rows = administrators.map((one) => ({ email_key: one.emailKey, email: one.email, role: one.role }))
  const written = await handle`
    insert into administrators as a (organization_id, email_key, email, role)
    select ${organization}, email_key, email, role
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as x(email_key text, email text, role text)
    on conflict (organization_id, email_key) do update set email = excluded.email, role = excluded.role, managed = 'config'
    where (a.email, a.role, a.managed) is distinct from (excluded.email, excluded.role, 'config')`
  return { changed: gone.count + written.count > 0, revoked }
}
