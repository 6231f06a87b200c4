/** Configure: what the config file says becomes rows. Whatever can change an evaluation marks everybody dirty. */
import type { Config, OrganizationConfig } from '../config/index.ts'
import { domainLabel, readEmail } from '../reconcile/normalise.ts'
import { writeAudit } from '../store/audit.ts'
import { nextChange } from '../store/changes.ts'
import type { Sql } from '../store/connection.ts'
import { markEverybodyDirty } from '../store/dirty.ts'
import { lockConfiguration } from '../store/locks.ts'
import { type OrganizationConfig as OrganizationRows, retireOthers, writeConfig } from '../store/organizations.ts'
import { SYSTEM, signed } from './parts.ts'

/** Writes all organizations of the file; returns the ids of those whose people have to be evaluated anew. */
export async function configure(sql: Sql, config: Config, at: Date): Promise<number[]> {
  return await sql.begin(async (transaction) => {
    await lockConfiguration(transaction)
    const changed: number[] = []
    for (const organization of config.organizations) {
      const change = (id: number) => nextChange(transaction, id, at, 'rules')
      const written = await writeConfig(transaction, rowsOf(organization), change)
      if (written.changed.length > 0) {
        await writeAudit(transaction, {
          organizationId: written.id,
          at,
          ...signed(SYSTEM),
          act: 'configuration.changed',
          object: organization.key,
          after: { sections: written.changed },
        })
      }
      if (!written.rulesChanged) continue
      await markEverybodyDirty(transaction, written.id)
      changed.push(written.id)
    }
    await retireOthers(
      transaction,
      config.organizations.map((organization) => organization.key),
    )
    return changed
  })
}

/** Who is added by hand is a source too: it has no folder and no rules, and whoever it wants is never removed by another. */
const MANUAL: OrganizationRows['sources'][number] = {
  key: 'manual',
  name: 'by hand',
  kind: 'manual',
  mode: 'delta',
  approval: 'manual',
  trust: 0,
  managesAdmins: false,
  settings: {},
}

/** Files that people upload belong to a source too, which owns them and wants nobody: what they ask for goes through a plan at once. */
const UPLOAD: OrganizationRows['sources'][number] = { ...MANUAL, key: 'upload', name: 'uploads', kind: 'upload' }

function rowsOf(organization: OrganizationConfig): OrganizationRows {
  const { key, name, zone, rules } = organization
  return {
    key,
    name,
    zone,
    settings: {
      domains: organization.domains.map((domain) => domainLabel(domain) ?? domain),
      protected: organization.protected.map(keyOf),
      limits: organization.limits,
    },
    administrators: organization.administrators.map(({ email, role }) => ({ email, emailKey: keyOf(email), role })),
    products: organization.products.map(({ seats, ...product }) => ({ ...product, owned: seats })),
    sources: [
      MANUAL,
      UPLOAD,
      ...organization.sources.map((source) => ({
        key: source.key,
        name: source.name,
        kind: source.kind,
        mode: source.kind === 'csv' ? source.mode : ('delta' as const),
        approval: source.approval,
        trust: source.trust,
        managesAdmins: rules.some(
          (rule) => (rule.source ?? source.key) === source.key && rule.then.some((one) => 'manage_admins' in one),
        ),
        settings: settingsOf(source),
      })),
    ],
    rules,
  }
}

function settingsOf(source: OrganizationConfig['sources'][number]): Record<string, unknown> {
  const { schedule, leaving } = source
  if (source.kind === 'scim') return { ...source.scim, schedule, ...leaving }
  return { folder: source.folder, ...source.drop, glob: source.glob, schedule, ...leaving, ...source.csv }
}

/** The config file's addresses were checked when it was read. */
function keyOf(email: string): string {
  const read = readEmail(email)
  return read.ok ? read.key : email
}
