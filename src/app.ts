/** The one list of everything that is served, and the one place where an error becomes an answer. */
import { OpenAPIHono } from '@hono/zod-openapi'
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import type { ApiContext } from './api/context.ts'
import { adminApi } from './api/index.ts'
import type { DoorEnv } from './api/openapi.ts'
import { planPage } from './console/plan-page.ts'
import { RosterdError } from './errors.ts'
import { answerError } from './problem.ts'
import { forRequest } from './telemetry.ts'

export interface AppContext extends ApiContext {
  /** Null when requests can be served; otherwise why not, in words. */
  notReady(): Promise<string | null>
}

export function createApp(context: AppContext): OpenAPIHono<DoorEnv> {
  const app = new OpenAPIHono<DoorEnv>()
  const { log } = context.parts
  app.use(requestId())
  app.use(async (c, next) => {
    const started = performance.now()
    c.set('log', forRequest(log, c.var.requestId))
    await next()
    // The path only: the query may hold an address.
    const ms = Math.round(performance.now() - started)
    const line = { method: c.req.method, path: c.req.path, status: c.res.status, ms, by: c.get('caller')?.name }
    if (QUIET.test(c.req.path)) c.var.log.debug(line, 'request')
    else c.var.log.info(line, 'request')
  })
  app.use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], styleSrc: ["'unsafe-inline'"] } }))

  app.get('/healthz', (c) => c.json({ status: 'ok' }))
  app.get('/readyz', async (c) => {
    const reason = await context.notReady()
    return reason === null ? c.json({ status: 'ready' }) : c.json({ status: 'not ready', reason }, 503)
  })
  app.get('/plans/:plan{pln_[0-9]{1,16}}', (c) => {
    const organization = c.req.query('organization') ?? ''
    return c.html(planPage(c.req.param('plan'), /^[\w-]{1,100}$/.test(organization) ? organization : null))
  })
  app.route('/', adminApi(context))

  app.notFound((c) => answerError(new RosterdError('NOT_FOUND', { path: c.req.path }), c.var.requestId, c.var.log))
  app.onError((error, c) => answerError(error, c.var.requestId, c.var.log))
  return app
}

/** Asked again and again by whatever watches the process or a plan. */
const QUIET = /^\/(healthz|readyz)$|\/progress$/
