/** Failures in the shape of the file that they came from, so that the file can be put right and uploaded again. */
import { showId } from '../reconcile/identifiers.ts'
import type { FailedItem, FailureFile } from '../store/failures.ts'
import { isField } from '../sync/csv/field.ts'
import { attributeName } from '../sync/csv/header-name.ts'
import { type FailureRow, writeFailures } from '../sync/csv/index.ts'
import type { Failure } from './failure-list.ts'

interface Shape {
  header: string[]
  fields: (string | null)[]
  delimiter: string
}

/** Where no file gave a shape: a plan made by hand. */
const PLAIN: Shape = { header: ['email', 'display_name'], fields: ['email', 'display_name'], delimiter: ',' }

/** The CSV text. Where a plan has several files, the first gives the shape, and the rows of the others are moved into its columns. */
export function failureFile(
  plan: number,
  files: FailureFile[],
  failures: AsyncIterable<Failure>,
): AsyncGenerator<string> {
  const shape = files.find((file) => file.layout !== null)?.layout ?? PLAIN
  const fields = shape.fields.map((field) => (field !== null && isField(field) ? field : null))
  return writeFailures(rows(plan, shape, failures), { header: shape.header, fields, delimiter: shape.delimiter })
}

async function* rows(plan: number, shape: Shape, failures: AsyncIterable<Failure>): AsyncGenerator<FailureRow> {
  for await (const failure of failures) {
    const { item, line, code, reason, nextStep } = failure
    yield {
      cells: item === null ? rowCells(failure, shape) : itemCells(item, shape),
      ...(item === null ? {} : { products: item.holds.join(';') }),
      line,
      code,
      reason,
      nextStep,
      plan: showId('pln', plan),
      item: item === null ? null : String(item.number),
    }
  }
}

/** The cells as they were read, by the names of their columns where another file gives the shape. */
function rowCells(failure: Failure, shape: Shape): string[] {
  const cells = failure.cells ?? []
  const own = failure.file?.layout?.header ?? shape.header
  if (own.join('\0') === shape.header.join('\0')) return cells
  return shape.header.map((name) => cells[own.indexOf(name)] ?? '')
}

function itemCells(item: FailedItem, shape: Shape): string[] {
  return shape.header.map((name, column) => {
    const field = shape.fields[column] ?? null
    if (item.row === null) return fromItem(item, field)
    return fromRow(item.row, field ?? attributeName(name, column))
  })
}

/** Nobody speaks of the person any more: what the plan itself knows. */
function fromItem(item: FailedItem, field: string | null): string {
  if (field === 'email') return item.email
  if (field === 'display_name') return item.name ?? ''
  return field === 'products' ? item.holds.join(';') : ''
}

function fromRow(row: NonNullable<FailedItem['row']>, field: string): string {
  switch (field) {
    case 'groups':
      return row.groups.join(';')
    case 'products':
      return row.products.map((one) => one.product).join(';')
    case 'external_id':
    case 'email':
    case 'user_name':
    case 'first_name':
    case 'last_name':
    case 'display_name':
    case 'language':
    case 'role':
    case 'status':
    case 'seat_priority':
    case 'expires':
    case 'start_date':
      return String(row[field] ?? '')
    default:
      return row.attributes[field] ?? ''
  }
}
