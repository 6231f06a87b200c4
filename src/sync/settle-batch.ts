/** Deciding the items of a batch, one after the other, and what that comes to. */
import type { Amounts } from '../reconcile/guard-facts.ts'
import type { Hold, Item, Outcome } from '../reconcile/model.ts'
import { settle } from '../reconcile/settle.ts'
import type { Applied } from '../store/applied.ts'
import type { AssignmentWrites } from '../store/organization.ts'
import { takingUp } from './addresses.ts'
import { Running, type Start } from './running.ts'

/**
 * Settles the items in order. Somebody's new address may be free only because its holder leaves it later in the same batch; where
 * that fails, everything is settled again without counting on it, until no expectation is disappointed.
 */
export function settleAll(start: Start, items: Item[], giveUp?: string): { running: Running; outcomes: Outcome[] } {
  const staying = new Set<number>()
  for (;;) {
    const running = new Running(start, items, staying)
    let disappointed = false
    const outcomes = items.map((item) => {
      const counted = item.kind === 'update_identity' && running.expectedToLeave(item.personId)
      const whole = takingUp(item, running.members.get(item.personId))
      if (giveUp !== undefined) return failed(item, giveUp)
      const settled = settle(whole, running.current(whole), running.queue(item.productId))
      if (counted && settled.outcome.state !== 'succeeded') {
        staying.add(item.personId)
        disappointed = true
      }
      running.add(item, settled)
      return settled.outcome
    })
    if (!disappointed) return { running, outcomes }
  }
}

function failed({ number }: Item, ref: string): Outcome {
  return { number, state: 'failed_permanent', code: 'INTERNAL', params: { ref } }
}

/** What the assignments of the batch came to: only what differs from the start is written, whatever happened in between. */
export function assignmentWrites(start: Start, running: Running) {
  const writes: AssignmentWrites = { created: [], changed: [], ended: [] }
  const moves = new Map<number, number>()
  const move = (product: number, by: number) => moves.set(product, (moves.get(product) ?? 0) + by)
  for (const [personId, held] of running.assignments) {
    const before = start.assignments.get(personId)
    for (const [productId, assignment] of held) {
      const was = before?.get(productId)
      if (was === undefined) {
        writes.created.push(assignment)
        move(productId, 1)
      } else if (was.expiresAt !== assignment.expiresAt) writes.changed.push(assignment)
    }
    for (const productId of before?.keys() ?? []) {
      if (held.has(productId)) continue
      writes.ended.push({ personId, productId })
      move(productId, -1)
    }
  }
  return { writes, moves }
}

/** How much was taken away or changed of what guards count, whoever wanted it, but for what somebody let through by its number. */
export function appliedOf(items: Item[], outcomes: Outcome[], start: Start, named: Hold[] = []): Applied[] {
  const done = new Set(outcomes.filter((one) => one.state === 'succeeded').map((one) => one.number))
  const sums = new Map<string, Applied>()
  for (const item of items) {
    const kind = done.has(item.number) ? countedAs(item) : null
    if (kind === null || named.some((hold) => isNamed(item, hold, start))) continue
    const productId = kind === 'revoke' ? (item.productId ?? 0) : 0
    const key = `${kind} ${productId}`
    sums.set(key, { kind, productId, count: (sums.get(key)?.count ?? 0) + 1 })
  }
  return [...sums.values()]
}

function isNamed(item: Item, hold: Hold, start: Start): boolean {
  if (hold.kind !== item.kind) return false
  return hold.product === null || hold.product === start.products.get(item.productId ?? 0)?.key
}

function countedAs({ kind, effect, after }: Item): keyof Amounts | null {
  switch (kind) {
    case 'remove':
    case 'suspend':
    case 'revoke':
      return kind
    case 'shorten':
      return effect === 'subtractive' ? kind : null
    case 'update_identity':
      return after?.email === undefined ? null : 'rename'
    default:
      return null
  }
}
