/** What the environment says: text, not yet checked. An empty variable counts as one that is not there. */
import { Secrets } from './secrets.ts'

export interface Environment {
  port: string | null
  host: string | null
  /** Path of the config file. */
  config: string | null
  data: string | null
  baseUrl: string | null
  logLevel: string | null
  secrets: Secrets
}

/** Reads the variables that rosterd knows: the only place that does. */
export function readEnvironment(env: Record<string, string | undefined>): Environment {
  const read = (name: string): string | null => {
    const value = env[name]?.trim()
    return value === undefined || value === '' ? null : value
  }
  return {
    port: read('PORT'),
    host: read('HOST'),
    config: read('ROSTERD_CONFIG'),
    data: read('ROSTERD_DATA'),
    baseUrl: read('ROSTERD_BASE_URL'),
    logLevel: read('LOG_LEVEL'),
    secrets: new Secrets({
      databaseUrl: read('DATABASE_URL'),
      smtpUrl: read('SMTP_URL'),
      adminToken: read('ROSTERD_ADMIN_TOKEN'),
      metricsToken: read('ROSTERD_METRICS_TOKEN'),
      oidcClientSecret: read('ROSTERD_OIDC_CLIENT_SECRET'),
    }),
  }
}
