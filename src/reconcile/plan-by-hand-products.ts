/** Products by hand: until when somebody has them, beside what sources give, and what they lose. */
import { later } from './evaluate.ts'
import { byHand } from './hand-action.ts'
import type { Chosen, HandCase, HandGround } from './hand-case.ts'
import type { Action, Assignment, Instant, Product } from './model.ts'
import type { ReasonCode } from './reason.ts'
import { seatTieBreak } from './seats.ts'

const DAY_MS = 86_400_000
/** Among those who wait for a seat, whoever is assigned by hand stands where a rule of the usual priority would put them. */
const USUAL_PRIORITY = 500

/** One action for each product that is named: for the row or for everybody. */
export function assigns(chosen: Chosen, person: HandCase, ground: HandGround, at: Instant): Action[] {
  const { operation, products } = ground
  const own = new Map(chosen.products.map((one) => [one.product, one.expiresAt]))
  const named = [...new Set([...operation.products, ...own.keys()])].flatMap((key) => products.get(key) ?? [])
  const held = new Map(person.assignments.map((one) => [one.productId, one]))
  return named
    .sort((a, b) => a.id - b.id)
    .map((product) => {
      const asked = own.get(product.key) ?? chosen.expiresAt ?? (chosen.never ? null : operation.expiresAt)
      return give(chosen, person, ground, { product, asked, at, assignment: held.get(product.id) })
    })
}

interface Gift {
  product: Product
  /** The end that was asked for; null = none. */
  asked: Instant | null
  at: Instant
  assignment: Assignment | undefined
}

/** The latest end decides: a date by hand never takes away what a source gives for longer, and replaces an earlier one by hand. */
function give(chosen: Chosen, person: HandCase, ground: HandGround, { product, asked, at, assignment }: Gift): Action {
  const given = person.grants.filter(
    (one) => one.productId === product.id && (one.expiresAt === null || one.expiresAt > at),
  )
  const end = given.map((one) => one.expiresAt).reduce(later, asked)
  const after = { expiresAt: end, grantedUntil: asked }
  const own = { productId: product.id, after }
  const { actor } = ground
  if (assignment === undefined || assignment.expiresAt === end) {
    return byHand(chosen, person, ground, {
      ...own,
      kind: 'assign',
      effect: 'additive',
      before: assignment === undefined ? null : { expiresAt: assignment.expiresAt },
      reason: { code: 'assigned_by_hand', params: { actor } },
      precondition: { assignment: assignment === undefined ? null : { version: assignment.version } },
      seatOrder: {
        rulePriority: USUAL_PRIORITY,
        seatPriority: chosen.seatPriority ?? USUAL_PRIORITY,
        waitingSince: null,
        expiresAt: end,
        tieBreak: seatTieBreak(person.subject.key, product.key),
      },
    })
  }
  const from = assignment.expiresAt
  const longer = end === null || (from !== null && end > from)
  return byHand(chosen, person, ground, {
    ...own,
    kind: longer ? 'extend' : 'shorten',
    effect: longer ? 'additive' : losesADay(from, end) ? 'subtractive' : 'neutral',
    before: { expiresAt: from },
    reason: { code: 'expiry_by_hand', params: { actor } },
    precondition: { assignment: { version: assignment.version } },
  })
}

function losesADay(from: Instant | null, to: Instant): boolean {
  return from === null || Date.parse(from) - Date.parse(to) > DAY_MS
}

/** Revokes of these products, held or not. */
export function revokes(
  productIds: number[],
  chosen: Chosen,
  person: HandCase,
  ground: HandGround,
  code: Extract<ReasonCode, 'revoked_by_hand' | 'revoked_first'>,
): Action[] {
  return productIds.map((productId) => {
    const held = person.assignments.find((one) => one.productId === productId)
    return byHand(chosen, person, ground, {
      kind: 'revoke',
      effect: held === undefined ? 'neutral' : 'subtractive',
      productId,
      before: held === undefined ? null : { expiresAt: held.expiresAt },
      reason: { code, params: { actor: ground.actor } },
      precondition: { assignment: held === undefined ? null : { version: held.version } },
    })
  })
}
