/** Whether the audit still is what was sealed: every row is read again, seal by seal, until something does not fit or time is up. */
import { sealFault } from '../reconcile/seal-fault.ts'
import { lastHead, readSeals, type StoredSeal, unsealedRows } from '../store/audit-seals.ts'
import type { Sql } from '../store/connection.ts'
import { type AuditCheck, Check, type Trust } from './audit-check.ts'
import { SealedRows } from './sealed-rows.ts'

const SEALS = 500
/** Milliseconds of work in one answer. */
const MOST_MS = 10_000

/**
 * Checks the seals of an organization with numbers above `after`; that one itself was checked by the call before.
 *
 * @param patience milliseconds after which the answer tells where to go on
 */
export async function verifyAudit(
  sql: Sql,
  organization: number,
  trust: Trust,
  { after, patience = MOST_MS }: { after: number; patience?: number },
): Promise<AuditCheck> {
  // What was signed before this moment has been sealed before, and must be met on the way.
  const signed = (await trust.key?.remembered(organization)) ?? []
  const head = await lastHead(sql, organization)
  const [before] = after === 0 ? [] : await readSeals(sql, organization, { after: after - 1, limit: 1 })
  const check = new Check(organization, trust, signed)
  if (after > 0 && before?.number !== after) return check.end(sealFault('chain_broken', after))
  const rows = new SealedRows(sql, organization, before?.to ?? null)
  const deadline = performance.now() + patience
  let last: StoredSeal | null = before ?? null
  for (;;) {
    const seals: StoredSeal[] = await readSeals(sql, organization, { after: last?.number ?? 0, limit: SEALS })
    const horizon = seals.at(-1)?.to ?? 0
    for (const seal of seals) {
      const fault =
        check.link(seal, last) ??
        (await check.content(seal, last, () => rows.upTo(seal.to, horizon))) ??
        check.signature(seal, last)
      if (fault !== null) return check.end(fault)
      last = seal
      if (performance.now() > deadline) return { ...check.end(null), next: seal.number }
    }
    if (seals.length < SEALS) break
  }
  const unsealed = await unsealedRows(sql, organization, last?.to ?? 0)
  const cut = check.missing(head, last?.number ?? 0)
  return { ...check.end(cut), unsealed: { rows: unsealed.rows, since: unsealed.since?.toISOString() ?? null } }
}
