/** What deciding one item needs and gives; `settle.ts` decides. */
import type { Borrow } from './borrow.ts'
import type {
  Action,
  Assignment,
  Instant,
  Member,
  MemberState,
  Outcome,
  OutcomeState,
  Product,
  Profile,
  Role,
} from './model.ts'
import type { FailureCode } from './reasons.ts'

export type SettledItem = Action & { number: number }

/** The facts that an item depends on, as they are when its turn comes, earlier items of the batch included. */
export interface Current {
  member: Member | null
  /** Of the item's product, when it has one. */
  assignment: Assignment | null
  /** The item's product; null when nobody configured it any more. */
  product: Product | null
  /** Who else holds the item's address, in words. Whoever gives it up in the same batch does not count. */
  emailTakenBy: string | null
  /** The same for the item's user name. */
  userNameTakenBy: string | null
  /** Active members with the role admin or owner. */
  activeAdmins: number
  /** How many of them must stay: two, or as many as there were when the plan began. */
  atLeastAdmins: number
  /** An earlier item of the same person that this one depends on, and that did not succeed. */
  blockedBy: { item: number; code: string } | null
  seatFree: boolean
  /** Whoever gets no seat waits for one; otherwise the item fails. */
  seatMayWait: boolean
  /** What the person has borrowed and not returned, of any product. */
  borrows: Borrow[]
  /** Names of the products that the person still holds. */
  holds: string[]
  /** The person is one of those who approved the plan; absent = no. */
  approver?: boolean
  /** A source has said something else of the person since the plan was made; absent = no. */
  changed?: boolean
  /** A person asked for the plan, so that no other names again what does not come of it; absent = no. */
  byHand?: boolean
}

/** Where the person would stand in the waiting list when no seat is free. */
export interface SeatQueue {
  position: number
  /** Seats that all of the plan lacks, so that buying them once is enough; absent where only this person is known of. */
  missing?: number | undefined
}

/** What the writer does for an item; it may do many at once. Members are given whole, keys are the store's to make. */
export type Write =
  | { do: 'create_member'; personId: number; state: MemberState; role: Role; profile: ProfileText }
  | { do: 'change_member'; personId: number; set: MemberChange }
  | { do: 'create_assignment'; personId: number; productId: number; expiresAt: Instant | null }
  | { do: 'change_assignment'; personId: number; productId: number; expiresAt: Instant | null }
  | { do: 'end_assignment'; personId: number; productId: number }
  | { do: 'wait_for_seat'; personId: number; productId: number }
  | { do: 'end_seat_wait'; personId: number; productId: number }
  /** Product 0 is the membership. Without a time there is nothing to wait for any more. */
  | { do: 'wait_for_return'; personId: number; productId: number; until: Instant | null }
  | { do: 'adopt'; personId: number; fromPersonId: number }
  | { do: 'release_link'; personId: number; sourceId: number | null }

export type ProfileText = Omit<Profile, 'emailKey' | 'userNameKey'>
export type MemberChange = Partial<ProfileText> & { state?: MemberState; role?: Role }

export interface Settled {
  outcome: Outcome
  writes: Write[]
}

export function done(item: SettledItem, writes: Write[]): Settled {
  return { outcome: { number: item.number, state: 'succeeded', code: null, params: {} }, writes }
}

export function ended(
  item: SettledItem,
  state: OutcomeState,
  code: FailureCode | null = null,
  params: Record<string, string | number> = {},
  writes: Write[] = [],
): Settled {
  return { outcome: { number: item.number, state, code, params }, writes }
}

/** Something else has happened meanwhile. What a source wants is in the next plan by itself; what a person wants, they ask for. */
export function stale(item: SettledItem, { byHand }: Current, what: string): Settled {
  const again = byHand === true ? { again: 'Look at it, and ask for it again if it is still wanted.' } : {}
  return ended(item, 'skipped_stale', 'STALE_ITEM', { what, ...again })
}

/** How sentences name the person of an item. */
export function nameOf(item: SettledItem): string {
  return item.subject.name ?? item.subject.email
}

/**
 * What was changed since the plan was made, in words; null when everything is as the item expects. That an invited person
 * accepted meanwhile changes nothing: they are the same member, and every item that was right before is right after.
 */
export function staleness(item: SettledItem, current: Current): string | null {
  const { member, assignment } = item.precondition
  const who = nameOf(item)
  if (member === null && current.member !== null) return `The membership of ${who}`
  if (member !== undefined && member !== null) {
    if (current.member === null) return `The membership of ${who}`
    const { state, role, profile } = current.member
    const accepted = member.state === 'invited' && state === 'active'
    if (member.state !== state && !accepted) return `The membership of ${who}`
    if (member.role !== undefined && member.role !== role) return `The role of ${who}`
    if (member.email !== undefined && member.email !== profile.email) return `The address of ${who}`
  }
  const product = current.product?.name ?? 'a product'
  if (assignment === null && current.assignment !== null) return `The assignment of ${product} to ${who}`
  if (assignment !== undefined && assignment !== null && current.assignment?.version !== assignment.version) {
    return `The assignment of ${product} to ${who}`
  }
  return null
}
