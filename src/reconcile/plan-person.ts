/** From one person, as wanted and as they are, to the actions that make them agree. */
import { certaintyOf, graceOf, putOff, uncertain } from './absence.ts'
import { desire } from './desire.ts'
import type { Action, Case, Instant, Wait } from './model.ts'
import { compareActions } from './order.ts'
import { linkActions, unwantedMembership, unwantedReason, wantedMembership } from './plan-membership.ts'
import { productActions, unwantedProduct } from './plan-products.ts'
import { profileActions, roleActions } from './plan-profile.ts'
import { afterReturns } from './plan-returns.ts'
import { type Policy, type Standing, standingOf, waits } from './standing.ts'

export type { Policy } from './standing.ts'

/**
 * Plans one person. The same case, policy and instant give the same actions, in the order of `compareActions`; a person
 * who is as wanted gets none. Nothing happens with somebody about whom a decision is open.
 */
export function planPerson(person: Case, policy: Policy, at: Instant): Action[] {
  return look(person, policy, at).actions
}

/**
 * The waits that planning finds: a first day that is still to come, what a policy may not take away yet, and the grace of somebody
 * who was suspended on their way out and holds nothing any more. A wait that is already stored keeps its beginning, so that storing
 * it again changes nothing.
 */
export function waitsOf(person: Case, policy: Policy, at: Instant): Wait[] {
  return look(person, policy, at).waits
}

/** Both at once: what is to be done with the person, and what they wait for. */
export function look(person: Case, policy: Policy, at: Instant): { actions: Action[]; waits: Wait[] } {
  const standing = standingOf(withAdopted(person, policy), policy, at)
  const dated = [...startOf(standing), ...goingOf(standing)]
  if (waits(person, 0, 'decision', at)) return { actions: [], waits: dated }
  const leaves = afterReturns(standing)
  if (leaves !== null) return { actions: leaves.sort(ordered(policy)), waits: [] }
  const wanted = standing.person.desired.wanted
  const planned = putOff(standing, wanted ? keep(standing) : end(standing))
  const actions = [...linkActions(standing), ...planned.now]
  return { actions: actions.sort(ordered(policy)), waits: [...dated, ...planned.waits] }
}

function ordered(policy: Policy): (a: Action, b: Action) => number {
  const keyOf = (productId: number) => policy.products.get(productId)?.key ?? ''
  return (a, b) => compareActions(a, b, keyOf)
}

function startOf(standing: Standing): Wait[] {
  const { person, at, notYet, state } = standing
  const { startAt } = person.desired
  if (!notYet || startAt === null || (state !== null && state !== 'suspended')) return []
  const stored = person.waits.find((one) => one.kind === 'start' && one.productId === 0 && one.until === startAt)
  return [stored ?? { personId: person.personId, productId: 0, kind: 'start', since: at, until: startAt }]
}

/** Of somebody whom nobody wants: until that is certain, and until they are no member any more. */
function goingOf(standing: Standing): Wait[] {
  const { person, state, causing } = standing
  if (person.desired.wanted || state === null || standing.shielded || standing.kept) return []
  if (certaintyOf(standing, causing, 0) === 'waits') return uncertain(standing, causing, 0)
  const grace = graceOf(standing)
  return grace === null ? [] : [grace]
}

/** With a newcomer found to be this person, what is wanted counts both: the stored answer was made before they met. */
function withAdopted(person: Case, policy: Policy): Case {
  if (person.adopted.length === 0) return person
  const { desired } = person
  return {
    ...person,
    desired: desire(person.personId, person.rows, person.claims, desired, policy.sources, desired.protected),
  }
}

function keep(standing: Standing): Action[] {
  const membership = wantedMembership(standing)
  const comes = membership.some((action) => action.kind === 'invite' || action.kind === 'reactivate')
  if (standing.state === null && !comes) return []
  const after = membership.flatMap((action) => action.after?.state ?? [])[0]
  const expected = after === undefined || after === 'removed' ? standing.state : after
  const known = standing.state === null ? [] : [...profileActions(standing), ...roleActions(standing, expected)]
  return [...membership, ...known, ...productActions(standing)]
}

function end(standing: Standing): Action[] {
  const { person } = standing
  const reason = unwantedReason(standing)
  const revokes = person.assignments.flatMap((assignment) => unwantedProduct(standing, assignment, reason))
  const membership = unwantedMembership(standing, reason)
  const goes = membership.some((action) => action.kind === 'remove')
  return goes && revokes.length < person.assignments.length ? revokes : [...revokes, ...membership]
}
