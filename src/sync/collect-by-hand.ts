/** Collect by hand: people by the page, planned and predicted, into a proposal. */
import { itemDigest } from '../reconcile/canonical.ts'
import type { Chosen, HandCase, HandGround } from '../reconcile/hand-case.ts'
import { mergeChosen } from '../reconcile/merge-chosen.ts'
import type { Product } from '../reconcile/model.ts'
import { planByHand } from '../reconcile/plan-by-hand.ts'
import { readBorrows } from '../store/borrows.ts'
import { indexChosen } from '../store/chosen.ts'
import { type HandRow, readHandCases } from '../store/hand-cases.ts'
import { addActions, type Proposal } from '../store/proposal.ts'
import { readYesNo } from './csv/words.ts'
import { predict } from './predict.ts'
import type { Refused } from './select.ts'

const PAGE = 2_000

export interface Collected {
  /** Rows that went into another of the same person. */
  merged: number
  /** Rows of a person that disagree. */
  conflicts: Refused[]
}

/** Plans everybody in the temporary table `chosen`. */
export async function collectByHand(
  proposal: Proposal,
  organization: number,
  ground: HandGround,
  { manual, at }: { manual: string; at: Date },
): Promise<Collected> {
  const { transaction } = proposal
  const byId = new Map<number, Product>([...ground.products.values()].map((product) => [product.id, product]))
  const productKey = (id: number) => byId.get(id)?.key ?? String(id)
  const keys = { product: productKey, source: () => manual }
  const collected: Collected = { merged: 0, conflicts: [] }
  const now = at.toISOString()
  await indexChosen(transaction)
  for (let after = 0; ; ) {
    const rows = await readHandCases(transaction, organization, { after, limit: PAGE })
    const last = rows.at(-1)
    if (last === undefined) return collected
    after = last.person.personId
    const people = [...Map.groupBy(rows, (row) => row.person.personId).values()].flatMap((some) =>
      oneOf(some, collected),
    )
    const actions = people.flatMap(({ chosen, person }) => planByHand(chosen, person, ground, now))
    const cases = people.map(({ person }) => person)
    const borrows = await readBorrows(
      transaction,
      organization,
      cases.map((person) => person.personId),
      at,
    )
    const foreseen = await predict(
      transaction,
      organization,
      { people: cases, actions },
      {
        products: byId,
        seatMayWait: ground.operation.wait,
        borrows: Map.groupBy(borrows, (borrow) => borrow.personId),
      },
    )
    const proposed = actions.map((action, index) => {
      const known = foreseen[index]
      const product = action.productId === null ? null : productKey(action.productId)
      return {
        action,
        part: 'waiting' as const,
        digest: itemDigest(action, keys),
        productKey: product,
        ...(known && { foreseen: known }),
      }
    })
    await addActions(proposal, proposed)
  }
}

/** The rows of one person as one; none where they disagree, since nobody can tell which of them is right. */
function oneOf(rows: HandRow[], collected: Collected): { chosen: Chosen; person: HandCase }[] {
  const [first, ...others] = rows.map((row) => ({
    person: row.person,
    chosen: { ...row.chosen, alsoRevoke: row.chosen.alsoRevoke !== null && readYesNo(row.chosen.alsoRevoke) === true },
  }))
  if (first === undefined) return []
  let chosen: Chosen = first.chosen
  for (const other of others) {
    const merged = mergeChosen(chosen, other.chosen)
    if (!merged.ok) {
      const params = merged.conflict
      const lines = rows.flatMap((row) => row.chosen.line ?? [])
      collected.conflicts.push(...lines.map((line) => ({ line, code: 'ROW_CONFLICT', params }) as const))
      return []
    }
    chosen = merged.chosen
  }
  collected.merged += others.length
  return [{ chosen, person: first.person }]
}
