/** Configure: what the config file says becomes rows. Whatever can change an evaluation marks everybody dirty. */
import type { Logger } from 'pino'
import type { Config, OrganizationConfig } from '../config/index.ts'
import { showId } from '../reconcile/identifiers.ts'
import { domainLabel, readEmail } from '../reconcile/normalise.ts'
import { writeAudit } from '../store/audit.ts'
import { nextChange } from '../store/changes.ts'
import type { Sql, Transaction } from '../store/connection.ts'
import { markEverybodyDirty } from '../store/dirty.ts'
import { lockConfiguration } from '../store/locks.ts'
import { retireOthers } from '../store/organizations.ts'
import { type OrganizationConfig as OrganizationRows, type TakenOver, writeConfig } from '../store/write-config.ts'
import { SYSTEM, signed } from './parts.ts'

/**
 * Writes all organizations of the file; returns the ids of those whose people have to be evaluated anew. What the file has and somebody
 * set through the API before is the file's from then on, which the audit and the log say.
 */
export async function configure(
  sql: Sql,
  config: Config,
  at: Date,
  log: Pick<Logger, 'warn'> | null = null,
): Promise<number[]> {
  return await sql.begin(async (transaction) => {
    await lockConfiguration(transaction)
    const changed: number[] = []
    for (const organization of config.organizations) {
      const change = (id: number) => nextChange(transaction, id, at, 'rules')
      const rows = rowsOf(organization)
      const written = await writeConfig(transaction, rows, at, change)
      await tellTaken(transaction, written.id, rows, written.taken, at)
      const about = { organizationId: written.id, at, ...signed(SYSTEM), act: 'token.revoked' }
      await writeAudit(
        transaction,
        written.revoked.map((token) => ({ ...about, object: showId('tok', token) })),
      )
      for (const one of written.taken)
        log?.warn(
          { organization: rows.key, ...one },
          `${objectOf(one)} was set through the API; the configuration file has it too and sets it from now on`,
        )
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

/** `products/vray`, `limits` */
const objectOf = ({ section, key }: TakenOver): string => (key === '' ? section : `${section}/${key}`)

async function tellTaken(
  transaction: Transaction,
  organizationId: number,
  { products, rules, settings }: OrganizationRows,
  taken: TakenOver[],
  at: Date,
): Promise<void> {
  const after = ({ section, key }: TakenOver): unknown => {
    if (section === 'limits') return settings.limits
    return section === 'products' ? products.find((one) => one.key === key) : rules.find((one) => one.key === key)
  }
  await writeAudit(
    transaction,
    taken.map((one) => ({
      ...{
        organizationId,
        at,
        ...signed(SYSTEM),
        act: `${one.section === 'limits' ? 'limits' : one.section.slice(0, -1)}.taken_over`,
      },
      ...{ object: objectOf(one), before: one.before, after: after(one) },
    })),
  )
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
