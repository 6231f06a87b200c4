/** Collect by hand: people by the page, planned and predicted, into a proposal. */
import { setImmediate as immediate } from 'node:timers/promises'
import { itemDigest, type Keys } from '../reconcile/canonical.ts'
import type { Chosen, HandGround } from '../reconcile/hand-case.ts'
import { mergeChosen } from '../reconcile/merge-chosen.ts'
import type { Action, Instant, Product } from '../reconcile/model.ts'
import { planByHand } from '../reconcile/plan-by-hand.ts'
import { indexChosen } from '../store/chosen.ts'
import { type HandRow, readHandCases } from '../store/hand-cases.ts'
import { addLines, linesOf, type Proposal, type ProposedLines } from '../store/proposal.ts'
import { readYesNo } from './csv/words.ts'
import { type Foreseen, predict, type Standing } from './predict.ts'
import type { Refused } from './select.ts'

const PAGE = 2_000
const SLICE = 250

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
  const keys: Keys = { product: (id) => byId.get(id)?.key ?? String(id), source: () => manual }
  const collected: Collected = { merged: 0, conflicts: [] }
  const options = { products: byId, seatMayWait: ground.operation.wait }
  await indexChosen(transaction)
  const read = (after: number) => readHandCases(transaction, organization, { after, limit: PAGE, at })
  let numbered = 0
  let lines: ProposedLines[] = []
  // The database and this process take turns on one connection, and each works while the other does: a page is read while the one
  // before is written out as lines, and written while the next is planned.
  for (let rows = await read(0); ; ) {
    const last = rows.at(-1)
    if (last === undefined) break
    const people = [...Map.groupBy(rows, (row) => row.person.personId).values()].flatMap((some) =>
      oneOf(some, collected),
    )
    const [actions] = await Promise.all([planPage(people, ground, at.toISOString()), addLines(proposal, lines)])
    const foreseen = await predict(transaction, organization, { people, actions }, options)
    const first = numbered + 1
    numbered += actions.length
    ;[rows, lines] = await Promise.all([read(last.person.personId), linesIn(first, actions, foreseen, keys)])
  }
  await addLines(proposal, lines)
  return collected
}

async function planPage(people: OnePerson[], ground: HandGround, now: Instant): Promise<Action[]> {
  const actions: Action[] = []
  for (const slice of slices(people)) {
    for (const { chosen, person } of slice) actions.push(...planByHand(chosen, person, ground, now))
    await immediate()
  }
  return actions
}

async function linesIn(first: number, actions: Action[], foreseen: Foreseen[], keys: Keys): Promise<ProposedLines[]> {
  const lines: ProposedLines[] = []
  let done = 0
  for (const slice of slices(actions)) {
    const proposed = slice.map((action, index) => {
      const known = foreseen[done + index]
      return {
        action,
        part: 'waiting' as const,
        digest: itemDigest(action, keys),
        productKey: action.productId === null ? null : keys.product(action.productId),
        ...(known && { foreseen: known }),
      }
    })
    lines.push(linesOf(first + done, proposed))
    done += slice.length
    await immediate()
  }
  return lines
}

/** Short stretches, so that the socket is served between them. */
function* slices<T>(list: T[]): Iterable<T[]> {
  for (let start = 0; start < list.length; start += SLICE) yield list.slice(start, start + SLICE)
}

interface OnePerson extends Standing {
  chosen: Chosen
}

/** The rows of one person as one; none where they disagree, since nobody can tell which of them is right. */
function oneOf(rows: HandRow[], collected: Collected): OnePerson[] {
  const [first, ...others] = rows.map((row) => ({
    person: row.person,
    borrows: row.borrows,
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
  return [{ chosen, person: first.person, borrows: first.borrows }]
}
