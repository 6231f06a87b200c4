/** Whom the API takes the caller for. */
import { z } from '@hono/zod-openapi'
import { showId } from '../reconcile/identifiers.ts'
import { ROLES } from '../reconcile/roles.ts'
import { listOrganizations } from '../store/organizations.ts'
import { describe } from './describe-route.ts'
import type { Door } from './openapi.ts'

const caller = z
  .object({
    name: z.string().openapi({ description: 'E-mail address of an administrator, or `bootstrap token`.' }),
    role: z.enum(ROLES),
    token: z.string().nullable().openapi({ description: 'Null: the bootstrap token, which has no id.' }),
    organizations: z.array(z.string()).openapi({ description: 'Keys of the organizations that the token opens.' }),
  })
  .openapi('Caller')

export function callerRoutes(door: Door): void {
  const summary = 'Whose token this is, and what it opens'
  describe(door.app.openAPIRegistry, '/api/v1', {
    method: 'get',
    path: '/me',
    noun: 'tokens',
    summary,
    role: 'viewer',
    answer: caller,
  })
  door.app.get('/api/v1/me', async (c) => {
    const { name, role, tokenId, organization } = c.var.caller
    const all = await listOrganizations(door.context.parts.sql)
    return c.json(
      caller.parse({
        name,
        role,
        token: tokenId === null ? null : showId('tok', tokenId),
        organizations: all.filter((one) => organization === null || organization === one.id).map((one) => one.key),
      }),
    )
  })
}
