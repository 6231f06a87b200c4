/** Signing in to the console: links that are used once, and the sessions that come of them. */
import { RosterdError } from '../errors.ts'
import { writeAudit } from '../store/audit.ts'
import type { Handle } from '../store/connection.ts'
import { insertLink, type LinkRow, useLink } from '../store/login-links.ts'
import type { SessionRow } from '../store/sessions.ts'
import {
  endSession,
  findSession,
  insertSession,
  type OpenOrganization,
  openedBy,
  touchSession,
} from '../store/sessions.ts'
import type { Parts } from './parts.ts'

/** A link is typed or clicked at once, or made anew. */
const LINK_MS = 600_000
/** A session that nobody uses ends after eight hours, and any session after a day. */
const IDLE_MS = 8 * 3_600_000
const LONGEST_MS = 24 * 3_600_000
/** So often it is noted that a session is in use: a write per request would make every reader a writer. */
const TOUCH_MS = 60_000

export const idleSince = (now: Date): Date => new Date(now.getTime() - IDLE_MS)

/** @param hash sha256 of the secret that the link carries */
export async function makeLink(
  { sql, now }: Pick<Parts, 'sql' | 'now'>,
  hash: Buffer,
  link: LinkRow & { createdBy: string },
  lasts = LINK_MS,
): Promise<Date> {
  const createdAt = now()
  const expiresAt = new Date(createdAt.getTime() + lasts)
  await insertLink(sql, { ...link, hash, createdAt, expiresAt })
  return expiresAt
}

/** Somebody who is signed in. */
export interface SignedIn {
  session: SessionRow
  /** At least one, in the order of their keys. */
  organizations: OpenOrganization[]
}

/** Who comes with this cookie; null where the session is over, or its administrator is one of nothing any more. */
export async function recognise({ sql, now }: Parts, hash: Buffer): Promise<SignedIn | null> {
  const at = now()
  const session = await findSession(sql, hash, at, idleSince(at))
  if (session === null) return null
  const organizations = await openedBy(sql, session)
  if (organizations.length === 0 && session.administratorKey !== null) return null
  if (at.getTime() - session.seenAt.getTime() > TOUCH_MS) await touchSession(sql, session, at)
  return { session, organizations }
}

/**
 * Uses a link up and opens a session for it.
 *
 * @param link sha256 of what the link carries
 * @param cookie sha256 of what the browser will carry
 * @throws RosterdError LINK_USED
 */
export async function enterByLink(
  parts: Parts,
  { link, cookie, browser, requestId }: { link: Buffer; cookie: Buffer; browser: string; requestId: string },
): Promise<void> {
  const at = parts.now()
  await parts.sql.begin(async (transaction) => {
    const used = await useLink(transaction, link, at)
    if (used === null) throw new RosterdError('LINK_USED')
    await openSession(transaction, { ...used, roles: null, hash: cookie, via: 'link', browser, at, requestId })
  })
}

/**
 * Opens a session for somebody of whom it is known who they are, and writes it into the audit of every organization that it opens.
 *
 * @throws RosterdError NO_ENTRY where they are an administrator of nothing; nothing is left then if `handle` is a transaction
 */
export async function openSession(
  handle: Handle,
  session: Pick<SessionRow, 'only' | 'administratorKey' | 'roles'> & {
    hash: Buffer
    via: 'link' | 'oidc'
    browser: string
    at: Date
    requestId: string
  },
): Promise<number> {
  const { at, requestId, ...rest } = session
  const endsAt = new Date(at.getTime() + LONGEST_MS)
  const id = await insertSession(handle, { ...rest, createdAt: at, endsAt })
  const organizations = await openedBy(handle, rest)
  if (organizations.length === 0 && session.administratorKey !== null) throw new RosterdError('NO_ENTRY')
  await writeAudit(
    handle,
    organizations.map(({ id: organizationId, email }) => ({
      organizationId,
      at,
      actor: email ?? BOOTSTRAP,
      act: 'session.opened',
      object: `ses_${id}`,
      requestId,
      after: { via: session.via },
    })),
  )
  return id
}

/** As audit rows call the bootstrap administrator. */
export const BOOTSTRAP = 'bootstrap token'

/**
 * Signs somebody out of one of their own sessions, and writes it into the audit of every organization that it opened; false where there
 * is none.
 *
 * @param elsewhere they did so from another browser than the one that is signed out
 */
export async function leave(
  parts: Parts,
  administratorKey: string | null,
  id: number,
  { requestId, elsewhere = false }: { requestId: string; elsewhere?: boolean },
): Promise<boolean> {
  const at = parts.now()
  return await parts.sql.begin(async (transaction) => {
    const session = await endSession(transaction, administratorKey, id)
    if (session === null) return false
    const opened = await openedBy(transaction, session)
    await writeAudit(
      transaction,
      opened.map(({ id: organizationId, email }) => ({
        organizationId,
        at,
        actor: email ?? BOOTSTRAP,
        act: 'session.ended',
        object: `ses_${id}`,
        requestId,
        after: { elsewhere },
      })),
    )
    return true
  })
}
