/** Errors as HTTP answers: problem details (RFC 9457) for what the catalogue knows, a reference for everything else. */
import { HTTPException } from 'hono/http-exception'
import type { Logger } from 'pino'
import { isRosterdError, RosterdError } from './errors.ts'

/**
 * The answer to a request that threw. An error that the catalogue does not know is logged whole under the request's id, and the
 * client is told the id alone: its text may hold anything.
 */
export function answerError(error: unknown, requestId: string, log: Logger): Response {
  const known = knownError(error)
  if (known !== null)
    return problem(known, error instanceof HTTPException ? error.getResponse().headers : new Headers())
  log.error({ err: error }, 'a request failed for a reason that no catalogue knows')
  return body(500, {
    title: 'Internal error.',
    code: 'INTERNAL',
    detail: `Something went wrong inside (${requestId}).`,
    next: 'Try again; if it lasts, report it with this reference, which the log knows too.',
    reference: requestId,
  })
}

function knownError(error: unknown): RosterdError | null {
  if (isRosterdError(error)) return error
  // What hono's own bearer check throws: 400 for a header it cannot read, 401 for none or a wrong token.
  if (error instanceof HTTPException && error.status < 500) return new RosterdError('UNAUTHENTICATED')
  return null
}

function problem(error: RosterdError, from: Headers): Response {
  const headers = new Headers()
  if (error.status === 401) headers.set('www-authenticate', from.get('www-authenticate') ?? 'Bearer realm="rosterd"')
  const { code, params, next, message } = error
  return body(error.status, { ...params, title: TITLES[error.status] ?? 'Error', code, detail: message, next }, headers)
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request cannot be read',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Not possible now',
  413: 'Too large',
  503: 'Not available',
}

function body(status: number, fields: Record<string, string | number>, headers = new Headers()): Response {
  headers.set('content-type', 'application/problem+json')
  return new Response(JSON.stringify({ ...fields, type: 'about:blank', status }), { status, headers })
}
