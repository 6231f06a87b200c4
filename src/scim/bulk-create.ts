/** Many POSTs of one type in one call to the database, with an outcome for each. */
import type { Handle } from '../store/connection.ts'
import { createResources } from '../store/mirror.ts'
import type { Ask } from './ask.ts'
import type { Outcome, Task } from './bulk-task.ts'
import { type Born, bear } from './create.ts'
import { ScimError } from './error.ts'
import type { ResourceType } from './schema.ts'
import { conflicts, pushed, written } from './write.ts'

/** Takes back what was stored beyond the last error that is allowed. */
class Unwanted extends Error {}

/**
 * Makes the resources of these tasks, all of one type without members.
 *
 * @param left so many errors end it: what comes after the last of them is neither done nor in the answer; null: none do
 * @param check throws what is wrong with a task, whatever its data
 */
export async function createTogether(
  ask: Ask,
  type: ResourceType,
  tasks: readonly Task[],
  left: number | null,
  check: (task: Task) => void,
): Promise<Outcome[]> {
  const read = tasks.map((task) => ({
    task,
    made: attempted(() => {
      check(task)
      return bear(ask, type, task.data, task.id)
    }),
  }))
  for (let count = tasks.length; ; ) {
    const some = read.slice(0, count)
    const { versions, end } = await store(ask, type, some, left)
    // What one error too many ends must not be stored: then it is done again, up to that error.
    if (end < count) {
      count = end
      continue
    }
    if (versions.size > 0) pushed(ask, false)
    const refused = some.flatMap(({ task, made }) =>
      made instanceof ScimError || versions.has(task.id) ? [] : [{ id: task.id, document: made.document }],
    )
    const taken = refused.length === 0 ? new Map<string, ScimError>() : await conflicts(ask, type, refused)
    return some.map(({ task, made }) => {
      const error = made instanceof ScimError ? made : taken.get(task.id)
      return error === undefined ? { version: versions.get(task.id) ?? null, status: 201 } : { error }
    })
  }
}

interface Read {
  task: Task
  made: Born | ScimError
}

/** Stores them, unless errors among them end it before the last: then nothing, and `end` says how many come up to that error. */
async function store(
  { parts, caller, author }: Ask,
  type: ResourceType,
  read: readonly Read[],
  left: number | null,
): Promise<{ versions: Map<string, number>; end: number }> {
  const at = parts.now()
  const rows = read.flatMap(({ made }) => (made instanceof ScimError ? [] : [{ row: made.row, at, author }]))
  const create = (handle: Handle) => createResources(handle, caller.scope, type.name, rows)
  if (left === null) return { versions: await written(type, () => create(parts.sql)), end: read.length }
  let end = read.length
  try {
    const versions = await written(type, () =>
      parts.sql.begin(async (transaction) => {
        const made = await create(transaction)
        end = endOf(read, made, left)
        if (end < read.length) throw new Unwanted()
        return made
      }),
    )
    return { versions, end }
  } catch (error) {
    if (error instanceof Unwanted) return { versions: new Map(), end }
    throw error
  }
}

/** How many there are up to the last error that is allowed. */
function endOf(read: readonly Read[], versions: ReadonlyMap<string, number>, left: number): number {
  let failed = 0
  for (const [place, { task }] of read.entries()) {
    if (!versions.has(task.id)) failed += 1
    if (failed >= left) return place + 1
  }
  return read.length
}

function attempted(work: () => Born): Born | ScimError {
  try {
    return work()
  } catch (error) {
    if (error instanceof ScimError) return error
    throw error
  }
}
