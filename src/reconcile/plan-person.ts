/** From one person, as wanted and as they are, to the actions that make them agree. */
import { desire } from './desire.ts'
import type { Action, Case, Instant, Wait } from './model.ts'
import { compareActions } from './order.ts'
import { linkActions, unwantedMembership, unwantedReason, wantedMembership } from './plan-membership.ts'
import { productActions, unwantedProduct } from './plan-products.ts'
import { profileActions, roleActions } from './plan-profile.ts'
import { type Policy, type Standing, standingOf, waits } from './standing.ts'

export type { Policy } from './standing.ts'

const DAY_MS = 86_400_000

/**
 * Plans one person. The same case, policy and instant give the same actions, in the order of `compareActions`; a person
 * who is as wanted gets none. Nothing happens with somebody about whom a decision is open.
 */
export function planPerson(person: Case, policy: Policy, at: Instant): Action[] {
  if (waits(person, 0, 'decision', at)) return []
  const standing = standingOf(withAdopted(person, policy), policy, at)
  const actions = [...linkActions(standing), ...(standing.person.desired.wanted ? keep(standing) : end(standing))]
  const keyOf = (productId: number) => policy.products.get(productId)?.key ?? ''
  return actions.sort((a, b) => compareActions(a, b, keyOf))
}

/**
 * The waits that planning finds: a first day that is still to come, and the grace of a suspended leaver who holds
 * nothing any more. A wait that is already stored comes back unchanged, so that storing it again changes nothing.
 */
export function waitsOf(person: Case, policy: Policy, at: Instant): Wait[] {
  const standing = standingOf(withAdopted(person, policy), policy, at)
  const { desired } = standing.person
  const wait = (kind: 'start' | 'grace', until: Instant): Wait[] => {
    const stored = person.waits.find((one) => one.kind === kind && one.productId === 0)
    if (stored !== undefined && (kind === 'grace' || stored.until === until)) return [stored]
    return [{ personId: person.personId, productId: 0, kind, since: at, until }]
  }
  if (standing.notYet && desired.startAt !== null && (standing.state === null || standing.state === 'suspended')) {
    return wait('start', desired.startAt)
  }
  const leaving = desired.leaver && standing.state === 'suspended' && person.assignments.length === 0
  if (!leaving || standing.shielded) return []
  return wait('grace', new Date(Date.parse(at) + policy.graceDays * DAY_MS).toISOString())
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
