/** Roles that users may have, as /Roles lists them. */
import type { Dialect } from './dialect.ts'
import type { Document } from './document.ts'
import { offerType, representOffer } from './offer.ts'
import type { ResourceType } from './schema.ts'

export const ORGANIZATION_ROLE = 'organization'

/** Those that rules alone give are known and not on offer: an identity provider that sends them changes nothing. */
const ROLES = [
  {
    value: 'member',
    display: 'Member',
    description: 'Belongs to the organization and uses its products.',
    supported: true,
  },
  {
    value: 'admin',
    display: 'Administrator',
    description: 'Manages people and products of the organization.',
    supported: false,
  },
  { value: 'owner', display: 'Owner', description: 'Answers for the organization.', supported: false },
]

const OF_ALL = roles('lenient')
const OF_OKTA = roles('okta')

export function roleType(dialect: Dialect): ResourceType {
  return dialect === 'okta' ? OF_OKTA : OF_ALL
}

/** All roles, in the shape of the dialect; that of Okta cannot say that one is not on offer, so there it is left out. */
export function representRoles(place: { baseUrl: string; dialect: Dialect }): Document[] {
  const type = roleType(place.dialect)
  const common = { type: ORGANIZATION_ROLE, seats: null }
  const shown = ROLES.filter(({ supported }) => supported || place.dialect !== 'okta')
  return shown.map((role) => representOffer(type, { ...role, ...common }, place))
}

function roles(dialect: Dialect): ResourceType {
  return offerType('Role', '/Roles', 'Roles that users may have', dialect)
}
