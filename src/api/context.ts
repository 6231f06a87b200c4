/** What the routes are given. */
import type { Pace } from '../config/index.ts'
import type { AuditKey } from '../sync/audit-key.ts'
import type { Parts } from '../sync/parts.ts'

export interface ApiContext {
  parts: Parts
  /** sha256 of the bootstrap admin token. */
  bootstrap: Buffer
  /** Of this program, as package.json says it. */
  version: string
  /** Where others reach this daemon, without a slash at its end; absent: nobody is told. */
  baseUrl?(): string
  /** Where the config file has a setting, given its path: `config/rosterd.yaml:12`; absent: nobody knows. */
  configured?(path: string): string
  /** How fast one token may ask; `PACE` when absent. */
  pace?: Pace
  /** What signs the audit. Absent: no key is known to be ours. */
  auditKey?: AuditKey
  /** Aborted when the daemon stops: answers that go on for long end then. Absent: it never does. */
  stopping?: AbortSignal
}
