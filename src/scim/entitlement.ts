/** The products of an organization as entitlements: a user whose `entitlements` has the key of one is to hold it. */
import type { Dialect } from './dialect.ts'
import type { Document } from './document.ts'
import { offerType, representOffer } from './offer.ts'
import type { ResourceType } from './schema.ts'

/** A product with its seats. */
export interface OfferedProduct {
  key: string
  name: string
  owned: number
  used: number
  /** No longer given to anybody. */
  retired: boolean
}

export const PRODUCT = 'product'

const OF_ALL = entitlements('lenient')
const OF_OKTA = entitlements('okta')

export function entitlementType(dialect: Dialect): ResourceType {
  return dialect === 'okta' ? OF_OKTA : OF_ALL
}

/** The products as /Entitlements lists them, in the order given. */
export function representProducts(
  products: readonly OfferedProduct[],
  place: { baseUrl: string; dialect: Dialect },
): Document[] {
  const type = entitlementType(place.dialect)
  return products.map(({ key, name, owned, used, retired }) => {
    const offer = {
      value: key,
      display: name,
      description: `A licence of ${name}.`,
      type: PRODUCT,
      supported: !retired,
    }
    return representOffer(type, { ...offer, seats: { owned, used } }, place)
  })
}

function entitlements(dialect: Dialect): ResourceType {
  return offerType('Entitlement', '/Entitlements', 'Products that users may hold', dialect)
}
