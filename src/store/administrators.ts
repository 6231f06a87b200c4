/** Administrators of an organization: those of the config file, and those whom others invited. */
import type { AdministratorRole } from '../reconcile/roles.ts'
import type { Handle } from './connection.ts'

export interface AdministratorRow {
  email: string
  emailKey: string
  role: AdministratorRole
  /** Who may change it: the config file, or the administrators. */
  managed: 'config' | 'console'
  /** When somebody under this address last asked for a page, as far as sessions are kept; null: nobody is signed in. */
  seenAt: Date | null
  /** Until when an invitation that nobody used lets them in; null: there is none. */
  invitedUntil: Date | null
}

/** In the order of their addresses. An organization has few. */
export async function listAdministrators(handle: Handle, organization: number, now: Date): Promise<AdministratorRow[]> {
  return await handle<AdministratorRow[]>`
    select a.email, a.email_key as "emailKey", a.role, a.managed,
      (select max(s.seen_at) from sessions s where s.administrator_key = a.email_key and s.ends_at > ${now}
        and s.organization_id in (0, ${organization})) as "seenAt",
      (select max(l.expires_at) from login_links l where l.organization_id = ${organization} and l.administrator_key = a.email_key
        and l.used_at is null and l.expires_at > ${now}) as "invitedUntil"
    from administrators a where a.organization_id = ${organization} order by a.email_key limit 1000`
}

/** Adds somebody; false where they are an administrator already. */
export async function insertAdministrator(
  handle: Handle,
  organization: number,
  { email, emailKey, role }: Pick<AdministratorRow, 'email' | 'emailKey' | 'role'>,
): Promise<boolean> {
  const written = await handle`
    insert into administrators (organization_id, email_key, email, role, managed)
    values (${organization}, ${emailKey}, ${email}, ${role}, 'console') on conflict do nothing`
  return written.count === 1
}

/** Of somebody whom the config file does not manage; false where there is nobody such. */
export async function writeAdministratorRole(
  handle: Handle,
  organization: number,
  emailKey: string,
  role: AdministratorRole,
): Promise<boolean> {
  const written = await handle`
    update administrators set role = ${role}
    where organization_id = ${organization} and email_key = ${emailKey} and managed = 'console'`
  return written.count === 1
}

/**
 * Takes away, with everything by which they could still come in.
 *
 * @returns ids of the tokens that this revoked; null where there is nobody such
 */
export async function deleteAdministrator(
  handle: Handle,
  organization: number,
  emailKey: string,
  at: Date,
): Promise<number[] | null> {
  const gone = await handle`
    delete from administrators where organization_id = ${organization} and email_key = ${emailKey} and managed = 'console'`
  return gone.count === 0 ? null : await shutOut(handle, organization, [emailKey], at)
}

/**
 * Ends every way in of people who are administrators here no more: what they hold would open the organization again as soon as somebody
 * makes them administrators anew. A session that may open other organizations too ends with the last of them, unless it was a
 * provider that gave its roles.
 *
 * @returns ids of the tokens that this revoked
 */
export async function shutOut(handle: Handle, organization: number, emailKeys: string[], at: Date): Promise<number[]> {
  if (emailKeys.length === 0) return []
  await handle`
    delete from login_links l where l.administrator_key = any(${emailKeys}::text[]) and (l.organization_id = ${organization}
      or l.organization_id = 0 and not exists (select from administrators a where a.email_key = l.administrator_key))`
  await handle`
    delete from sessions s where s.administrator_key = any(${emailKeys}::text[]) and (s.organization_id = ${organization}
      or s.organization_id = 0 and s.roles is null
        and not exists (select from administrators a where a.email_key = s.administrator_key))`
  const revoked = await handle<{ id: number }[]>`
    update tokens set revoked_at = ${at}
    where organization_id = ${organization} and administrator_key = any(${emailKeys}::text[]) and revoked_at is null returning id`
  return revoked.map(({ id }) => id).sort((a, b) => a - b)
}

/** Who made somebody an administrator here, as the audit knows it; nobody did of whom the configuration file names. */
export async function invitersOf(handle: Handle, organization: number, email: string): Promise<string[]> {
  const rows = await handle<{ actor: string }[]>`
    select distinct l.actor from administrators a
    join audit l on l.organization_id = a.organization_id and l.act = 'administrator.invited' and l.object = 'administrators/' || a.email
    where a.organization_id = ${organization} and a.email = ${email} and a.managed = 'console' order by l.actor`
  return rows.map(({ actor }) => actor)
}

/**
 * A letter with a link that lets an administrator in once; a link of an earlier letter that nobody used lets nobody in any more. The
 * secret of the link is made when the letter leaves (`linkOfLetter`), so that it is kept nowhere; until then the place of its hash is
 * taken by sixteen bytes that are the sha256 of nothing.
 */
export async function writeInvitation(
  handle: Handle,
  organization: number,
  { email, emailKey }: Pick<AdministratorRow, 'email' | 'emailKey'>,
  { by, at, expiresAt }: { by: string; at: Date; expiresAt: Date },
): Promise<void> {
  await handle`
    delete from login_links where organization_id = ${organization} and administrator_key = ${emailKey} and used_at is null`
  await handle`
    with link as (
      insert into login_links (organization_id, hash, administrator_key, created_by, created_at, expires_at)
      values (${organization}, uuid_send(gen_random_uuid()), ${emailKey}, ${by}, ${at}, ${expiresAt}) returning id)
    insert into letters (organization_id, audience, event, token_id, address, address_key, state, due_at)
    select ${organization}, 'administrator', 'administrator_invited', link.id, ${email}, ${emailKey}, 'due', ${at} from link`
}

/** What a link carries, and the sha256 of it that is stored. */
export interface LinkSecret {
  secret: string
  hash: Buffer
}

export interface InvitationLink {
  secret: string
  by: string
  role: AdministratorRole
  expiresAt: Date
}

/** Gives the link of a letter that leaves now its secret; null where the invitation was taken back, or another one came after it. */
export async function linkOfLetter(
  handle: Handle,
  { organizationId, tokenId, addressKey }: { organizationId: number; tokenId: number; addressKey: string },
  { secret, hash }: LinkSecret,
): Promise<InvitationLink | null> {
  const [row] = await handle<Omit<InvitationLink, 'secret'>[]>`
    update login_links l set hash = ${hash}
    from administrators a
    where l.organization_id = ${organizationId} and l.id = ${tokenId} and l.used_at is null
      and a.organization_id = l.organization_id and a.email_key = l.administrator_key and a.email_key = ${addressKey}
    returning l.created_by as by, a.role, l.expires_at as "expiresAt"`
  return row === undefined ? null : { secret, ...row }
}
