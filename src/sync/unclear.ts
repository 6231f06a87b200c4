/** What of an operation contradicts itself, before anybody is looked up. */
import type { Asked } from './draft.ts'

/** What is not clear, without its stop; null when everything is. */
export function unclear({
  verb,
  products,
  allProducts,
  expiresAt,
  revokeFirst,
  wait,
  pin,
  reason,
}: Asked): string | null {
  if (allProducts && verb !== 'revoke') return 'only a revoke is about all products that somebody holds'
  if (allProducts && products.length > 0) return 'either name the products, or say all of them'
  if (products.length > 0 && verb === 'remove')
    return 'a removal names no products. To take some of them and keep the members, revoke'
  if (expiresAt !== null && verb !== 'assign' && verb !== 'invite') return 'only what is assigned has an end'
  if (revokeFirst && verb !== 'remove') return 'only a removal can revoke first'
  if (wait && verb !== 'assign' && verb !== 'invite') return 'only who is assigned a product can wait for a seat'
  if (reason !== undefined && verb !== 'remove' && verb !== 'revoke')
    return 'only a removal or a revoke has a reason, which stands with its pins'
  if (pin.kind === 'days' && (!Number.isInteger(pin.days) || pin.days < 1 || pin.days > MOST_DAYS))
    return `a pin lasts 1 to ${MOST_DAYS} days`
  return null
}

const MOST_DAYS = 3650
