/** Roles that users may have, as /Roles lists them. */
import type { Dialect } from './dialect.ts'
import type { Document } from './document.ts'
import { offerType, representOffer } from './offer.ts'
import type { ResourceType } from './schema.ts'

export const ORGANIZATION_ROLE = 'organization'

/** By value. */
const ROLES = [
  { value: 'member', display: 'Member', description: 'Belongs to the organization and uses its products.' },
  { value: 'admin', display: 'Administrator', description: 'Manages people and products of the organization.' },
  { value: 'owner', display: 'Owner', description: 'Answers for the organization.' },
]

const OF_ALL = roles('lenient')
const OF_OKTA = roles('okta')

export function roleType(dialect: Dialect): ResourceType {
  return dialect === 'okta' ? OF_OKTA : OF_ALL
}

/** All roles, in the shape of the dialect. */
export function representRoles(place: { baseUrl: string; dialect: Dialect }): Document[] {
  const type = roleType(place.dialect)
  const common = { type: ORGANIZATION_ROLE, supported: true, seats: null }
  return ROLES.map((role) => representOffer(type, { ...role, ...common }, place))
}

function roles(dialect: Dialect): ResourceType {
  return offerType('Role', '/Roles', 'Roles that users may have', dialect)
}
