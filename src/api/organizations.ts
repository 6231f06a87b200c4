/** Which organizations the caller may speak of, and what the configuration says of one. */
import { z } from '@hono/zod-openapi'
import { limitsOf } from '../store/limits.ts'
import { listOrganizations } from '../store/organizations.ts'
import { describe } from './describe-route.ts'
import { type Door, route } from './openapi.ts'

const organization = z.object({ key: z.string(), name: z.string(), zone: z.string() }).openapi('Organization')
const organizations = z.object({ items: z.array(organization) })
const whole = organization
  .extend({
    domains: z.array(z.string()).openapi({ description: 'Verified ones: people of these are matched by e-mail.' }),
    protected: z.array(z.string()).openapi({ description: 'E-mail addresses of people from whom no source takes.' }),
    limits: z
      .unknown()
      .openapi({ type: 'object', description: 'How much may be taken away before a person has to look.' }),
    settingsVersion: z.int(),
    rulesetVersion: z.int(),
    revision: z.int().openapi({ description: 'Raised by every batch that is applied.' }),
  })
  .openapi('OrganizationWhole')

const PATH = '/organizations'

export function organizationRoutes(door: Door): void {
  const noun = 'organizations'
  // The one list that stands above an organization, so it is not made with `route`.
  describe(door.app.openAPIRegistry, '/api/v1', {
    method: 'get',
    path: PATH,
    noun,
    summary: 'The organizations that the token opens',
    role: 'viewer',
    answer: organizations,
  })
  door.app.get(`/api/v1${PATH}`, async (c) => {
    const { caller } = c.var
    const all = await listOrganizations(door.context.parts.sql)
    const items = all.filter((one) => caller.organization === null || caller.organization === one.id)
    return c.json(organizations.parse({ items }))
  })

  route(
    door,
    { method: 'get', path: '', noun, summary: 'One organization, with its settings', role: 'viewer', answer: whole },
    async ({ organization }) => ({
      ...organization,
      ...organization.settings,
      limits: limitsOf(organization).limits,
    }),
  )
}
