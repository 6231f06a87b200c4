/** Choice: what of a plan somebody leaves out, or puts back, by whichever name they call it. */
import { RosterdError } from '../errors.ts'
import { count } from '../reconcile/amount.ts'
import { readEmail } from '../reconcile/normalise.ts'
import type { Transaction } from '../store/connection.ts'
import { type MovedItems, moveItems, notInPlan, type PlanEdit } from '../store/plan-edits.ts'

export interface Choice {
  act: PlanEdit['act']
  /** Numbers of items, ids of people, addresses, keys of products: what is named by one of them is meant. */
  items?: number[]
  people?: number[]
  emails?: string[]
  products?: string[]
}

/** Moves it in the stored plan, which is not counted nor hashed again. @throws RosterdError OPERATION_EMPTY */
export async function moveChosen(
  transaction: Transaction,
  organization: number,
  id: number,
  { act, items = [], people = [], emails = [], products = [] }: Choice,
): Promise<MovedItems> {
  const keyed = emails.map((email) => ({ email, key: keyOf(email) }))
  const missing = await notInPlan(transaction, organization, id, { items, people, emails: keyed, products })
  if (missing.length > 0) throw new RosterdError('OPERATION_EMPTY', { why: nowhere(missing, act) })
  const choice = { items, people, emails, emailKeys: keyed.flatMap(({ key }) => key ?? []), products }
  const moved = await moveItems(transaction, organization, id, choice, act === 'leave_out')
  if (moved.items === 0) throw new RosterdError('OPERATION_EMPTY', { why: NOTHING[act] })
  return moved
}

const NOTHING: Record<PlanEdit['act'], string> = {
  leave_out: 'none of these stands in the plan',
  put_back: 'none of these was left out of the plan',
}

/** Of a mistyped name among others nobody would hear, and the person would stay in the plan. */
function nowhere(missing: string[], act: PlanEdit['act']): string {
  const named = missing.slice(0, MOST_TOLD).join(', ')
  const more = missing.length > MOST_TOLD ? ` and ${count(missing.length - MOST_TOLD, 'more', 'more')}` : ''
  const done = act === 'leave_out' ? 'left out' : 'put back'
  return `${named}${more} ${missing.length === 1 ? 'does' : 'do'} not stand in the plan, and nothing was ${done}`
}
const MOST_TOLD = 5

function keyOf(email: string): string | null {
  const read = readEmail(email)
  return read.ok ? read.key : null
}
