/** The configuration as the rest of rosterd sees it: checked, complete, absolute. */
import { dirname, resolve } from 'node:path'
import type { Limits } from '../reconcile/guard.ts'
import type { Leaving } from '../reconcile/leaving.ts'
import type { ApprovalMode, Rule } from '../reconcile/model.ts'
import type { LogLevel } from '../telemetry.ts'
import { PACE, type Pace } from './pace.ts'
import type { ConfigFile, OrganizationSection } from './schema.ts'
import type { Secrets } from './secrets.ts'

export interface Config {
  /** The file it came from, as it was named. */
  file: string
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
  limits: Limits
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

export interface SourceConfig {
  key: string
  name: string
  kind: 'csv'
  mode: 'snapshot' | 'delta'
  approval: ApprovalMode
  leaving: Leaving
  trust: number
  /** Absolute path of the drop folder. */
  folder: string
  /** Absolute path of a file to drop while the source has never been read. */
  sample?: string
  /** How its drop folder is watched. */
  drop: DropConfig
  glob: string[]
  /** When all its people are compared anew; null = only when something comes. */
  schedule: { cron: string; zone: string } | null
  /** How its files are read; what is absent is found out. */
  csv: {
    encoding?: string
    delimiter?: string
    dateOrder?: 'dmy' | 'mdy'
    keyedBy?: 'external_id' | 'email'
    /** Header → field, attribute name or `ignore`. */
    columns?: Record<string, string>
  }
}

/** A file that is written in place must rest so many times longer than one that came whole. */
const RESTS = 15

/** Spans of time in milliseconds. */
export interface DropConfig {
  /** A file that came by a rename must rest so long, one that was written in place `rest`. */
  settle: number
  rest: number
  /** An incomplete file may still be finished. */
  patience: number
  poll: number
  completion: 'auto' | 'manifest' | 'trigger'
  /** A file of changes that failed keeps the later ones waiting. */
  ordered: boolean
  silentAfter: 'learned' | 'never' | number
  /** What was put away is deleted. */
  keep: number
  /** A folder that is open to all is not read. */
  checkPermissions: boolean
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
export function assemble(file: string, content: ConfigFile, overridden: Overridden): Config {
  const { dataDirectory } = overridden
  return {
    file,
    ...overridden,
    mail: {
      from: content.mail?.from ?? 'rosterd <rosterd@localhost>',
      perMinute: content.mail?.per_minute ?? 200,
      folder: resolve(dataDirectory, 'mail'),
    },
    api: { pace: { rate: content.api?.rate ?? PACE.rate, burst: content.api?.burst ?? PACE.burst } },
    metrics: { public: content.metrics?.public ?? false },
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
  const { name, zone, domains, administrators, limits } = section
  return {
    key,
    name,
    zone,
    domains: [...new Set(domains)],
    administrators,
    protected: section.protected,
    limits,
    products: Object.entries(section.products).map(([productKey, product]) => ({ key: productKey, ...product })),
    sources: Object.entries(section.sources).map(([sourceKey, source]) => ({
      key: sourceKey,
      name: source.name ?? sourceKey,
      kind: source.kind,
      mode: source.mode,
      approval: source.approval,
      leaving: {
        absenceWait: source.absence_wait,
        absenceGrace: source.absence_grace,
        leaverGrace: source.leaver_grace,
      },
      trust: source.trust,
      folder: resolve(dataDirectory, source.folder ?? `drop/${key}/${sourceKey}`),
      ...(source.sample !== undefined && { sample: resolve(beside, source.sample) }),
      drop: {
        settle: source.settle,
        rest: source.rest ?? source.settle * RESTS,
        patience: source.patience,
        poll: source.poll,
        completion: source.completion,
        ordered: source.ordered,
        silentAfter: source.silent_after,
        keep: source.keep,
        checkPermissions: source.check_permissions,
      },
      glob: source.glob,
      schedule: source.schedule && { cron: source.schedule.cron, zone: source.schedule.zone ?? zone },
      csv: {
        ...(source.encoding !== undefined && { encoding: source.encoding }),
        ...(source.delimiter !== undefined && { delimiter: source.delimiter }),
        ...(source.date_order !== undefined && { dateOrder: source.date_order }),
        ...(source.keyed_by !== undefined && { keyedBy: source.keyed_by }),
        ...(source.columns !== undefined && { columns: source.columns }),
      },
    })),
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
