/** Several rows of an upload that turn out to be about one person. */
import type { Chosen } from './hand-case.ts'

type Conflict = { a: number; b: number; field: string }

/**
 * Makes one of two rows: what only one of them says counts, products are united, each with its own end. Two ends of one product, or two
 * roles, are a conflict.
 */
export function mergeChosen(
  first: Chosen,
  second: Chosen,
): { ok: true; chosen: Chosen } | { ok: false; conflict: Conflict } {
  const lines = { a: first.line ?? 0, b: second.line ?? 0 }
  const conflict = (field: string) => ({ ok: false, conflict: { ...lines, field } }) as const
  if (first.role !== null && second.role !== null && first.role !== second.role) return conflict('role')
  const same = first.expiresAt === second.expiresAt
  // Without products of their own both rows speak of those that are named for everybody.
  if (!same && (first.products.length === 0 || second.products.length === 0)) return conflict('expires')
  const ended = (one: Chosen) =>
    same ? one.products : one.products.map((each) => ({ ...each, expiresAt: each.expiresAt ?? one.expiresAt }))
  const products = new Map(ended(first).map((one) => [one.product, one]))
  for (const one of ended(second)) {
    const known = products.get(one.product)
    if (known !== undefined && known.expiresAt !== one.expiresAt) return conflict('expires')
    products.set(one.product, one)
  }
  const chosen: Chosen = {
    ...first,
    email: first.email || second.email,
    userName: first.userName ?? second.userName,
    firstName: first.firstName ?? second.firstName,
    lastName: first.lastName ?? second.lastName,
    displayName: first.displayName ?? second.displayName,
    language: first.language ?? second.language,
    products: [...products.values()].sort((a, b) => (a.product < b.product ? -1 : 1)),
    expiresAt: same ? first.expiresAt : null,
    role: first.role ?? second.role,
    seatPriority: first.seatPriority ?? second.seatPriority,
    never: first.never || second.never,
    alsoRevoke: first.alsoRevoke || second.alsoRevoke,
  }
  return { ok: true, chosen }
}
