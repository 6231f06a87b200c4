/** Whether an approved plan still speaks of the organization as it is. Asked once, when the plan starts. */
import type { Item } from '../reconcile/model.ts'
import { settle } from '../reconcile/settle.ts'
import type { Sql } from '../store/connection.ts'
import type { CurrentState } from '../store/current.ts'
import { readOrganization } from '../store/organizations.ts'
import { nextItems } from '../store/outcomes.ts'
import type { PlanRow } from '../store/plans.ts'
import type { OrganizationWriter } from './organization.ts'

export interface Freshness {
  /** Items whose precondition no longer holds; they are skipped when the plan runs. */
  affected: number
  /** So many that the whole plan has to be made again: more than a tenth. */
  stale: boolean
}

const PAGE = 5_000
const STALE_SHARE = 0.1

/** Nothing was applied since the plan was made: it is fresh. Otherwise every item's precondition is looked at. */
export async function checkFreshness(
  sql: Sql,
  organization: number,
  plan: PlanRow,
  writer: OrganizationWriter,
): Promise<Freshness> {
  const { revision } = await readOrganization(sql, organization)
  if (revision === plan.revision) return { affected: 0, stale: false }
  let affected = 0
  let after = 0
  for (;;) {
    const items = await nextItems(sql, organization, plan.id, { after, limit: PAGE })
    const last = items.at(-1)
    if (last === undefined) break
    after = last.number
    const people = [...new Set(items.map((item) => item.personId))]
    const current = await writer.read(people)
    affected += items.filter((item) => isAffected(item, current)).length
  }
  return { affected, stale: affected > plan.items * STALE_SHARE }
}

/** Would this item be skipped? What is already as it should be does not count, nor does what other limits decide later. */
function isAffected(item: Item, state: CurrentState): boolean {
  const member = state.members.get(item.personId) ?? null
  // A role is changed after the suspension or reactivation of the same plan, whose result its precondition names.
  if (item.kind === 'update_role') return member !== null && member.role !== item.precondition.member?.role
  const assignment =
    (item.productId === null ? null : state.assignments.get(item.personId)?.get(item.productId)) ?? null
  const { outcome } = settle(item, {
    member,
    assignment,
    product: null,
    emailTakenBy: null,
    userNameTakenBy: null,
    activeAdmins: Number.POSITIVE_INFINITY,
    atLeastAdmins: 0,
    blockedBy: null,
    seatFree: true,
    holds: [],
  })
  return outcome.state === 'skipped_stale'
}
