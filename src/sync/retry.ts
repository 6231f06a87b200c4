/** Retry: what failed of a plan that somebody asked for is drafted once more, for these people only. */
import { RosterdError } from '../errors.ts'
import { number } from '../reconcile/amount.ts'
import { hasEnded } from '../reconcile/review.ts'
import { type FailedChoice, type Retried, readRetried } from '../store/retried.ts'
import { mustReadPlan, planState } from './decide.ts'
import type { Asked } from './draft.ts'
import { draftOnce } from './draft-once.ts'
import type { Actor, Parts } from './parts.ts'

/** More are asked for again with the whole plan. */
const MOST = 1_000

/** Items that failed, by their numbers, or all of one reason. */
export type Failed = { items: number[] } | { code: string }

/**
 * Drafts the operation of a plan that has ended for the people of these items, with what failed of it. The old plan stays as it is.
 * Asked twice, by a double click or in two tabs, there is one draft.
 *
 * @returns the id of the draft
 * @throws RosterdError PLAN_NOT_FOUND, PLAN_STATE, OPERATION_EMPTY, OPERATION_AMBIGUOUS (their rows asked for different things), and
 *   whatever `draft` throws
 */
export async function retry(
  parts: Parts,
  organization: number,
  id: number,
  { actor, failed }: { actor: Actor; failed: Failed },
): Promise<number> {
  const plan = await mustReadPlan(parts, organization, id)
  const { operation, state } = plan
  if (plan.lane !== 'by_hand' || operation === null || !hasEnded(state))
    throw planState(plan, 'tried again', 'what somebody asked for, and has ended')
  const choice: FailedChoice = 'items' in failed ? failed : { code: failed.code, limit: MOST + 1 }
  const people = await readRetried(parts.sql, organization, id, choice)
  if (people.length > MOST)
    throw ambiguous(`at most ${number(MOST)} people are tried again so; ask for all of it again`)
  if (people.length === 0) throw new RosterdError('OPERATION_EMPTY', { why: 'none of these failed' })
  const { rows: _, file: __, where: ___, ...options } = operation
  const wanted = { ...options, ...wantedOf(operation.products, options.verb, people) }
  return await draftOnce(
    parts,
    organization,
    { actor, operation: wanted, quiet: plan.quiet, again: true },
    { retry: id },
  )
}

/** What was wanted of these people: the same of all of them, since one operation says one thing. */
function wantedOf(named: string[], verb: Asked['verb'], people: Retried[]): Pick<Asked, 'selection'> & Partial<Asked> {
  if (verb === 'remove') return { selection: membersOf(people) }
  const [first] = people
  const alike = people.every(({ products }) => products.join(' ') === first?.products.join(' '))
  // Where products were named for everybody, whoever has one of them already is given nothing twice.
  if (named.length === 0 && !alike)
    throw ambiguous('the rows of these people named different products; take those of one product')
  const products = [...new Set(people.flatMap((one) => one.products))].sort()
  const ends = [...new Set(people.flatMap((one) => one.ends))]
  if (ends.length > 1) throw ambiguous('the rows of these people named different ends; take those of one end')
  const expiresAt = ends[0] ?? null
  if (verb === 'revoke') return { products, allProducts: false, selection: membersOf(people) }
  if (verb === 'assign') return { products, expiresAt, selection: membersOf(people) }
  const roles = [...new Set(people.map(({ role }) => role ?? 'member'))]
  const [role = 'member'] = roles
  if (roles.length > 1) throw ambiguous('the rows of these people named different roles; take those of one role')
  return { products, expiresAt, role, selection: { users: people.map(typed) } }
}

function membersOf(people: Retried[]): Asked['selection'] {
  const members = people.flatMap(({ memberId }) => memberId ?? [])
  if (members.length === 0)
    throw new RosterdError('OPERATION_EMPTY', { why: 'none of these people is a member any more' })
  return { members }
}

function typed({ email, firstName, lastName, language }: Retried) {
  return {
    email,
    ...(firstName !== null && { firstName }),
    ...(lastName !== null && { lastName }),
    ...(language !== null && { language }),
  }
}

const ambiguous = (why: string): RosterdError => new RosterdError('OPERATION_AMBIGUOUS', { why })
