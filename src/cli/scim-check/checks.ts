/** What Entra ID asks when a connection is tested and Okta when people are imported: reads only, each with what it should bring. */
import { randomBytes, randomUUID } from 'node:crypto'
import { z } from 'zod'
import { count } from '../render/words.ts'
import type { Endpoint } from './endpoint.ts'
import { importOf } from './import.ts'
import { type Fault, type Finding, faultOf, isScimError, nothingAt, readList, SERVER } from './reading.ts'

export interface Check {
  name: string
  /** What comes after it makes no sense when it fails. */
  essential?: boolean
  run(endpoint: Endpoint): Promise<Finding>
}

const ok = (saw: string): Finding => ({ verdict: 'ok', saw, next: '' })
const fault = (found: Fault): Finding => ({ verdict: 'fault', ...found })

export const CHECKS: readonly Check[] = [
  { name: 'It answers', essential: true, run: isThere },
  { name: 'Its token opens it', essential: true, run: opens },
  { name: 'Nothing opens without a token', run: isClosed },
  {
    name: "Entra ID's Test Connection",
    run: (endpoint) => findsNobody(endpoint, '/Users', { filter: `userName eq "${randomUUID()}"` }),
  },
  {
    name: 'A group that is not there',
    run: (endpoint) =>
      findsNobody(endpoint, '/Groups', { excludedAttributes: 'members', filter: `displayName eq "${randomUUID()}"` }),
  },
  { name: 'An id that is not there', run: unknownId },
  { name: "Okta's import of people", run: (endpoint) => importOf(endpoint, '/Users') },
  { name: "Okta's import of groups", run: (endpoint) => importOf(endpoint, '/Groups') },
  { name: 'Schemas', run: (endpoint) => describes(endpoint, '/Schemas', 'schema') },
  { name: 'Resource types', run: (endpoint) => describes(endpoint, '/ResourceTypes', 'resource type') },
]

async function isThere(endpoint: Endpoint): Promise<Finding> {
  const reply = await endpoint.get('/ServiceProviderConfig')
  const found = reply.status === 404 ? nothingAt(endpoint) : faultOf(reply, endpoint)
  if (found !== null) return fault(found)
  const missing = ['patch', 'filter'].filter((name) => !supports(reply.json, name))
  if (missing.length > 0)
    return fault({
      saw: `it says that it does not support ${missing.join(' and ')}, which Okta and Entra ID need.`,
      next: SERVER,
    })
  const { protocol, hostname } = endpoint.url
  if (protocol !== 'https:' && !/^(localhost|127\.|\[::1\])/.test(hostname))
    return {
      verdict: 'note',
      saw: 'it is there, but without TLS: the token crosses the network as it is.',
      next: 'Put a proxy with TLS before it; Okta and Entra ID take only https.',
    }
  if (reply.type !== 'application/scim+json')
    return {
      verdict: 'note',
      saw: `it is there; its media type is ${reply.type || 'missing'} and should be application/scim+json.`,
      next: SERVER,
    }
  return ok(`a SCIM server with PATCH and filters, after ${Math.round(reply.milliseconds)} ms.`)
}

/** RFC 7643 §5. */
function supports(config: unknown, name: string): boolean {
  return z.looseObject({ [name]: z.looseObject({ supported: z.literal(true) }) }).safeParse(config).success
}

async function opens(endpoint: Endpoint): Promise<Finding> {
  const reply = await endpoint.get('/Users', { startIndex: '1', count: '1' })
  const found = readList(reply, endpoint)
  return 'saw' in found ? fault(found) : ok('the token is accepted.')
}

async function isClosed(endpoint: Endpoint): Promise<Finding> {
  const made = `rosterd_scim_${randomBytes(32).toString('base64url')}`
  for (const [bearer, who] of [
    [null, 'no token'],
    [made, 'a made-up token'],
  ] as const) {
    const { status } = await endpoint.get('/Users', { startIndex: '1', count: '1' }, bearer)
    if (status >= 200 && status < 300)
      return fault({
        saw: `with ${who} it answers ${status}: everybody may read who is in there.`,
        next: 'A proxy adds a token of its own to each request; stop it from that at once.',
      })
    if (status !== 401) return fault({ saw: `with ${who} it answers ${status} instead of 401.`, next: SERVER })
  }
  return ok('it answers 401 without a token, and to a made-up one.')
}

/** Nobody of that name is 200 with an empty list: whoever answers 404 here makes Entra ID fail its test, and create people twice. */
async function findsNobody(endpoint: Endpoint, path: string, query: Record<string, string>): Promise<Finding> {
  const reply = await endpoint.get(path, query)
  if (reply.status === 404)
    return fault({
      saw: 'it answers 404 where nothing is found; it has to be 200 with totalResults 0.',
      next: `Entra ID's Test Connection fails on this. ${SERVER}`,
    })
  const found = readList(reply, endpoint)
  if ('saw' in found) return fault(found)
  if (found.totalResults !== 0 || found.resources.length > 0)
    return fault({
      saw: `it finds ${count(found.totalResults, 'resource')} of a random name: the filter is ignored.`,
      next: 'A proxy may cut off the query; it has to be passed on as it is.',
    })
  return ok('200 with totalResults 0, as it should be.')
}

async function unknownId(endpoint: Endpoint): Promise<Finding> {
  const reply = await endpoint.get('/Users/010101001010101011001010101011')
  if (reply.status !== 404) return fault({ saw: `it answers ${reply.status} instead of 404.`, next: SERVER })
  if (!isScimError(reply))
    return fault({
      saw: '404 without an Error of SCIM in the body.',
      next: 'A proxy may put its own page in the place of answers above 399; it has to pass them on.',
    })
  return ok('404 with an Error of SCIM.')
}

async function describes(endpoint: Endpoint, path: string, noun: string): Promise<Finding> {
  const found = readList(await endpoint.get(path), endpoint)
  if ('saw' in found) return fault(found)
  if (found.resources.length === 0) return fault({ saw: `no ${noun} is listed.`, next: SERVER })
  const names = found.resources.flatMap(({ name }) => (typeof name === 'string' ? [name] : []))
  return ok(`${count(found.resources.length, noun)}: ${names.join(', ')}.`)
}
