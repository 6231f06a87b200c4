/** Tokens are kept and revoked, each with a row of the audit. The secret itself comes no further than the door that shows it once. */
import { RosterdError } from '../errors.ts'
import { showId } from '../reconcile/identifiers.ts'
import { noteRevocation } from '../revocations.ts'
import { revokeToken } from '../store/access.ts'
import { writeAudit } from '../store/audit.ts'
import type { Handle, Transaction } from '../store/connection.ts'
import { listSources, type Organization, type SourceRow } from '../store/organizations.ts'
import { requireRole } from './decide.ts'
import { type Actor, type Parts, signed } from './parts.ts'

/**
 * The source with this key, if tokens can be made for it.
 *
 * @throws RosterdError SOURCE_NOT_FOUND, also where it is gone from the configuration; INPUT_INVALID where nobody pushes to it
 */
export async function pushedSource(handle: Handle, organization: number, key: string): Promise<SourceRow> {
  const source = (await listSources(handle, organization)).find((one) => one.key === key && one.connected)
  if (source === undefined) throw new RosterdError('SOURCE_NOT_FOUND', { source: key })
  if (source.kind === 'scim') return source
  const detail = `the source ${key} is of the kind ${source.kind}; only those of the kind scim are pushed to.`
  throw new RosterdError('INPUT_INVALID', { detail })
}

/** What is stored of a new token, and what the audit says of it. */
export interface NewToken {
  insert(transaction: Transaction): Promise<number>
  after: Record<string, unknown>
  expiresAt: Date | null
}

/** @returns its id, as it is shown: `tok_7` */
export async function keepToken(
  parts: Parts,
  { id: organizationId }: Organization,
  { insert, after, expiresAt }: NewToken,
  actor: Actor,
): Promise<string> {
  requireRole(actor, 'admin')
  const about = { organizationId, at: parts.now(), ...signed(actor), act: 'token.created' }
  return await parts.sql.begin(async (transaction) => {
    const object = showId('tok', await insert(transaction))
    await writeAudit(transaction, { ...about, object, after: { ...after, expiresAt } })
    return object
  })
}

/**
 * It opens nothing from now on; again does nothing.
 *
 * @param id null where what was given is no id
 * @throws RosterdError TOKEN_NOT_FOUND, FORBIDDEN
 */
export async function revoke(
  parts: Parts,
  { id: organizationId }: Organization,
  id: number | null,
  actor: Actor,
): Promise<void> {
  requireRole(actor, 'admin')
  const at = parts.now()
  const about = { organizationId, at, ...signed(actor), act: 'token.revoked' }
  const revoked =
    id !== null &&
    (await parts.sql.begin(async (transaction) => {
      const found = await revokeToken(transaction, organizationId, id, at)
      if (found) await writeAudit(transaction, { ...about, object: showId('tok', id) })
      return found
    }))
  // What was given is not repeated: it may be the token itself.
  if (!revoked) throw new RosterdError('TOKEN_NOT_FOUND')
  noteRevocation()
}
