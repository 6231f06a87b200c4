/** Tokens: of administrators, and of the sources that push. Made, listed by their last characters, and revoked. */
import { z } from '@hono/zod-openapi'
import { RosterdError } from '../errors.ts'
import { readId, showId } from '../reconcile/identifiers.ts'
import { atMost, ROLES } from '../reconcile/roles.ts'
import { listTokens, type TokenRow } from '../store/access.ts'
import { keepToken, revoke } from '../sync/tokens.ts'
import { cursor, idPlace, instant, limit, moment, page, pageOf, readCursor, shown, words } from './fields.ts'
import { makeFor } from './make-token.ts'
import { type Door, route } from './openapi.ts'

const token = z
  .object({
    id: z.string(),
    hint: z.string(),
    administrator: z.string().nullable().openapi({ description: 'As whom it acts; null for a token of a source.' }),
    source: z
      .string()
      .nullable()
      .openapi({ description: 'Key of the source whose identity provider holds it; null for an administrator.' }),
    role: z.enum(ROLES).nullable().openapi({
      description: 'Null: the administrator is gone and the token opens nothing, or it is a token of a source.',
    }),
    createdBy: z.string(),
    createdAt: instant,
    expiresAt: instant.nullable(),
    revokedAt: instant.nullable(),
    lastUsedAt: instant.nullable().openapi({ description: 'To the hour.' }),
  })
  .openapi('Token')

function showToken(row: TokenRow): z.input<typeof token> {
  const { role, administratorRole } = row
  return {
    ...row,
    id: showId('tok', row.id),
    role: role === null || administratorRole === null ? null : atMost(administratorRole, role),
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
      summary: 'Make a token that acts as one administrator, or that one source comes in with; it is shown this once',
      role: 'admin',
      body: z.strictObject({
        administrator: words(1_000)
          .openapi({ description: 'E-mail address of an administrator of the configuration; this or a source.' })
          .optional(),
        source: words(63)
          .openapi({ description: 'Key of a source of the kind scim; this or an administrator.' })
          .optional(),
        role: z.enum(ROLES).optional().openapi({ description: 'The most that the token of an administrator may do.' }),
        expiresAt: moment.optional(),
      }),
      secret: 'token',
      answer: token.pick({ id: true, administrator: true, source: true, role: true, expiresAt: true }).extend({
        token: z.string(),
        scimUrl: z.string().nullable().openapi({
          description: 'Of a source: the base URL that is pasted into the identity provider together with the token.',
        }),
      }),
    },
    async ({ parts, organization, actor, body }) => {
      const now = parts.now()
      const expiresAt = body.expiresAt === undefined ? null : new Date(body.expiresAt)
      if (expiresAt !== null && expiresAt <= now) {
        const detail = `${body.expiresAt} is over, and such a token would open nothing; give a later time, or none.`
        throw new RosterdError('INPUT_INVALID', { detail })
      }
      const { secret, holder, insert, after } = await makeFor(parts.sql, organization, body, {
        createdBy: actor.name,
        createdAt: now,
        expiresAt,
      })
      const id = await keepToken(parts, organization, { insert, after, expiresAt }, actor)
      const base = door.context.baseUrl?.()
      const scimUrl = holder.source === null || base === undefined ? null : `${base}/scim/v2`
      return { id, token: secret, ...holder, expiresAt: shown(expiresAt), scimUrl }
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
      await revoke(parts, organization, readId('tok', param('token')), actor)
      return { id: param('token') }
    },
  )
}
