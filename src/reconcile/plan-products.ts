/** Which products one person holds, and until when: assign, extend, shorten, revoke; at most one of them per product. */
import { COLUMN, later } from './evaluate.ts'
import { formatEnd } from './expiry.ts'
import type { Action, Assignment, Grant, Instant, Product, Reason } from './model.ts'
import { isOut, takeBack } from './plan-returns.ts'
import { becauseOf } from './rules.ts'
import { seatTieBreak } from './seats.ts'
import {
  actionOn,
  ascending,
  assignmentImages,
  endedBy,
  isByHand,
  namesOf,
  productName,
  rowOf,
  type Standing,
  takenBack,
  waits,
} from './standing.ts'

const DAY_MS = 86_400_000

/** The differences between what is granted and what is held, of somebody who is wanted. */
export function productActions(standing: Standing): Action[] {
  const { person, at } = standing
  const live = person.grants.filter((grant) => grant.expiresAt === null || grant.expiresAt > at)
  const granted = Map.groupBy(live, (grant) => grant.productId)
  const held = new Map(person.assignments.map((one) => [one.productId, one]))
  return ascending([...granted.keys(), ...held.keys()]).flatMap((productId) => {
    const grants = granted.get(productId)
    const assignment = held.get(productId)
    if (grants === undefined) return assignment === undefined ? [] : unwantedProduct(standing, assignment, null)
    return assignment === undefined ? assign(standing, productId, grants) : moveEnd(standing, assignment, grants)
  })
}

/**
 * Revokes what nobody grants any more. An end that the assignment itself carries was foreseen: when it comes, the system
 * revokes in nobody's name and protects nobody from it. Anything else needs a source that caused it.
 *
 * @param leaving why the whole person goes; null when only the product does.
 */
export function unwantedProduct(standing: Standing, assignment: Assignment, leaving: Reason | null): Action[] {
  const { person, policy, at, shielded } = standing
  const { productId } = assignment
  const back = takenBack(standing, productId)
  const causing = back.length > 0 ? back : leaving === null ? endingOf(standing, productId) : standing.causing
  const own = { kind: 'revoke', effect: 'subtractive', productId, ...assignmentImages(assignment) } as const
  if (isOut(standing, productId)) return []
  if (assignment.expiresAt !== null && assignment.expiresAt <= at) {
    return [actionOn(standing, { ...own, sourceIds: [], reason: expired(standing, productId, assignment.expiresAt) })]
  }
  const asked = takeBack(standing, assignment)
  if (asked !== null) return [asked]
  if (shielded || waits(person, productId, 'rejected', at)) return []
  if (leaving !== null && back.length === 0)
    return [actionOn(standing, { ...own, sourceIds: causing, reason: leaving })]
  const over = person.grants.filter((grant) => grant.productId === productId)
  if (over.length > 0) {
    const end = over.reduce<string | null>(
      (end, grant) => (end === null ? grant.expiresAt : later(end, grant.expiresAt)),
      null,
    )
    const sourceIds = causers(standing, ascending(over.map((grant) => grant.sourceId)))
    return [actionOn(standing, { ...own, sourceIds, reason: expired(standing, productId, end ?? at) })]
  }
  const params = {
    source: namesOf(policy, causing),
    product: productName(policy, productId),
    because: back.length > 0 ? 'no entitlement names it any more' : endedBecause(standing, causing, productId),
  }
  return [actionOn(standing, { ...own, sourceIds: causing, reason: { code: 'grant_ended', params } })]
}

/** In whose name a product ends that nobody grants any more: of those alone that say the person is gone, where nobody else gave it last. */
function endingOf(standing: Standing, productId: number): number[] {
  const ended = endedBy(standing)
  const givers = (standing.person.lastGivers ?? []).filter((one) => one.productId === productId)
  const theirs = givers.length > 0 && givers.every((one) => ended.includes(one.sourceId))
  return theirs ? ended : standing.causing
}

/** A person's own hand never stands alone behind a revoke: without a source that caused it there would be no action. */
function causers(standing: Standing, sourceIds: number[]): number[] {
  const told = sourceIds.filter((id) => standing.causing.includes(id))
  return told.length > 0 ? told : standing.causing
}

function expired(standing: Standing, productId: number, end: Instant): Reason {
  const { policy } = standing
  return { code: 'expired', params: { product: productName(policy, productId), date: formatEnd(end, policy.zone) } }
}

/** Which rules gave the product once and do not match any more, in words. */
function endedBecause(standing: Standing, causing: number[], productId: number): string {
  const { person, policy } = standing
  const key = policy.products.get(productId)?.key
  const lost = causing.flatMap((id) => {
    const row = rowOf(person, policy, [id])
    if (row === undefined) return [`no longer in ${namesOf(policy, [id])}`]
    const rules = policy.rules?.get(id)?.rules ?? []
    return rules
      .filter((rule) => rule.consequences.some((one) => 'product' in one && one.product === key))
      .map((rule) => `rule ${rule.key} needs ${rule.condition}`)
  })
  return lost.length === 0 ? 'nothing gives it any more' : lost.join('; ')
}

/**
 * A product with no free seat is asked for once: the wait that the outcome stored keeps it out of later plans until a
 * seat is free. Nobody gets a new product while on leave or before their first day.
 */
function assign(standing: Standing, productId: number, grants: Grant[]): Action[] {
  const { person, policy, at, notYet } = standing
  if (person.desired.status === 'suspended' || (notYet && standing.state !== 'active' && standing.state !== 'invited'))
    return []
  const product = policy.products.get(productId)
  const waiting = person.waits.find((wait) => wait.kind === 'seat' && wait.productId === productId)
  const byHand = grants.every((grant) => isByHand(policy, grant.sourceId))
  const due =
    waiting?.until === null
      ? hasFreeSeat(product, byHand) || policy.freeing?.has(productId) === true
      : waiting === undefined || waiting.until <= at
  if (!due) return []
  const best = bestOf(standing, grants)
  const expiresAt = endOf(grants)
  return [
    actionOn(standing, {
      kind: 'assign',
      effect: 'additive',
      productId,
      sourceIds: ascending(grants.map((grant) => grant.sourceId)),
      after: { expiresAt },
      reason: grantReason(standing, best),
      precondition: { assignment: null },
      seatOrder: {
        rulePriority: best.priority,
        seatPriority: Math.min(...grants.map((grant) => grant.seatPriority)),
        waitingSince: waiting?.since ?? null,
        expiresAt,
        tieBreak: seatTieBreak(person.subject.key, product?.key ?? ''),
      },
      ...evidenceOf(standing, best),
    }),
  ]
}

/** Rules leave the reserve to what only people gave. */
function hasFreeSeat(product: Product | undefined, byHand: boolean): boolean {
  if (product === undefined || product.retired) return false
  return product.owned - product.used - (byHand ? 0 : product.reserve) > 0
}

/** The latest grant decides the end. Taking away more than a day counts as taking away. */
function moveEnd(standing: Standing, assignment: Assignment, grants: Grant[]): Action[] {
  const { policy, shielded, person, at } = standing
  const { productId } = assignment
  const from = assignment.expiresAt
  const to = endOf(grants)
  if (from === to) return []
  const longer = to === null || (from !== null && to > from)
  const loss = longer || to === null ? 0 : from === null ? Number.POSITIVE_INFINITY : Date.parse(from) - Date.parse(to)
  const subtractive = loss > DAY_MS
  if (subtractive && (shielded || waits(person, productId, 'rejected', at))) return []
  const ids = ascending(grants.map((grant) => grant.sourceId))
  const sourceIds = subtractive ? causers(standing, ids) : ids
  return [
    actionOn(standing, {
      kind: longer ? 'extend' : 'shorten',
      effect: longer ? 'additive' : subtractive ? 'subtractive' : 'neutral',
      productId,
      sourceIds,
      before: { expiresAt: from },
      after: { expiresAt: to },
      reason: {
        code: 'expiry_changed',
        params: { source: namesOf(policy, ids), product: productName(policy, productId) },
      },
      precondition: { assignment: { version: assignment.version } },
    }),
  ]
}

function endOf(grants: Grant[]): Instant | null {
  return grants.map((grant) => grant.expiresAt).reduce(later)
}

/** The grant that is told as the reason: the most important rule, then by keys, so that ids never decide. */
function bestOf(standing: Standing, grants: Grant[]): Grant {
  const key = (grant: Grant) => `${standing.policy.sources.get(grant.sourceId)?.key ?? ''}\n${grant.rule}`
  return grants.reduce((a, b) => (b.priority < a.priority || (b.priority === a.priority && key(b) < key(a)) ? b : a))
}

function grantReason(standing: Standing, grant: Grant): Reason {
  const { person, policy } = standing
  const source = namesOf(policy, [grant.sourceId])
  const product = productName(policy, grant.productId)
  const row = rowOf(person, policy, [grant.sourceId])
  if (isByHand(policy, grant.sourceId)) {
    return {
      code: 'assigned_by_hand',
      params: { actor: grant.actor ?? row?.attributes['actor'] ?? 'an administrator' },
    }
  }
  if (grant.rule === COLUMN) {
    const pushed = policy.sources.get(grant.sourceId)?.kind === 'scim'
    return { code: pushed ? 'entitlement' : 'products_column', params: { source, product } }
  }
  const because = becauseOf(policy.rules?.get(grant.sourceId), grant.rule, row) ?? ''
  return { code: 'matched_rule', params: { rule: grant.rule, source, product, because } }
}

function evidenceOf(standing: Standing, grant: Grant): Pick<Action, 'evidence'> {
  return { evidence: rowOf(standing.person, standing.policy, [grant.sourceId])?.evidence ?? null }
}
