/** The configuration as the rest of rosterd sees it: checked, complete, absolute. */
import { dirname, resolve } from 'node:path'
import type { Limits } from '../reconcile/guard.ts'
import type { Rule } from '../reconcile/model.ts'
import type { LogLevel } from '../telemetry.ts'
import { type Oidc, oidcOf } from './oidc-schema.ts'
import { PACE, type Pace } from './pace.ts'
import type { ConfigFile, OrganizationSection } from './schema.ts'
import type { Secrets } from './secrets.ts'
import { type SourceConfig, sourceOf } from './source.ts'

export interface Config {
  /** The file it came from, as it was named. */
  file: string
  /** Where administrators, products, rules and limits stand in it: `organizations.acme.products.vray` → line. */
  lines: ReadonlyMap<string, number>
  server: ServerConfig
  /** Absolute path. */
  dataDirectory: string
  mail: {
    from: string
    /** Letters per minute. */
    perMinute: number
    /** Absolute path: where letters go as files when there is no mail server. */
    folder: string
  }
  logLevel: LogLevel
  api: { pace: Pace }
  metrics: {
    /** Whether /metrics is told to whoever asks, without a token. */
    public: boolean
  }
  /** The provider through which people sign in to the console; null = none. */
  oidc: Oidc | null
  organizations: OrganizationConfig[]
  secrets: Secrets
}

export interface ServerConfig {
  host: string
  /** 0 = any free one. */
  port: number
  /** Without a slash at its end; null = made from the address that rosterd listens on (`baseUrlOf`). */
  baseUrl: string | null
}

export interface OrganizationConfig {
  key: string
  name: string
  /** IANA time zone. */
  zone: string
  /** Verified domains, lower case, as A-labels. */
  domains: string[]
  administrators: { email: string; role: 'viewer' | 'operator' | 'admin' }[]
  /** E-mail addresses. */
  protected: string[]
  /** Null where the file has none. */
  limits: Limits | null
  products: ProductConfig[]
  sources: SourceConfig[]
  rules: RuleConfig[]
}

export interface ProductConfig {
  key: string
  name: string
  seats: number
  aliases: string[]
  reserve: number
}

/** A rule as written; the store gives it a version. */
export type RuleConfig = Omit<Rule, 'version'>

/** Settings that the environment may override, already merged. */
export interface Overridden {
  server: ServerConfig
  dataDirectory: string
  logLevel: LogLevel
  secrets: Secrets
}

/** Puts the config together from a checked file. */
export function assemble(
  file: string,
  content: ConfigFile,
  overridden: Overridden,
  lines: ReadonlyMap<string, number>,
): Config {
  const { dataDirectory } = overridden
  return {
    file,
    lines,
    ...overridden,
    mail: {
      from: content.mail?.from ?? 'rosterd <rosterd@localhost>',
      perMinute: content.mail?.per_minute ?? 200,
      folder: resolve(dataDirectory, 'mail'),
    },
    api: { pace: { rate: content.api?.rate ?? PACE.rate, burst: content.api?.burst ?? PACE.burst } },
    metrics: { public: content.metrics?.public ?? false },
    oidc: content.console?.oidc === undefined ? null : oidcOf(content.console.oidc),
    organizations: Object.entries(content.organizations).map(([key, section]) =>
      organization(key, section, dataDirectory, dirname(resolve(file))),
    ),
  }
}

function organization(
  key: string,
  section: OrganizationSection,
  dataDirectory: string,
  beside: string,
): OrganizationConfig {
  const { name, zone, domains, administrators, limits = null } = section
  return {
    key,
    name,
    zone,
    domains: [...new Set(domains)],
    administrators,
    protected: section.protected,
    limits,
    products: Object.entries(section.products).map(([productKey, product]) => ({ key: productKey, ...product })),
    sources: Object.entries(section.sources).map(([sourceKey, source]) =>
      sourceOf(sourceKey, source, { organization: key, zone, dataDirectory, beside }),
    ),
    rules: Object.entries(section.rules).map(([ruleKey, { source = null, ...rule }]) => ({
      key: ruleKey,
      source,
      ...rule,
    })),
  }
}

/** Where people reach rosterd, given the port it listens on. A wildcard address is shown as this machine. */
export function baseUrlOf(server: ServerConfig, port: number): string {
  if (server.baseUrl !== null) return server.baseUrl
  const host = server.host === '0.0.0.0' || server.host === '::' ? '127.0.0.1' : server.host
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Where a setting stands, as compilers say it: `config/rosterd.yaml:12`; the file alone where it has none at that path. */
export function placeIn({ file, lines }: Config, path: string): string {
  const line = lines.get(path)
  return line === undefined ? file : `${file}:${line}`
}
