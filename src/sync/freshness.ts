/** Whether an approved plan still speaks of the organization as it is. Asked once, when the plan starts. */

import { number } from '../reconcile/amount.ts'
import { personText } from '../reconcile/describe.ts'
import type { Item, Lane } from '../reconcile/model.ts'
import { reasonSentence } from '../reconcile/reasons.ts'
import { settle } from '../reconcile/settle.ts'
import type { Sql } from '../store/connection.ts'
import type { CurrentState } from '../store/current.ts'
import { readOrganization } from '../store/organizations.ts'
import { nextItems } from '../store/outcomes.ts'
import { planBase, shrunkSources } from '../store/plan-facts.ts'
import type { PlanRow } from '../store/plans.ts'
import { judgeAgain } from './judge-again.ts'
import type { OrganizationWriter } from './organization.ts'

export interface Freshness {
  /** Items whose precondition no longer holds; they are skipped when the plan runs. */
  affected: number
  /** Sentences; where there is one, the whole plan has to be made again. */
  stale: string[]
  /** What no longer fits, of the first few items. */
  differences: string[]
}

const PAGE = 5_000
const STALE_SHARE = 0.1
/** Of so few items that a person asked for, one is more than that share: the others are as right as they were. */
const FEW_ITEMS = 10
const TOLD = 5

/**
 * A plan of sources is out of date once the rules are others, or a source has sent a smaller file. Where something was applied since
 * it was made, every item's precondition is looked at, and the guards measure it against what has come to pass. What a person asked for
 * of fewer than ten is out of date only when nothing of it fits any more.
 */
export async function checkFreshness(
  sql: Sql,
  organization: number,
  plan: PlanRow,
  writer: OrganizationWriter,
  at: Date,
): Promise<Freshness> {
  const settings = await readOrganization(sql, organization)
  const stale: string[] = []
  if (plan.lane === 'sync') {
    const { rulesetVersion } = await planBase(sql, organization, plan.id)
    if (rulesetVersion !== null && rulesetVersion !== settings.rulesetVersion)
      stale.push('The rules have changed since it was made.')
    for (const { name, before, now } of await shrunkSources(sql, organization, plan))
      stale.push(`${name} has sent a smaller file since: ${number(now)} people instead of ${number(before)}.`)
  }
  if (settings.revision === plan.revision) return { affected: 0, stale, differences: [] }
  const { affected, differences } = await countAffected(sql, organization, plan, writer)
  const items = plan.items - plan.leftOut
  if (isTooMany(affected, items, plan.lane))
    stale.push(`${number(affected)} of its ${number(items)} items no longer fit the organization.`)
  for (const finding of await judgeAgain(sql, settings, plan, at)) stale.push(finding.message)
  return { affected, stale, differences }
}

function isTooMany(affected: number, items: number, lane: Lane): boolean {
  return lane === 'by_hand' && items < FEW_ITEMS ? affected > 0 && affected === items : affected > items * STALE_SHARE
}

async function countAffected(
  sql: Sql,
  organization: number,
  plan: PlanRow,
  writer: OrganizationWriter,
): Promise<Pick<Freshness, 'affected' | 'differences'>> {
  let affected = 0
  const differences: string[] = []
  for (let after = 0; ; ) {
    const items = await nextItems(sql, organization, plan.id, { after, limit: PAGE, staying: true })
    const last = items.at(-1)
    if (last === undefined) return { affected, differences }
    after = last.number
    const people = [...new Set(items.map((item) => item.personId))]
    const current = await writer.read(people)
    for (const item of items) {
      const difference = differenceOf(item, current)
      if (difference === null) continue
      affected += 1
      if (differences.length < TOLD) differences.push(difference)
    }
  }
}

/** Why this item would be skipped. What is already as it should be does not count, nor does what other limits decide later. */
function differenceOf(item: Item, state: CurrentState): string | null {
  const member = state.members.get(item.personId) ?? null
  // A role is changed after the suspension or reactivation of the same plan, whose result its precondition names.
  if (item.kind === 'update_role')
    return member !== null && member.role !== item.precondition.member?.role
      ? `${personText(item.subject)} has the role ${member.role} by now.`
      : null
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
    seatMayWait: true,
    borrows: [],
    holds: [],
  })
  if (outcome.state !== 'skipped_stale') return null
  return reasonSentence('STALE_ITEM', outcome.params)
}
