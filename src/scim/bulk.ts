/** Bulk (RFC 7644 §3.7): many operations in one request, each with an outcome of its own. */
import { answer, refusalOf } from './answer.ts'
import type { Ask } from './ask.ts'
import { createTogether } from './bulk-create.ts'
import { ordered, type Resolved, resolve } from './bulk-references.ts'
import { type BulkOperation, type BulkRequest, readBulk } from './bulk-request.ts'
import { type Outcome, type Task, unresolved } from './bulk-task.ts'
import { bear, store } from './create.ts'
import { remove } from './delete.ts'
import type { Json } from './document.ts'
import { ScimError } from './error.ts'
import { makeId } from './id.ts'
import { patch } from './modify.ts'
import { put } from './replace.ts'
import { locationOf, versionOf } from './represent.ts'
import type { ResourceType } from './schema.ts'
import { changeMembersOf } from './update.ts'
import { pushed, written } from './write.ts'

const RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse'

export async function bulk(ask: Ask, body: unknown): Promise<Response> {
  const request = readBulk(body, ask.caller)
  const outcomes = await new Bulk(ask, request).run()
  const Operations = request.operations.flatMap((_, index) => {
    const outcome = outcomes.get(index)
    return outcome === undefined ? [] : [outcome]
  })
  return answer(200, { schemas: [RESPONSE], Operations }, ask.requestId)
}

class Bulk {
  readonly #ask: Ask
  readonly #request: BulkRequest
  /** bulkId → index of its POST, and the id of what that makes. */
  readonly #makers = new Map<string, number>()
  readonly #ids = new Map<string, string>()
  readonly #outcomes = new Map<number, Outcome>()
  readonly #tasks = new Map<number, Task>()
  #errors = 0

  constructor(ask: Ask, request: BulkRequest) {
    this.#ask = { ...ask, ifMatch: null, ifNoneMatch: null }
    this.#request = request
  }

  /** What each operation answers, by its place; those that were not begun are missing. */
  async run(): Promise<Map<number, object>> {
    const { operations } = this.#request
    const now = this.#ask.parts.now().getTime()
    for (const [index, { work, bulkId }] of operations.entries()) {
      if (work?.method !== 'POST' || bulkId === null) continue
      this.#makers.set(bulkId, index)
      this.#ids.set(bulkId, makeId(now))
    }
    const wrong = new Map<number, ScimError>()
    for (const [index, operation] of operations.entries()) {
      const task = this.#taskOf(operation, index)
      if (task instanceof ScimError) wrong.set(index, task)
      else this.#tasks.set(index, task)
    }
    const needs = operations.map((_, index) =>
      [...(this.#tasks.get(index)?.needs ?? [])].flatMap((bulkId) => this.#makers.get(bulkId) ?? []),
    )
    const { order, later } = ordered(needs)
    for (let at = 0; at < order.length && !this.#full; ) {
      const index = order[at] ?? 0
      const error = wrong.get(index)
      if (error !== undefined) this.#end(index, { error })
      const creates = error === undefined ? this.#creates(order, at) : []
      const [first, second] = creates
      if (first !== undefined && second !== undefined) await this.#together(creates, first.type)
      else if (error === undefined) await this.#alone(index, later.get(index) ?? [])
      at += Math.max(creates.length, 1)
    }
    await this.#close(later)
    return new Map([...this.#outcomes].map(([index, outcome]) => [index, this.#shown(index, outcome)]))
  }

  get #full(): boolean {
    return this.#request.failOnErrors !== null && this.#errors >= this.#request.failOnErrors
  }

  #end(index: number, outcome: Outcome): void {
    if ('error' in outcome) this.#errors += 1
    this.#outcomes.set(index, outcome)
  }

  #taskOf({ work, wrong, bulkId, version }: BulkOperation, index: number): Task | ScimError {
    if (work === null) return wrong ?? new ScimError('invalidSyntax', 'The operation cannot be read.')
    const { method, type } = work
    try {
      const target: Resolved<Json> = resolve(work.id ?? `bulkId:${bulkId ?? ''}`, this.#ids)
      const { value: data, needs } = resolve(work.data ?? null, this.#ids)
      const id = typeof target.value === 'string' ? target.value : ''
      const all = method === 'POST' ? needs : new Set([...needs, ...target.needs])
      return { index, method, type, id, data, needs: all, version }
    } catch (error) {
      if (error instanceof ScimError) return error
      throw error
    }
  }

  /** From here on: POSTs of one type without members, of which none needs another one of them. They are stored in one call. */
  #creates(order: readonly number[], from: number): Task[] {
    const together: Task[] = []
    const own = new Set<number>()
    for (const index of order.slice(from)) {
      const task = this.#tasks.get(index)
      if (task === undefined || task.method !== 'POST' || task.type.members !== null) break
      if (together[0] !== undefined && together[0].type !== task.type) break
      if ([...task.needs].some((bulkId) => own.has(this.#makers.get(bulkId) ?? -1))) break
      own.add(index)
      together.push(task)
    }
    return together
  }

  async #together(tasks: readonly Task[], type: ResourceType): Promise<void> {
    const { failOnErrors } = this.#request
    const left = failOnErrors === null ? null : failOnErrors - this.#errors
    try {
      const outcomes = await createTogether(this.#ask, type, tasks, left, (task) => this.#checkNeeds(task))
      for (const [place, outcome] of outcomes.entries()) this.#end(tasks[place]?.index ?? 0, outcome)
    } catch (error) {
      const refusal = this.#refusal(error)
      for (const { index } of tasks) this.#end(index, { error: refusal })
    }
  }

  /** What an operation refers to must be there by now. */
  #checkNeeds({ needs }: Task): void {
    for (const bulkId of needs) {
      const outcome = this.#outcomes.get(this.#makers.get(bulkId) ?? -1)
      if (outcome !== undefined && 'error' in outcome) throw unresolved(bulkId)
    }
  }

  async #alone(index: number, later: readonly number[]): Promise<void> {
    const task = this.#tasks.get(index)
    if (task === undefined) return
    try {
      this.#checkNeeds(task)
      this.#end(index, await this.#done(task, later))
    } catch (error) {
      this.#end(index, { error: this.#refusal(error) })
    }
  }

  async #done(task: Task, later: readonly number[]): Promise<Outcome> {
    const ask: Ask = { ...this.#ask, ifMatch: task.version }
    const { method, type, id, data } = task
    switch (method) {
      case 'POST': {
        const born = bear(ask, type, data, id)
        const waits = new Set(later.map((at) => this.#tasks.get(at)?.id))
        const members = born.members.filter((member) => !waits.has(member) && member !== id)
        const { version } = await store(ask, type, { ...born, members }, ask.parts.now())
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

  /** Groups that contain each other, or themselves: now that all of them are there, they get the members that they had to wait for. */
  async #close(later: ReadonlyMap<number, number[]>): Promise<void> {
    for (const [index, task] of this.#tasks) {
      const outcome = this.#outcomes.get(index)
      if (task.method !== 'POST' || task.type.members === null) continue
      if (outcome === undefined || 'error' in outcome) continue
      const waits = [
        ...(later.get(index) ?? []),
        ...(task.needs.has(this.#request.operations[index]?.bulkId ?? '') ? [index] : []),
      ]
      if (waits.length === 0) continue
      try {
        const missing = waits.find((at) => !this.#isThere(at))
        if (missing !== undefined) throw unresolved(this.#request.operations[missing]?.bulkId ?? '')
        const wanted = new Set(bear(this.#ask, task.type, task.data, task.id).members)
        const values = waits.flatMap((at) => this.#tasks.get(at)?.id ?? []).filter((id) => wanted.has(id))
        if (values.length === 0) continue
        const steps = [{ op: 'add' as const, values }]
        const { version } = await written(task.type, () =>
          changeMembersOf(this.#ask, this.#ask.parts.sql, task.type, task.id, steps, null),
        )
        this.#outcomes.set(index, { version, status: 201 })
      } catch (error) {
        // An operation is done whole or not at all.
        await remove(this.#ask, task.type, task.id).catch((failure: unknown) => this.#refusal(failure))
        this.#end(index, { error: this.#refusal(error) })
      }
    }
  }

  #isThere(index: number): boolean {
    const outcome = this.#outcomes.get(index)
    return outcome !== undefined && !('error' in outcome)
  }

  #refusal(error: unknown): ScimError {
    return refusalOf(error, this.#ask.requestId, this.#ask.log)
  }

  #shown(index: number, outcome: Outcome): object {
    const operation = this.#request.operations[index]
    const task = this.#tasks.get(index)
    const exists = task !== undefined && (task.method !== 'POST' || !('error' in outcome))
    return {
      method: operation?.method ?? '',
      ...(operation?.bulkId != null && { bulkId: operation.bulkId }),
      ...(exists && { location: locationOf(task.type, task.id, this.#ask.baseUrl) }),
      ...('error' in outcome
        ? { status: String(outcome.error.status), response: outcome.error }
        : {
            ...(outcome.version !== null && { version: versionOf(outcome.version) }),
            status: String(outcome.status),
          }),
    }
  }
}
