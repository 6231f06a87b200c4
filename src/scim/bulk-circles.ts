/** Groups of a Bulk that contain each other, or themselves (RFC 7644 §3.7.1): made first, and filled when all of them are there. */
import type { Ask } from './ask.ts'
import { type Outcomes, unresolved } from './bulk-outcomes.ts'
import type { Sequence } from './bulk-sequence.ts'
import type { Outcome, Task } from './bulk-task.ts'
import { type Born, bear } from './create.ts'
import { remove } from './delete.ts'
import type { ScimError } from './error.ts'
import { changeMembersAlone } from './update.ts'
import { written } from './write.ts'

/** Without the members that are not there yet, or that it is itself. */
export function withoutLater(born: Born, task: Task, { tasks, later }: Sequence): Born {
  const waits = new Set((later.get(task.index) ?? []).map((at) => tasks.get(at)?.id))
  return { ...born, members: born.members.filter((member) => !waits.has(member) && member !== task.id) }
}

/** Gives groups the members that they had to wait for; one that cannot have them all is taken away again. */
export async function closeCircles(
  ask: Ask,
  sequence: Sequence,
  outcomes: Outcomes,
  refusal: (error: unknown) => ScimError,
): Promise<void> {
  for (const [index, task] of sequence.tasks) {
    if (task.method !== 'POST' || task.type.members === null || !outcomes.isThere(index)) continue
    const itself = task.bulkId !== null && task.needs.has(task.bulkId) ? [index] : []
    const waits = [...(sequence.later.get(index) ?? []), ...itself]
    if (waits.length === 0) continue
    try {
      const outcome = await filled(ask, task, waits, { sequence, outcomes })
      if (outcome !== null) outcomes.set(index, outcome)
    } catch (error) {
      // An operation is done whole or not at all.
      await remove(ask, task.type, task.id).catch((failure: unknown) => refusal(failure))
      outcomes.set(index, { error: refusal(error) })
    }
  }
}

/** Null where nobody whom it waited for is to be a member. Throws ScimError where one of them could not be made. */
async function filled(
  ask: Ask,
  { type, id, data }: Task,
  waits: readonly number[],
  { sequence: { tasks }, outcomes }: { sequence: Sequence; outcomes: Outcomes },
): Promise<Outcome | null> {
  const missing = waits.find((at) => !outcomes.isThere(at))
  if (missing !== undefined) throw unresolved(tasks.get(missing)?.bulkId ?? '')
  const wanted = new Set(bear(ask, type, data, id).members)
  const values = waits.flatMap((at) => tasks.get(at)?.id ?? []).filter((member) => wanted.has(member))
  if (values.length === 0) return null
  const { version } = await written(type, () => changeMembersAlone(ask, type, id, [{ op: 'add', values }]))
  return { version, status: 201 }
}
