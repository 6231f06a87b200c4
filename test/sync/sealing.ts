/** An organization whose audit is written, sealed, tampered with and verified. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GENESIS, headText, SealDigest } from '../../src/reconcile/seal.ts'
import { type AuditRow, writeAudit } from '../../src/store/audit.ts'
import { readAuditRows, readSeals, unsealedRows } from '../../src/store/audit-seals.ts'
import type { Handle, Sql } from '../../src/store/connection.ts'
import type { AuditCheck } from '../../src/sync/audit-check.ts'
import { AuditKey } from '../../src/sync/audit-key.ts'
import { Sealer } from '../../src/sync/seal.ts'
import { verifyAudit } from '../../src/sync/verify-audit.ts'
import { Ground } from '../store/conformance/ground.ts'
import { testParts } from '../support/organization.ts'

const MORNING = new Date('2026-11-20T08:00:00.000Z')
const HOUR = 3_600_000

export class Sealing {
  readonly sql: Sql
  readonly id: number
  readonly key: AuditKey
  readonly directory: string
  at = MORNING
  readonly #sealer: Sealer

  private constructor(sql: Sql, id: number, key: AuditKey, directory: string) {
    this.sql = sql
    this.id = id
    this.key = key
    this.directory = directory
    this.#sealer = this.sealer()
  }

  static async open(sql: Sql): Promise<Sealing> {
    const directory = await mkdtemp(join(tmpdir(), 'rosterd-seal-'))
    const { id } = await Ground.open(sql)
    return new Sealing(sql, id, await AuditKey.open(directory), directory)
  }

  /** Another daemon's. */
  sealer(): Sealer {
    return new Sealer({ ...testParts(this.sql), now: () => this.at }, this.key)
  }

  async write(rows: number, handle: Handle = this.sql, over: Partial<AuditRow> = {}): Promise<void> {
    const one = { organizationId: this.id, at: this.at, actor: 'kim@acme.test', act: 'plan.approved', object: 'pln_7' }
    await writeAudit(
      handle,
      Array.from({ length: rows }, (_, n) => ({
        ...one,
        planId: 7,
        requestId: `r-${n}`,
        after: { count: n },
        ...over,
      })),
    )
  }

  round(): Promise<void> {
    return this.#sealer.round()
  }

  async seal(rows: number, hours = 1): Promise<void> {
    this.at = new Date(this.at.getTime() + hours * HOUR)
    await this.write(rows)
    await this.round()
  }

  verify(trust: { key?: AuditKey | null; others?: string[] } = {}, from = { after: 0 }): Promise<AuditCheck> {
    const { key = this.key, others = [] } = trust
    return verifyAudit(this.sql, this.id, { key, others: new Set(others) }, from)
  }

  /** The first seal that does not fit, and how; null when all fit. */
  async fault(trust: { key?: AuditKey | null; others?: string[] } = {}) {
    const { fault } = await this.verify(trust)
    return fault === null ? null : [fault.seal, fault.kind]
  }

  async unsealed(): Promise<number> {
    const [last] = await this.sql<{ to: number }[]>`
      select coalesce(max(to_id), 0)::bigint as to from audit_seals where organization_id = ${this.id}`
    return (await unsealedRows(this.sql, this.id, last?.to ?? 0)).rows
  }

  /** What somebody at the database does who knows how digests are made: all of them fit again. With a key they sign as well. */
  async rewrite(from: number, key: AuditKey | null = null): Promise<void> {
    const seals = await readSeals(this.sql, this.id, { after: 0, limit: 1_000 })
    let before = GENESIS
    for (const seal of seals) {
      const sum = new SealDigest()
      const after = seal.number === 1 ? null : seal.from
      for (const row of await readAuditRows(this.sql, this.id, { after, upTo: seal.to, limit: 1_000 })) sum.add(row)
      const made = { ...seal, rows: sum.rows }
      const digest = seal.number < from ? seal.digest : sum.close(made, before)
      await this.sql`
        update audit_seals set digest = ${Buffer.from(digest, 'hex')}, rows = ${made.rows}
        where organization_id = ${this.id} and number = ${seal.number}`
      if (key !== null && seal.head !== null) {
        const { publicKey, signature } = key.sign(headText(seal, digest))
        await this.sql`
          update audit_heads set public_key = ${Buffer.from(publicKey, 'hex')}, signature = ${Buffer.from(signature, 'hex')}
          where organization_id = ${this.id} and number = ${seal.number}`
      }
      before = digest
    }
  }

  forgetWitness(): Promise<void> {
    return rm(this.key.witness(this.id), { force: true })
  }

  remove(): Promise<void> {
    return rm(this.directory, { recursive: true, force: true })
  }
}
