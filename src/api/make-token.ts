/** For whom a new token is: an administrator of the configuration, or a source that pushes. Whatever is asked for, one of the two. */
import { hashToken, hintOf, makeSourceToken, makeToken } from '../auth.ts'
import { RosterdError } from '../errors.ts'
import { readEmail } from '../reconcile/normalise.ts'
import { type AdministratorRole, atMost, holds } from '../reconcile/roles.ts'
import { findAdministrator, insertToken } from '../store/access.ts'
import type { Handle } from '../store/connection.ts'
import type { Organization } from '../store/organizations.ts'
import { insertSourceToken } from '../store/source-tokens.ts'
import { pushedSource } from '../sync/tokens.ts'

interface Wish {
  administrator?: string | undefined
  source?: string | undefined
  role?: AdministratorRole | undefined
}

interface Making {
  createdBy: string
  createdAt: Date
  expiresAt: Date | null
}

interface Made {
  /** The token itself, which is stored nowhere. */
  secret: string
  holder: { administrator: string | null; source: string | null; role: AdministratorRole | null }
  /** What the audit says of it. */
  after: Record<string, unknown>
  insert(handle: Handle): Promise<number>
}

const refusal = (detail: string) => new RosterdError('INPUT_INVALID', { detail })

/** @throws RosterdError INPUT_INVALID where it cannot be made, SOURCE_NOT_FOUND */
export async function makeFor(handle: Handle, organization: Organization, wish: Wish, making: Making): Promise<Made> {
  const { administrator, source, role } = wish
  if (administrator !== undefined && source === undefined)
    return await forAdministrator(handle, organization, { administrator, role }, making)
  if (source !== undefined && administrator === undefined && role === undefined)
    return await forSource(handle, organization, source, making)
  throw refusal(
    source === undefined
      ? 'a token is made for an administrator or for a source; name one of them.'
      : 'a token of a source acts as no administrator and has no role; leave both out.',
  )
}

async function forAdministrator(
  handle: Handle,
  organization: Organization,
  wish: { administrator: string; role: AdministratorRole | undefined },
  making: Making,
): Promise<Made> {
  const email = readEmail(wish.administrator)
  const administrator = email.ok ? await findAdministrator(handle, organization.id, email.key) : null
  if (!email.ok || administrator === null)
    throw refusal(`${wish.administrator} is no administrator of ${organization.name}; the configuration lists them.`)
  if (wish.role !== undefined && !holds(administrator.role, wish.role))
    throw refusal(
      `${administrator.email} has the role ${administrator.role}, and a token cannot do more than its administrator.`,
    )
  const secret = makeToken()
  const role = wish.role ?? 'admin'
  const row = { hash: hashToken(secret), hint: hintOf(secret), role, administratorKey: email.key, ...making }
  return {
    secret,
    holder: { administrator: administrator.email, source: null, role: atMost(administrator.role, role) },
    after: { administrator: administrator.email, role },
    insert: (transaction) => insertToken(transaction, organization.id, row),
  }
}

async function forSource(handle: Handle, organization: Organization, key: string, making: Making): Promise<Made> {
  const source = await pushedSource(handle, organization.id, key)
  const secret = makeSourceToken()
  const row = { hash: hashToken(secret), hint: hintOf(secret), sourceId: source.id, ...making }
  return {
    secret,
    holder: { administrator: null, source: key, role: null },
    after: { source: key },
    insert: (transaction) => insertSourceToken(transaction, organization.id, row),
  }
}
