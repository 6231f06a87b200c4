/** Tokens of administrators: made, listed by their last characters, and revoked. */
import { z } from '@hono/zod-openapi'
import { hashToken, hintOf, makeToken } from '../auth.ts'
import { RosterdError } from '../errors.ts'
import { readId, showId } from '../reconcile/identifiers.ts'
import { readEmail } from '../reconcile/normalise.ts'
import { atMost, holds, ROLES } from '../reconcile/roles.ts'
import { findAdministrator, insertToken, listTokens, revokeToken, type TokenRow } from '../store/access.ts'
import { writeAudit } from '../store/audit.ts'
import { signed } from '../sync/parts.ts'
import { cursor, idPlace, instant, limit, moment, page, pageOf, readCursor, shown, words } from './fields.ts'
import { type Door, route } from './openapi.ts'

const token = z
  .object({
    id: z.string(),
    hint: z.string(),
    administrator: z.string(),
    role: z
      .enum(ROLES)
      .nullable()
      .openapi({ description: 'Null: the administrator is gone, the token opens nothing.' }),
    createdBy: z.string(),
    createdAt: instant,
    expiresAt: instant.nullable(),
    revokedAt: instant.nullable(),
    lastUsedAt: instant.nullable(),
  })
  .openapi('Token')

function showToken(row: TokenRow): z.input<typeof token> {
  return {
    ...row,
    id: showId('tok', row.id),
    role: row.administratorRole === null ? null : atMost(row.administratorRole, row.role),
    createdAt: row.createdAt.toISOString(),
    expiresAt: shown(row.expiresAt),
    revokedAt: shown(row.revokedAt),
    lastUsedAt: shown(row.lastUsedAt),
  }
}

export function tokenRoutes(door: Door): void {
  const noun = 'tokens'
  route(
    door,
    {
      method: 'get',
      path: '/tokens',
      noun,
      summary: 'Tokens, newest first, revoked ones included',
      role: 'admin',
      query: z.strictObject({ limit, cursor }),
      answer: pageOf(token),
    },
    async ({ parts, organization, query }) => {
      const rows = await listTokens(parts.sql, organization.id, {
        before: readCursor(idPlace, query.cursor),
        limit: query.limit + 1,
      })
      return page(rows, query.limit, (row) => row.id, showToken)
    },
  )

  route(
    door,
    {
      method: 'post',
      path: '/tokens',
      noun,
      summary: 'Make a token that acts as one administrator; it is shown this once',
      role: 'admin',
      body: z.strictObject({
        administrator: words(1_000).openapi({
          description: 'E-mail address of an administrator of the configuration.',
        }),
        role: z.enum(ROLES).optional().openapi({ description: 'The most that the token may do.' }),
        expiresAt: moment.optional(),
      }),
      secret: 'token',
      answer: token.pick({ id: true, administrator: true, role: true, expiresAt: true }).extend({ token: z.string() }),
    },
    async ({ parts, organization, actor, body }) => {
      const email = readEmail(body.administrator)
      const administrator = email.ok ? await findAdministrator(parts.sql, organization.id, email.key) : null
      if (!email.ok || administrator === null) {
        const detail = `${body.administrator} is no administrator of ${organization.name}; the configuration lists them.`
        throw new RosterdError('INPUT_INVALID', { detail })
      }
      if (body.role !== undefined && !holds(administrator.role, body.role)) {
        const detail = `${administrator.email} has the role ${administrator.role}, and a token cannot do more than its administrator.`
        throw new RosterdError('INPUT_INVALID', { detail })
      }
      const now = parts.now()
      const expiresAt = body.expiresAt === undefined ? null : new Date(body.expiresAt)
      if (expiresAt !== null && expiresAt <= now) {
        const detail = `${body.expiresAt} is over, and such a token would open nothing; give a later time, or none.`
        throw new RosterdError('INPUT_INVALID', { detail })
      }
      const secret = makeToken()
      const role = body.role ?? 'admin'
      const id = await parts.sql.begin(async (transaction) => {
        const made = await insertToken(transaction, organization.id, {
          hash: hashToken(secret),
          hint: hintOf(secret),
          role,
          administratorKey: email.key,
          createdBy: actor.name,
          createdAt: now,
          expiresAt,
        })
        const object = showId('tok', made)
        const after = { administrator: administrator.email, role, expiresAt }
        await writeAudit(transaction, {
          organizationId: organization.id,
          at: now,
          ...signed(actor),
          act: 'token.created',
          object,
          after,
        })
        return object
      })
      return {
        id,
        token: secret,
        administrator: administrator.email,
        role: atMost(administrator.role, role),
        expiresAt: shown(expiresAt),
      }
    },
  )

  route(
    door,
    {
      method: 'delete',
      path: '/tokens/{token}',
      noun,
      summary: 'Revoke a token; again does nothing',
      role: 'admin',
      answer: z.object({ id: z.string() }),
    },
    async ({ parts, organization, actor, param }) => {
      const id = readId('tok', param('token'))
      const now = parts.now()
      const revoked =
        id !== null &&
        (await parts.sql.begin(async (transaction) => {
          const found = await revokeToken(transaction, organization.id, id, now)
          const row = { organizationId: organization.id, at: now, ...signed(actor), act: 'token.revoked' }
          if (found) await writeAudit(transaction, { ...row, object: showId('tok', id) })
          return found
        }))
      // What was given is not repeated: it may be the token itself.
      if (!revoked) throw new RosterdError('TOKEN_NOT_FOUND')
      return { id: param('token') }
    },
  )
}
