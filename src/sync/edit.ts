/** Edit: what a reviewer leaves out of a plan, or puts back. It is counted, judged and hashed again as it then is. */
import { RosterdError } from '../errors.ts'
import { count } from '../reconcile/amount.ts'
import { showId } from '../reconcile/identifiers.ts'
import { readEmail } from '../reconcile/normalise.ts'
import { mayApprove } from '../reconcile/review.ts'
import { writeAudit } from '../store/audit.ts'
import { lockPlan, type MovedItems, moveItems, notInPlan, type PlanEdit, writeEdited } from '../store/plan-edits.ts'
import { readPlan } from '../store/plans.ts'
import { analyzeOutgrown } from '../store/statistics.ts'
import { inTurn } from '../store/turns.ts'
import { asEdited } from './as-edited.ts'
import { mustReadPlan, planState, requireRole } from './decide.ts'
import { hashMismatch } from './mismatch.ts'
import { type Actor, type Parts, signed } from './parts.ts'

export interface Editing {
  actor: Actor
  act: PlanEdit['act']
  /** Of the plan as it was reviewed. */
  hash: string
  /** Numbers of items, ids of people, addresses, keys of products: what is named by one of them is meant. */
  items?: number[]
  people?: number[]
  emails?: string[]
  products?: string[]
}

/** Items up to which a plan is quick to edit without statistics. */
const LARGE = 2_000

/**
 * Leaves items out, or puts them back, while nobody has approved the plan. What is left out of a plan of sources is proposed again in the
 * next one. Dependences are kept: whoever keeps a product is not removed,
 * and whoever is not invited is assigned nothing.
 *
 * @returns how many items and people it concerned, and what went along without being named
 * @throws RosterdError PLAN_NOT_FOUND, PLAN_STATE, PLAN_HASH_MISMATCH, OPERATION_EMPTY (something that is named is not in the plan, or
 *   nothing would be left in it), FORBIDDEN
 */
export async function edit(
  parts: Parts,
  organization: number,
  id: number,
  { actor, act, hash, items = [], people = [], emails = [], products = [] }: Editing,
): Promise<MovedItems> {
  requireRole(actor, 'operator')
  const at = parts.now()
  const keyed = emails.map((email) => ({ email, key: keyOf(email) }))
  const emailKeys = keyed.flatMap(({ key }) => key ?? [])
  const asked = await mustReadPlan(parts, organization, id)
  // It may have been written a moment ago.
  if (asked.items >= LARGE) await analyzeOutgrown(parts.sql, 'apply', asked.items)
  const { moved, plan } = await inTurn(parts.sql, `plan ${organization}:${id}`, async (transaction) => {
    await lockPlan(transaction, organization, id)
    const before = await readPlan(transaction, organization, id)
    if (before === null) throw new RosterdError('PLAN_NOT_FOUND', { id: showId('pln', id) })
    if (!mayApprove(before)) throw planState(before, 'edited', 'a plan that nobody has approved')
    if (before.hash !== hash) throw await hashMismatch({ sql: transaction }, organization, before, hash)
    const missing = await notInPlan(transaction, organization, id, { items, people, emails: keyed, products })
    if (missing.length > 0) throw new RosterdError('OPERATION_EMPTY', { why: nowhere(missing, act) })
    const choice = { items, people, emails, emailKeys, products }
    const found = await moveItems(transaction, organization, id, choice, act === 'leave_out')
    if (found.items === 0) throw new RosterdError('OPERATION_EMPTY', { why: NOTHING[act] })
    const leftOut = before.leftOut + (act === 'leave_out' ? found.items : -found.items)
    if (leftOut === before.items)
      throw new RosterdError('OPERATION_EMPTY', {
        why: `nothing would be left in the plan, which can be ${before.lane === 'by_hand' ? 'discarded' : 'rejected'}`,
      })
    const after = await asEdited(transaction, organization, { ...before, leftOut }, at)
    await writeEdited(transaction, organization, id, after)
    await writeAudit(transaction, {
      organizationId: organization,
      at,
      ...signed(actor),
      act: 'plan.edited',
      object: showId('pln', id),
      planId: id,
      before: { hash },
      after: { hash: after.hash, act, items: found.items, people: found.people },
    })
    return { moved: found, plan: after }
  })
  const about = { organizationId: organization, planId: id, actor: actor.name, items: moved.items, hash: plan.hash }
  parts.log.info({ event: 'plan.edited', ...about }, 'plan edited')
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
