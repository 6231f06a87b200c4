/** The environment over the file: each variable wins over the setting of the same meaning. */
import { resolve } from 'node:path'
import { z } from 'zod'
import { LOG_LEVELS } from '../telemetry.ts'
import type { Overridden } from './config.ts'
import type { Environment } from './environment.ts'
import type { Problem } from './problem.ts'
import type { ConfigFile } from './schema.ts'
import { Secrets } from './secrets.ts'
import * as setting from './setting.ts'

const portText = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port number from 0 to 65535')
  .transform(Number)
  .refine((value) => value <= 65_535, 'must be a port number from 0 to 65535')
const level = z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`)

/** Merges them. Variables that cannot be used are added to `problems`; their values are never repeated. */
export function override(environment: Environment, file: ConfigFile, problems: Problem[]): Overridden {
  const read = <T>(name: string, schema: z.ZodType<T>, text: string | null): T | undefined => {
    if (text === null) return undefined
    const result = schema.safeParse(text)
    if (result.success) return result.data
    const why = result.error.issues[0]?.message ?? 'cannot be used'
    problems.push({
      line: null,
      column: null,
      path: name,
      message: `The environment variable ${name} ${why}.`,
      severity: 'error',
    })
    return undefined
  }
  const given = environment.secrets
  return {
    server: {
      host: read('HOST', setting.word, environment.host) ?? file.server?.host ?? '127.0.0.1',
      port: read('PORT', portText, environment.port) ?? file.server?.port ?? 8080,
      baseUrl: read('ROSTERD_BASE_URL', setting.baseUrl, environment.baseUrl) ?? file.server?.base_url ?? null,
    },
    dataDirectory: resolve(environment.data ?? file.data ?? './data'),
    logLevel: read('LOG_LEVEL', level, environment.logLevel) ?? file.log_level ?? 'info',
    secrets: new Secrets({
      databaseUrl: read('DATABASE_URL', setting.databaseUrl, given.databaseUrl) ?? file.database_url ?? null,
      smtpUrl: read('SMTP_URL', setting.smtpUrl, given.smtpUrl) ?? file.mail?.smtp_url ?? null,
      adminToken: read('ROSTERD_ADMIN_TOKEN', setting.adminToken, given.adminToken) ?? file.server?.admin_token ?? null,
      metricsToken:
        read('ROSTERD_METRICS_TOKEN', setting.adminToken, given.metricsToken) ?? file.metrics?.token ?? null,
      oidcClientSecret:
        read('ROSTERD_OIDC_CLIENT_SECRET', setting.word, given.oidcClientSecret) ??
        file.console?.oidc?.client_secret ??
        null,
    }),
  }
}

/** Whether only this machine can connect to the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
