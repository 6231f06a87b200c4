/** What the console is given. */
import type { Oidc } from '../config/index.ts'
import type { AuditKey } from '../sync/audit-key.ts'
import type { Parts } from '../sync/parts.ts'

export interface ConsoleContext {
  parts: Parts
  /** Of this program, as package.json says it. */
  version: string
  /** Where browsers reach this daemon, without a slash at its end; absent: by the address that they asked. */
  baseUrl?(): string
  /** The OpenID provider where people sign in, as the configuration has it now; null, or absent: by links alone. */
  oidc?(): ProviderSettings | null
  /** Where the config file has a setting, given its path: `config/rosterd.yaml:12`; absent: nobody knows. */
  configured?(path: string): string
  /** What signs the audit. Absent: no key is known to be ours. */
  auditKey?: AuditKey
  /** Aborted when the daemon stops: pages that follow something end then. Absent: it never does. */
  stopping?: AbortSignal
}

export interface ProviderSettings extends Oidc {
  clientSecret: string
}
