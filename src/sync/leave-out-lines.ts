/** Which lines of a file are meant, told to a draft that was made of all of them. */

import { RosterdError } from '../errors.ts'
import { itemsOfLines } from '../store/chosen-facts.ts'
import type { PlanRow } from '../store/plans.ts'
import type { Choice } from './choice.ts'
import { editTogether } from './edit.ts'
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
  const choices: Choice[] = [
    { act: 'put_back' as const, items: items(on) },
    { act: 'leave_out' as const, items: items(off) },
  ].filter((choice) => choice.items.length > 0)
  if (choices.length > 0) await editTogether(parts, organization, plan.id, { actor, hash: plan.hash, choices })
}
