/** The question before something is approved, in the words of whoever asked for it. */
import type { PlanWhole } from '../answers.ts'
import { count } from './words.ts'

/**
 * `Remove 12 users?`; of what no person asked for, its items.
 *
 * @param people whom it is about; nobody where no person asked for it
 */
export function questionOf(plan: PlanWhole, people: number, apply: boolean): string {
  const asked = plan.state === 'draft' && apply ? operationQuestion(plan, count(people, 'user')) : null
  return asked ?? `${apply ? 'Approve and apply' : 'Approve'} ${count(plan.itemCount - plan.leftOut, 'item')}?`
}

/** Null where nothing of it would change anybody. */
function operationQuestion({ operation, counts, seats }: PlanWhole, users: string): string | null {
  if (operation === null) return null
  const items = (...kinds: string[]) => kinds.reduce((sum, kind) => sum + (counts[kind] ?? 0), 0)
  const invites = items('invite', 'reactivate')
  if (operation.verb === 'invite' && invites > 0) return `Send ${count(invites, 'invite')}?`
  if (operation.verb === 'remove' && items('remove') > 0) return `Remove ${count(items('remove'), 'user')}?`
  if (operation.verb === 'revoke' && items('revoke') > 0)
    return `Revoke ${count(seats.length, 'product')} from ${users}?`
  return items('assign', 'extend', 'shorten') > 0 ? `Assign to ${users}?` : null
}
