/** Discovery (RFC 7644 §4): /ServiceProviderConfig, /ResourceTypes and /Schemas, as the source of the token sees them. */
import { answer } from './answer.ts'
import type { Ask } from './ask.ts'
import {
  listResourceTypes,
  listSchemas,
  type Place,
  serviceProviderConfig,
  showResourceType,
  showSchema,
} from './discovery.ts'
import type { Document } from './document.ts'
import { ScimError } from './error.ts'
import { CURSOR_SECONDS, DEFAULT_COUNT, MOST_COUNT, MOST_OPERATIONS } from './limits.ts'

export const DISCOVERY = ['ServiceProviderConfig', 'ResourceTypes', 'Schemas'] as const
export type Discovery = (typeof DISCOVERY)[number]

/** Throws ScimError 403 for a filter, 404. */
export function describe(ask: Ask, what: Discovery, id: string | null): Response {
  if (ask.query.has('filter')) {
    throw new ScimError(403, `/${what} cannot be filtered (RFC 7644, section 4); ask for all of it.`)
  }
  return answer(200, described(ask, what, id), ask.requestId)
}

function described({ caller, baseUrl }: Ask, what: Discovery, id: string | null): Document {
  const place: Place = { baseUrl, dialect: caller.dialect, types: [...caller.types, ...caller.listed] }
  switch (what) {
    case 'ResourceTypes':
      return id === null ? listResourceTypes(place) : showResourceType(place, id)
    case 'Schemas':
      return id === null ? listSchemas(place) : showSchema(place, id)
    default:
      return serviceProviderConfig(place, {
        bulkOperations: MOST_OPERATIONS,
        payload: caller.bodyLimit,
        defaultPageSize: DEFAULT_COUNT,
        maxPageSize: MOST_COUNT,
        cursorTimeout: CURSOR_SECONDS,
      })
  }
}
