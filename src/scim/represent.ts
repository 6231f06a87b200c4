/** A stored resource as it goes out: with what the server knows of it (RFC 7643 §3.1). */

import { named } from './attribute-path.ts'
import type { Document, Json } from './document.ts'
import type { Attribute, ResourceType } from './schema.ts'

export interface StoredResource {
  id: string
  document: Document
  /** Counts changes. */
  version: number
  createdAt: Date
  modifiedAt: Date
}

/** `type` is the name of a resource type. */
export interface Member {
  value: string
  type: string
}

export interface Membership {
  value: string
  display: string | null
  type: 'direct' | 'indirect'
}

export interface Around {
  /** Without a slash at the end, e.g. `https://rosterd.example.com/scim/v2`. */
  baseUrl: string
  /** By name of resource type, e.g. `/Users`: what `$ref` is made of, which is left out for a type that is not here. */
  endpoints?: ReadonlyMap<string, string>
  /** Left out: not shown. Members are written piece by piece instead. */
  groups?: readonly Membership[]
}

/** The resource with `schemas`, `id` and `meta` and its groups: without its members, everything that may be shown, nothing projected. */
export function represent(type: ResourceType, stored: StoredResource, around: Around): Document {
  const schemas = [type.schema.id]
  const resource: Record<string, Json> = { schemas, id: stored.id }
  const { memberOf } = type
  for (const name of Object.keys(stored.document)) {
    const value = stored.document[name] ?? null
    if (!name.includes(':')) resource[name] = value
    // What the configuration no longer knows stays in the store, but no schema would explain it.
    else if (type.extensions.some((one) => one.schema.id === name)) {
      resource[name] = value
      schemas.push(name)
    }
  }
  if (memberOf !== null && around.groups !== undefined && around.groups.length > 0) {
    resource[memberOf] = representGroups(type, around.groups, around)
  }
  resource['meta'] = metaOf(type, stored, around.baseUrl)
  return resource
}

/** The groups that a resource is in, as they stand under `memberOf`. */
export function representGroups(type: ResourceType, groups: readonly Membership[], around: Around): Document[] {
  const attribute = type.memberOf === null ? null : named(type.schema.attributes, type.memberOf)
  const endpoint = endpointOf(around, attribute)
  return groups.map((one) => membership(one, endpoint, around))
}

/** One member as it stands among the members; apart, so that a large group can be written piece by piece. */
export function representMember(member: Member, around: Around): Document {
  const endpoint = around.endpoints?.get(member.type)
  return {
    value: member.value,
    ...(endpoint !== undefined && { $ref: `${around.baseUrl}${endpoint}/${member.value}` }),
    type: member.type,
  }
}

/** The URL of a resource: its `meta.location`, and what `Location` says. */
export function locationOf(type: ResourceType, id: string, baseUrl: string): string {
  return `${baseUrl}${type.endpoint}/${id}`
}

/** The entity tag as the ETag header has it. Weak, since projections of one version differ in their bytes (RFC 7644 §3.14). */
export function versionOf(version: number): string {
  return `W/"${version}"`
}

export function metaOf(type: ResourceType, stored: StoredResource, baseUrl: string): Document {
  const created = stored.createdAt.toISOString()
  const unchanged = stored.modifiedAt.getTime() === stored.createdAt.getTime()
  return {
    resourceType: type.name,
    created,
    lastModified: unchanged ? created : stored.modifiedAt.toISOString(),
    location: locationOf(type, stored.id, baseUrl),
    version: versionOf(stored.version),
  }
}

function membership({ value, display, type }: Membership, endpoint: string | undefined, { baseUrl }: Around): Document {
  return {
    value,
    ...(endpoint !== undefined && { $ref: `${baseUrl}${endpoint}/${value}` }),
    ...(display !== null && { display }),
    type,
  }
}

/** The endpoint of the one type that a `$ref` of this attribute leads to. */
function endpointOf(around: Around, attribute: Attribute | null): string | undefined {
  const [name] = named(attribute?.subAttributes, '$ref')?.referenceTypes ?? []
  return name === undefined ? undefined : around.endpoints?.get(name)
}
