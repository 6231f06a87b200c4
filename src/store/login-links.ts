/** Links that let somebody in once. Only the hash of the secret in a link is kept. */
import type { Handle } from './connection.ts'

export interface LinkRow {
  /** The only organization that the session will open; 0: each of which the administrator is one. */
  only: number
  /** Null: the bootstrap administrator. */
  administratorKey: string | null
}

export async function insertLink(
  handle: Handle,
  link: LinkRow & { hash: Buffer; createdBy: string; createdAt: Date; expiresAt: Date },
): Promise<void> {
  const { only, hash, administratorKey, createdBy, createdAt, expiresAt } = link
  await handle`
    insert into login_links (organization_id, hash, administrator_key, created_by, created_at, expires_at)
    values (${only}, ${hash}, ${administratorKey}, ${createdBy}, ${createdAt}, ${expiresAt})`
}

/** Whether the link would let somebody in; looking changes nothing. */
export async function linkIsGood(handle: Handle, hash: Buffer, now: Date): Promise<boolean> {
  const rows = await handle`select from login_links where hash = ${hash} and used_at is null and expires_at > ${now}`
  return rows.count === 1
}

/** Uses a link up; null where it was used before, is over or never was. Of two who try at once, one gets it. */
export async function useLink(handle: Handle, hash: Buffer, now: Date): Promise<LinkRow | null> {
  const [row] = await handle<LinkRow[]>`
    update login_links set used_at = ${now} where hash = ${hash} and used_at is null and expires_at > ${now}
    returning organization_id as only, administrator_key as "administratorKey"`
  return row ?? null
}

/**
 * Whether nobody has ever come in. Links and sessions are forgotten after a while; what the audit says of them, where people come in at
 * a provider, is not. It is asked last, since it may be long.
 */
export async function nobodySignedIn(handle: Handle): Promise<boolean> {
  const [row] = await handle<{ nobody: boolean }[]>`
    select case
      when exists (select from login_links where used_at is not null) or exists (select from sessions) then false
      else not exists (select from audit where act = 'session.opened') end as nobody`
  return row?.nobody === true
}

/** The address under which somebody is an administrator of an organization, or of any where none is named. */
export async function administratorAnywhere(
  handle: Handle,
  emailKey: string,
  only: number | null,
): Promise<string | null> {
  const [row] = await handle<{ email: string }[]>`
    select a.email from administrators a join organizations o on o.id = a.organization_id and not o.retired
    where a.email_key = ${emailKey} and (${only}::int is null or o.id = ${only}) order by o.id limit 1`
  return row?.email ?? null
}
