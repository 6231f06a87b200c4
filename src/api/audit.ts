/** The audit: who did what to which object, with which token and in which request. */
import { z } from '@hono/zod-openapi'
import { showId } from '../reconcile/identifiers.ts'
import { type AuditListRow, listAudit } from '../store/audit-list.ts'
import { cursor, idPlace, instant, limit, moment, page, pageOf, readCursor, text } from './fields.ts'
import { type Door, route } from './openapi.ts'

const entry = z
  .object({
    at: instant,
    actor: z.string().openapi({ description: 'An e-mail address, a policy, `bootstrap token` or `system`.' }),
    act: z.string().openapi({ description: 'Noun and verb, such as `plan.approved`.' }),
    object: z.string().openapi({ description: 'What it was done to, such as `pln_7`.' }),
    plan: z.string().nullable(),
    request: z.string().nullable().openapi({ description: 'Its X-Request-Id, which the log knows too.' }),
    token: z.string().nullable().openapi({ description: 'Null: the bootstrap token, or nobody asked.' }),
    before: z.unknown(),
    after: z.unknown(),
  })
  .openapi('AuditEntry')

const showEntry = ({ planId, requestId, tokenId, at, ...row }: AuditListRow): z.input<typeof entry> => ({
  ...row,
  at: at.toISOString(),
  plan: planId === null ? null : showId('pln', planId),
  request: requestId,
  token: tokenId === null ? null : showId('tok', tokenId),
})

const dateOf = (given: string | undefined): Date | null => (given === undefined ? null : new Date(given))

export function auditRoutes(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/audit',
      noun: 'audit',
      summary: 'What was done, newest first',
      role: 'admin',
      query: z.strictObject({
        actor: text(1_000).optional(),
        act: text(100).optional().openapi({ description: '`plan.approved`, or `plan` for all that concerns plans.' }),
        object: text(200).optional(),
        since: moment.optional(),
        until: moment.optional().openapi({ description: 'Before this instant.' }),
        limit,
        cursor,
      }),
      answer: pageOf(entry),
    },
    async ({ parts, organization, query }) => {
      const rows = await listAudit(parts.sql, organization.id, {
        actor: query.actor ?? null,
        act: query.act ?? null,
        object: query.object ?? null,
        since: dateOf(query.since),
        until: dateOf(query.until),
        before: readCursor(idPlace, query.cursor),
        limit: query.limit + 1,
      })
      return page(rows, query.limit, (row) => row.id, showEntry)
    },
  )
}
