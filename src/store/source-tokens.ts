/** Tokens of sources: what an identity provider sends with each of its requests. They open the source's own mirror and nothing else. */
import type { Handle } from './connection.ts'

/** A live token of a source that is connected. */
export interface SourceTokenRow {
  organizationId: number
  organizationKey: string
  sourceId: number
  sourceKey: string
  /** As they are stored with the source. */
  settings: Record<string, unknown>
  id: number
  lastUsedAt: Date | null
}

/** The live token of a source with this hash; null where its source is gone from the configuration, or takes no requests. */
export async function findSourceToken(handle: Handle, hash: Buffer, now: Date): Promise<SourceTokenRow | null> {
  const [row] = await handle<SourceTokenRow[]>`
    select t.organization_id as "organizationId", o.key as "organizationKey", s.id as "sourceId", s.key as "sourceKey", s.settings,
      t.id, t.last_used_at as "lastUsedAt"
    from tokens t
    join sources s on s.organization_id = t.organization_id and s.id = t.source_id and s.kind = 'scim' and s.connected
    join organizations o on o.id = t.organization_id and not o.retired
    where t.hash = ${hash} and t.revoked_at is null and (t.expires_at is null or t.expires_at > ${now})`
  return row ?? null
}

/** Stores the hash of a new token of a source and gives its id. */
export async function insertSourceToken(
  handle: Handle,
  organization: number,
  token: { hash: Buffer; hint: string; sourceId: number; createdBy: string; createdAt: Date; expiresAt: Date | null },
): Promise<number> {
  const [row] = await handle<{ id: number }[]>`
    insert into tokens (organization_id, hash, hint, source_id, created_by, created_at, expires_at)
    values (${organization}, ${token.hash}, ${token.hint}, ${token.sourceId}, ${token.createdBy}, ${token.createdAt}, ${token.expiresAt})
    returning id`
  if (!row) throw new Error('a token that was just written is gone')
  return row.id
}

export interface TokenUse {
  sourceId: number
  /** Tokens that open it now. */
  open: number
  /** When one of its tokens, whichever, was last used; to the hour. */
  lastUsedAt: Date | null
}

/** How the tokens of each source are used; sources without any are missing. */
export async function sourceTokenUse(handle: Handle, organization: number, now: Date): Promise<TokenUse[]> {
  return await handle<TokenUse[]>`
    select source_id as "sourceId", max(last_used_at) as "lastUsedAt",
      (count(*) filter (where revoked_at is null and (expires_at is null or expires_at > ${now})))::int as open
    from tokens where organization_id = ${organization} and source_id is not null group by source_id`
}

/** Hours before the end of a token of a source at which administrators are reminded: 14 days and 3. */
const FIRST_HOURS = 14 * 24
const LAST_HOURS = 3 * 24

/**
 * Reminds administrators of tokens of sources that are about to end, each time once, whatever the number of daemons. One that was made
 * for a shorter time than that has no such reminder: whoever made it knew. Returns how many letters.
 */
export async function remindOfTokens(handle: Handle, at: Date): Promise<number> {
  const written = await handle`
    insert into letters (organization_id, audience, event, token_id, address, address_key, state, due_at)
    select t.organization_id, 'administrator', due.event, t.id, a.email, a.email_key, 'due', ${at}::timestamptz
    from tokens t
    join sources s on s.organization_id = t.organization_id and s.id = t.source_id and s.connected
    join organizations o on o.id = t.organization_id and not o.retired
    cross join lateral (
      select case when t.expires_at <= ${at}::timestamptz + make_interval(hours => ${LAST_HOURS}) then 'token_ends'
        else 'token_ends_soon' end as event) due
    join administrators a on a.organization_id = t.organization_id and a.role <> 'viewer'
    where t.revoked_at is null and t.expires_at > ${at}::timestamptz
      and t.expires_at <= ${at}::timestamptz + make_interval(hours => ${FIRST_HOURS})
      and t.created_at <= t.expires_at - make_interval(hours => case due.event when 'token_ends' then ${LAST_HOURS}::int else ${FIRST_HOURS}::int end)
      and not exists (select from letters l
        where l.organization_id = t.organization_id and l.audience = 'administrator' and l.token_id = t.id and l.event = due.event
          and l.address_key = a.email_key)
    on conflict do nothing`
  return written.count
}
