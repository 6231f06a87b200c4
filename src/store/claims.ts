/** Claims: "this source wants this person as a member". */
import type { Claim, Role } from '../reconcile/model.ts'
import type { Handle, Transaction } from './connection.ts'
import { copyInto, copyLine, copyText } from './copy.ts'
import { difference, instantText } from './versions.ts'

/** Makes the live claims of these people exactly the given ones. Whoever calls holds their marks (`takeDirty`), so nobody else writes them. */
export async function writeClaims(
  transaction: Transaction,
  organization: number,
  change: number,
  people: number[],
  claims: Claim[],
): Promise<void> {
  const { gone, fresh } = difference(await readClaims(transaction, organization, people), claims, claimText)
  if (gone.length > 0) {
    await transaction`
      update claims c set to_change = ${change}
      from unnest(${gone.map((claim) => claim.personId)}::bigint[], ${gone.map((claim) => claim.sourceId)}::int[]) g(person_id, source_id)
      where c.organization_id = ${organization} and c.person_id = g.person_id and c.source_id = g.source_id and c.to_change is null`
  }
  if (fresh.length === 0) return
  const lines = fresh.map((claim) =>
    copyLine([
      copyText(organization),
      copyText(claim.personId),
      copyText(claim.sourceId),
      copyText(change),
      copyText(claim.status),
      copyText(claim.role),
      copyText(claim.startAt),
      copyText(claim.rule),
    ]),
  )
  await copyInto(transaction, 'claims', CLAIM_COLUMNS, [lines.join('')])
}

const CLAIM_COLUMNS = [
  'organization_id',
  'person_id',
  'source_id',
  'from_change',
  'status',
  'role',
  'start_at',
  'rule',
] as const

const claimText = (claim: Claim) =>
  `${claim.personId} ${claim.sourceId} ${claim.status} ${claim.role} ${instantText(claim.startAt)} ${claim.rule}`

export async function readClaims(handle: Handle, organization: number, people: number[]): Promise<Claim[]> {
  const rows = await handle<
    { personId: number; sourceId: number; status: Claim['status']; role: Role; startAt: Date | null; rule: string }[]
  >`
    select person_id as "personId", source_id as "sourceId", status, role, start_at as "startAt", rule from claims
    where organization_id = ${organization} and person_id = any(${people}::bigint[]) and to_change is null
    order by person_id, source_id`
  return rows.map((row) => ({ ...row, startAt: row.startAt?.toISOString() ?? null }))
}
