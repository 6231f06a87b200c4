/**
 * What a source may give its users, listed for the identity provider: products at /Entitlements, roles at /Roles. Okta reads lists of a
 * shape of its own and shows them when somebody is assigned; everybody else gets that of draft-ietf-scim-roles-entitlements.
 */
import type { Dialect } from './dialect.ts'
import type { Document } from './document.ts'
import { type Attribute, attribute, type ResourceType } from './schema.ts'

/** One thing on offer. */
export interface Offer {
  /** What stands in `entitlements.value` or `roles.value` of a user. */
  value: string
  display: string
  description: string
  type: string
  supported: boolean
  /** How many people may have it and how many have; null where nobody counts. */
  seats: { owned: number; used: number } | null
}

/** The resource type of a list of offers, in the shape of the dialect. */
export function offerType(name: string, endpoint: string, description: string, dialect: Dialect): ResourceType {
  const okta = dialect === 'okta'
  return {
    name,
    endpoint,
    description,
    schema: {
      id: `urn:${okta ? 'okta:scim:schemas:core:1.0' : 'ietf:params:scim:schemas:core:2.0'}:${name}`,
      name,
      description,
      attributes: okta ? OKTA : STANDARD,
    },
    extensions: [],
    keys: { unique: null, displayName: null, active: null, emails: null },
    members: null,
    memberOf: null,
  }
}

/**
 * An offer as a resource, with `schemas`, `id` and `meta`. Okta sends the id of what it assigned as the value, so there the two are the
 * same; elsewhere the id names its type too, since ids are unique over all types (RFC 7643 §3.1).
 */
export function representOffer(
  type: ResourceType,
  offer: Offer,
  { baseUrl, dialect }: { baseUrl: string; dialect: Dialect },
): Document {
  const okta = dialect === 'okta'
  const id = okta ? offer.value : `${type.name}-${offer.value}`
  return {
    schemas: [type.schema.id],
    id,
    ...(okta ? ofOkta(type, offer) : standard(offer)),
    meta: { resourceType: type.name, location: `${baseUrl}${type.endpoint}/${encodeURIComponent(id)}` },
  }
}

function ofOkta(type: ResourceType, { display, description }: Offer): Document {
  return { displayName: display, type: type.name, description: description.slice(0, 1000).toWellFormed() }
}

function standard({ value, display, type, supported, seats }: Offer): Document {
  return {
    value,
    display,
    type,
    supported,
    limitedAssignmentsPermitted: seats !== null,
    ...(seats !== null && { totalAssignmentsPermitted: seats.owned, totalAssignmentsUsed: seats.used }),
  }
}

const shown = (name: string, description: string, more: Partial<Attribute> = {}): Attribute =>
  attribute({ name, description, mutability: 'readOnly', ...more })

const OKTA: readonly Attribute[] = [
  shown('displayName', 'The name that people are shown.', { required: true }),
  shown('type', 'The name of the resource type.', { required: true }),
  shown('description', 'What it is; at most 1,000 characters.'),
]

const STANDARD: readonly Attribute[] = [
  shown('value', 'What a user has who has it.', { required: true }),
  shown('display', 'The name that people are shown.'),
  shown('type', 'What kind of thing it is.'),
  shown('supported', 'False for what exists and is no longer given to anybody.', { type: 'boolean', required: true }),
  shown('limitedAssignmentsPermitted', 'Whether only so many people may have it.', { type: 'boolean' }),
  shown('totalAssignmentsPermitted', 'How many people may have it.', { type: 'integer' }),
  shown('totalAssignmentsUsed', 'How many people have it.', { type: 'integer' }),
  shown('containedBy', 'Values of those that include it.', { multiValued: true }),
  shown('contains', 'Values of those that it includes.', { multiValued: true }),
]
