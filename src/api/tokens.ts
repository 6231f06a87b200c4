/** Tokens of administrators: made, listed by their last characters, and revoked. */
import { z } from '@hono/zod-openapi'
import { atMost, hashToken, hintOf, holds, makeToken, ROLES } from '../auth.ts'
import { RosterdError } from '../errors.ts'
import { readId, showId } from '../reconcile/identifiers.ts'
import { readEmail } from '../reconcile/normalise.ts'
import { findAdministrator, insertToken, listTokens, revokeToken, type TokenRow } from '../store/access.ts'
import { writeAudit } from '../store/audit.ts'
import { instant, shown, words } from './fields.ts'
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
      summary: 'Tokens',
      role: 'admin',
      answer: z.object({ items: z.array(token) }),
    },
    async ({ parts, organization }) => ({ items: (await listTokens(parts.sql, organization.id)).map(showToken) }),
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
        expiresAt: instant.optional(),
      }),
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
      const secret = makeToken()
      const expiresAt = body.expiresAt === undefined ? null : new Date(body.expiresAt)
      const role = body.role ?? 'admin'
      const now = parts.now()
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
          actor: actor.name,
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
          const row = { organizationId: organization.id, at: now, actor: actor.name, act: 'token.revoked' }
          if (found) await writeAudit(transaction, { ...row, object: showId('tok', id) })
          return found
        }))
      if (!revoked) throw new RosterdError('NOT_FOUND', { path: param('token') })
      return { id: param('token') }
    },
  )
}
