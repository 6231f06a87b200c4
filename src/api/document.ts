/** The OpenAPI 3.1 document of every route. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { DoorEnv } from './openapi.ts'

const DESCRIPTION = `Plans that keep members and product licences in step with a directory: look, decide, apply.

Every request carries \`Authorization: Bearer\` and a token, which \`rosterd token create\` makes. Unknown fields and
filters are mistakes. Lists come page by page: \`next\` of one page is the \`cursor\` of the following one. Errors are
problem details (RFC 9457) with a \`code\` of a closed catalogue and the next step.`

export type ApiDocument = ReturnType<typeof openApiDocument>

export function openApiDocument(app: OpenAPIHono<DoorEnv>, version: string) {
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'rosterd',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    // Below whatever address it is served at.
    servers: [{ url: '/' }],
  })
}
