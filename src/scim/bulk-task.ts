/** Operations of a Bulk on their way. */
import { type Resolved, resolve } from './bulk-references.ts'
import type { BulkMethod, BulkOperation } from './bulk-request.ts'
import type { Json } from './document.ts'
import { ScimError } from './error.ts'
import type { ResourceType } from './schema.ts'

/** An operation that can be done, with ids in the place of bulkIds. */
export interface Task {
  index: number
  method: BulkMethod
  type: ResourceType
  bulkId: string | null
  /** Of the resource; that of a POST was chosen beforehand, so that others can refer to it. */
  id: string
  data: Json
  /** bulkIds whose resources must be there. */
  needs: ReadonlySet<string>
  version: string | null
}

export type Outcome = { version: number | null; status: 200 | 201 | 204 } | { error: ScimError }

/** @param ids bulkId → the id of what its POST makes. Gives what is wrong with an operation that cannot be done. */
export function taskOf(operation: BulkOperation, index: number, ids: ReadonlyMap<string, string>): Task | ScimError {
  const { work, wrong, bulkId, version } = operation
  if (work === null) return wrong ?? new ScimError('invalidSyntax', 'The operation cannot be read.')
  const { method, type } = work
  try {
    const target: Resolved<Json> = resolve(work.id ?? `bulkId:${bulkId ?? ''}`, ids)
    const { value: data, needs } = resolve(work.data ?? null, ids)
    const id = typeof target.value === 'string' ? target.value : ''
    const all = method === 'POST' ? needs : new Set([...needs, ...target.needs])
    return { index, method, type, bulkId, id, data, needs: all, version }
  } catch (error) {
    if (error instanceof ScimError) return error
    throw error
  }
}
