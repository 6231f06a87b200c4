/** Who may come in: administrators of the configuration, and their tokens. */
import type { AdministratorRole as Role } from '../reconcile/roles.ts'
import type { Handle } from './connection.ts'

export interface TokenRow {
  id: number
  hint: string
  /** Key of the source whose token it is; null for a token of an administrator. */
  source: string | null
  /** The most that the token may do; what its administrator may do is the other limit. Null for a token of a source. */
  role: Role | null
  administrator: string | null
  /** Null also when the administrator is gone from the configuration, and the token opens nothing any more. */
  administratorRole: Role | null
  createdBy: string
  createdAt: Date
  expiresAt: Date | null
  revokedAt: Date | null
  lastUsedAt: Date | null
}

export async function findAdministrator(
  handle: Handle,
  organization: number,
  emailKey: string,
): Promise<{ email: string; role: Role } | null> {
  const [row] = await handle<{ email: string; role: Role }[]>`
    select email, role from administrators where organization_id = ${organization} and email_key = ${emailKey}`
  return row ?? null
}

/** The live token of an administrator with this hash, with what they may do today. */
export async function findToken(
  handle: Handle,
  hash: Buffer,
  now: Date,
): Promise<{
  organizationId: number
  id: number
  role: Role
  administrator: string
  administratorRole: Role
  lastUsedAt: Date | null
} | null> {
  const [row] = await handle<
    {
      organizationId: number
      id: number
      role: Role
      administrator: string
      administratorRole: Role
      lastUsedAt: Date | null
    }[]
  >`
    select t.organization_id as "organizationId", t.id, t.role, a.email as administrator, a.role as "administratorRole",
      t.last_used_at as "lastUsedAt"
    from tokens t
    join administrators a on a.organization_id = t.organization_id and a.email_key = t.administrator_key
    join organizations o on o.id = t.organization_id and not o.retired
    where t.hash = ${hash} and t.source_id is null and t.revoked_at is null and (t.expires_at is null or t.expires_at > ${now})`
  return row ?? null
}

export async function touchToken(handle: Handle, organization: number, id: number, now: Date): Promise<void> {
  await handle`update tokens set last_used_at = ${now} where organization_id = ${organization} and id = ${id}`
}

/**
 * Everybody who may have held this token beside its administrator, by name: who made it, and who made the tokens that this one could
 * have been asked for with. Without that, a token made with a token that somebody else made would look like a third person's.
 */
export async function tokenMakers(handle: Handle, organization: number, id: number): Promise<string[]> {
  const rows = await handle<{ by: string }[]>`
    with recursive made (id, by, at) as (
      select id, created_by, created_at from tokens where organization_id = ${organization} and id = ${id}
      union
      select t.id, t.created_by, t.created_at
      from made m
      left join administrators a on a.organization_id = ${organization} and a.email = m.by
      join tokens t on t.organization_id = ${organization} and t.administrator_key = coalesce(a.email_key, lower(m.by))
      where t.id < m.id and (t.revoked_at is null or t.revoked_at > m.at) and (t.expires_at is null or t.expires_at > m.at)
    )
    select distinct by from made order by by`
  return rows.map((row) => row.by)
}

/** Stores the hash of a new token of an administrator and gives its id. */
export async function insertToken(
  handle: Handle,
  organization: number,
  token: {
    hash: Buffer
    hint: string
    role: Role
    administratorKey: string
    createdBy: string
    createdAt: Date
    expiresAt: Date | null
  },
): Promise<number> {
  const [row] = await handle<{ id: number }[]>`
    insert into tokens (organization_id, hash, hint, role, administrator_key, created_by, created_at, expires_at)
    values (${organization}, ${token.hash}, ${token.hint}, ${token.role}, ${token.administratorKey}, ${token.createdBy},
      ${token.createdAt}, ${token.expiresAt})
    returning id`
  if (!row) throw new Error('a token that was just written is gone')
  return row.id
}

/**
 * Tokens of the organization, revoked ones included, newest first; `before`: only those with a smaller id; `source`: only those of the
 * source with this key.
 */
export async function listTokens(
  handle: Handle,
  organization: number,
  { before, limit, source = null }: { before: number | null; limit: number; source?: string | null },
): Promise<TokenRow[]> {
  return await handle<TokenRow[]>`
    select t.id, t.hint, s.key as source, t.role, coalesce(a.email, t.administrator_key) as administrator, a.role as "administratorRole",
      t.created_by as "createdBy", t.created_at as "createdAt", t.expires_at as "expiresAt", t.revoked_at as "revokedAt",
      t.last_used_at as "lastUsedAt"
    from tokens t
    left join administrators a on a.organization_id = t.organization_id and a.email_key = t.administrator_key
    left join sources s on s.organization_id = t.organization_id and s.id = t.source_id
    where t.organization_id = ${organization} ${before === null ? handle`` : handle`and t.id < ${before}`}
      ${source === null ? handle`` : handle`and s.key = ${source}`}
    order by t.id desc limit ${limit}`
}

/** False when there is no such token. One that is already revoked keeps its first date. */
export async function revokeToken(handle: Handle, organization: number, id: number, now: Date): Promise<boolean> {
  const revoked = await handle`
    update tokens set revoked_at = coalesce(revoked_at, ${now}) where organization_id = ${organization} and id = ${id}`
  return revoked.count === 1
}
