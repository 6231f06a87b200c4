/** Predict: what applying would say of actions now, decided by the same code that decides when they are applied. */
import type { Borrow } from '../reconcile/borrow.ts'
import type { HandCase } from '../reconcile/hand-case.ts'
import type { Action, Product } from '../reconcile/model.ts'
import { nameKey } from '../reconcile/normalise.ts'
import { waveOf } from '../reconcile/order.ts'
import type { Transaction } from '../store/connection.ts'
import { readHolders } from '../store/current.ts'
import type { ProposedAction } from '../store/proposal.ts'
import { emailKeyOf } from './addresses.ts'
import type { Start } from './running.ts'
import { settleAll } from './settle-batch.ts'

export interface Ground {
  products: ReadonlyMap<number, Product>
  seatMayWait: boolean
}

/** How somebody stands now. */
export interface Standing {
  person: HandCase
  borrows: Borrow[]
}

export type Foreseen = ProposedAction['foreseen']

/**
 * What is known of each action before anything is applied, in their order. Seats and administrators are counted for a whole plan and
 * not here, so there seem to be enough of both; who will approve is not known.
 *
 * @param actions all of the people that they concern: what one of them comes to decides about another of the same person
 */
export async function predict(
  transaction: Transaction,
  organization: number,
  { people, actions }: { people: readonly Standing[]; actions: readonly Action[] },
  ground: Ground,
): Promise<Foreseen[]> {
  const emails = actions.flatMap(({ after }) => (after?.email === undefined ? [] : [emailKeyOf(after.email)]))
  const userNames = actions.flatMap(({ after }) => (after?.userName == null ? [] : [nameKey(after.userName)]))
  const start: Start = {
    members: new Map(
      people.flatMap(({ person: { personId, member } }) => (member === null ? [] : [[personId, member]])),
    ),
    assignments: new Map(
      people.map(({ person: { personId, assignments } }) => [
        personId,
        new Map(assignments.map((one) => [one.productId, one])),
      ]),
    ),
    products: new Map(
      [...ground.products].map(([id, product]) => [id, { ...product, owned: Number.MAX_SAFE_INTEGER }]),
    ),
    productNames: new Map([...ground.products].map(([id, product]) => [id, product.name])),
    holders: await readHolders(transaction, organization, { emails, userNames }),
    activeAdmins: Number.MAX_SAFE_INTEGER,
    atLeastAdmins: 0,
    related: [],
    queues: new Map(),
    missing: new Map(),
    reserveOpen: true,
    manual: null,
    seatMayWait: ground.seatMayWait,
    borrows: new Map(people.map(({ person, borrows }) => [person.personId, borrows])),
    approvers: new Set(),
    changed: new Set(),
  }
  const order = actions.map((action, index) => ({ ...action, number: index, wave: waveOf(action), predicted: FINE }))
  const { outcomes } = settleAll(
    start,
    order.toSorted((a, b) => a.wave - b.wave || a.number - b.number),
  )
  const known: Foreseen[] = actions.map(() => undefined)
  for (const { number, state, code, params } of outcomes) {
    // That somebody is a member already is the plan's own sentence.
    const told = code === null || code === 'ALREADY_MEMBER' ? null : { code, params }
    if (state !== FINE) known[number] = { state, why: told }
  }
  return known
}

const FINE = 'succeeded' as const
