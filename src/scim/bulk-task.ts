/** Operations of a Bulk on their way. */
import type { BulkMethod } from './bulk-request.ts'
import type { Json } from './document.ts'
import { ScimError } from './error.ts'
import type { ResourceType } from './schema.ts'

/** An operation that can be done, with ids in the place of bulkIds. */
export interface Task {
  index: number
  method: BulkMethod
  type: ResourceType
  /** Of the resource; that of a POST was chosen beforehand, so that others can refer to it. */
  id: string
  data: Json
  /** bulkIds whose resources must be there. */
  needs: ReadonlySet<string>
  version: string | null
}

export type Outcome = { version: number | null; status: 200 | 201 | 204 } | { error: ScimError }

export function unresolved(bulkId: string): ScimError {
  const detail = `bulkId:${bulkId.slice(0, 100).toWellFormed()} refers to an operation that failed, so this one cannot be done.`
  return new ScimError('invalidValue', detail)
}
