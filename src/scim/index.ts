/**
 * SCIM 2.0 (RFC 7643, RFC 7644) under /scim/v2: the token says whose mirror it is, a route what is asked, and every answer is
 * `application/scim+json`. A request changes the mirror of one source and nothing else.
 */
import { randomUUID } from 'node:crypto'
import { countRequest } from '../counters.ts'
import { pacer } from '../pacer.ts'
import { MirrorTogether } from '../store/mirror-together.ts'
import type { Parts } from '../sync/parts.ts'
import { answerError, Refusal } from './answer.ts'
import { type Ask, queryOf } from './ask.ts'
import { readBody } from './body.ts'
import { Callers, type ScimCaller } from './caller.ts'
import { ScimError } from './error.ts'
import { routeOf, serve } from './routes.ts'
import { shown } from './simple-value.ts'

export interface ScimContext {
  parts: Parts
  /** Where others reach this daemon, without a slash at its end. */
  baseUrl?(): string
}

const PREFIX = '/scim/v2'
/** As the requests of all other doors have it: a name that the client gave, if it can stand in a log. */
const REQUEST_ID = /^[\w=-]{1,255}$/
const METHODS = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/

/** What is found out about a request on its way, for its line in the log. */
interface Trace {
  caller: ScimCaller | null
  template: string | null
}

/** Serves everything below `/scim`. It writes its own line in the log and counts its requests, as whoever serves the rest does. */
export function scimDoor(context: ScimContext): (raw: Request) => Promise<Response> {
  const { parts } = context
  const callers = new Callers(parts)
  const mirror = new MirrorTogether(parts.sql)
  const take = pacer({ rate: 200, burst: 1_000 }, () => performance.now())

  async function ask(raw: Request, url: string, requestId: string, trace: Trace): Promise<Response> {
    const caller = await callers.of(raw.headers.get('authorization'))
    if (caller === null) throw unauthenticated(raw.headers.get('authorization'))
    trace.caller = caller
    const wait = take(caller.tokenId, caller.rate)
    if (wait > 0) throw tooFast(caller, wait)
    const path = pathOf(url)
    const route = routeOf(caller, path)
    if (route === null)
      throw new ScimError(
        404,
        `There is nothing at ${shown(PREFIX + path)}; GET ${PREFIX}/ResourceTypes lists what there is.`,
      )
    trace.template = route.template
    const request: Ask = {
      parts,
      mirror,
      caller,
      baseUrl: (context.baseUrl?.() ?? 'http://localhost') + PREFIX,
      query: queryOf(url),
      ifMatch: raw.headers.get('if-match'),
      ifNoneMatch: raw.headers.get('if-none-match'),
      author: { actor: `source ${caller.sourceKey}`, token: caller.tokenId, request: requestId },
      requestId,
      log: parts.log,
    }
    return await serve(route, request, { method: raw.method, address: PREFIX + path }, () =>
      readBody(raw, caller.bodyLimit),
    )
  }

  return async (raw) => {
    const started = performance.now()
    const given = raw.headers.get('x-request-id')
    const requestId = given !== null && REQUEST_ID.test(given) ? given : randomUUID()
    const trace: Trace = { caller: null, template: null }
    const url = afterHost(raw.url)
    const response = await ask(raw, url, requestId, trace).catch((error: unknown) =>
      answerError(error, requestId, parts.log),
    )
    const took = performance.now() - started
    const { status } = response
    const method = METHODS.test(raw.method) ? raw.method : 'other'
    countRequest(method, trace.template === null ? 'none' : PREFIX + trace.template, status, took / 1_000)
    if (parts.log.isLevelEnabled('info')) {
      // The path only: the query may hold an address.
      const path = url.split('?', 1)[0]?.slice(0, 200)
      const { tokenId } = trace.caller ?? {}
      parts.log.info({ requestId, method: raw.method, path, status, ms: Math.round(took), tokenId }, 'request')
    }
    // What HEAD answers has no body (RFC 9110 §9.3.2).
    return raw.method === 'HEAD' ? new Response(null, response) : response
  }
}

/** Path and query of an absolute URL. */
function afterHost(url: string): string {
  const at = url.indexOf('/', url.indexOf('//') + 2)
  return at < 0 ? '/' : url.slice(at)
}

/** What stands behind `/scim/v2`. Throws ScimError invalidVers for another version, 404 for what is no version. */
function pathOf(url: string): string {
  const whole = url.split(/[?#]/, 1)[0] ?? ''
  const path = whole.endsWith('/') ? whole.slice(0, -1) : whole
  if (path === PREFIX || path.startsWith(`${PREFIX}/`)) return path.slice(PREFIX.length)
  const [, version] = /^\/scim\/(v\d[\d.]*)(?:\/|$)/.exec(path) ?? []
  if (version !== undefined) {
    throw new ScimError('invalidVers', `There is no version ${shown(version)} here; only v2: ${PREFIX}.`)
  }
  throw new ScimError(404, `There is nothing at ${shown(path)}; SCIM is at ${PREFIX}.`)
}

function unauthenticated(authorization: string | null): ScimError {
  const detail =
    authorization === null
      ? 'The request has no token; send "Authorization: Bearer TOKEN" with one that rosterd made for the source.'
      : 'The token opens nothing: it is unknown, revoked or expired, or not that of a source. Make a new one with "rosterd token create".'
  return new Refusal(401, detail, { 'www-authenticate': 'Bearer realm="rosterd"' })
}

function tooFast({ rate: { rate, burst } }: ScimCaller, wait: number): ScimError {
  const seconds = Math.ceil(wait / 1_000)
  const detail = `More than ${rate} requests a second, and more than ${burst} at once; wait ${seconds} s and go on. Raise "rate:" of the source for a first push.`
  // Whole seconds: Okta reads nothing else (RFC 9110 §10.2.3 allows a date too).
  return new Refusal(429, detail, { 'retry-after': String(seconds) })
}
