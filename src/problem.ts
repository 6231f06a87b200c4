/** Errors as HTTP answers: problem details (RFC 9457) for what the catalogue knows, a reference for everything else. */
import { HTTPException } from 'hono/http-exception'
import type { Logger } from 'pino'
import { type ErrorCode, isRosterdError, RosterdError } from './errors.ts'
import { REASONS, reasonNext, reasonSentence } from './reconcile/reasons.ts'
import { isDisconnection } from './store/disconnection.ts'
import { CsvRefusal } from './sync/csv/refusal.ts'

/**
 * The answer to a request that threw. An error that the catalogue does not know is logged whole under the request's id, and the
 * client is told the id alone: its text may hold anything.
 */
export function answerError(error: unknown, requestId: string, log: Logger): Response {
  if (error instanceof CsvRefusal) return unreadable(error)
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
  // A request reaches nothing but the database.
  if (isDisconnection(error)) return new RosterdError('DATABASE_AWAY', {}, { cause: error })
  return null
}

function problem(error: RosterdError, from: Headers): Response {
  const headers = new Headers()
  if (error.status === 401) headers.set('www-authenticate', from.get('www-authenticate') ?? 'Bearer realm="rosterd"')
  const { code, params, next, message } = error
  // How long to wait travels in whole seconds (RFC 9110 §10.2.3), and what may be done instead in Allow (§10.2.1).
  if (params['seconds'] !== undefined && RETRIED.has(code)) headers.set('retry-after', String(params['seconds']))
  if (error.status === 405) headers.set('allow', String(params['allow']))
  return body(error.status, { ...params, title: TITLES[error.status] ?? 'Error', code, detail: message, next }, headers)
}

/** A file that cannot be read: the reason that its writer would find beside it in a drop folder. */
function unreadable({ code, params, found }: CsvRefusal): Response {
  const status = REASONS[code].status ?? 400
  const columns = found.length === 0 ? {} : { found }
  return body(status, {
    ...params,
    ...columns,
    title: TITLES[status] ?? 'Error',
    code,
    detail: reasonSentence(code, params),
    next: reasonNext(code, params),
  })
}

const RETRIED: ReadonlySet<ErrorCode> = new Set(['RATE_LIMITED', 'IDEMPOTENCY_KEY_BUSY'])

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request cannot be read',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Not a method of this address',
  409: 'Not possible now',
  413: 'Too large',
  415: 'Not a type that is read here',
  422: 'Not the same request',
  429: 'Too many requests',
  503: 'Not available',
}

function body(
  status: number,
  fields: Record<string, string | number | readonly string[]>,
  headers = new Headers(),
): Response {
  headers.set('content-type', 'application/problem+json')
  // What is wrong now may be right in a moment.
  headers.set('cache-control', 'no-store')
  return new Response(JSON.stringify({ ...fields, type: 'about:blank', status }), { status, headers })
}
