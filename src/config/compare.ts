/** What differs between two configurations, in the words of the file. */
import type { Config, OrganizationConfig } from './config.ts'

export interface Differences {
  /** Settings that a running daemon takes over. */
  applied: string[]
  /** Settings that only a restart takes over. */
  restart: string[]
}

export function compareConfigs(before: Config, after: Config): Differences {
  return {
    applied: [
      ...named(before, after, {
        'server.base_url': (config) => config.server.baseUrl,
        log_level: (config) => config.logLevel,
        console: (config) => [config.oidc, config.secrets.oidcClientSecret],
        mail: (config) => [config.mail.from, config.mail.perMinute, config.secrets.smtpUrl],
      }),
      ...organizations(before.organizations, after.organizations),
    ],
    restart: named(before, after, {
      'server.host': (config) => config.server.host,
      'server.port': (config) => config.server.port,
      'server.admin_token': (config) => config.secrets.adminToken,
      data: (config) => config.dataDirectory,
      database_url: (config) => config.secrets.databaseUrl,
      api: (config) => config.api,
      metrics: (config) => [config.metrics, config.secrets.metricsToken],
    }),
  }
}

type Settings<T> = Record<string, (config: T) => unknown>

function named<T>(before: T, after: T, settings: Settings<T>): string[] {
  const text = (value: unknown) => JSON.stringify(value)
  return Object.entries(settings).flatMap(([name, of]) => (text(of(before)) === text(of(after)) ? [] : [name]))
}

function organizations(before: OrganizationConfig[], after: OrganizationConfig[]): string[] {
  const old = new Map(before.map((one) => [one.key, one]))
  const gone = before.filter(({ key }) => !after.some((one) => one.key === key)).map(({ key }) => `${key} is gone`)
  const rest = after.flatMap((organization) => {
    const known = old.get(organization.key)
    if (known === undefined) return [`${organization.key} is new`]
    const sections = Object.fromEntries(
      Object.keys(organization).map((name) => [
        name,
        (one: OrganizationConfig) => Object.entries(one).find(([key]) => key === name),
      ]),
    )
    const changed = named(known, organization, sections)
    return changed.length === 0 ? [] : [`${organization.key}: ${changed.join(', ')}`]
  })
  return [...gone, ...rest]
}
