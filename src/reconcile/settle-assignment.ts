/** The items that concern one product of one member. All of them set a state; none of them counts up or down. */
import { count } from './amount.ts'
import { backAt, borrowParams, lastOf } from './borrow.ts'
import {
  type Current,
  done,
  ended,
  nameOf,
  type SeatQueue,
  type Settled,
  type SettledItem,
  stale,
  staleness,
} from './settled.ts'

export function settleAssignment(item: SettledItem, productId: number, current: Current, queue: SeatQueue): Settled {
  const { personId } = item
  const { assignment } = current
  const expiresAt = item.after?.expiresAt ?? null
  if (item.kind === 'revoke') {
    if (assignment === null) return ended(item, 'noop')
    return (
      outdated(item, current) ??
      lent(item, productId, current) ??
      done(item, [{ do: 'end_assignment', personId, productId }])
    )
  }
  if (assignment !== null && assignment.expiresAt === expiresAt) {
    if (item.kind !== 'assign') return ended(item, 'noop')
    const writes: Settled['writes'] = [{ do: 'end_seat_wait', personId, productId }]
    // A date by hand is asked for beside what sources give, and the latest one decides.
    const { grantedUntil = expiresAt } = item.after ?? {}
    if (grantedUntil === expiresAt) return ended(item, 'noop', null, {}, writes)
    return ended(item, 'noop', 'GIVEN_LONGER', { name: nameOf(item), product: productOf(current) }, writes)
  }
  const late = outdated(item, current)
  if (late !== null) return late
  if (item.kind !== 'assign') return done(item, [{ do: 'change_assignment', personId, productId, expiresAt }])
  return notAssignable(item, productId, current, queue) ?? done(item, assigned(personId, productId, expiresAt))
}

/** What is on a device cannot be taken from it: it ends by itself once it is back. */
function lent(item: SettledItem, productId: number, { borrows }: Current): Settled | null {
  const last = lastOf(borrows.filter((one) => one.productId === productId))
  if (last === null) return null
  const params = { name: nameOf(item), ...borrowParams(last) }
  const wait = { do: 'wait_for_return', personId: item.personId, productId, until: backAt(last) } as const
  return ended(item, 'waiting_borrow', 'BORROWED_OFFLINE', params, [wait])
}

function assigned(personId: number, productId: number, expiresAt: string | null): Settled['writes'] {
  return [
    { do: 'create_assignment', personId, productId, expiresAt },
    { do: 'end_seat_wait', personId, productId },
  ]
}

const productOf = ({ product }: Current): string => product?.name ?? 'this product'

function outdated(item: SettledItem, current: Current): Settled | null {
  const what = staleness(item, current)
  return what === null ? null : stale(item, current, what)
}

/**
 * Without a seat the person waits: that is no failure, and a seat that becomes free goes to whoever is first. Whoever assigns by hand
 * and did not ask for that is told that there is none.
 */
function notAssignable(item: SettledItem, productId: number, current: Current, queue: SeatQueue): Settled | null {
  const { member, product } = current
  const { personId } = item
  if (member === null || member.state === 'removed') {
    return ended(item, 'failed_permanent', 'MEMBER_NOT_FOUND', { v: item.subject.email, or: ', or invite them first' })
  }
  if (member.state === 'suspended') return ended(item, 'failed_permanent', 'MEMBER_SUSPENDED', { name: nameOf(item) })
  if (product === null || product.retired)
    return ended(item, 'failed_permanent', 'PRODUCT_NOT_OWNED', { product: productOf(current) })
  if (current.seatFree) return null
  const { position, missing = position } = queue
  const params = {
    product: product.name,
    used: product.used,
    owned: product.owned,
    name: nameOf(item),
    position,
    needed: count(missing, 'seat'),
  }
  if (!current.seatMayWait) {
    const told = { outcome: `${nameOf(item)} got none.`, after: 'Then assign again, or use --wait.' }
    return ended(item, 'failed_permanent', 'SEATS_EXHAUSTED', { ...params, ...told })
  }
  const outcome = `${nameOf(item)} is number ${position} in the waiting list.`
  return ended(item, 'waiting_seat', 'SEATS_EXHAUSTED', { ...params, outcome }, [
    { do: 'wait_for_seat', personId, productId },
  ])
}
