/** Who holds which address, or user name, while the items of a batch pass them on. */
import type { Item, Member } from '../reconcile/model.ts'
import { fold, nameKey, readEmail } from '../reconcile/normalise.ts'
import type { Holder } from '../store/current.ts'

type Key = string | null | undefined

export class Addresses {
  private readonly holders: Map<string, Holder>
  /** People who will leave theirs later in the same batch. */
  private readonly leaving = new Set<number>()

  constructor(holders: ReadonlyMap<string, Holder>) {
    this.holders = new Map(holders)
  }

  /** Counts on somebody to leave what they hold, if they want something else. */
  expect(personId: number, left: Key, wanted: Key): void {
    if (wanted != null && wanted !== left) this.leaving.add(personId)
  }

  expects(personId: number): boolean {
    return this.leaving.has(personId)
  }

  /** Who stands in the way, in words; null when it is free, one's own, or about to be left. */
  takenBy(wanted: Key, personId: number): string | null {
    const holder = wanted == null ? undefined : this.holders.get(wanted)
    if (holder === undefined || holder.personId === personId || this.leaving.has(holder.personId)) return null
    return holder.name
  }

  /** What they had becomes free, unless somebody has already taken it; what they have now is theirs. */
  pass(had: Key, has: Key, holder: Holder): void {
    this.leaving.delete(holder.personId)
    if (had != null && had !== has && this.holders.get(had)?.personId === holder.personId) this.holders.delete(had)
    if (has != null) this.holders.set(has, holder)
  }
}

/** The comparison key of an address. */
export function emailKeyOf(email: string): string {
  const reading = readEmail(email)
  return reading.ok ? reading.key : fold(email)
}

/** The key of the address that an item gives. */
export function wantedEmail(item: Item): string | null {
  return item.after?.email === undefined ? null : emailKeyOf(item.after.email)
}

/** The key of the user name that an item gives. */
export function wantedUserName(item: Item): string | null {
  return item.after?.userName == null ? null : nameKey(item.after.userName)
}

/**
 * The item with everything that it claims: somebody who comes back takes their old address and user name up again, and these may
 * be somebody else's by now.
 */
export function takingUp(item: Item, member: Member | undefined): Item {
  if (item.kind !== 'reactivate' || member?.state !== 'removed') return item
  const { email, userName } = member.profile
  return { ...item, after: { email, userName, ...item.after } }
}
