/** Failures, one after the other, whatever their number: items of a plan first, then rows that never became one. */
import { outcomeText } from '../reconcile/describe.ts'
import type { Handle } from '../store/connection.ts'
import { type FailedItem, failedItems } from '../store/failed-items.ts'
import { type FailureFile, failedRows } from '../store/failures.ts'

/** One failure: `item` is null for a row that never became an item, `cells` for an item. */
export interface Failure {
  item: FailedItem | null
  cells: string[] | null
  file: FailureFile | null
  line: number | null
  code: string
  reason: string
  nextStep: string
}

const PER_PAGE = 1_000

/** What failed of a plan. `files`: those that it was made from. */
export async function* planFailures(
  handle: Handle,
  organization: number,
  plan: number,
  files: FailureFile[],
): AsyncGenerator<Failure> {
  for (let after = 0; ; ) {
    const items = await failedItems(handle, organization, plan, { after, limit: PER_PAGE, files })
    for (const item of items) {
      const file = files.find((one) => one.file === item.file) ?? files[0] ?? null
      yield { item, cells: null, file, line: item.line, ...told(item.code ?? item.state, item.params) }
    }
    const last = items.at(-1)
    if (last === undefined || items.length < PER_PAGE) break
    after = last.number
  }
  for (const file of files) yield* rowFailures(handle, organization, file)
}

/** Rows of one file that could not be read, in its order; whatever became of the file. */
export async function* rowFailures(handle: Handle, organization: number, file: FailureFile): AsyncGenerator<Failure> {
  for (let after = 0; ; ) {
    const rows = await failedRows(handle, organization, file.snapshotId, { after, limit: PER_PAGE })
    for (const { line, code, params, cells } of rows) {
      yield { item: null, cells, file, line, ...told(code, { line, ...params }) }
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < PER_PAGE) break
    after = last.line
  }
}

function told(code: string, params: Record<string, string | number>) {
  const text = outcomeText({ code, params })
  return { code, reason: text?.message ?? code, nextStep: text?.next ?? '' }
}
