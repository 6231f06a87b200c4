/** The admin API under /api/v1: bearer tokens at the door, one file per noun behind it. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { bearerAuth } from 'hono/bearer-auth'
import { bodyLimit } from 'hono/body-limit'
import { identify } from '../auth.ts'
import { RosterdError } from '../errors.ts'
import type { ApiContext } from './context.ts'
import { decisionRoutes } from './decisions.ts'
import { failureRoutes } from './failures.ts'
import { memberRoutes } from './members.ts'
import { type DoorEnv, openDoor } from './openapi.ts'
import { organizationRoutes } from './organizations.ts'
import { planVerbRoutes } from './plan-verbs.ts'
import { planRoutes } from './plans.ts'
import { productRoutes } from './products.ts'
import { snapshotRoutes } from './snapshots.ts'
import { sourceRoutes } from './sources.ts'
import { templateRoutes } from './templates.ts'
import { tokenRoutes } from './tokens.ts'

/** Requests here carry a few fields; files come in through the drop folder. */
const MOST_BYTES = 1_048_576
const DOCUMENT = '/api/v1/openapi.json'

/** The API as an app of its own. Its `requestId` and `log` variables are set by whoever mounts it. */
export function adminApi(context: ApiContext): OpenAPIHono<DoorEnv> {
  const door = openDoor(context)
  const { app } = door
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' })
  app.get(DOCUMENT, (c) => c.json(document(app, context.version)))
  app.use(
    '/api/v1/*',
    bearerAuth({
      realm: 'rosterd',
      verifyToken: async (token, c: Context<DoorEnv>) => {
        const caller = await identify(context.parts.sql, token, context.bootstrap, context.parts.now())
        if (caller === null) return false
        c.set('caller', caller)
        return true
      },
    }),
    bodyLimit({
      maxSize: MOST_BYTES,
      onError: () => {
        throw new RosterdError('BODY_TOO_LARGE', { limit: MOST_BYTES })
      },
    }),
  )
  organizationRoutes(door)
  sourceRoutes(door)
  snapshotRoutes(door)
  memberRoutes(door)
  productRoutes(door)
  planRoutes(door)
  planVerbRoutes(door)
  failureRoutes(door)
  decisionRoutes(door)
  templateRoutes(door)
  tokenRoutes(door)
  return app
}

/** The OpenAPI 3.1 document of every route. */
function document(app: OpenAPIHono<DoorEnv>, version: string) {
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'rosterd',
      version,
      description: 'Plans that keep members and product licences in step with a directory: look, decide, apply.',
    },
  })
}
