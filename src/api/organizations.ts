/** Which organizations the caller may speak of. */
import { z } from '@hono/zod-openapi'
import { listOrganizations } from '../store/organizations.ts'
import { type Door, problem } from './openapi.ts'

const organization = z.object({ key: z.string(), name: z.string(), zone: z.string() }).openapi('Organization')
const organizations = z.object({ items: z.array(organization) })
const PATH = '/api/v1/organizations'

/** The one list that stands above an organization, so it is not made with `route`. */
export function organizationRoutes(door: Door): void {
  door.app.openAPIRegistry.registerPath({
    method: 'get',
    path: PATH,
    tags: ['organizations'],
    summary: 'The organizations that the token opens',
    description: 'Needs the role viewer.',
    security: [{ bearer: [] }],
    responses: {
      200: { description: 'Done.', content: { 'application/json': { schema: organizations } } },
      default: { description: 'What went wrong.', content: { 'application/problem+json': { schema: problem } } },
    },
  })
  door.app.get(PATH, async (c) => {
    const { caller } = c.var
    const all = await listOrganizations(door.context.parts.sql)
    const items = all.filter((one) => caller.organization === null || caller.organization === one.id)
    return c.json(organizations.parse({ items }))
  })
}
