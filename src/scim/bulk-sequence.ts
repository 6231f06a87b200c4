/** The operations of a Bulk in the order in which they are done: each after what it refers to, wherever that stands (RFC 7644 §3.7.1). */
import { ordered } from './bulk-references.ts'
import type { BulkOperation } from './bulk-request.ts'
import { type Task, taskOf } from './bulk-task.ts'
import { ScimError } from './error.ts'
import { makeId } from './id.ts'

export interface Sequence {
  /** Indexes of the operations. */
  order: readonly number[]
  tasks: ReadonlyMap<number, Task>
  /** What is wrong with those that cannot be done. */
  wrong: ReadonlyMap<number, ScimError>
  /** bulkId → index of its POST. */
  makers: ReadonlyMap<string, number>
  /** Operations that all need each other, or one that needs itself, in their order; under the one of them that is done last. */
  circles: ReadonlyMap<number, readonly number[]>
}

/** @param now milliseconds, for the ids of what will be made */
export function sequenceOf(operations: readonly BulkOperation[], now: number): Sequence {
  const makers = new Map<string, number>()
  const ids = new Map<string, string>()
  for (const [index, { work, bulkId }] of operations.entries()) {
    if (work?.method !== 'POST' || bulkId === null) continue
    makers.set(bulkId, index)
    ids.set(bulkId, makeId(now))
  }
  const tasks = new Map<number, Task>()
  const wrong = new Map<number, ScimError>()
  for (const [index, operation] of operations.entries()) {
    const task = taskOf(operation, index, ids)
    if (task instanceof ScimError) wrong.set(index, task)
    else tasks.set(index, task)
  }
  const needs = operations.map((_, index) =>
    [...(tasks.get(index)?.needs ?? [])].flatMap((bulkId) => makers.get(bulkId) ?? []),
  )
  return { ...ordered(needs), tasks, wrong, makers }
}

/**
 * From a place of the order on: POSTs of one type without members, of which none needs another one of them. They are stored in one call.
 * The last of a circle ends them, since what comes next may need to know what became of the circle; not one that only names itself.
 */
export function createsFrom({ order, tasks, makers, circles }: Sequence, from: number): Task[] {
  const together: Task[] = []
  const own = new Set<number>()
  for (const index of order.slice(from)) {
    const task = tasks.get(index)
    if (task === undefined || task.method !== 'POST' || task.type.members !== null) break
    if (together[0] !== undefined && together[0].type !== task.type) break
    if ([...task.needs].some((bulkId) => own.has(makers.get(bulkId) ?? -1))) break
    own.add(index)
    together.push(task)
    if ((circles.get(index)?.length ?? 0) > 1) break
  }
  return together
}
