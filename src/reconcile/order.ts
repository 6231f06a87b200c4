/** The order of a plan: waves over all people, and inside one person what must have succeeded first. */
import type { Action, ActionKind } from './model.ts'
import { compareSeatOrder } from './seats.ts'

/**
 * A wave starts when the one before has nothing running. Identities come first, so that an invite finds an address that
 * a rename has left; invites before assigns; revokes before assigns, which use the seats they free; demotions late,
 * when those who follow have been promoted; removals last. Wave 2 is kept for swaps that fit without freeing a seat,
 * wave 7 for mail.
 */
const WAVES: Record<ActionKind, number> = {
  link: 0,
  update_identity: 0,
  update_profile: 0,
  release_claim: 0,
  reactivate: 1,
  invite: 1,
  shorten: 3,
  revoke: 3,
  suspend: 3,
  assign: 4,
  extend: 4,
  update_role: 5,
  remove: 6,
}

/**
 * What of the same person must have succeeded before an action of a kind may run; otherwise it is blocked, and carries
 * the code of that failure. A failed change of address blocks nothing.
 */
export const DEPENDS_ON: Record<ActionKind, readonly ActionKind[]> = {
  link: [],
  update_identity: ['link'],
  update_profile: ['link'],
  release_claim: ['link'],
  reactivate: ['link'],
  invite: ['link'],
  shorten: ['link'],
  revoke: ['link'],
  suspend: ['link'],
  assign: ['link', 'invite', 'reactivate'],
  extend: ['link'],
  update_role: ['link', 'invite', 'reactivate'],
  remove: ['link', 'revoke'],
}

/** An action of the same person that did not succeed. */
export interface Setback {
  number: number
  kind: ActionKind
  code: string
}

/**
 * What keeps an action of this kind from being done: of everything that did not succeed the first that it depends on. What only waits
 * for a borrowed licence comes last, since a removal waits with it and does not fail.
 */
export function blockedBy(kind: ActionKind, setbacks: Setback[]): { item: number; code: string } | null {
  const causes = setbacks.filter((one) => DEPENDS_ON[kind].includes(one.kind))
  const cause = causes.find((one) => one.code !== 'BORROWED_OFFLINE') ?? causes[0]
  return cause === undefined ? null : { item: cause.number, code: cause.code }
}

const KIND_ORDER: ActionKind[] = [
  'link',
  'release_claim',
  'update_identity',
  'update_profile',
  'reactivate',
  'invite',
  'shorten',
  'revoke',
  'suspend',
  'extend',
  'assign',
  'update_role',
  'remove',
]

/** The wave of an action, 0 to 7. */
export function waveOf(action: { kind: ActionKind }): number {
  return WAVES[action.kind]
}

/**
 * A total order that database ids never decide: wave, for assigns the order of the seats, who, which product, which kind.
 *
 * @param productKey gives the key of a product by its id.
 */
export function compareActions(a: Action, b: Action, productKey: (productId: number) => string): number {
  return (
    waveOf(a) - waveOf(b) ||
    compareSeats(a, b) ||
    compareText(a.subject.key, b.subject.key) ||
    compareText(keyOf(a, productKey), keyOf(b, productKey)) ||
    KIND_ORDER.indexOf(a.kind) - KIND_ORDER.indexOf(b.kind) ||
    compareText(a.after?.link ?? '', b.after?.link ?? '')
  )
}

/** Extends need no seat, so they come before the assigns of their wave. */
function compareSeats(a: Action, b: Action): number {
  if (a.seatOrder === null || b.seatOrder === null) return Number(a.seatOrder !== null) - Number(b.seatOrder !== null)
  return compareSeatOrder(a.seatOrder, b.seatOrder)
}

function keyOf(action: Action, productKey: (productId: number) => string): string {
  return action.productId === null ? '' : productKey(action.productId)
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
