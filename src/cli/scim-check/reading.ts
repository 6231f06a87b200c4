/** What a reply is worth: the fault that any answer may have, and lists as RFC 7644 §3.4.2 wants them. */
import { z } from 'zod'
import type { Endpoint, Reply } from './endpoint.ts'

export interface Fault {
  saw: string
  next: string
}

/** `note`: it works, and somebody should know of it. */
export interface Finding extends Fault {
  verdict: 'ok' | 'note' | 'fault'
}

const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error'

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function hasSchema(json: unknown, urn: string): boolean {
  if (!isObject(json) || !Array.isArray(json['schemas'])) return false
  return json['schemas'].some((one) => typeof one === 'string' && one.toLowerCase() === urn.toLowerCase())
}

/** RFC 7644 §3.12. */
export const isScimError = (reply: Reply): boolean => hasSchema(reply.json, ERROR)

/** What stands in the way of reading a reply at all; null: it is a 2xx with a JSON object. */
export function faultOf(reply: Reply, endpoint: Endpoint): Fault | null {
  const { status, json } = reply
  if (status >= 300 && status < 400)
    return {
      saw: `it answers ${status} and sends elsewhere, to ${reply.location ?? 'nowhere'}.`,
      next: 'Identity providers do not follow, or leave the token behind: give them the address that it leads to, without a slash at the end.',
    }
  if (status === 401)
    return {
      saw: 'it answers 401: the token is not accepted.',
      next: 'Copy the whole token (it begins with rosterd_scim_); rosterd token list says whether it was revoked or has ended. A proxy must pass the Authorization header on.',
    }
  if (looksLikeHtml(reply))
    return {
      saw: `it answers ${status} with a web page instead of JSON.`,
      next: 'A proxy, a sign-in page or another program answers: exempt the path /scim/v2 from sign-in, and pass it on to rosterd.',
    }
  if (status === 404 && !isScimError(reply)) return nothingAt(endpoint)
  if (status === 403)
    return { saw: 'it answers 403: this token may not.', next: 'Use a token of the source; a proxy may also refuse.' }
  if (status === 429)
    return {
      saw: `it answers 429: too many requests${reply.retryAfter === null ? ', without Retry-After' : ''}.`,
      next: 'Wait a minute, or raise rate: of the source.',
    }
  if (status === 502 || status === 503 || status === 504)
    return {
      saw: `it answers ${status}: the proxy does not reach rosterd, or its database is away.`,
      next: 'Look at /readyz on the machine of rosterd.',
    }
  if (status < 200 || status > 299)
    return { saw: `it answers ${status}${detailOf(json)}.`, next: 'Look at the log of rosterd for this request.' }
  if (!isObject(json))
    return { saw: 'the body is no JSON object.', next: 'Check what answers there; a proxy may have changed the body.' }
  return null
}

export const nothingAt = ({ url }: Endpoint): Fault => ({
  saw: `there is no SCIM endpoint at ${url.pathname}: it answers 404.`,
  next: 'Give the base URL without a resource behind it; that of rosterd ends with /scim/v2.',
})

const looksLikeHtml = ({ type, text }: Reply): boolean =>
  /html/.test(type) || /^\s*<(?:!doctype|html|\?xml)/i.test(text)

function detailOf(json: unknown): string {
  const detail = isObject(json) ? json['detail'] : undefined
  return typeof detail === 'string' && detail !== '' ? ` (${detail.slice(0, 200)})` : ''
}

const wholeNumber = z.int().min(0)

export interface List {
  totalResults: number
  startIndex: number | null
  itemsPerPage: number | null
  resources: Record<string, unknown>[]
}

/** The list that a reply holds, or what is wrong with it. */
export function readList(reply: Reply, endpoint: Endpoint): List | Fault {
  const fault = faultOf(reply, endpoint)
  if (fault !== null) return fault
  const json = isObject(reply.json) ? reply.json : {}
  if (!hasSchema(json, LIST)) return { saw: `the answer is no ListResponse: its schemas lack ${LIST}.`, next: SERVER }
  for (const name of ['totalResults', 'startIndex', 'itemsPerPage']) {
    const value = json[name]
    if (value === undefined && name !== 'totalResults') continue
    if (typeof value === 'string')
      return { saw: `${name} is the text ${JSON.stringify(value)} and not a whole number.`, next: SERVER }
    if (!wholeNumber.safeParse(value).success)
      return { saw: `${name} is ${JSON.stringify(value) ?? 'missing'} and not a whole number.`, next: SERVER }
  }
  const resources = json['Resources'] ?? []
  if (!Array.isArray(resources) || !resources.every(isObject))
    return { saw: 'Resources is not a list of resources.', next: SERVER }
  const numberOf = (name: string) => wholeNumber.safeParse(json[name]).data ?? null
  return {
    totalResults: numberOf('totalResults') ?? 0,
    startIndex: numberOf('startIndex'),
    itemsPerPage: numberOf('itemsPerPage'),
    resources,
  }
}

/** Nothing that whoever set it up can put right. */
export const SERVER = 'This is a fault of the server; no setting of the identity provider changes it.'
