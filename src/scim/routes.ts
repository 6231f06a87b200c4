/** What stands at which address below `/scim/v2`, and what may be done there. */
import { Refusal } from './answer.ts'
import type { Ask } from './ask.ts'
import { bulk } from './bulk.ts'
import type { ScimCaller } from './caller.ts'
import { create } from './create.ts'
import { destroy } from './delete.ts'
import { DISCOVERY, describe } from './describe.ts'
import { get } from './get.ts'
import { list } from './list.ts'
import { me } from './me.ts'
import { modify } from './modify.ts'
import { getOffer, listOffers } from './offered.ts'
import { replace } from './replace.ts'
import type { ResourceType } from './schema.ts'
import { readQuery, readSearch } from './search-request.ts'
import { shown } from './simple-value.ts'

/** `body` reads the body of the request, once. */
type Verb = (ask: Ask, body: () => Promise<unknown>) => Response | Promise<Response>
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Route {
  /** As metrics name it: without ids. */
  template: string
  verbs: Readonly<Partial<Record<Method, Verb>>>
}

const ANY: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const ME: Route = { template: '/Me', verbs: Object.fromEntries(ANY.map((method) => [method, me])) }
const BULK: Route = { template: '/Bulk', verbs: { POST: async (ask, body) => bulk(ask, await body()) } }
const ROOT: Route = { template: '', verbs: { GET: (ask) => list(ask, ask.caller.types, readQuery(ask.query)) } }
const SEARCH: Route = {
  template: '/.search',
  verbs: {
    POST: async (ask, body) => list(ask, ask.caller.types, readSearch(await body(), ask.caller.dialect)),
  },
}

/** Null for an address where nothing is. `path`: what stands behind `/scim/v2`, without the slash at its end. */
export function routeOf({ types, listed }: ScimCaller, path: string): Route | null {
  if (path === '') return ROOT
  const [, first = '', second, third] = path.split('/', 4)
  if (third !== undefined) return null
  const id = second === undefined ? null : decoded(second)
  if (second !== undefined && id === null) return null
  const endpoint = `/${first}`
  const type = types.find((one) => one.endpoint === endpoint)
  if (type !== undefined) return id === null ? collection(type) : id === '.search' ? search(type) : resource(type, id)
  const offers = listed.find((one) => one.endpoint === endpoint)
  if (offers !== undefined)
    return id === null ? offerList(offers) : id === '.search' ? offerSearch(offers) : offer(offers, id)
  const discovery = DISCOVERY.find((one) => one === first)
  if (discovery !== undefined && !(discovery === 'ServiceProviderConfig' && id !== null)) {
    const template = id === null ? endpoint : `${endpoint}/:id`
    return { template, verbs: { GET: (ask) => describe(ask, discovery, id) } }
  }
  if (id !== null) return null
  return first === 'Bulk' ? BULK : first === 'Me' ? ME : first === '.search' ? SEARCH : null
}

/** Does what the request asks for. Throws ScimError, 405 with what may be asked instead. HEAD is a GET whose body is not sent. */
export function serve(
  route: Route,
  ask: Ask,
  { method, address }: { method: string; address: string },
  body: () => Promise<unknown>,
): Response | Promise<Response> {
  const wanted = method === 'HEAD' ? 'GET' : method
  const known = ANY.find((one) => one === wanted)
  const verb = known === undefined ? undefined : route.verbs[known]
  if (verb !== undefined) return verb(ask, body)
  const allow = ANY.filter((one) => route.verbs[one] !== undefined).flatMap((one) =>
    one === 'GET' ? ['GET', 'HEAD'] : [one],
  )
  const detail = `${method.slice(0, 100)} cannot be used at ${shown(address)}; only ${allow.join(', ')} can.`
  throw new Refusal(405, detail, { allow: allow.join(', ') })
}

const COLLECTIONS = new WeakMap<ResourceType, Route>()

function collection(type: ResourceType): Route {
  let route = COLLECTIONS.get(type)
  if (route === undefined) {
    route = {
      template: type.endpoint,
      verbs: {
        GET: (ask) => list(ask, [type], readQuery(ask.query)),
        POST: async (ask, body) => create(ask, type, await body()),
      },
    }
    COLLECTIONS.set(type, route)
  }
  return route
}

function resource(type: ResourceType, id: string): Route {
  return {
    template: `${type.endpoint}/:id`,
    verbs: {
      GET: (ask) => get(ask, type, id),
      PUT: async (ask, body) => replace(ask, type, id, await body()),
      PATCH: async (ask, body) => modify(ask, type, id, await body()),
      DELETE: (ask) => destroy(ask, type, id),
    },
  }
}

function search(type: ResourceType): Route {
  return {
    template: `${type.endpoint}/.search`,
    verbs: { POST: async (ask, body) => list(ask, [type], readSearch(await body(), ask.caller.dialect)) },
  }
}

function offerList(type: ResourceType): Route {
  return { template: type.endpoint, verbs: { GET: (ask) => listOffers(ask, type, readQuery(ask.query)) } }
}

function offerSearch(type: ResourceType): Route {
  return {
    template: `${type.endpoint}/.search`,
    verbs: { POST: async (ask, body) => listOffers(ask, type, readSearch(await body(), ask.caller.dialect)) },
  }
}

function offer(type: ResourceType, id: string): Route {
  return { template: `${type.endpoint}/:id`, verbs: { GET: (ask) => getOffer(ask, type, id) } }
}

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment)
  } catch {
    return null
  }
}
