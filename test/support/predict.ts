/** What applying a plan would do, item by item, on a copy of the facts: planning and settling held together without a database. */
import type { Borrow } from '../../src/reconcile/borrow.ts'
import type {
  Action,
  Assignment,
  Member,
  Outcome,
  OutcomeState,
  Product,
  Profile,
  Wait,
} from '../../src/reconcile/model.ts'
import { nameKey, readEmail } from '../../src/reconcile/normalise.ts'
import { blockedBy } from '../../src/reconcile/order.ts'
import { type Current, type ProfileText, type SettledItem, settle, type Write } from '../../src/reconcile/settle.ts'

/** The organization as far as a plan touches it. */
export interface Facts {
  members: Member[]
  assignments: Assignment[]
  products: Product[]
  waits: Wait[]
  /** Absent: nobody has borrowed anything. */
  borrows?: Borrow[]
}

export interface Prediction {
  outcomes: Outcome[]
  /** The facts as they would be afterwards. */
  facts: Facts
  /** What would have been written besides: links. */
  links: Extract<Write, { do: 'adopt' | 'release_link' }>[]
}

const FINE: ReadonlySet<OutcomeState> = new Set<OutcomeState>(['succeeded', 'noop'])

/** Runs `settle` over the items in the order of the plan. */
export function predict(items: (Action & { number: number })[], facts: Facts, at: string): Prediction {
  const world = new World(facts, items, at)
  const outcomes = items.map((item) => world.run(item))
  return { outcomes, facts: world.facts(), links: world.links }
}

class World {
  readonly links: Prediction['links'] = []
  private readonly members: Map<number, Member>
  private readonly assignments: Map<string, Assignment>
  private readonly products: Map<number, Product>
  private readonly waits: Map<string, Wait>
  private readonly outcomes = new Map<number, { item: SettledItem; outcome: Outcome }[]>()
  private readonly pending: Map<number, SettledItem[]>
  private readonly queues = new Map<number, number>()
  private readonly atLeastAdmins: number
  private readonly at: string
  private readonly borrows: Borrow[] | undefined

  constructor(facts: Facts, items: SettledItem[], at: string) {
    this.members = new Map(facts.members.map((one) => [one.personId, one]))
    this.assignments = new Map(facts.assignments.map((one) => [slot(one.personId, one.productId), one]))
    this.products = new Map(facts.products.map((one) => [one.id, { ...one }]))
    this.waits = new Map(facts.waits.map((one) => [`${one.kind} ${slot(one.personId, one.productId)}`, one]))
    this.pending = Map.groupBy(items, (item) => item.personId)
    this.atLeastAdmins = Math.min(2, this.activeAdmins())
    this.at = at
    this.borrows = facts.borrows
  }

  run(item: SettledItem): Outcome {
    const position = (this.queues.get(item.productId ?? 0) ?? 0) + 1
    const { outcome, writes } = settle(item, this.current(item), { position })
    if (outcome.state === 'waiting_seat') this.queues.set(item.productId ?? 0, position)
    const before = this.outcomes.get(item.personId)
    if (before === undefined) this.outcomes.set(item.personId, [{ item, outcome }])
    else before.push({ item, outcome })
    for (const write of writes) this.write(write)
    return outcome
  }

  facts(): Facts {
    return {
      members: [...this.members.values()].sort((a, b) => a.id - b.id),
      assignments: [...this.assignments.values()].sort((a, b) => a.personId - b.personId || a.productId - b.productId),
      products: [...this.products.values()],
      waits: [...this.waits.values()],
      ...(this.borrows && { borrows: this.borrows }),
    }
  }

  private current(item: SettledItem): Current {
    const product = this.products.get(item.productId ?? 0) ?? null
    const held = [...this.products.values()].filter((one) => this.assignments.has(slot(item.personId, one.id)))
    return {
      member: this.members.get(item.personId) ?? null,
      assignment: this.assignments.get(slot(item.personId, item.productId ?? 0)) ?? null,
      product,
      emailTakenBy: this.taker(item, (profile) => profile.emailKey, item.after?.email, emailKeyOf),
      userNameTakenBy: this.taker(item, (profile) => profile.userNameKey, item.after?.userName, nameKey),
      activeAdmins: this.activeAdmins(),
      atLeastAdmins: this.atLeastAdmins,
      blockedBy: this.blockedBy(item),
      seatFree: product !== null && product.owned - product.reserve - product.used > 0,
      seatMayWait: true,
      borrows: (this.borrows ?? []).filter((one) => one.personId === item.personId),
      holds: held.map((one) => one.name),
    }
  }

  /** Whoever holds the value now and has no item of the same plan that changes it. */
  private taker(
    item: SettledItem,
    keyOf: (profile: Profile) => string | null,
    wanted: string | null | undefined,
    toKey: (text: string) => string,
  ): string | null {
    if (wanted === undefined || wanted === null) return null
    const key = toKey(wanted)
    for (const member of this.members.values()) {
      if (member.personId === item.personId || member.state === 'removed' || keyOf(member.profile) !== key) continue
      const moves = this.pending.get(member.personId)?.some((one) => one.kind === 'update_identity') ?? false
      if (!moves) return member.profile.displayName ?? member.profile.email
    }
    return null
  }

  private blockedBy(item: SettledItem): Current['blockedBy'] {
    const earlier = (this.outcomes.get(item.personId) ?? []).filter(({ outcome }) => !FINE.has(outcome.state))
    const setbacks = earlier.map(({ item: { number, kind }, outcome }) => ({
      number,
      kind,
      code: outcome.code ?? outcome.state,
    }))
    return blockedBy(item.kind, setbacks)
  }

  private activeAdmins(): number {
    return [...this.members.values()].filter((one) => one.state === 'active' && one.role !== 'member').length
  }

  private write(write: Write): void {
    switch (write.do) {
      case 'create_member':
        this.members.set(write.personId, {
          id: Math.max(0, ...[...this.members.values()].map((one) => one.id)) + 1,
          personId: write.personId,
          state: write.state,
          role: write.role,
          profile: withKeys(write.profile),
          version: 1,
          accepted: false,
          removedAt: null,
        })
        return
      case 'change_member':
        this.changeMember(write)
        return
      case 'create_assignment':
      case 'change_assignment': {
        const { personId, productId, expiresAt } = write
        const before = this.assignments.get(slot(personId, productId))
        this.assignments.set(slot(personId, productId), {
          personId,
          productId,
          expiresAt,
          version: (before?.version ?? 0) + 1,
        })
        if (before === undefined) this.moveSeats(productId, 1)
        return
      }
      case 'end_assignment':
        if (this.assignments.delete(slot(write.personId, write.productId))) this.moveSeats(write.productId, -1)
        return
      case 'wait_for_seat': {
        const { personId, productId } = write
        const key = `seat ${slot(personId, productId)}`
        if (!this.waits.has(key))
          this.waits.set(key, { personId, productId, kind: 'seat', since: this.at, until: null })
        return
      }
      case 'end_seat_wait':
        this.waits.delete(`seat ${slot(write.personId, write.productId)}`)
        return
      case 'wait_for_return': {
        const { personId, productId, until } = write
        const key = `borrow ${slot(personId, productId)}`
        const since = this.waits.get(key)?.since ?? this.at
        this.waits.set(key, { personId, productId, kind: 'borrow', since, until: until ?? this.at })
        return
      }
      default:
        this.links.push(write)
    }
  }

  private changeMember({ personId, set }: Extract<Write, { do: 'change_member' }>): void {
    const member = this.members.get(personId)
    if (member === undefined) return
    const { state = member.state, role = member.role, ...profile } = set
    const removedAt = state === 'removed' ? this.at : null
    this.members.set(personId, {
      ...member,
      state,
      role,
      removedAt,
      profile: withKeys({ ...member.profile, ...profile }),
      version: member.version + 1,
    })
  }

  private moveSeats(productId: number, by: number): void {
    const product = this.products.get(productId)
    if (product !== undefined) this.products.set(productId, { ...product, used: product.used + by })
  }
}

const slot = (personId: number, productId: number) => `${personId} ${productId}`

function emailKeyOf(email: string): string {
  const read = readEmail(email)
  return read.ok ? read.key : nameKey(email)
}

/** A profile with its comparison keys, as the store makes them. */
function withKeys(profile: ProfileText): Profile {
  const { email, userName, firstName, lastName, displayName, language } = profile
  const userNameKey = userName === null ? null : nameKey(userName)
  return { email, emailKey: emailKeyOf(email), userName, userNameKey, firstName, lastName, displayName, language }
}
