/** Seals of the audit, asked for and made in the name of another organization. */
import { writeAudit } from '../../../src/store/audit.ts'
import {
  insertSeal,
  lastHead,
  listSeals,
  readAuditRows,
  readSeals,
  unsealedRows,
} from '../../../src/store/audit-seals.ts'
import type { Transaction } from '../../../src/store/connection.ts'
import { type Ground, NOON } from './ground.ts'
import type { Tenant } from './tenants.ts'

type Told<T> = (transaction: Transaction, as: Ground, theirs: Tenant) => Promise<T>

const sealOf = (organization: number, mark: string) => ({
  ...{ organization, number: 1, from: 0, to: 9, rows: 1, at: NOON.toISOString() },
  digest: Buffer.from(mark).toString('hex'),
  head: { publicKey: '00', signature: Buffer.from(mark).toString('hex') },
})

/** They have a seal, and a row more than the story gave them. */
async function seal(sql: Transaction, { ground, mark }: Tenant): Promise<void> {
  await insertSeal(sql, ground.id, sealOf(ground.id, mark))
  const row = { organizationId: ground.id, at: NOON, actor: mark, act: 'x', object: mark }
  await writeAudit(sql, [row, row])
}

const sealed =
  (ask: (sql: Transaction, organization: number) => Promise<unknown>): Told<unknown> =>
  async (sql, as, theirs) => {
    await seal(sql, theirs)
    return await ask(sql, as.id)
  }

export const SEALED_LOOKS: Record<string, Told<unknown>> = {
  listSeals: sealed((sql, id) => listSeals(sql, id, { before: null, limit: 9 })),
  readSeals: sealed((sql, id) => readSeals(sql, id, { after: 0, limit: 9 })),
  lastHead: sealed((sql, id) => lastHead(sql, id)),
  readAuditRows: sealed((sql, id) => readAuditRows(sql, id, { after: null, upTo: 1_000_000, limit: 999 })),
  unsealedRows: sealed((sql, id) => unsealedRows(sql, id, 0)),
}

export const SEALED_TOUCHES: Record<string, Told<unknown>> = {
  insertSeal: (sql, as, { mark }) => insertSeal(sql, as.id, sealOf(as.id, mark)),
}
