/** The one list of everything that is served, and the one place where an error becomes an answer. */
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { bearerAuth } from 'hono/bearer-auth'
import { requestId } from 'hono/request-id'
import { matchedRoutes } from 'hono/route'
import { secureHeaders } from 'hono/secure-headers'
import type { ApiContext } from './api/context.ts'
import { adminApi } from './api/index.ts'
import type { DoorEnv } from './api/openapi.ts'
import { type ConsoleContext, consoleDoor } from './console/index.ts'
import { countRequest } from './counters.ts'
import { RosterdError } from './errors.ts'
import type { Component } from './health.ts'
import type { Metrics } from './metrics.ts'
import { answerError } from './problem.ts'
import { scimDoor } from './scim/index.ts'
import { forRequest } from './telemetry.ts'

export interface AppContext extends ApiContext, ConsoleContext {
  /** Null when requests can be served; otherwise why not, in words. */
  notReady(): Promise<string | null>
  /** What rosterd needs from the machine around it, and how that is; empty where nothing looks. */
  components?(): Component[]
  metrics: Metrics
}

export function createApp(context: AppContext): OpenAPIHono<DoorEnv> {
  const app = new OpenAPIHono<DoorEnv>()
  const { log } = context.parts
  app.use(requestId())
  app.use(async (c, next) => {
    const started = performance.now()
    c.set('log', forRequest(log, c.var.requestId))
    await next()
    // An answer that was made whole (an error, a file) has lost what was set before it.
    c.res.headers.set('x-request-id', c.var.requestId)
    // The path only: the query may hold an address.
    const took = performance.now() - started
    const { method, route } = routeOf(c)
    countRequest(method, route, c.res.status, took / 1_000)
    const ms = Math.round(took)
    const line = { method: c.req.method, path: c.req.path, status: c.res.status, ms, tokenId: c.get('caller')?.tokenId }
    if (QUIET.test(c.req.path)) c.var.log.debug(line, 'request')
    else c.var.log.info(line, 'request')
  })
  const bare = secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], styleSrc: ["'unsafe-inline'"] } })
  app.use((c, next) => (forMachines(c.req.path) ? bare(c, next) : next()))

  app.get('/healthz', (c) => c.json({ status: 'ok' }))
  app.get('/readyz', async (c) => {
    const reason = await context.notReady()
    const components = context.components?.() ?? []
    if (reason !== null) return c.json({ status: 'not ready', reason, components }, 503)
    // In trouble with one drop folder it still serves everything else: no reason to send requests elsewhere.
    const well = components.every(({ state }) => state === 'ok')
    return c.json({ status: well ? 'ready' : 'degraded', components })
  })
  const { metrics } = context
  if (!metrics.public) {
    app.use('/metrics', bearerAuth({ realm: 'rosterd', verifyToken: (token: string) => metrics.opens(token) }))
  }
  app.get('/metrics', async (c) => c.body(await metrics.scrape(), 200, { 'content-type': metrics.contentType }))
  app.route('/', adminApi(context))
  const nothing = (c: Context<DoorEnv>) =>
    answerError(new RosterdError('NOT_FOUND', { path: c.req.path }), c.var.requestId, c.var.log)
  // What programs ask for and is not there is told to programs, all else to people.
  app.use((c, next) => (forMachines(c.req.path) ? Promise.resolve(nothing(c)) : next()))
  app.route('/', consoleDoor(context))

  app.notFound(nothing)
  app.onError((error, c) => answerError(error, c.var.requestId, c.var.log))
  // Before everything that the others share: it is asked most often by far, and answers, counts and logs in its own way.
  const scim = scimDoor(context)
  const { fetch } = app
  app.fetch = (request, ...around) => (isScim(request.url) ? scim(request) : fetch(request, ...around))
  return app
}

/** Whether a URL is one of the SCIM endpoint, whatever host it names. */
function isScim(url: string): boolean {
  return /^[^/]*\/\/[^/]*\/scim(?:[/?#]|$)/.test(url)
}

/** Whether programs ask for it, rather than a person in a browser. */
function forMachines(path: string): boolean {
  return /^\/(api|healthz|readyz|metrics)(\/|$)/.test(path)
}

/** Asked again and again by whatever watches the process or a plan. */
const QUIET = /^\/(healthz|readyz|metrics)$|\/progress$/

/** The template that a request met; one for all that met none, since their paths are whatever clients make up. */
function routeOf(c: Context): { method: string; route: string } {
  // Middleware, and what refuses other methods, answer to all.
  const met = matchedRoutes(c).findLast(({ method }) => method !== 'ALL')
  return met === undefined ? { method: 'other', route: 'none' } : { method: met.method, route: met.path }
}
