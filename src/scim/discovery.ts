/** What a client asks before anything else (RFC 7644 §4): what the provider can do, which resources it has, and what they consist of. */
import { named } from './attribute-path.ts'
import { CONFIG_SCHEMAS } from './config-schemas.ts'
import type { Dialect } from './dialect.ts'
import type { Document } from './document.ts'
import { PRODUCT } from './entitlement.ts'
import { ScimError } from './error.ts'
import { LIST } from './list-response.ts'
import { ORGANIZATION_ROLE } from './role.ts'
import { folded, type ResourceType, type Schema, schemasOf } from './schema.ts'
import { schemaJson } from './schema-json.ts'
import { shown } from './simple-value.ts'

/** What is described, and for whom: it differs from source to source. */
export interface Place {
  /** Without a slash at the end. */
  baseUrl: string
  dialect: Dialect
  /** In the order in which they are listed. */
  types: readonly ResourceType[]
}

/** What requests may ask for at most. */
export interface Limits {
  bulkOperations: number
  /** Bytes. */
  payload: number
  defaultPageSize: number
  maxPageSize: number
  /** Seconds. */
  cursorTimeout: number
}

/** /ServiceProviderConfig (RFC 7643 §5, RFC 9865 §4, draft-ietf-scim-roles-entitlements, draft-zollner-scim-interop-profile §3). */
export function serviceProviderConfig(place: Place, limits: Limits): Document {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: { supported: true, maxOperations: limits.bulkOperations, maxPayloadSize: limits.payload },
    filter: { supported: true, maxResults: limits.maxPageSize },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'OAuth Bearer Token',
        description: 'Send "Authorization: Bearer TOKEN" with a token that rosterd made for this source.',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
    ],
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: limits.defaultPageSize,
      maxPageSize: limits.maxPageSize,
      cursorTimeout: limits.cursorTimeout,
    },
    RolesAndEntitlements: {
      roles: {
        supported: true,
        multipleRolesSupported: true,
        primarySupported: true,
        typeSupported: true,
        types: [ORGANIZATION_ROLE],
      },
      entitlements: {
        supported: true,
        multipleEntitlementsSupported: true,
        primarySupported: true,
        typeSupported: true,
        types: [PRODUCT],
      },
    },
    interopProfileConformant: followsProfile(place),
    meta: { resourceType: 'ServiceProviderConfig', location: `${place.baseUrl}/ServiceProviderConfig` },
  }
}

/**
 * Whether all that the interoperability profile demands of a server is so for this source: it demands TLS, that what Okta and Entra ID
 * send beyond it is refused, and that the types of values are named, which an extension of the configuration may have left out.
 */
function followsProfile({ baseUrl, dialect, types }: Place): boolean {
  const attributes = types.flatMap(schemasOf).flatMap((schema) => schema.attributes)
  const unnamed = attributes.some(({ multiValued, subAttributes }) => {
    const type = multiValued ? named(subAttributes, 'type') : null
    return type !== null && (type.canonicalValues ?? []).length === 0
  })
  return dialect === 'strict' && baseUrl.startsWith('https:') && !unnamed
}

/** /ResourceTypes. */
export function listResourceTypes(place: Place): Document {
  return listOf(place.types.map((type) => resourceTypeJson(type, place.baseUrl)))
}

/** /ResourceTypes/User. Throws ScimError 404. */
export function showResourceType(place: Place, id: string): Document {
  const type = place.types.find((one) => folded(one.name) === folded(id))
  if (type !== undefined) return resourceTypeJson(type, place.baseUrl)
  const names = place.types.map((one) => one.name).join(', ')
  throw new ScimError(404, `There is no resource type ${shown(id)}; there are ${names}.`)
}

/** /Schemas: those of the resource types, each once, and those of the resources that describe the provider. */
export function listSchemas(place: Place): Document {
  return listOf(schemasAt(place).map((schema) => schemaJson(schema, place)))
}

/** /Schemas/URN. Throws ScimError 404. */
export function showSchema(place: Place, urn: string): Document {
  const schema = schemasAt(place).find((one) => folded(one.id) === folded(urn))
  if (schema !== undefined) return schemaJson(schema, place)
  throw new ScimError(404, `There is no schema ${shown(urn)}; GET /Schemas lists those that there are.`)
}

function schemasAt({ types }: Place): Schema[] {
  const all = [...types.flatMap(schemasOf), ...CONFIG_SCHEMAS]
  return [...new Map(all.map((schema) => [folded(schema.id), schema])).values()]
}

function resourceTypeJson(type: ResourceType, baseUrl: string): Document {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id: type.name,
    name: type.name,
    endpoint: type.endpoint,
    description: type.description,
    schema: type.schema.id,
    schemaExtensions: type.extensions.map(({ schema, required }) => ({ schema: schema.id, required })),
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${type.name}` },
  }
}

/** Everything at once: discovery is not paged. */
function listOf(resources: readonly Document[]): Document {
  const count = resources.length
  return { schemas: [LIST], totalResults: count, startIndex: 1, itemsPerPage: count, Resources: resources }
}
