/** What a batch starts from: everything its items may depend on, read once, under lock. */
import type { Item, Product } from '../reconcile/model.ts'
import { readBorrows } from '../store/borrows.ts'
import type { Transaction } from '../store/connection.ts'
import { countAdmins, readCurrent, readHolders } from '../store/current.ts'
import { listSources } from '../store/organizations.ts'
import { itemsOf, relatedItems, settledNumbers } from '../store/outcomes.ts'
import { pipeline } from '../store/pipeline.ts'
import { readChanged } from '../store/pushed.ts'
import { countSeatWaits, lockSeats, openAssigns, readProductNames } from '../store/seats.ts'
import { takingUp, wantedEmail, wantedUserName } from './addresses.ts'
import type { Batch } from './organization.ts'
import type { Start } from './running.ts'

/** Two administrators must stay, or as many as there are. */
const ADMINS_THAT_STAY = 2
/** People who pass addresses on in one long chain are moved together up to this many. */
const LONGEST_CHAIN = 20_000

/**
 * The items of the batch, and with them the changes of address of whoever holds an address that is wanted in it: people who
 * exchange addresses move in one transaction, also when they stand far apart in the plan.
 */
export async function completeExchanges(transaction: Transaction, batch: Batch, items: Item[]): Promise<Item[]> {
  const { organizationId, planId } = batch
  let wanting = items.filter((item) => item.kind === 'update_identity')
  if (wanting.length === 0) return items
  const all = [...items]
  const moving = new Set(wanting.map((item) => item.personId))
  while (wanting.length > 0 && all.length < LONGEST_CHAIN) {
    const { emails, userNames } = await readHolders(transaction, organizationId, wantedKeys(wanting))
    const people = [...emails.values(), ...userNames.values()].map((holder) => holder.personId)
    const missing = [...new Set(people)].filter((person) => !moving.has(person))
    if (missing.length === 0) break
    for (const person of missing) moving.add(person)
    const found = await itemsOf(transaction, organizationId, planId, 'update_identity', missing)
    const numbers = found.map((item) => item.number)
    const settled = await settledNumbers(transaction, organizationId, planId, numbers)
    wanting = found.filter((item) => !settled.has(item.number))
    all.push(...wanting)
  }
  return all.sort((a, b) => a.number - b.number)
}

function wantedKeys(items: Item[]): { emails: string[]; userNames: string[] } {
  return {
    emails: items.flatMap((item) => wantedEmail(item) ?? []),
    userNames: items.flatMap((item) => wantedUserName(item) ?? []),
  }
}

/** What is found out once in a run of a plan. */
export interface RunFacts {
  /** As many administrators as there were when the run began must stay, at most two; null before the first batch. */
  atLeastAdmins: number | null
  /** Seats that the whole plan lacks, by product, from the first batch on in which there are too few. */
  missing: Map<number, number>
}

/** Reads the start of a batch that is written at this instant. */
export async function readStart(
  transaction: Transaction,
  batch: Batch,
  items: Item[],
  { atLeastAdmins, missing }: RunFacts,
  at: Date,
): Promise<Start> {
  const organization = batch.organizationId
  const people = [...new Set(items.map((item) => item.personId))].sort((a, b) => a - b)
  const products = [...new Set(items.flatMap((item) => item.productId ?? []))]
  const current = await readCurrent(transaction, organization, people, { lock: true })
  const keys = wantedKeys(items.map((item) => takingUp(item, current.members.get(item.personId))))
  const [seats, productNames, holders, activeAdmins, related, queues, changed, borrows] = await pipeline([
    lockSeats(transaction, organization, products),
    readProductNames(transaction, organization),
    readHolders(transaction, organization, keys),
    countAdmins(transaction, organization),
    relatedItems(transaction, organization, batch.planId, people),
    countSeatWaits(transaction, organization, products, people),
    readChanged(transaction, organization, batch.planId, people),
    readBorrows(transaction, organization, people, at),
  ])
  const reserveOpen = batch.lease.lane === 'by_hand'
  const seatMayWait = batch.operation?.wait ?? true
  const few = tooFew(items, seats, reserveOpen).filter((id) => !missing.has(id))
  for (const [id, assigns] of await openAssigns(transaction, organization, batch.planId, few)) {
    // Whoever waits already gets the first that become free.
    missing.set(id, (queues.get(id) ?? 0) + assigns - freeSeats(seats.get(id), reserveOpen))
  }
  return {
    ...current,
    products: seats,
    productNames,
    holders,
    activeAdmins,
    atLeastAdmins: atLeastAdmins ?? Math.min(activeAdmins, ADMINS_THAT_STAY),
    related,
    queues,
    missing,
    reserveOpen,
    manual: reserveOpen ? null : await whoGivesByHand(transaction, organization, seats),
    seatMayWait,
    borrows: Map.groupBy(borrows, (borrow) => borrow.personId),
    approvers: new Set(batch.approvers),
    changed: new Set(changed),
  }
}

/** Id of the source of what people do, where seats are kept back for what it gives. */
async function whoGivesByHand(
  transaction: Transaction,
  organization: number,
  products: Map<number, Product>,
): Promise<number | null> {
  if (![...products.values()].some(({ reserve }) => reserve > 0)) return null
  return (await listSources(transaction, organization)).find(({ kind }) => kind === 'manual')?.id ?? null
}

/** Products of which the batch assigns more than there are seats. */
function tooFew(items: Item[], products: Map<number, Product>, reserveOpen: boolean): number[] {
  const asked = new Map<number, number>()
  for (const { kind, productId } of items)
    if (kind === 'assign' && productId !== null) asked.set(productId, (asked.get(productId) ?? 0) + 1)
  return [...asked].flatMap(([id, assigns]) => (assigns > freeSeats(products.get(id), reserveOpen) ? [id] : []))
}

/** Below zero where fewer are owned than used. */
const freeSeats = (product: Product | undefined, reserveOpen: boolean): number =>
  product === undefined ? 0 : product.owned - product.used - (reserveOpen ? 0 : product.reserve)
