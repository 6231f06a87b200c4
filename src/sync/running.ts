/**
 * Current state as the items of a batch change it, one after the other: what `settle` is told about each item, and in the end
 * what has to be written.
 */
import type { Borrow } from '../reconcile/borrow.ts'
import type { Assignment, Item, Member, OutcomeState, Product, Profile } from '../reconcile/model.ts'
import { nameKey } from '../reconcile/normalise.ts'
import { blockedBy, type Setback } from '../reconcile/order.ts'
import type { Current, MemberChange, ProfileText, SeatQueue, Settled, Write } from '../reconcile/settle.ts'
import type { CurrentState, Holder } from '../store/current.ts'
import type { Related } from '../store/outcomes.ts'
import { Addresses, emailKeyOf, wantedEmail, wantedUserName } from './addresses.ts'

/** What a batch starts from, as read under lock. */
export interface Start extends CurrentState {
  products: Map<number, Product>
  /** Names of all products, for whoever still holds one. */
  productNames: Map<number, string>
  holders: { emails: Map<string, Holder>; userNames: Map<string, Holder> }
  activeAdmins: number
  atLeastAdmins: number
  /** All items of these people in the plan, those of the batch included. */
  related: Related[]
  /** People waiting for a seat, by product. */
  queues: Map<number, number>
  /** Seats that the whole plan lacks, by product: of those of which somebody may get none. */
  missing: ReadonlyMap<number, number>
  /** A person asked for the plan: the seats that are kept back from sync are open to them. */
  reserveOpen: boolean
  /** Id of the source of what people do: what it alone wants may take the reserve as well. Null where it makes no difference. */
  manual: number | null
  /** Whoever gets no seat waits for one: always, but where a person who assigns did not ask for it. */
  seatMayWait: boolean
  /** What each person has borrowed and not returned. */
  borrows: Map<number, Borrow[]>
  /** E-mail keys of those who approved the plan. */
  approvers: ReadonlySet<string>
  /** People of whom a source has said something else since the plan was made. */
  changed: ReadonlySet<number>
}

export class Running {
  readonly members: Map<number, Member>
  readonly created = new Set<number>()
  readonly changed = new Set<number>()
  readonly assignments: Map<number, Map<number, Assignment>>
  readonly seatWaits = new Map<string, Extract<Write, { do: 'wait_for_seat' | 'end_seat_wait' }>>()
  readonly returnWaits = new Map<string, Extract<Write, { do: 'wait_for_return' }>>()
  readonly links: Extract<Write, { do: 'adopt' | 'release_link' }>[] = []
  private readonly start: Start
  private readonly used: Map<number, number>
  private readonly queues: Map<number, number>
  private readonly emails: Addresses
  private readonly userNames: Addresses
  private readonly setbacks = new Map<number, Setback[]>()
  private admins: number

  /** @param staying people whose change of address is known to fail: nobody may count on it */
  constructor(start: Start, items: Item[], staying: ReadonlySet<number>) {
    this.start = start
    this.members = new Map(start.members)
    this.assignments = new Map([...start.assignments].map(([person, held]) => [person, new Map(held)]))
    this.used = new Map([...start.products].map(([id, product]) => [id, product.used]))
    this.queues = new Map(start.queues)
    this.emails = new Addresses(start.holders.emails)
    this.userNames = new Addresses(start.holders.userNames)
    for (const one of start.related) if (one.state !== null) this.remember(one, one.state, one.code)
    this.admins = start.activeAdmins
    for (const item of items) {
      if (item.kind !== 'update_identity' || staying.has(item.personId)) continue
      const left = this.liveProfile(item.personId)
      this.emails.expect(item.personId, left?.emailKey, wantedEmail(item))
      this.userNames.expect(item.personId, left?.userNameKey, wantedUserName(item))
    }
  }

  /** Did somebody count on this person leaving an address or a user name? */
  expectedToLeave(personId: number): boolean {
    return this.emails.expects(personId) || this.userNames.expects(personId)
  }

  current(item: Item): Current {
    const product = item.productId === null ? undefined : this.start.products.get(item.productId)
    const used = item.productId === null ? 0 : (this.used.get(item.productId) ?? 0)
    const held = this.assignments.get(item.personId)
    const byHand = this.start.reserveOpen || item.sourceIds.every((id) => id === this.start.manual)
    const reserve = byHand ? 0 : (product?.reserve ?? 0)
    return {
      member: this.members.get(item.personId) ?? null,
      assignment: (item.productId === null ? null : held?.get(item.productId)) ?? null,
      product: product === undefined ? null : { ...product, used },
      emailTakenBy: this.emails.takenBy(wantedEmail(item), item.personId),
      userNameTakenBy: this.userNames.takenBy(wantedUserName(item), item.personId),
      activeAdmins: this.admins,
      atLeastAdmins: this.start.atLeastAdmins,
      blockedBy: blockedBy(item.kind, this.setbacks.get(item.personId) ?? []),
      seatMayWait: this.start.seatMayWait,
      borrows: this.start.borrows.get(item.personId) ?? [],
      seatFree: product !== undefined && product.owned - reserve - used > 0,
      approver: this.start.approvers.has(this.members.get(item.personId)?.profile.emailKey ?? ''),
      changed: this.start.changed.has(item.personId),
      byHand: this.start.reserveOpen,
      holds: [...(held?.keys() ?? [])].map((id) => this.start.productNames.get(id) ?? `product ${id}`),
    }
  }

  /** Where somebody without a seat would stand. */
  queue(productId: number | null): SeatQueue {
    return { position: this.position(productId), missing: this.start.missing.get(productId ?? 0) }
  }

  /** From 1. */
  private position(productId: number | null): number {
    return (this.queues.get(productId ?? 0) ?? 0) + 1
  }

  /** Takes over what was decided for an item. */
  add(item: Item, { outcome, writes }: Settled): void {
    this.remember(item, outcome.state, outcome.code)
    if (outcome.state === 'waiting_seat' && item.productId !== null) {
      this.queues.set(item.productId, this.position(item.productId))
    }
    for (const write of writes) this.write(write)
  }

  private remember(
    { number, personId, kind }: Pick<Item, 'number' | 'personId' | 'kind'>,
    state: OutcomeState,
    code: string | null,
  ): void {
    if (state === 'succeeded' || state === 'noop') return
    this.setbacks.set(personId, [...(this.setbacks.get(personId) ?? []), { number, kind, code: code ?? state }])
  }

  /** Removed members hold no address. */
  private liveProfile(personId: number): Profile | undefined {
    const member = this.members.get(personId)
    return member?.state === 'removed' ? undefined : member?.profile
  }

  private write(write: Write): void {
    switch (write.do) {
      case 'create_member': {
        const { personId, state, role } = write
        const profile = withKeys(write.profile)
        const before = this.members.get(personId)
        this.put(before, { id: 0, personId, state, role, profile, version: 1, accepted: false, removedAt: null })
        return
      }
      case 'change_member': {
        const before = this.members.get(write.personId)
        if (before !== undefined) this.put(before, changed(before, write.set))
        return
      }
      case 'create_assignment':
      case 'change_assignment':
        this.hold(write.personId, write.productId, write.expiresAt)
        return
      case 'end_assignment':
        if (this.assignments.get(write.personId)?.delete(write.productId)) this.count(write.productId, -1)
        return
      case 'wait_for_seat':
      case 'end_seat_wait':
        this.seatWaits.set(`${write.personId} ${write.productId}`, write)
        return
      case 'wait_for_return':
        this.returnWaits.set(`${write.personId} ${write.productId}`, write)
        return
      default:
        this.links.push(write)
    }
  }

  private put(before: Member | undefined, after: Member): void {
    const { personId } = after
    if (before === undefined) this.created.add(personId)
    else if (!this.created.has(personId)) this.changed.add(personId)
    this.members.set(personId, after)
    this.admins += Number(isActiveAdmin(after)) - Number(before !== undefined && isActiveAdmin(before))
    const had = before?.state === 'removed' ? undefined : before?.profile
    const has = after.state === 'removed' ? undefined : after.profile
    const holder = { personId, name: after.profile.displayName ?? after.profile.email }
    this.emails.pass(had?.emailKey, has?.emailKey, holder)
    this.userNames.pass(had?.userNameKey, has?.userNameKey, holder)
  }

  private hold(personId: number, productId: number, expiresAt: string | null): void {
    const held = this.assignments.get(personId) ?? new Map<number, Assignment>()
    const before = held.get(productId)
    if (before === undefined) this.count(productId, 1)
    held.set(productId, { personId, productId, expiresAt, version: (before?.version ?? 0) + 1 })
    this.assignments.set(personId, held)
  }

  private count(productId: number, by: number): void {
    this.used.set(productId, (this.used.get(productId) ?? 0) + by)
  }
}

function isActiveAdmin(member: Member): boolean {
  return member.state === 'active' && member.role !== 'member'
}

function changed(member: Member, set: MemberChange): Member {
  const { state = member.state, role = member.role, ...profile } = set
  return { ...member, state, role, profile: withKeys({ ...member.profile, ...profile }) }
}

function withKeys({ email, userName, firstName, lastName, displayName, language }: ProfileText): Profile {
  const userNameKey = userName === null ? null : nameKey(userName)
  return { email, emailKey: emailKeyOf(email), userName, userNameKey, firstName, lastName, displayName, language }
}
