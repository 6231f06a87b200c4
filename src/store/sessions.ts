/** Sessions of the console: who is signed in, in which browser, and which organizations that opens. */
import { z } from 'zod'
import { type AdministratorRole, ROLES } from '../reconcile/roles.ts'
import type { Handle } from './connection.ts'

/** What the next page says first. */
export const notice = z.object({ kind: z.enum(['done', 'note', 'error']), text: z.string() })
export type Notice = z.infer<typeof notice>

const givenRoles = z.record(z.string(), z.enum(ROLES)).nullable()

export interface SessionRow {
  id: number
  /** The only organization that it opens; 0: each of which its administrator is one. */
  only: number
  /** Null: the bootstrap administrator, to whom every organization is open. */
  administratorKey: string | null
  /** Roles by key of organization, as an OpenID provider gave them; null: those of the administrators. */
  roles: Record<string, AdministratorRole> | null
  seenAt: Date
  notice: Notice | null
}

export interface NewSession extends Pick<SessionRow, 'only' | 'administratorKey' | 'roles'> {
  hash: Buffer
  via: 'link' | 'oidc'
  browser: string
  createdAt: Date
  endsAt: Date
}

export async function insertSession(handle: Handle, session: NewSession): Promise<number> {
  const { only, hash, administratorKey, roles, via, browser, createdAt, endsAt } = session
  const [row] = await handle<{ id: number }[]>`
    insert into sessions (organization_id, hash, administrator_key, roles, via, browser, created_at, seen_at, ends_at)
    values (${only}, ${hash}, ${administratorKey}, ${roles === null ? null : JSON.stringify(roles)}::text::jsonb, ${via}, ${browser},
      ${createdAt}, ${createdAt}, ${endsAt})
    returning id`
  if (!row) throw new Error('a session that was just written is gone')
  return row.id
}

/** The session of this cookie, unless it is over: by its end, or because nobody used it since `idleSince`. */
export async function findSession(
  handle: Handle,
  hash: Buffer,
  now: Date,
  idleSince: Date,
): Promise<SessionRow | null> {
  const [row] = await handle<(Omit<SessionRow, 'roles' | 'notice'> & { roles: unknown; notice: unknown })[]>`
    select id, organization_id as only, administrator_key as "administratorKey", roles, seen_at as "seenAt", notice
    from sessions where hash = ${hash} and ends_at > ${now} and seen_at > ${idleSince}`
  if (row === undefined) return null
  return { ...row, roles: givenRoles.parse(row.roles), notice: row.notice === null ? null : notice.parse(row.notice) }
}

export async function touchSession(
  handle: Handle,
  { only, id }: Pick<SessionRow, 'only' | 'id'>,
  now: Date,
): Promise<void> {
  await handle`update sessions set seen_at = ${now} where organization_id = ${only} and id = ${id}`
}

/** Of two tabs that say something at once the later one is heard. */
export async function leaveNotice(
  handle: Handle,
  { only, id }: Pick<SessionRow, 'only' | 'id'>,
  said: Notice | null,
): Promise<void> {
  await handle`
    update sessions set notice = ${said === null ? null : JSON.stringify(said)}::text::jsonb
    where organization_id = ${only} and id = ${id}`
}

/** Organizations that a session opens, with what may be done there. */
export interface OpenOrganization {
  id: number
  key: string
  name: string
  role: AdministratorRole
  /** The address as it is written down; null for the bootstrap administrator. */
  email: string | null
}

/** An administrator of none is signed in to nothing: whoever is gone from the list is out with the next request. */
export async function openedBy(
  handle: Handle,
  session: Pick<SessionRow, 'only' | 'administratorKey' | 'roles'>,
): Promise<OpenOrganization[]> {
  const { only, administratorKey, roles } = session
  const rows = await handle<(Omit<OpenOrganization, 'role'> & { role: AdministratorRole | null })[]>`
    select o.id, o.key, o.name, a.role, coalesce(a.email, ${administratorKey}) as email
    from organizations o
    left join administrators a on a.organization_id = o.id and a.email_key = ${administratorKey}
    where not o.retired and (${only} = 0 or o.id = ${only}) order by o.key`
  return rows.flatMap((row) => {
    const own = administratorKey === null ? 'admin' : row.role
    const given = roles !== null && Object.hasOwn(roles, row.key) ? (roles[row.key] ?? null) : null
    const role = roles === null ? own : given
    return role === null ? [] : [{ ...row, role }]
  })
}

export interface SessionListRow {
  id: number
  via: string
  browser: string
  createdAt: Date
  seenAt: Date
  endsAt: Date
}

/** Everywhere that somebody is signed in, last used first. */
export async function listSessions(
  handle: Handle,
  administratorKey: string | null,
  now: Date,
  idleSince: Date,
): Promise<SessionListRow[]> {
  return await handle<SessionListRow[]>`
    select id, via, browser, created_at as "createdAt", seen_at as "seenAt", ends_at as "endsAt" from sessions
    where administrator_key is not distinct from ${administratorKey} and ends_at > ${now} and seen_at > ${idleSince}
    order by seen_at desc limit 100`
}

/** Ends one of this administrator's sessions, and says what it was; null where there is none. */
export async function endSession(
  handle: Handle,
  administratorKey: string | null,
  id: number,
): Promise<Pick<SessionRow, 'id' | 'only' | 'administratorKey' | 'roles'> | null> {
  const [row] = await handle<{ id: number; only: number; administratorKey: string | null; roles: unknown }[]>`
    delete from sessions where (organization_id, id) = (
      select organization_id, id from sessions where id = ${id} and administrator_key is not distinct from ${administratorKey})
    returning id, organization_id as only, administrator_key as "administratorKey", roles`
  return row === undefined ? null : { ...row, roles: givenRoles.parse(row.roles) }
}

/** Lets go of sessions and links that open nothing any more. */
export async function forgetSignIns(handle: Handle, now: Date, idleSince: Date, linksBefore: Date): Promise<void> {
  await handle`delete from sessions where ends_at <= ${now} or seen_at <= ${idleSince}`
  await handle`delete from login_links where expires_at <= ${linksBefore}`
}
