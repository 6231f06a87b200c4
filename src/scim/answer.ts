/** Answers: always `application/scim+json`, errors as RFC 7644 §3.12 has them. */
import type { Logger } from 'pino'
import { isDisconnection, isOutOfRoom } from '../store/disconnection.ts'
import { type PlainStatus, ScimError } from './error.ts'

type Headers = Readonly<Record<string, string>>

/** True for a moment and about people: no cache on the way may keep them (RFC 9111 §5.2.2.5). */
const COMMON: Headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
const JSON_TYPE: Headers = { 'content-type': 'application/scim+json' }

/** Refused with something to say in a header too. */
export class Refusal extends ScimError {
  readonly headers: Headers

  constructor(status: PlainStatus, detail: string, headers: Headers) {
    super(status, detail)
    this.headers = headers
  }
}

/** `body`: something to be written as JSON, JSON text in pieces, or null for an answer without one. */
export function answer(
  status: number,
  body: object | string | ReadableStream<Uint8Array> | null,
  requestId: string,
  headers: Headers = {},
): Response {
  const all = { ...COMMON, ...headers, 'x-request-id': requestId }
  if (body === null) return new Response(null, { status, headers: all })
  const content = typeof body === 'string' || body instanceof ReadableStream ? body : JSON.stringify(body)
  return new Response(content, { status, headers: { ...JSON_TYPE, ...all } })
}

/** The answer to a request that threw. */
export function answerError(error: unknown, requestId: string, log: Logger): Response {
  const refusal =
    isDisconnection(error) || isOutOfRoom(error)
      ? databaseAway(error, requestId, log)
      : refusalOf(error, requestId, log)
  return answer(refusal.status, refusal, requestId, refusal instanceof Refusal ? refusal.headers : {})
}

/**
 * What a client is told of an error. One that nobody foresaw is logged whole under the id of the request, and the client is told the
 * id alone: its text may hold anything. That the database is away is thrown on, since it concerns the whole request.
 */
export function refusalOf(error: unknown, requestId: string, log: Logger): ScimError {
  if (error instanceof ScimError) return error
  if (isDisconnection(error) || isOutOfRoom(error)) throw error
  log.error({ err: error, requestId }, 'a request failed for a reason that nobody foresaw')
  const detail = `Something went wrong inside rosterd. Try again; if it lasts, report it with the reference ${requestId}, which the log knows too.`
  return new ScimError(500, detail)
}

function databaseAway(error: unknown, requestId: string, log: Logger): ScimError {
  log.warn({ err: error, requestId }, 'the database does not answer')
  const detail = 'The database of rosterd does not answer at the moment; try again in a few seconds.'
  return new Refusal(503, detail, { 'retry-after': '5' })
}
