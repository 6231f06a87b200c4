/**
 * What was asked for and had to wait, since a licence was on a device: it is done once that is back, or its time is over. It was
 * approved with the plan that asked for it, so no source stands behind it.
 */
import type { Action, Assignment, Reason, Wait } from './model.ts'
import { actionOn, assignmentImages, productName, type Standing, waits } from './standing.ts'

/** Whether the product was to be taken from the person, and is still out on a device. */
export function isOut(standing: Standing, productId: number): boolean {
  const wait = waitOf(standing, productId)
  return wait !== undefined && !isDue(standing, wait)
}

/** The revoke that waited for the product to be back; null where none did, or it still does. */
export function takeBack(standing: Standing, assignment: Assignment): Action | null {
  const wait = waitOf(standing, assignment.productId)
  return wait === undefined || !isDue(standing, wait) ? null : revoke(standing, assignment, wait)
}

/**
 * Of somebody who is to be removed once everything is back: until then what is back already, and then whatever they hold and the
 * membership. Of somebody of whom something was rejected, only what is back. Null for everybody else.
 */
export function afterReturns(standing: Standing): Action[] | null {
  const { person, state } = standing
  const wait = waitOf(standing, 0)
  const back = () => person.assignments.flatMap((assignment) => takeBack(standing, assignment) ?? [])
  if (wait === undefined || person.desired.wanted || state === null || person.member === null) {
    // What a person rejected is not proposed again for what they approved.
    const rejected = waits(person, 0, 'rejected', standing.at)
    return rejected && person.waits.some((one) => one.kind === 'borrow' && isDue(standing, one)) ? back() : null
  }
  if (!isDue(standing, wait)) return back()
  const { role, profile } = person.member
  return [
    ...person.assignments.map((assignment) => revoke(standing, assignment, wait)),
    actionOn(standing, {
      kind: 'remove',
      effect: 'subtractive',
      sourceIds: [],
      before: { state, role, email: profile.email },
      after: { state: 'removed' },
      reason: over(wait, lastBack(standing)),
      precondition: { member: { state, role } },
    }),
  ]
}

/** The name of the product that they waited for longest. */
function lastBack({ person, policy }: Standing): string {
  const waits = person.waits.filter((wait) => wait.kind === 'borrow' && wait.productId !== 0)
  const [last] = waits.sort((a, b) => ((a.until ?? '') > (b.until ?? '') ? -1 : 1))
  return last === undefined ? 'What they had borrowed' : productName(policy, last.productId)
}

function revoke(standing: Standing, assignment: Assignment, wait: Wait): Action {
  const { productId } = assignment
  return actionOn(standing, {
    kind: 'revoke',
    effect: 'subtractive',
    productId,
    sourceIds: [],
    ...assignmentImages(assignment),
    reason: over(wait, productName(standing.policy, productId)),
  })
}

function over(wait: Wait, product: string): Reason {
  return { code: 'borrow_over', params: { product, actor: wait.askedBy ?? 'an administrator' } }
}

function waitOf({ person }: Standing, productId: number): Wait | undefined {
  return person.waits.find((wait) => wait.kind === 'borrow' && wait.productId === productId)
}

const isDue = ({ at }: Standing, { until }: Wait): boolean => until === null || until <= at
