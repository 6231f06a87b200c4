/** Organizations with what is set for them: products, sources, rules. */
import { z } from 'zod'
import type { Product, Rule, Source } from '../reconcile/model.ts'
import type { Handle } from './connection.ts'

export interface Organization {
  id: number
  key: string
  name: string
  zone: string
  settings: OrganizationSettings
  /** Limits that somebody set through the API; `limitsOf` says which count. */
  apiLimits: unknown
  settingsVersion: number
  rulesetVersion: number
  revision: number
}

/** Who may change a product, a rule or the limits: the config file, or people through the API. */
export type Managed = 'config' | 'api'

/** What the config file says of an organization beside its rows; `limits` is null where it has none. */
export const organizationSettings = z.object({
  domains: z.array(z.string()),
  /** E-mail keys of people whom no source may take anything from. */
  protected: z.array(z.string()),
  limits: z.unknown(),
})
export type OrganizationSettings = z.infer<typeof organizationSettings>

const columns = (handle: Handle) =>
  handle`id, key, name, zone, settings, api_limits as "apiLimits", settings_version as "settingsVersion", ruleset_version as "rulesetVersion", revision`

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

/**
 * All products, so that where two of them share a name the later one is meant: those of the config file come last, retired ones first.
 * Nobody can give a name twice, but a file may bring one that a product of the API has had before.
 */
export async function listProducts(handle: Handle, organization: number): Promise<Product[]> {
  return await handle<Product[]>`
    select id, key, name, aliases, owned, reserve, used, retired from products where organization_id = ${organization}
    order by retired desc, managed = 'config', id`
}

/** A rule as it is stored. */
export interface RuleRow extends Rule {
  managed: Managed
}

export async function listRules(handle: Handle, organization: number): Promise<RuleRow[]> {
  return await handle<RuleRow[]>`
    select key, version, priority, source, "when", "then", managed from rules
    where organization_id = ${organization} and to_change is null order by priority, key`
}
