/** Actions in a few words, and proposals made of them as `propose` of sync makes them. */
import { createHash } from 'node:crypto'
import type { Action, ActionKind, SeatOrder } from '../../../src/reconcile/model.ts'
import { type ItemRow, readItems } from '../../../src/store/plans.ts'
import {
  addActions,
  allocateSeats,
  closeDependencies,
  openProposal,
  type Part,
  type Proposal,
  type ProposedAction,
  writeItems,
} from '../../../src/store/proposal.ts'
import type { Ground } from './ground.ts'

export const PARTS = ['free', 'waiting'] as const
type Rows = Record<(typeof PARTS)[number], ItemRow[]>

export const order = (over: Partial<SeatOrder> = {}): SeatOrder => {
  return { rulePriority: 500, seatPriority: 500, waitingSince: null, expiresAt: null, tieBreak: 'a', ...over }
}

/** Somebody's action in one part; its digest follows from the words. Products are `cad` and `sim`. */
export function propose(
  ground: Ground,
  part: Part,
  kind: ActionKind,
  person: number,
  product: string | null = null,
  over: Partial<Action> = {},
): ProposedAction {
  const action: Action = {
    kind,
    effect: 'neutral',
    personId: person,
    subject: { key: `hr:${person}`, email: `p${person}@acme.test`, name: null },
    productId: product === null ? null : ground.product(product),
    before: null,
    after: null,
    reason: { code: 'joined', params: {} },
    sourceIds: [ground.source('hr')],
    evidence: null,
    precondition: {},
    seatOrder: kind === 'assign' ? order({ tieBreak: String(person) }) : null,
    fromPersonId: null,
    ...over,
  }
  return { action, part, digest: digestOf(kind, person, product), productKey: product }
}

export const digestOf = (...words: unknown[]) => createHash('sha256').update(words.join(' ')).digest('hex')

/** Makes the proposal as `propose` of sync does, and stores both parts as plans. */
export async function make<T = null>(
  ground: Ground,
  actions: ProposedAction[],
  look: (proposal: Proposal) => Promise<T | null> = async () => null,
): Promise<Rows & { looked: T | null }> {
  const plans = { free: await ground.plan([]), waiting: await ground.plan([]) }
  const seen: { looked: T | null } = { looked: null }
  await ground.sql.begin(async (transaction) => {
    const proposal = await openProposal(transaction)
    // In several pages, as people are read.
    for (let from = 0; from < actions.length; from += 7) await addActions(proposal, actions.slice(from, from + 7))
    await closeDependencies(proposal)
    await allocateSeats(proposal, ground.id)
    for (const part of PARTS) await writeItems(proposal, ground.id, plans[part], part)
    seen.looked = await look(proposal)
  })
  const read = (part: (typeof PARTS)[number]) =>
    readItems(ground.sql, ground.id, plans[part], { after: 0, limit: 1000 })
  return { free: await read('free'), waiting: await read('waiting'), ...seen }
}

export const words = (items: ItemRow[]) =>
  items.map((item) => [item.kind, item.personId, item.product].filter(Boolean).join(' '))
