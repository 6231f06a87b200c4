/**
 * Operations of a Bulk that need each other in a circle (RFC 7644 §3.7.1): groups that contain each other, or themselves, are made first,
 * and filled as soon as all of them are there. A circle is there whole or not at all.
 */
import type { Ask } from './ask.ts'
import type { Outcomes } from './bulk-outcomes.ts'
import type { Sequence } from './bulk-sequence.ts'
import type { Task } from './bulk-task.ts'
import { type Born, bear } from './create.ts'
import { remove } from './delete.ts'
import type { ScimError } from './error.ts'
import { changeMembersAlone } from './update.ts'
import { written } from './write.ts'

/** How a Bulk goes on. */
export interface Progress {
  sequence: Sequence
  outcomes: Outcomes
  /** What a client is told of an error. */
  refusal(error: unknown): ScimError
}

/** Without the members that are not there yet, or that it is itself. */
export function withoutLater(born: Born, { needs }: Task, { sequence: { makers, tasks }, outcomes }: Progress): Born {
  const later = [...needs].filter((bulkId) => outcomes.isYetToCome(bulkId))
  const ids = new Set(later.map((bulkId) => tasks.get(makers.get(bulkId) ?? -1)?.id))
  return { ...born, members: born.members.filter((member) => !ids.has(member)) }
}

/** Closes the circle of which this operation is the last; does nothing where it is the last of none. */
export async function closeCircle(ask: Ask, last: number, { sequence, outcomes, refusal }: Progress): Promise<void> {
  const circle = (sequence.circles.get(last) ?? []).flatMap((index) => sequence.tasks.get(index) ?? [])
  let missing = circle.find(({ index }) => !outcomes.isThere(index))
  for (const [place, task] of circle.entries()) {
    if (missing !== undefined) break
    try {
      await fill(ask, task, circle.slice(place), outcomes)
    } catch (error) {
      await takeBack(ask, task, refusal)
      outcomes.set(task.index, { error: refusal(error) })
      missing = task
    }
  }
  if (missing === undefined) return
  for (const task of circle) {
    if (!outcomes.isThere(task.index)) continue
    await takeBack(ask, task, refusal)
    outcomes.set(task.index, { error: outcomes.broken(missing) })
  }
}

/** Where it ended early: circles that were not closed are taken back. */
export async function dropUnclosed(ask: Ask, progress: Progress): Promise<void> {
  for (const last of progress.sequence.circles.keys()) {
    if (progress.outcomes.of(last) === undefined) await closeCircle(ask, last, progress)
  }
}

/** Gives a group the members of its circle that it had to wait for. Throws ScimError where one of them is not there any more. */
async function fill(ask: Ask, task: Task, later: readonly Task[], outcomes: Outcomes): Promise<void> {
  const { type, id, data, index, needs } = task
  const waited = later.filter(({ bulkId }) => bulkId !== null && needs.has(bulkId))
  if (type.members === null || waited.length === 0) return
  // What refers to another one in a circle may be an extension's attribute instead of a member.
  const wanted = new Set(bear(ask, type, data, id).members)
  const values = waited.map((one) => one.id).filter((member) => wanted.has(member))
  if (values.length === 0) return
  const { version } = await written(type, () => changeMembersAlone(ask, type, id, [{ op: 'add', values }]))
  outcomes.set(index, { version, status: 201 })
}

/** Somebody else may have taken it away meanwhile, which is as well. */
async function takeBack(ask: Ask, { type, id }: Task, refusal: Progress['refusal']): Promise<void> {
  await remove(ask, type, id).catch((failure: unknown) => refusal(failure))
}
