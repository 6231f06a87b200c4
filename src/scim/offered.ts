/** /Entitlements and /Roles: what may be given to users, listed and never written. */
import { listProductSeats } from '../store/product-list.ts'
import { answer } from './answer.ts'
import type { Ask } from './ask.ts'
import { comparableOf } from './comparable.ts'
import type { Document } from './document.ts'
import { entitlementType, representProducts } from './entitlement.ts'
import { ScimError } from './error.ts'
import { parseFilter } from './filter.ts'
import { matches } from './filter-match.ts'
import { LIST } from './list-response.ts'
import { project } from './project.ts'
import { representRoles } from './role.ts'
import type { ResourceType } from './schema.ts'
import type { SearchRequest } from './search-request.ts'
import { selected, selectionOf } from './shown.ts'
import { notThere } from './write.ts'

/** There are as many as the configuration has products: few enough to look through. */
async function everything({ parts, caller, baseUrl }: Ask, type: ResourceType): Promise<Document[]> {
  const place = { baseUrl, dialect: caller.dialect }
  if (type !== entitlementType(caller.dialect)) return representRoles(place)
  return representProducts(await listProductSeats(parts.sql, caller.scope.organization, parts.now()), place)
}

export async function listOffers(ask: Ask, type: ResourceType, request: SearchRequest): Promise<Response> {
  const selection = selected(type, request.attributes, request.excludedAttributes)
  const filter = request.filter === undefined ? null : parseFilter(type, request.filter, ask.caller.dialect)
  if (request.cursor !== null && request.cursor !== '') {
    throw new ScimError('invalidCursor', 'This list has one page and no cursors; ask without one.')
  }
  const all = await everything(ask, type)
  const found = filter === null ? all : all.filter((one) => matches(filter, comparableOf(type, one)))
  const from = request.cursor === null ? request.startIndex - 1 : 0
  const page = request.cursor === null ? found.slice(from, from + request.count) : request.count === 0 ? [] : found
  const body = {
    schemas: [LIST],
    totalResults: found.length,
    ...(request.cursor === null && { startIndex: request.startIndex }),
    itemsPerPage: page.length,
    Resources: page.map((one) => project(type, one, selection)),
  }
  return answer(200, body, ask.requestId)
}

export async function getOffer(ask: Ask, type: ResourceType, id: string): Promise<Response> {
  const found = (await everything(ask, type)).find((one) => one['id'] === id)
  if (found === undefined) throw notThere(type, id)
  return answer(200, project(type, found, selectionOf(type, ask.query)), ask.requestId)
}
