/** The question before something is approved, in the words of whoever asked for it. */
import { operationWords } from '../../reconcile/operation-words.ts'
import type { PlanWhole } from '../answers.ts'
import { count } from './words.ts'

/**
 * `Remove 12 users?`; of what no person asked for, its items.
 *
 * @param people whom it is about; nobody where no person asked for it
 */
export function questionOf(plan: PlanWhole, people: number, apply: boolean): string {
  const asked = plan.state === 'draft' && apply ? operationWords(plan, people) : null
  return `${asked ?? `${apply ? 'Approve and apply' : 'Approve'} ${count(plan.itemCount - plan.leftOut, 'item')}`}?`
}
