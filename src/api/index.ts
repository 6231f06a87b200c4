/** The admin API under /api/v1: bearer tokens at the door, one file per noun behind it. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { bearerAuth } from 'hono/bearer-auth'
import { bodyLimit } from 'hono/body-limit'
import { identify } from '../auth.ts'
import { PACE } from '../config/index.ts'
import { RosterdError } from '../errors.ts'
import { auditRoutes } from './audit.ts'
import { auditSealRoutes } from './audit-seals.ts'
import { borrowRoutes } from './borrows.ts'
import { callerRoutes } from './caller.ts'
import type { ApiContext } from './context.ts'
import { decisionRoutes } from './decisions.ts'
import { openApiDocument } from './document.ts'
import { exportRoutes } from './exports.ts'
import { failureRoutes } from './failures.ts'
import { limitRoutes } from './limits.ts'
import { loginLinkRoutes } from './login-links.ts'
import { memberRoutes } from './members.ts'
import { refuseOtherMethods } from './methods.ts'
import { type DoorEnv, openDoor } from './openapi.ts'
import { operationRoutes } from './operations.ts'
import { organizationRoutes } from './organizations.ts'
import { outcomeRoutes } from './outcomes.ts'
import { paced } from './pace.ts'
import { pinRoutes } from './pins.ts'
import { planEditRoutes } from './plan-edits.ts'
import { planEventRoutes } from './plan-events.ts'
import { planVerbRoutes } from './plan-verbs.ts'
import { planRoutes } from './plans.ts'
import { productRoutes } from './products.ts'
import { isRaw } from './raw.ts'
import { referencePage } from './reference.ts'
import { ruleRoutes } from './rules.ts'
import { snapshotRoutes } from './snapshots.ts'
import { sourceRoutes } from './sources.ts'
import { templateRoutes } from './templates.ts'
import { tokenRoutes } from './tokens.ts'
import { uploadRoutes } from './uploads.ts'

/** Requests here carry a few fields; routes that files come in by have limits of their own. */
const MOST_BYTES = 1_048_576

/** The API as an app of its own. Its `requestId` and `log` variables are set by whoever mounts it. */
export function adminApi(context: ApiContext): OpenAPIHono<DoorEnv> {
  const door = openDoor(context)
  const { app } = door
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' })
  const limited = bodyLimit({
    maxSize: MOST_BYTES,
    onError: () => {
      throw new RosterdError('BODY_TOO_LARGE', { limit: MOST_BYTES })
    },
  })
  const document = () => openApiDocument(app, context.version)
  app.get('/api/v1/openapi.json', (c) => c.json(document()))
  app.get('/api/v1/docs', (c) => c.html(referencePage(document())))
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
    paced(context.pace ?? PACE),
    (c, next) => (isRaw(door, c) ? next() : limited(c, next)),
    // Answers speak of people and are true for a moment: no cache on the way may keep them (RFC 9111 §5.2.2.5).
    async (c, next) => {
      await next()
      c.res.headers.set('cache-control', 'no-store')
    },
  )
  callerRoutes(door)
  loginLinkRoutes(door)
  organizationRoutes(door)
  sourceRoutes(door)
  snapshotRoutes(door)
  memberRoutes(door)
  productRoutes(door)
  ruleRoutes(door)
  limitRoutes(door)
  planRoutes(door)
  planVerbRoutes(door)
  outcomeRoutes(door)
  failureRoutes(door)
  operationRoutes(door)
  planEditRoutes(door)
  planEventRoutes(door)
  uploadRoutes(door)
  borrowRoutes(door)
  pinRoutes(door)
  exportRoutes(door)
  decisionRoutes(door)
  templateRoutes(door)
  tokenRoutes(door)
  auditRoutes(door)
  auditSealRoutes(door)
  refuseOtherMethods(app)
  return app
}
