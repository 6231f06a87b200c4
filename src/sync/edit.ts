/** Edit: what a reviewer leaves out of a plan, or puts back. It is counted, judged and hashed again as it then is. */
import { RosterdError } from '../errors.ts'
import { showId } from '../reconcile/identifiers.ts'
import { mayApprove } from '../reconcile/review.ts'
import { writeAudit } from '../store/audit.ts'
import { lockPlan, type MovedItems, type PlanEdit, writeEdited } from '../store/plan-edits.ts'
import { readPlan } from '../store/plans.ts'
import { analyzeOutgrown } from '../store/statistics.ts'
import { inTurn } from '../store/turns.ts'
import { asEdited } from './as-edited.ts'
import { type Choice, moveChosen } from './choice.ts'
import { mustReadPlan, planState, requireRole } from './decide.ts'
import { hashMismatch } from './mismatch.ts'
import { type Actor, type Parts, signed } from './parts.ts'

interface Reviewed {
  actor: Actor
  /** Of the plan as it was reviewed. */
  hash: string
}

export type Editing = Reviewed & Choice

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
  { actor, hash, ...choice }: Editing,
): Promise<MovedItems> {
  const [only] = await editTogether(parts, organization, id, { actor, hash, choices: [choice] })
  if (only === undefined) throw new Error('an edit that came to nothing')
  return only.moved
}

/**
 * Several edits, one after the other, of the plan that was reviewed: all of them, or none. What is put back should come first, where
 * something depends on it.
 *
 * @returns for each what `edit` returns
 * @throws what `edit` throws
 */
export async function editTogether(
  parts: Parts,
  organization: number,
  id: number,
  { actor, hash, choices }: Reviewed & { choices: Choice[] },
): Promise<{ act: PlanEdit['act']; moved: MovedItems }[]> {
  requireRole(actor, 'operator')
  const at = parts.now()
  const asked = await mustReadPlan(parts, organization, id)
  // It may have been written a moment ago.
  if (asked.items >= LARGE) await analyzeOutgrown(parts.sql, 'apply', asked.items)
  const { edits, plan } = await inTurn(parts.sql, `plan ${organization}:${id}`, async (transaction) => {
    await lockPlan(transaction, organization, id)
    const before = await readPlan(transaction, organization, id)
    if (before === null) throw new RosterdError('PLAN_NOT_FOUND', { id: showId('pln', id) })
    if (!mayApprove(before)) throw planState(before, 'edited', 'a plan that nobody has approved')
    if (before.hash !== hash) throw await hashMismatch({ sql: transaction }, organization, before, hash)
    const done: { act: PlanEdit['act']; moved: MovedItems }[] = []
    let { leftOut } = before
    for (const choice of choices) {
      const moved = await moveChosen(transaction, organization, id, choice)
      leftOut += choice.act === 'leave_out' ? moved.items : -moved.items
      done.push({ act: choice.act, moved })
    }
    if (leftOut === before.items)
      throw new RosterdError('OPERATION_EMPTY', {
        why: `nothing would be left in the plan, which can be ${before.lane === 'by_hand' ? 'discarded' : 'rejected'}`,
      })
    const after = await asEdited(transaction, organization, { ...before, leftOut }, at)
    await writeEdited(transaction, organization, id, after)
    const about = { organizationId: organization, at, ...signed(actor), act: 'plan.edited', object: showId('pln', id) }
    await writeAudit(
      transaction,
      done.map(({ act, moved: { items, people } }, place) => ({
        ...about,
        planId: id,
        // Nobody ever saw the plan between two of them: each but the first begins with what all of them came to.
        before: { hash: place === 0 ? hash : after.hash },
        after: { hash: after.hash, act, items, people },
      })),
    )
    return { edits: done, plan: after }
  })
  const items = edits.reduce((sum, { moved }) => sum + moved.items, 0)
  const about = { organizationId: organization, planId: id, actor: actor.name, items, hash: plan.hash }
  parts.log.info({ event: 'plan.edited', ...about }, 'plan edited')
  return edits
}
