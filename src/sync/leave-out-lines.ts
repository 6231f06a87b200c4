/** Which lines of a file are meant, told to a draft that was made of all of them. */

import { RosterdError } from '../errors.ts'
import { itemsOfLines } from '../store/chosen-facts.ts'
import { type PlanRow, readPlan } from '../store/plans.ts'
import { edit } from './edit.ts'
import type { Actor, Parts } from './parts.ts'
import { discard } from './submit.ts'

/**
 * Leaves out what comes from these lines, and puts back whatever else was left out, so that the draft is about the lines that are
 * ticked, however often it is told.
 *
 * @throws RosterdError OPERATION_EMPTY where nothing of it would be left; the draft is let go of then
 */
export async function leaveOutLines(
  parts: Parts,
  organization: number,
  plan: PlanRow,
  { actor, lines }: { actor: Actor; lines: readonly number[] },
): Promise<void> {
  const found = await itemsOfLines(parts.sql, organization, plan.id, lines)
  const [off, on] = [
    found.filter((one) => one.named && !one.excluded),
    found.filter((one) => !one.named && one.excluded),
  ]
  if (plan.items - plan.leftOut - off.length + on.length <= 0) {
    await discard(parts, organization, plan.id, { actor })
    throw new RosterdError('OPERATION_EMPTY', { why: 'no row is ticked' })
  }
  const items = (list: typeof found) => list.map((one) => one.number)
  let { hash } = plan
  if (on.length > 0) {
    await edit(parts, organization, plan.id, { actor, act: 'put_back', hash, items: items(on) })
    hash = (await readPlan(parts.sql, organization, plan.id))?.hash ?? hash
  }
  if (off.length > 0) await edit(parts, organization, plan.id, { actor, act: 'leave_out', hash, items: items(off) })
}
