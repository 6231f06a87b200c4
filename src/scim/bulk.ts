/** Bulk (RFC 7644 §3.7): many operations in one request, each with an outcome of its own. */
import { answer, refusalOf } from './answer.ts'
import type { Ask } from './ask.ts'
import { closeCircle, dropUnclosed, type Progress, withoutLater } from './bulk-circles.ts'
import { createTogether } from './bulk-create.ts'
import { Outcomes } from './bulk-outcomes.ts'
import { type BulkOperation, readBulk } from './bulk-request.ts'
import { createsFrom, type Sequence, sequenceOf } from './bulk-sequence.ts'
import type { Outcome, Task } from './bulk-task.ts'
import { bear, store } from './create.ts'
import { remove } from './delete.ts'
import { patch } from './modify.ts'
import { put } from './replace.ts'
import { locationOf, versionOf } from './represent.ts'
import { pushed } from './write.ts'

const RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse'

/** Operations that were not begun, because too many had failed, are missing in the answer. */
export async function bulk(ask: Ask, body: unknown): Promise<Response> {
  const { operations, failOnErrors } = readBulk(body, ask.caller)
  const sequence = sequenceOf(operations, ask.parts.now().getTime())
  const outcomes = new Outcomes(failOnErrors, sequence.makers)
  await run({ ...ask, ifMatch: null, ifNoneMatch: null }, sequence, outcomes)
  const Operations = operations.flatMap((operation, index) => {
    const outcome = outcomes.of(index)
    return outcome === undefined ? [] : [shown(operation, sequence.tasks.get(index), outcome, ask.baseUrl)]
  })
  return answer(200, { schemas: [RESPONSE], Operations }, ask.requestId)
}

async function run(ask: Ask, sequence: Sequence, outcomes: Outcomes): Promise<void> {
  const { order, wrong, tasks } = sequence
  const progress = { sequence, outcomes, refusal: (error: unknown) => refusalOf(error, ask.requestId, ask.log) }
  for (let at = 0; at < order.length && (outcomes.left ?? 1) > 0; ) {
    const index = order[at] ?? 0
    const [error, task] = [wrong.get(index), tasks.get(index)]
    const creates = createsFrom(sequence, at)
    if (error !== undefined) outcomes.set(index, { error })
    else if (creates.length > 1) await together(ask, creates, progress)
    else if (task !== undefined) outcomes.set(index, await alone(ask, task, progress))
    at += Math.max(creates.length, 1)
    await closeCircle(ask, order[at - 1] ?? 0, progress)
  }
  await dropUnclosed(ask, progress)
}

/** Tasks of one type. */
async function together(ask: Ask, tasks: readonly Task[], { outcomes, refusal }: Progress): Promise<void> {
  const [first] = tasks
  if (first === undefined) return
  try {
    const found = await createTogether(ask, first.type, tasks, outcomes.left, (task) => outcomes.checkNeeds(task))
    for (const [place, outcome] of found.entries()) outcomes.set(tasks[place]?.index ?? 0, outcome)
  } catch (error) {
    const refused = refusal(error)
    for (const { index } of tasks) outcomes.set(index, { error: refused })
  }
}

async function alone(ask: Ask, task: Task, progress: Progress): Promise<Outcome> {
  try {
    progress.outcomes.checkNeeds(task)
    return await done({ ...ask, ifMatch: task.version }, task, progress)
  } catch (error) {
    return { error: progress.refusal(error) }
  }
}

async function done(ask: Ask, task: Task, progress: Progress): Promise<Outcome> {
  const { method, type, id, data } = task
  switch (method) {
    case 'POST': {
      const born = withoutLater(bear(ask, type, data, id), task, progress)
      const { version } = await store(ask, type, born, ask.parts.now())
      pushed(ask, false)
      return { version, status: 201 }
    }
    case 'PUT':
      return { version: (await put(ask, type, id, data, { groups: false })).version, status: 200 }
    case 'PATCH':
      return { version: (await patch(ask, type, id, data, null)).version, status: 200 }
    default:
      await remove(ask, type, id)
      return { version: null, status: 204 }
  }
}

/** An outcome as RFC 7644 §3.7.3 has it: the status is text, and only what exists has a location. */
function shown({ method, bulkId }: BulkOperation, task: Task | undefined, outcome: Outcome, baseUrl: string): object {
  const exists = task !== undefined && (task.method !== 'POST' || !('error' in outcome))
  return {
    method,
    ...(bulkId !== null && { bulkId }),
    ...(exists && { location: locationOf(task.type, task.id, baseUrl) }),
    ...('error' in outcome
      ? { status: String(outcome.error.status), response: outcome.error }
      : {
          ...(outcome.version !== null && { version: versionOf(outcome.version) }),
          status: String(outcome.status),
        }),
  }
}
